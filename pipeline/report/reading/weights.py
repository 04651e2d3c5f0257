"""The fusion weights beside the models of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from models.errors import ConfigError
from models.fusion.beside import read_declaration, read_weights
from pipeline.report.record import NodeRecord
from pipeline.report.weights import ScoreWeights

__all__ = ["read_score_weights"]

_TRAINER: Final = "Trainer"
_SERVING: Final = "ServingModel"
_MODEL: Final = "model"
_SERVED: Final = "Format-Serving"  # Where TFX puts what is served, in a model's folder.


def read_score_weights(nodes: Sequence[NodeRecord]) -> ScoreWeights | None:
    """None where the model serves no scores, or is not there."""
    candidate, serving = (_folder(nodes, name) for name in (_TRAINER, _SERVING))
    fusion = read_declaration(candidate)
    if fusion is None:
        return None
    try:
        served = read_weights(serving)
    except (ConfigError, OSError):  # Nothing serves, or no scores; a version that was edited stops the run by itself.
        served = None
    return ScoreWeights(fusion=fusion, carried=read_weights(candidate), serving=served)


def _folder(nodes: Sequence[NodeRecord], name: str) -> str:
    found = [uri for node in nodes if node.name == name for uri in node.outputs.get(_MODEL, ())]
    return os.path.join(found[-1], _SERVED) if found else os.devnull
