"""One training step: forward, balanced, back, updated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, final

import tensorflow as tf

from models.balancers import Balancer, GramBalancer, Seen
from models.gradients.balance import Balance
from models.gradients.combine import Gradient, combine
from models.gradients.forward import Features, Trained, forward, num_replicas, over_replicas, seen_of
from models.gradients.parts import in_parts, slices
from models.gradients.telemetry import Telemetry
from models.inputs import Input
from models.losses.terms import loss_rows, loss_terms
from models.tasks import TaskGraph

__all__ = ["Terms", "TrainingStep"]


class Terms(NamedTuple):
    """What the objective of a step was made of, before its update.

    Attributes:
        sums: `[watched]`, of this replica's rows, those of observed signals last.
        counts: `[watched]`, what these are divided by.
        penalty: A scalar: what is added to the losses.
    """

    sums: tf.Tensor
    counts: tf.Tensor
    penalty: tf.Tensor


Weighed = tuple[Terms, tf.Tensor]  # And `[losses]` weights.


@final
class TrainingStep:
    """How a model learns of a batch.

    Attributes:
        telemetry: What looks at gradients; None, or every 0 steps, never looks.
        num_parts: In how many parts a batch is passed through, one after another: memory holds the activations of one,
            and the update is that of the whole batch. Above 1, every method takes one pass back for each loss, and
            nothing looks at gradients.

    Args:
        balancer: How much each task's loss counts.
        tasks: The task graph.
        variables: The model's trainable ones, in their order.
        inputs: The model's.
    """

    def __init__(
        self,
        balancer: Balancer,
        tasks: TaskGraph,
        variables: Sequence[tf.Variable],
        *,
        inputs: Sequence[Input],
    ) -> None:
        self._balancer = balancer
        self._factors = [loss.loss_weight for loss in tasks.losses]
        self.balance: Balance | None = None
        if isinstance(balancer, GramBalancer):
            self.balance = Balance(balancer, tasks.losses, variables, inputs=inputs)
        self.telemetry: Telemetry | None = None
        self.num_parts = 1
        self.memory: Mapping[str, tf.Variable] = (
            balancer.build(tasks.losses) if self.balance is None else self.balance.variables_by_name
        )

    def __call__(self, model: Trained, features: Features, targets: Features) -> Terms:
        """Updates the model."""
        if self.num_parts > 1:
            return self._in_parts(model, features, targets)
        # A branch cannot wait for another replica.
        telemetry = self.telemetry if num_replicas() == 1 else None
        if telemetry is not None and telemetry.every:
            telemetry.look(model, features, targets)
        step = tf.identity(model.optimizer.iterations)
        if self.balance is not None:
            terms, weights = self._by_gradients(model, features, targets, self.balance)
        else:
            terms, weights = self._by_losses(model, features, targets)
        if telemetry is not None and telemetry.every:
            telemetry.keep_weights(step, weights)
        return terms

    def _by_losses(self, model: Trained, features: Features, targets: Features) -> Weighed:
        """An update along the weighted sum of losses."""
        with tf.GradientTape() as tape:
            declared, num = model.tasks.losses, len(model.tasks.losses)
            rows = loss_rows(model.tasks, model.logits(features, training=True), targets, of=model.tasks.watched)
            sums = tf.stack([tf.reduce_sum(of_loss) for of_loss in rows.losses])
            known = tf.stack([tf.reduce_sum(of_loss) for of_loss in rows.weights])
            regularisation = model.regularisation()
            all_sums, all_counts, all_known = over_replicas(tf.stop_gradient(sums), rows.counts, known)
            seen = seen_of(model, all_sums[:num], all_counts[:num], known=all_known[:num], declared=declared)
            decided = self._balancer.balance(seen, self.memory)
            weights = decided * tf.constant(self._factors)
            means = tf.math.divide_no_nan(sums, all_counts)
            balanced = tf.reduce_sum(weights * means[:num])
            objective = balanced + (regularisation + model.policy_loss(seen, weights)) / num_replicas()
            if len(model.tasks.watched) > num:
                objective += tf.reduce_sum(means[num:])  # Of which none but the observing weights learn.
        model.optimizer.minimize(objective, model.trainable_variables, tape=tape)
        if self._balancer.needs_losses_after:
            self._look_again(model, features, targets, seen)
        return Terms(sums, rows.counts, regularisation), decided

    def _in_parts(self, model: Trained, features: Features, targets: Features) -> Terms:
        """The update of the whole batch, passed through part by part."""
        whole = in_parts(model, features, targets, num_parts=self.num_parts)
        if self.balance is not None:
            of_task = self.balance.is_of_task(whole.passed)
            gradients, of_groups = self.balance.of_parts(whole.gradients, whole.seen, of_task)
            weights = tf.reduce_mean(of_groups, axis=0)
        else:
            weights = self._balancer.balance(whole.seen, self.memory)
            gradients = combine(
                whole.gradients,
                lambda layer: weights,
                model.trainable_variables,
                num_tasks=len(self._factors),
                of_task=lambda variable: False,
                trained=tf.cast(whole.seen.active, tf.float32),
            )
        self._update(model, whole.seen, gradients, weights)
        if self._balancer.needs_losses_after:
            self._look_again(model, features, targets, whole.seen)
        return Terms(whole.sums, whole.counts, whole.penalty)

    def _look_again(self, model: Trained, features: Features, targets: Features, seen: Seen) -> None:
        """Shows the balancer the losses after the update."""
        terms: list[tuple[tf.Tensor, tf.Tensor]] = []
        done: list[tf.Tensor] = []
        for part in slices(features, targets, self.num_parts):
            own_features, own_targets = part(done)
            terms.append(loss_terms(model.tasks, model.logits(own_features, training=True), own_targets))
            done = [terms[-1][0]]
        sums, counts = (tf.add_n(list(parts)) for parts in zip(*terms, strict=True))
        all_sums, all_counts = over_replicas(sums, counts)
        self._balancer.learn(seen, tf.math.divide_no_nan(all_sums, all_counts), self.memory)

    def _by_gradients(self, model: Trained, features: Features, targets: Features, balance: Balance) -> Weighed:
        """An update along the gradients of the losses, compared and weighed."""
        passed = forward(model, features, targets)
        gradients, of_groups = balance.gradients(passed)
        weights = tf.reduce_mean(of_groups, axis=0)
        self._update(model, passed.seen, gradients, weights)
        return Terms(passed.sums, passed.counts, passed.penalty), weights

    def _update(self, model: Trained, seen: Seen, gradients: Sequence[Gradient], weights: tf.Tensor) -> None:
        """Updates by gradients, summed over replicas, and by what the network learns of its draws."""
        with tf.GradientTape() as tape:
            policy = model.policy_loss(seen, weights * tf.constant(self._factors))
        of_policy = tape.gradient(policy, model.trainable_variables)  # The same on every replica.
        summed = [
            one if more is None else more if one is None else one + more
            for one, more in zip(gradients, of_policy, strict=True)
        ]
        pairs = list(zip(summed, model.trainable_variables, strict=True))
        model.optimizer.apply_gradients(pairs, skip_gradients_aggregation=True)
