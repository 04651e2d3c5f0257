"""Metrics by which two models are compared; a new one is a file here and a line in `COMPARED`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from components.comparison.metrics.accuracy import ACCURACY
from components.comparison.metrics.auc import Auc
from components.comparison.metrics.base import Compared
from components.comparison.metrics.calibration import CALIBRATION
from components.comparison.metrics.calibration_error import CalibrationError
from components.comparison.metrics.gauc import GAUC
from components.comparison.metrics.log_loss import LOG_LOSS
from components.comparison.metrics.mae import MAE
from components.comparison.metrics.mse import MSE
from components.comparison.metrics.ndcg import NDCG
from components.comparison.metrics.normalised_entropy import NORMALISED_ENTROPY

__all__ = ["COMPARED", "Compared"]

COMPARED: Final[Mapping[str, Compared]] = {
    "auc": Auc(),
    "gauc": GAUC,
    "log_loss": LOG_LOSS,
    "normalised_entropy": NORMALISED_ENTROPY,
    "calibration": CALIBRATION,
    "calibration_error": CalibrationError(),
    "mse": MSE,
    "mae": MAE,
    "ndcg": NDCG,
    "accuracy": ACCURACY,
}
