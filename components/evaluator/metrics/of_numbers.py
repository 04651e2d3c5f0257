"""Metrics of regressions. `cluster_key` names the feature whose rows depend on each other."""

from __future__ import annotations

from typing import ClassVar, final

from typing_extensions import override

from components.comparison.kinds import Kind
from components.evaluator.metrics.base import PairedMetric

__all__ = ["PairedMAE", "PairedMSE", "PairedMeanRatio"]


class _Paired(PairedMetric):
    def __init__(self, name: str, cluster_key: str | None) -> None:
        super().__init__(name=name, cluster_key=cluster_key)

    @override
    def _kind(self) -> Kind:
        return Kind.REGRESSION


@final
class PairedMSE(_Paired):
    """Mean squared error."""

    metric: ClassVar[str] = "mse"

    def __init__(self, name: str = "paired_mse", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedMAE(_Paired):
    """Mean absolute error."""

    metric: ClassVar[str] = "mae"

    def __init__(self, name: str = "paired_mae", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedMeanRatio(_Paired):
    """Sum of the predictions over that of the labels."""

    metric: ClassVar[str] = "calibration"

    def __init__(self, name: str = "paired_mean_ratio", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)
