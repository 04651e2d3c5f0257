"""Metrics of outputs that are probabilities. `cluster_key` names the feature whose rows depend on each other."""

from __future__ import annotations

from typing import ClassVar, final

from typing_extensions import override

from components.comparison.kinds import Kind
from components.evaluator.metrics.base import PairedMetric

__all__ = ["PairedAUC", "PairedCalibration", "PairedCalibrationError", "PairedLogLoss", "PairedNormalisedEntropy"]


class _Paired(PairedMetric):
    def __init__(self, name: str, cluster_key: str | None) -> None:
        super().__init__(name=name, cluster_key=cluster_key)

    @override
    def _kind(self) -> Kind:
        return Kind.BINARY


@final
class PairedAUC(_Paired):
    """Area under the ROC curve, with DeLong's interval."""

    metric: ClassVar[str] = "auc"

    def __init__(self, name: str = "paired_auc", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedLogLoss(_Paired):
    """Mean log loss."""

    metric: ClassVar[str] = "log_loss"

    def __init__(self, name: str = "paired_log_loss", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedNormalisedEntropy(_Paired):
    """Log loss over that of always saying the mean label."""

    metric: ClassVar[str] = "normalised_entropy"

    def __init__(self, name: str = "paired_normalised_entropy", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedCalibration(_Paired):
    """Predicted over observed; its inverse is known as COPC."""

    metric: ClassVar[str] = "calibration"

    def __init__(self, name: str = "paired_calibration", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedCalibrationError(_Paired):
    """Expected calibration error; no interval is claimed for it."""

    metric: ClassVar[str] = "calibration_error"

    def __init__(self, name: str = "paired_calibration_error", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)
