"""Gradient vaccine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.base import Memory, remember
from models.balancers.gram import GramBalancer, GramProblem
from models.balancers.visiting import seed_problems, visiting_order
from models.deferred import tf
from models.tasks import Loss

__all__ = ["GradVac"]

_LARGEST_TARGET: Final = 1 - 1e-6  # At 1 no finite sum of the two gradients would do.
_LEAST_REST: Final = 1e-6  # Of a gradient's length: what is left of it after others took theirs is rounding below.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class GradVac(GramBalancer):
    """Turns task gradients towards each other until they are as similar as they were on average, then sums them.

    A pair's target is the running mean of its cosine, from 0: at first only conflicts are undone, as `pcgrad` does.
    Weights sum to no fixed number: where all cosines reach their targets each is 1, the plain sum.

    Source: Wang et al., "Gradient Vaccine: Investigating and Improving Multi-task Optimization in Massively
        Multilingual Models", ICLR 2021, Alg. 1; the cosine averaged is the one compared, of a gradient that others may
        have turned before.
    Differs: the visiting order comes from `seed`, the step and the tasks' names, so a resumed run repeats; a target is
        followed up to 1e-6 below 1. A pair of which one is absent, or has no gradient, keeps its target.
    Cost: O(tasks^3) a step; it never sees a parameter.

    Attributes:
        beta: Share of a new cosine in a target, in [0, 1]; at 0 targets stay 0.
        seed: Any int32; picks the visiting orders.
    """

    method: Literal["gradvac"] = "gradvac"
    beta: float = 0.01
    seed: int = 0

    @override
    def setting_problems(self) -> list[str]:
        found = super().setting_problems() + seed_problems(self.seed)
        if not 0 <= self.beta <= 1:
            found.append(f"`beta` must be in [0, 1], got {self.beta!r}.")
        return found

    @override
    def build(self, losses: Sequence[Loss], num_groups: int = 1) -> dict[str, tf.Variable]:
        """A target for each group and ordered pair; see `Balancer`."""
        return {"targets": remember("targets", tf.zeros([num_groups, len(losses), len(losses)], tf.float64))}

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        gram, tasks = problem.gram, len(problem.declared)
        norms = tf.sqrt(tf.linalg.diag_part(gram))
        before = tf.convert_to_tensor(memory["targets"])
        targets = before
        mix = tf.eye(tasks, batch_shape=[tf.shape(gram)[0]], dtype=gram.dtype)  # Row i: task i's new gradient, in old.
        order = visiting_order(self.seed, problem.step, problem.declared)
        for met in tf.unstack(order, axis=1):  # met[i]: i's next.
            pick = tf.one_hot(met, tasks, dtype=gram.dtype)
            met_norms = tf.gather(norms, met, axis=1)
            new_norms = tf.sqrt(tf.maximum(tf.reduce_sum(mix * tf.matmul(mix, gram), axis=2), 0.0))
            overlap = tf.reduce_sum(mix * tf.gather(gram, met, axis=1), axis=2)
            cosine = tf.clip_by_value(tf.math.divide_no_nan(overlap, new_norms * met_norms), -1.0, 1.0)
            is_pair = (met != tf.range(tasks)) & (met_norms > 0) & (new_norms > _LEAST_REST * norms)
            target = tf.reduce_sum(before * pick, axis=2)
            added = tf.math.divide_no_nan(new_norms, met_norms) * _turn(cosine, target)
            mix += tf.where(is_pair, added, 0.0)[:, :, None] * pick
            targets += tf.where(is_pair, self.beta * (cosine - target), 0.0)[:, :, None] * pick
        memory["targets"].assign(targets)
        return tf.reduce_sum(mix, axis=1)


def _turn(cosine: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """How much of one unit gradient another must be given so that their cosine reaches `target`; 0 if it does."""
    wanted = tf.clip_by_value(target, -_LARGEST_TARGET, _LARGEST_TARGET)
    sine, wanted_sine = tf.sqrt(1.0 - tf.square(cosine)), tf.sqrt(1.0 - tf.square(wanted))
    return tf.where(cosine < wanted, (wanted * sine - cosine * wanted_sine) / wanted_sine, 0.0)
