"""The network that weighs each row; see `models.balancers.Personal`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, final

import tensorflow as tf

from models.balancers import remember
from models.balancers.checks import by_loss
from models.balancers.gram import normalised
from models.balancers.personal import Personal
from models.inputs import EmbeddingInput, Input
from models.seeds import derive
from models.tasks import Loss

__all__ = ["PersonalWeights"]

_DIM: Final = 4  # Of the vector of an id.
_LIMIT: Final = 0.5  # Initial weights are drawn within +- this.

Features = Mapping[str, tf.Tensor]


@final
class PersonalWeights(tf.Module):
    """A hidden layer over vectors of ids, and one logit a loss; before it learns, all losses weigh alike.

    Args:
        declared: What it reads, and how it learns.
        inputs: The model's.
        losses: What is weighed.
    """

    def __init__(self, declared: Personal, inputs: Sequence[Input], losses: Sequence[Loss]) -> None:
        super().__init__(name="personal")
        self._declared = declared
        self._bounds = by_loss(declared.bounds, losses, 0.0)
        sizes = {one.name: one.num_ids for one in inputs if isinstance(one, EmbeddingInput)}
        shapes = {f"vectors_{name}": [sizes[name], _DIM] for name in declared.features}
        shapes["hidden"] = [_DIM * len(declared.features), declared.hidden]
        drawn = {
            name: tf.random.stateless_uniform(shape, [derive(declared.seed, "personal", name), 0], -_LIMIT, _LIMIT)
            for name, shape in shapes.items()
        }
        fixed = {"bias": tf.zeros([declared.hidden]), "logits": tf.zeros([declared.hidden, len(losses)])}
        fixed["logit_bias"] = tf.zeros([len(losses)])
        self._weights = {name: remember(f"personal/{name}", value) for name, value in {**drawn, **fixed}.items()}

    @property
    def variables_by_name(self) -> dict[str, tf.Variable]:
        """All it remembers."""
        return {f"personal_{name}": variable for name, variable in self._weights.items()}

    def of_rows(self, features: Features, active: tf.Tensor) -> tf.Tensor:
        """`[batch, losses]`, of sum 1; 0 for a loss that is not active."""
        return self._of_rows({name: tf.convert_to_tensor(one) for name, one in self._weights.items()}, features, active)

    def _of_rows(self, weights: Mapping[str, tf.Tensor], features: Features, active: tf.Tensor) -> tf.Tensor:
        vectors = [tf.gather(weights[f"vectors_{name}"], features[name]) for name in self._declared.features]
        hidden = tf.nn.tanh(tf.matmul(tf.concat(vectors, axis=1), weights["hidden"]) + weights["bias"])
        logits = tf.matmul(hidden, weights["logits"]) + weights["logit_bias"]
        lower = tf.where(active, tf.cast(self._bounds, tf.float32), 0.0)
        shares = tf.nn.softmax(tf.where(active, logits, logits.dtype.min))
        return lower + (1.0 - tf.reduce_sum(lower)) * tf.where(active, shares, 0.0)

    def learn(self, grams: tf.Tensor, ids: tf.Tensor, features: Features, active: tf.Tensor) -> None:
        """One step down the objective.

        Args:
            grams: `[segments, losses, losses]`.
            ids: `[batch]`, each row's segment.
            features: Of the batch.
            active: `[losses]`, bool.
        """
        num_segments = grams.shape[0]
        scaled = tf.cast(normalised(grams, active), tf.float32)
        weights = {name: tf.convert_to_tensor(one) for name, one in self._weights.items()}
        with tf.GradientTape() as tape:
            tape.watch(weights)
            sums = tf.math.unsorted_segment_sum(self._of_rows(weights, features, active), ids, num_segments)
            all_sums, rows = _over_replicas(tf.stop_gradient(sums), ids, num_segments)
            means = tf.math.divide_no_nan(sums + all_sums - tf.stop_gradient(sums), rows[:, None])
            # A loss without gradient in a segment would draw all weight there.
            present = tf.cast(tf.linalg.diag_part(scaled) > 0, tf.float32)
            means = tf.math.divide_no_nan(means * present, tf.reduce_sum(means * present, axis=1, keepdims=True))
            lengths = tf.einsum("si,sij,sj->s", means, scaled, means)
            objective = tf.reduce_sum(rows / tf.reduce_sum(rows) * lengths)
        found = tape.gradient(objective, weights)
        for name, variable in self._weights.items():
            step = _summed(tf.convert_to_tensor(found[name]))
            is_sound = tf.reduce_all(tf.math.is_finite(step))
            variable.assign_sub(tf.where(is_sound, self._declared.learning_rate * step, tf.zeros_like(step)))


def _over_replicas(sums: tf.Tensor, ids: tf.Tensor, num_segments: int) -> tuple[tf.Tensor, tf.Tensor]:
    rows = tf.math.unsorted_segment_sum(tf.ones(tf.shape(ids)), ids, num_segments)
    return _summed(sums), _summed(rows)


def _summed(tensor: tf.Tensor) -> tf.Tensor:
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return tensor
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tensor)
