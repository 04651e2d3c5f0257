"""The gradients of a step by a gradient method: passes back, compares, weighs, puts together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import final

import tensorflow as tf

from models.balancers import GramBalancer, Memory, Scope, Seen, TaskParameters, remember
from models.balancers.personal import Personal
from models.balancers.segments import SegmentedBalancer
from models.gradients.combine import Gradient, combine
from models.gradients.forward import Pass, num_replicas
from models.gradients.gram import gram_by_layer, layer_of, row_products
from models.gradients.personal import PersonalWeights
from models.gradients.segments import SegmentMemory
from models.gradients.sources import PerLoss, by_weight
from models.inputs import Input
from models.tasks import Loss

__all__ = ["Balance"]

OfTask = Callable[[tf.Variable], bool]

_OF_EXPERTS = ("experts/experts_", "experts/blocks_")  # Layers of experts and of function blocks, by name.
_ALL = "all"  # The group of all shared parameters.


@final
class Balance(tf.Module):
    """A gradient method with its memory, for one model.

    Args:
        balancer: The method.
        losses: What it balances.
        variables: The model's trainable ones.
        inputs: The model's.
    """

    def __init__(
        self,
        balancer: GramBalancer,
        losses: Sequence[Loss],
        variables: Sequence[tf.Variable],
        *,
        inputs: Sequence[Input],
    ) -> None:
        super().__init__(name="balance")
        self._balancer, self._num_tasks, self._variables = balancer, len(losses), list(variables)
        layers = dict.fromkeys(layer_of(variable) for variable in variables)
        self.groups = tuple(layers) if balancer.scope is Scope.GROUP else (_ALL,)
        declared = balancer.segments if isinstance(balancer, SegmentedBalancer) else None
        self._segments = None if declared is None else SegmentMemory(declared, inputs, len(losses))
        self._personal = PersonalWeights(balancer, inputs, losses) if isinstance(balancer, Personal) else None
        num_groups = len(self.groups) if self._segments is None else self._segments.num_segments + 1
        self.memory: Memory = balancer.build(losses, num_groups)
        self.weights = remember("balance/weights", tf.ones([num_groups, len(losses)]))
        self._overdue = remember("balance/overdue", tf.constant(False))
        self.compared_layer: str | None = None  # Of a method that compares one, as the last trace has found.
        self._compared = [0]  # Groups that several losses reach, as the last trace has found.

    @property
    def variables_by_name(self) -> dict[str, tf.Variable]:
        """All it remembers."""
        of_segments = {} if self._segments is None else self._segments.variables_by_name
        of_rows = {} if self._personal is None else self._personal.variables_by_name
        return {**self.memory, "weights": self.weights, "overdue": self._overdue, **of_segments, **of_rows}

    def gradients(self, passed: Pass) -> tuple[list[Gradient], tf.Tensor]:
        """One gradient for each variable, summed over replicas, and the `[groups, tasks]` weights they came by."""
        scope, every = self._balancer.scope, self._balancer.update_every
        is_due = self._is_due(passed.seen)
        if scope is Scope.REPRESENTATION:
            found = self._through_frontier(passed, is_due)
        elif every == 1 or scope is Scope.GROUP or num_replicas() > 1:
            # Weights of several groups need every gradient each step, and replicas cannot meet in a branch.
            found = self._exact(passed, is_due)
        else:
            found = self._either(
                is_due,
                lambda: self._exact(passed, tf.constant(True)),
                lambda: self._through_frontier(passed, tf.constant(False)),
            )
        return found, self._mean_weights(passed)

    def _is_due(self, seen: Seen) -> tf.Tensor:
        """Whether to decide: every so many steps, and after one whose gradients were not finite."""
        return (seen.step % self._balancer.update_every == 0) | self._overdue

    def _mean_weights(self, passed: Pass) -> tf.Tensor:
        """`[1, tasks]`: by all rows, or by all groups that several losses reach."""
        if self._personal is not None:
            by_row = self._personal.of_rows(passed.features, passed.seen.active)
            return _over_replicas(tf.reduce_mean(by_row, axis=0, keepdims=True)) / num_replicas()
        weights = self._weights_now(passed.seen)
        if self._segments is not None:
            return self._segments.mean_weights(weights)
        return tf.reduce_mean(tf.gather(weights, self._compared), axis=0, keepdims=True)

    def _exact(self, passed: Pass, is_due: tf.Tensor) -> list[Gradient]:
        """Every gradient of every loss."""
        gradients = by_weight(passed.of_targets(), passed.sources, passed.factor)
        return self._decided(gradients, passed.seen, self.is_of_task(passed), is_due)

    def of_parts(self, gradients: PerLoss, seen: Seen, is_of_task: OfTask) -> tuple[list[Gradient], tf.Tensor]:
        """As `gradients`, of those that are there already.

        Args:
            gradients: Of each loss, over the whole batch.
            seen: Of the whole batch.
            is_of_task: Tells a task's own variables, see `is_of_task`.
        """
        found = self._decided(gradients, seen, is_of_task, self._is_due(seen))
        return found, tf.gather(self._weights_now(seen), self._compared)

    def _decided(self, gradients: PerLoss, seen: Seen, is_of_task: OfTask, is_due: tf.Tensor) -> list[Gradient]:
        num_tasks = self._num_tasks
        grams = gram_by_layer(gradients, num_tasks)
        nothing = tf.zeros([num_tasks, num_tasks])
        if self._balancer.scope is Scope.GROUP:
            gram = tf.stack([grams.get(group, nothing) for group in self.groups])
            self._compared = [place for place, group in enumerate(self.groups) if group in grams] or [0]
        elif self._balancer.compares_one_layer:
            self.compared_layer = self._one_layer(gradients, list(grams))
            gram = grams[self.compared_layer]
        else:
            gram = tf.add_n(list(grams.values()) or [nothing])
        self._weigh(seen, gram, is_due)
        return self._combined(gradients, seen, is_of_task)

    def _combined(self, gradients: PerLoss, seen: Seen, is_of_task: OfTask) -> list[Gradient]:
        return combine(
            gradients,
            self._weights_of(seen),
            self._variables,
            num_tasks=self._num_tasks,
            of_task=is_of_task,
            trained=tf.cast(seen.active, tf.float32),
        )

    def _through_frontier(self, passed: Pass, is_due: tf.Tensor) -> list[Gradient]:
        """Every gradient of every loss down to the frontier, and below it one pass back of their weighted sum."""
        tape, sources, frontier = passed.tape, passed.sources, passed.sources.frontier
        is_below = self._is_below(passed)
        above = [one for one, below in zip(sources.tensors, is_below, strict=True) if not below]
        found = [tape.gradient(loss, [*above, *frontier.tensors]) for loss in passed.losses]
        at_frontier = [of_loss[len(above) :] for of_loss in found]
        if self._balancer.scope is Scope.REPRESENTATION:
            compared = slice(0, len(frontier.experts)) if frontier.experts else slice(0, None)
            rows = row_products([of_loss[compared] for of_loss in at_frontier])
            self._weigh(passed.seen, self._of_rows(passed, rows * passed.factor**2), is_due)
        weights = self._frontier_weights(passed)
        sums = [
            _weighted(of_losses, weights, like)
            for of_losses, like in zip(zip(*at_frontier, strict=True), frontier.tensors, strict=True)
        ]
        below = tape.gradient(frontier.tensors, sources.tensors, output_gradients=sums)
        by_loss = []
        for of_loss in found:
            rest = iter(of_loss)
            by_loss.append([None if is_one else next(rest) for is_one in is_below])
        gradients = by_weight([*by_loss, below, *passed.of_regularisation()], sources, passed.factor)
        return self._combined(gradients, passed.seen, self.is_of_task(passed))

    def _one_layer(self, gradients: PerLoss, shared: Sequence[str]) -> str:
        """The layer that the method names, or the last layer of experts that most losses reach."""
        names = [layer_of(one.part.variable) for one in gradients.dense]
        named = getattr(self._balancer, "layer", None)
        if named is not None and named in shared and named in names:
            return str(named)
        reach = {name: 0 for name in names if name in shared and name.startswith(_OF_EXPERTS)}
        if named is not None or not reach:
            known = ", ".join(f"`{name}`" for name in reach) or "none: take an architecture with shared experts"
            raise ValueError(f"`layer` must be a layer that several losses reach, got {named!r}. There are {known}.")
        for one in gradients.dense:
            name = layer_of(one.part.variable)
            if name in reach:
                reach[name] = max(reach[name], len([task for task in one.reach if task < self._num_tasks]))
        return [name for name, number in reach.items() if number == max(reach.values())][-1]

    def _of_rows(self, passed: Pass, products: tf.Tensor) -> tf.Tensor:
        """`[tasks, tasks]` over all rows, `[batch, tasks, tasks]`, or one for each segment and, last, for all."""
        if self._segments is not None:
            ids = passed.features[self._segments.feature]
            grams = self._segments.take_in(products, ids, shares=passed.shares)
            if self._personal is not None:
                self._personal.learn(grams[:-1], ids, passed.features, passed.seen.active)
            return grams
        return _over_replicas(tf.reduce_sum(products, axis=0))

    def _frontier_weights(self, passed: Pass) -> list[tf.Tensor]:
        """For each loss a scalar, or, by segments, `[batch]`."""
        weights = self._weights_now(passed.seen)
        if self._segments is None:
            return list(tf.unstack(weights[0]))
        if self._personal is not None:
            return list(tf.unstack(self._personal.of_rows(passed.features, passed.seen.active), axis=1))
        by_row = self._segments.weights_of_rows(weights, passed.features[self._segments.feature])
        return list(tf.unstack(by_row, axis=1))

    def _is_below(self, passed: Pass) -> list[bool]:
        """For each source, whether it lies below the frontier."""
        sources = passed.sources
        return [one is not None for one in passed.tape.gradient(sources.frontier.tensors, sources.tensors)]

    def is_of_task(self, passed: Pass) -> OfTask:
        """Tells variables that are to get the gradient of the one loss that reaches them as it is."""
        is_below = self._is_below(passed)
        keys = {part.variable.ref() for part, below in zip(passed.sources.parts, is_below, strict=False) if not below}
        as_it_is = self._balancer.task_parameters is TaskParameters.UNWEIGHTED
        return lambda variable: as_it_is and variable.ref() in keys

    def _weigh(self, seen: Seen, gram: tf.Tensor, is_due: tf.Tensor) -> None:
        """Decides on `[groups, tasks, tasks]`, or `[tasks, tasks]`, where it is due."""
        gram = gram if gram.shape.rank == 3 else gram[None]
        before = {name: tf.identity(variable) for name, variable in self.memory.items()}
        decided = self._balancer.balance(dataclasses.replace(seen, gram=tf.stop_gradient(gram)), self.memory)
        for name, variable in self.memory.items():
            variable.assign(tf.where(is_due, variable, before[name]))
        is_sound = tf.reduce_all(tf.math.is_finite(gram)) & tf.reduce_all(tf.math.is_finite(seen.losses))
        # A task that is absent now keeps the weight it had for the steps up to the next decision.
        self.weights.assign(tf.where(is_due & is_sound & seen.active, decided, self.weights))
        self._overdue.assign(is_due & ~is_sound)

    def _weights_now(self, seen: Seen) -> tf.Tensor:
        """`[groups, tasks]`, 0 for a task that is not active."""
        return tf.where(seen.active, self.weights, 0.0)

    def _weights_of(self, seen: Seen) -> Callable[[str], tf.Tensor]:
        """From a layer's name to its `[tasks]` weights."""
        weights = tf.unstack(self._weights_now(seen))
        if self._balancer.scope is Scope.GROUP:
            return lambda layer: weights[self.groups.index(layer)]
        return lambda layer: weights[-1]  # Of all, behind those of segments.

    def _either(
        self, condition: tf.Tensor, first: Callable[[], list[Gradient]], second: Callable[[], list[Gradient]]
    ) -> list[Gradient]:
        """What one of two gives; they agree on which variables have a gradient, and of which kind."""
        kinds: list[int] = []

        def packed(gradients: Sequence[Gradient]) -> list[tf.Tensor]:
            parts = [
                [] if one is None else [one.values, one.indices] if isinstance(one, tf.IndexedSlices) else [one]
                for one in gradients
            ]
            kinds[:] = [len(of_one) for of_one in parts]
            return [part for of_one in parts for part in of_one]

        rest = iter(tf.cond(condition, lambda: packed(first()), lambda: packed(second())))
        found: list[Gradient] = []
        for number, variable in zip(kinds, self._variables, strict=True):
            parts = [next(rest) for _ in range(number)]
            if len(parts) > 1:
                shape = tf.constant(variable.shape.as_list(), parts[1].dtype)
                found.append(tf.IndexedSlices(parts[0], parts[1], shape))
            else:
                found.append(parts[0] if parts else None)
        return found


def _weighted(gradients: Sequence[tf.Tensor | None], weights: Sequence[tf.Tensor], like: tf.Tensor) -> tf.Tensor:
    """The weighted sum of those there are."""
    # A weight a row stands beside `[batch, width]` or `[experts, batch, units]`.
    terms = [
        tf.cast((weight if weight.shape.rank == 0 else weight[:, None]) * tf.cast(one, tf.float32), one.dtype)
        for weight, one in zip(weights, gradients, strict=True)
        if one is not None
    ]
    return tf.add_n(terms) if terms else tf.zeros_like(like)


def _over_replicas(gram: tf.Tensor) -> tf.Tensor:
    """Summed: replicas hold other rows of the batch, whose representations are others'."""
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, gram) if num_replicas() > 1 else gram
