"""How the gates of a trained model spread their weight over experts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from components.trainer.record import GateRecord
from models.model import MultiTaskModel

__all__ = ["gate_records"]


def gate_records(model: MultiTaskModel, features: Mapping[str, tf.Tensor]) -> tuple[GateRecord, ...]:
    """Mean and spread of each gate's weights over the rows of `features`."""
    weights = {name: np.asarray(weight, np.float64) for name, weight in model.gate_weights(features).items()}
    return tuple(
        GateRecord(
            name=name,
            experts=model.gate_experts[name],
            mean=tuple(weight.mean(axis=0).tolist()),
            std=tuple(weight.std(axis=0).tolist()),
        )
        for name, weight in weights.items()
    )
