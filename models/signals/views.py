"""Two views of every row, and how well they find each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, final

import tensorflow as tf
from typing_extensions import override

from models.experts.draws import add_count, counted_seed, replica
from models.losses.in_batch import in_batch_softmax_both_ways
from models.seeds import derive
from models.signals.base import Scene
from models.signals.frequency import Frequency

if TYPE_CHECKING:
    from models.signals.contrastive import Contrastive

__all__ = ["Views"]

Parts = Mapping[str, tf.Tensor]


@final
class Views(tf.keras.layers.Layer):
    """The contrastive loss of each row, `[batch]`.

    In training every call hides other parts, which follow from the seed and a count in a variable; else always the
    same ones.

    Args:
        settings: As declared.
        num_ids: Of the item; 0 without one.
        seed: Picks what is hidden.
    """

    def __init__(self, *, settings: Contrastive, num_ids: int, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings, self._seed = settings, seed
        self.frequency = Frequency(num_ids=num_ids, rate=settings.rate, name="frequency") if num_ids else None

    @override
    def build(self, input_shape: Any) -> None:  # Of a scene, which has many shapes; none is needed.
        del input_shape
        self._count = add_count(self)
        super().build(None)

    @override
    def call(self, scene: Scene, training: bool | None = None) -> tf.Tensor:
        """See the class."""
        settings, draws = self._settings, bool(training) and not self._settings.observed
        count = tf.identity(self._count) if training else tf.zeros([], tf.int64)
        if training:
            self._count.assign_add(1)
        first, second = (scene.again(self._hiding(view, count), draws) for view in range(2))
        log_q = None
        if self.frequency is not None:
            log_q = self.frequency.log_q(scene.features[str(settings.item)])
        return in_batch_softmax_both_ways(first, second, temperature=settings.temperature, log_q=log_q)

    def see(self, features: Mapping[str, tf.Tensor]) -> None:
        """Takes in how often items come; once a step."""
        if self.frequency is not None:
            self.frequency.see(features[str(self._settings.item)])

    def _hiding(self, view: int, count: tf.Tensor) -> Callable[[Parts], Parts]:
        def seed(purpose: str, name: str) -> tf.Tensor:
            return counted_seed(derive(self._seed, self.name, view, purpose, name), count, num_replica=replica())

        def hidden(parts: Parts) -> Parts:
            return {name: self._hide(part, seed("mask", name), seed("drop", name)) for name, part in parts.items()}

        return hidden

    def _hide(self, part: tf.Tensor, mask_seed: tf.Tensor, drop_seed: tf.Tensor) -> tf.Tensor:
        """A part, `[batch, dim]` or ragged `[batch, (values), dim]`, of which rows are masked and numbers dropped."""
        is_ragged = isinstance(part, tf.RaggedTensor)
        values, rows = (part.values, part.nrows()) if is_ragged else (part, tf.shape(part)[0])
        drawn = tf.random.stateless_uniform([tf.cast(rows, tf.int32), 1], mask_seed)
        kept = tf.cast(drawn >= self._settings.masking, values.dtype)
        kept = tf.gather(kept, part.value_rowids()) if is_ragged else kept
        dropped = tf.nn.experimental.stateless_dropout(values, self._settings.dropout, seed=drop_seed) * kept
        return part.with_values(dropped) if is_ragged else dropped
