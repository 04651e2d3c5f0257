"""Which columns may have made a loss infinite: non-finite or extreme numbers, and spoilt embeddings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import tensorflow as tf

from components.trainer.rows.format import Batch
from models.inputs import EmbeddingInput
from models.inputs.encoder import is_embedding_table
from models.model import MultiTaskModel
from models.tasks import known_column, label_column

__all__ = ["suspect_columns", "suspect_tables"]

_EXTREME: Final = 1e4  # Its square is far from float32's limit, but no scaled input or sane label is as large.
_NUM_NAMED: Final = 5


def suspect_columns(batches: Iterable[Batch]) -> list[str]:
    """The columns with the most extreme numbers, the worst first, such as "`price` holds 3e+30".

    Labels count only where they are known.
    """
    worst: dict[str, float] = {}
    for features, targets in batches:
        for name, values in {**features, **_seen(targets)}.items():
            worst[name] = max(worst.get(name, 0.0), _most_extreme(values), key=_badness)
    named = sorted(
        (name for name in worst if _badness(worst[name]) > _EXTREME), key=lambda name: -_badness(worst[name])
    )
    return [f"`{name}` holds {worst[name]:g}" for name in named[:_NUM_NAMED]]


def suspect_tables(model: MultiTaskModel) -> list[str]:
    """Inputs whose embeddings are not finite, unless all of them are: then they tell nothing."""
    tables = [variable for variable in model.trainable_variables if is_embedding_table(variable)]
    spoilt = [variable for variable in tables if not tf.reduce_all(tf.math.is_finite(variable))]
    if len(spoilt) == len(tables):
        return []
    return [
        f"embeddings of `{column.name}` are not finite"
        for column in model.input_specs
        if isinstance(column, EmbeddingInput)
        and any(variable.name.endswith(f"table_{column.table}:0") for variable in spoilt)
    ]


def _seen(targets: Mapping[str, tf.Tensor]) -> dict[str, np.ndarray]:
    """Target columns, labels that are not known left out."""
    masks = {
        label_column(name.partition("/")[2]): column.numpy() > 0
        for name, column in targets.items()
        if name == known_column(name.partition("/")[2])
    }
    return {name: column.numpy()[masks.get(name, slice(None))] for name, column in targets.items()}


def _most_extreme(values: tf.Tensor | np.ndarray) -> float:
    """The number that is NaN or farthest from 0; 0 for ids."""
    if not isinstance(values, (tf.Tensor, np.ndarray)) or not np.size(values):
        return 0.0
    numbers = np.asarray(values)
    if not np.issubdtype(numbers.dtype, np.floating):
        return 0.0
    return float(numbers[np.argmax(np.abs(numbers))])  # NaN counts as the largest.


def _badness(value: float) -> float:
    return math.inf if math.isnan(value) else abs(value)
