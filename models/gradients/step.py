"""One step's gradients by a gradient method: passes back, compares, weighs, puts together."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias, final

import tensorflow as tf

from models.balancers import GramBalancer, Memory, Scope, Seen, TaskParameters, remember
from models.gradients.combine import combine
from models.gradients.gram import gram_by_layer, is_shared, layer_of, row_products
from models.gradients.sources import Found, Sources, by_source, by_weight
from models.tasks import Loss

__all__ = ["Balance", "Pass"]

_ALL = "all"  # The group of all shared parameters.

Gradient: TypeAlias = "tf.Tensor | tf.IndexedSlices | None"


class Pass(NamedTuple):
    """A forward pass, with what its gradients are taken by.

    Attributes:
        tape: Persistent.
        losses: A scalar each: this replica's share of the mean over all replicas, times the loss' factor and a float16
            loss' scale.
        regularisation: A scalar: this replica's share, times that scale; None without any.
        sources: What gradients are taken by.
        seen: Without a Gram matrix.
        factor: Undoes the scale.
    """

    tape: tf.GradientTape
    losses: Sequence[tf.Tensor]
    regularisation: tf.Tensor | None
    sources: Sources
    seen: Seen
    factor: tf.Tensor

    @property
    def targets(self) -> list[tf.Tensor]:
        """The losses, and the regularisation behind them."""
        return [*self.losses, *([] if self.regularisation is None else [self.regularisation])]


@final
class Balance(tf.Module):
    """A gradient method with its memory, for one model.

    Args:
        balancer: The method.
        losses: What it balances.
        variables: The model's trainable ones.
    """

    def __init__(self, balancer: GramBalancer, losses: Sequence[Loss], variables: Sequence[tf.Variable]) -> None:
        super().__init__(name="balance")
        self._balancer, self._num_tasks, self._variables = balancer, len(losses), list(variables)
        layers = dict.fromkeys(layer_of(variable) for variable in variables)
        self.groups = tuple(layers) if balancer.scope is Scope.GROUP else (_ALL,)
        self.memory: Memory = balancer.build(losses, len(self.groups))
        self.weights = remember("balance/weights", tf.ones([len(self.groups), len(losses)]))

    def gradients(self, passed: Pass) -> tuple[list[Gradient], tf.Tensor]:
        """One gradient for each variable, summed over replicas, and `[groups, tasks]` weights."""
        balancer = self._balancer
        may_skip = balancer.update_every > 1 and balancer.scope is not Scope.GROUP and _num_replicas() == 1
        is_due = passed.seen.step % balancer.update_every == 0
        if not may_skip:
            found = self._decide(passed, is_due)
        else:
            # `tf.cond` cannot return None, nor rows of a table as one thing.
            packed = tf.cond(
                is_due,
                lambda: self._packed(self._decide(passed, tf.constant(True))),
                lambda: self._packed(self._joint(passed, self.weights[0])),
            )
            found = self._unpacked(packed)
        return found, self.weights.read_value()

    def _decide(self, passed: Pass, is_due: tf.Tensor) -> list[Gradient]:
        found = by_source(passed.tape, passed.targets, passed.sources.tensors)
        if self._balancer.scope is Scope.REPRESENTATION:
            self._weigh(passed, self._of_representations(passed, found)[None], is_due)
            return self._joint(passed, self.weights[0], found)
        gradients = by_weight(found, passed.sources, passed.factor)
        grams = gram_by_layer(gradients, self._num_tasks)
        nothing = tf.zeros([self._num_tasks, self._num_tasks])
        if self._balancer.scope is Scope.GROUP:
            gram = tf.stack([grams.get(group, nothing) for group in self.groups])
        else:
            gram = tf.add_n(list(grams.values()) or [nothing])[None]
        self._weigh(passed, gram, is_due)
        rows = dict(zip(self.groups, tf.unstack(self.weights), strict=True))
        return combine(
            gradients,
            lambda layer: rows[layer if self._balancer.scope is Scope.GROUP else _ALL],
            self._variables,
            num_tasks=self._num_tasks,
            alone=self._balancer.task_parameters,
        )

    def _weigh(self, passed: Pass, gram: tf.Tensor, is_due: tf.Tensor) -> None:
        seen = dataclasses.replace(passed.seen, gram=tf.stop_gradient(gram))
        before = {name: tf.identity(variable) for name, variable in self.memory.items()}
        decided = self._balancer.balance(seen, self.memory)
        for name, variable in self.memory.items():
            variable.assign(tf.where(is_due, variable, before[name]))
        self.weights.assign(tf.where(is_due, decided, self.weights))

    def _of_representations(self, passed: Pass, found: Found) -> tf.Tensor:
        """`[tasks, tasks]`, by the outputs of the experts that two losses or more reach, or else by the features."""
        num_others = len(passed.sources.tensors) - len(passed.sources.representations)
        *experts, features = zip(*(of_loss[num_others:] for of_loss in found[: self._num_tasks]), strict=True)
        shared = [one for one in experts if is_shared([place for place, g in enumerate(one) if g is not None])]
        by_loss = list(zip(*(shared or [features]), strict=True))
        gram = tf.reduce_sum(row_products(by_loss), axis=0) * tf.square(passed.factor)
        context = tf.distribute.get_replica_context()
        # Replicas hold other rows of the batch, so their products add up.
        return context.all_reduce(tf.distribute.ReduceOp.SUM, gram) if _num_replicas() > 1 else gram

    def _joint(self, passed: Pass, weights: tf.Tensor, found: Found | None = None) -> list[Gradient]:
        """What two or more losses reach, by one pass back of their weighted sum; what one alone reaches, apart."""
        found = found or by_source(passed.tape, passed.targets, passed.sources.tensors)
        num_tasks, sources = self._num_tasks, passed.sources
        factors = [tf.stop_gradient(one) for one in tf.unstack(tf.where(passed.seen.active, weights, 0.0))]
        ones = [tf.ones([])] * (len(passed.targets) - num_tasks)
        weighted = passed.tape.gradient(passed.targets, sources.tensors, output_gradients=[*factors, *ones])
        reached = [
            [task for task in range(num_tasks) if found[task][place] is not None] for place in range(len(weighted))
        ]
        is_joint = self._balancer.task_parameters is TaskParameters.WEIGHTED
        mixed = [
            [
                one if is_joint or is_shared(reach) or not reach else None
                for one, reach in zip(weighted, reached, strict=True)
            ],
            *(
                [
                    one if reach and not is_joint and not is_shared(reach) else None
                    for one, reach in zip(of_loss, reached, strict=True)
                ]
                for of_loss in found
            ),
        ]
        gradients = by_weight(mixed, sources._replace(representations=()), passed.factor)
        return combine(
            gradients,
            lambda layer: tf.ones([len(mixed)]),
            self._variables,
            num_tasks=len(mixed),
            alone=TaskParameters.UNWEIGHTED,
        )

    def _packed(self, gradients: Sequence[Gradient]) -> list[tf.Tensor]:
        packed: list[tf.Tensor] = []
        self._kinds = []
        for one in gradients:
            parts = [] if one is None else [one.values, one.indices] if isinstance(one, tf.IndexedSlices) else [one]
            packed += parts
            self._kinds.append(len(parts))
        return packed

    def _unpacked(self, packed: Sequence[tf.Tensor]) -> list[Gradient]:
        rest = iter(packed)
        found: list[Gradient] = []
        for number, variable in zip(self._kinds, self._variables, strict=True):
            parts = [next(rest) for _ in range(number)]
            if len(parts) > 1:
                shape = tf.constant(variable.shape.as_list(), parts[1].dtype)
                found.append(tf.IndexedSlices(parts[0], parts[1], shape))
            else:
                found.append(parts[0] if parts else None)
        return found


def _num_replicas() -> int:
    context = tf.distribute.get_replica_context()
    return 1 if context is None else int(context.num_replicas_in_sync)
