"""The compared metrics as TFMA's: name one in any `EvalConfig` as `class_name`, with this package as `module`."""

from __future__ import annotations

from typing import Final

from components.evaluator.metrics.base import PairedMetric
from components.evaluator.metrics.grouped import PairedGAUC, PairedNDCG
from components.evaluator.metrics.of_classes import PairedAccuracy, PairedClassLogLoss
from components.evaluator.metrics.of_numbers import PairedMAE, PairedMeanRatio, PairedMSE
from components.evaluator.metrics.of_probabilities import (
    PairedAUC,
    PairedCalibration,
    PairedCalibrationError,
    PairedLogLoss,
    PairedNormalisedEntropy,
)

__all__ = [
    "METRICS",
    "PairedAUC",
    "PairedAccuracy",
    "PairedCalibration",
    "PairedCalibrationError",
    "PairedClassLogLoss",
    "PairedGAUC",
    "PairedLogLoss",
    "PairedMAE",
    "PairedMSE",
    "PairedMeanRatio",
    "PairedMetric",
    "PairedNDCG",
    "PairedNormalisedEntropy",
]

METRICS: Final[dict[str, type[PairedMetric]]] = {
    metric.__name__: metric
    for metric in (
        PairedAUC,
        PairedAccuracy,
        PairedCalibration,
        PairedCalibrationError,
        PairedClassLogLoss,
        PairedGAUC,
        PairedLogLoss,
        PairedMAE,
        PairedMSE,
        PairedMeanRatio,
        PairedNDCG,
        PairedNormalisedEntropy,
    )
}
