"""The catalogue of optimizers, and the one that gives tables and dense weights an optimizer each."""

from __future__ import annotations

import math
from typing import Final

from models.deferred import tf
from models.errors import raise_if_any
from models.optimizers.adagrad import Adagrad
from models.optimizers.adam import Adam
from models.optimizers.base import Optimizer
from models.optimizers.sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "Optimizer", "OptimizerConfig", "build"]

OptimizerConfig = Adam | Adagrad | SGD

OPTIMIZERS: Final[dict[str, type[Optimizer]]] = {"adam": Adam, "adagrad": Adagrad, "sgd": SGD}


def build(
    dense: Optimizer, embeddings: Optimizer | None = None, *, clip_norm: float | None = None
) -> tf.keras.optimizers.Optimizer:
    """The Keras optimizer of a model.

    Args:
        dense: For all weights but embedding tables.
        embeddings: For embedding tables; Adagrad by default.
        clip_norm: Largest norm of all gradients together; None never clips.
    """
    if clip_norm is not None and not 0 < clip_norm < math.inf:
        raise_if_any("optimizer", [f"`clip_norm` must be positive, got {clip_norm!r}: leave it out to never clip."])
    from models.optimizers.split import SplitOptimizer

    return SplitOptimizer(dense.for_dense(), (embeddings or Adagrad()).for_rows(), clip_norm=clip_norm)
