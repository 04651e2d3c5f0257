"""Metrics of several classes' probabilities. `cluster_key` names the feature whose rows depend on each other."""

from __future__ import annotations

from typing import ClassVar, final

from typing_extensions import override

from components.comparison.kinds import Kind
from components.evaluator.metrics.base import PairedMetric

__all__ = ["PairedAccuracy", "PairedClassLogLoss"]


class _Paired(PairedMetric):
    def __init__(self, name: str, cluster_key: str | None) -> None:
        super().__init__(name=name, cluster_key=cluster_key)

    @override
    def _kind(self) -> Kind:
        return Kind.CLASSES


@final
class PairedClassLogLoss(_Paired):
    """Mean of minus the log of the right class's probability."""

    metric: ClassVar[str] = "log_loss"

    def __init__(self, name: str = "paired_class_log_loss", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)


@final
class PairedAccuracy(_Paired):
    """Share of rows whose likeliest class is the right one."""

    metric: ClassVar[str] = "accuracy"

    def __init__(self, name: str = "paired_accuracy", cluster_key: str | None = None) -> None:
        super().__init__(name, cluster_key)
