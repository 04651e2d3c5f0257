"""Metrics within users or lists; slices are applied inside them, so one may vary within a user."""

from __future__ import annotations

from typing import Any, ClassVar, final

from typing_extensions import override

from components.comparison.kinds import Kind
from components.evaluator.metrics.base import PairedMetric
from components.gauc_weight import GaucWeight

__all__ = ["PairedGAUC", "PairedNDCG"]


@final
class PairedGAUC(PairedMetric):
    """AUC within each user, averaged by impressions or clicks over users with both classes.

    Attributes:
        metric: Key of `COMPARED`.
    """

    metric: ClassVar[str] = "gauc"

    def __init__(self, user_key: str, name: str = "paired_gauc", weight: str = "impressions") -> None:
        """Groups rows by the feature `user_key`; users are independent, and count by a `weight` of `GaucWeight`."""
        known = [one.value for one in GaucWeight]
        if weight not in known:
            raise ValueError(f"`weight` must be {' or '.join(known)}, got {weight!r}.")
        super().__init__(user_key=user_key, name=name, weight=weight)

    @override
    def _kind(self) -> Kind:
        return Kind.BINARY

    @override
    def _group_key(self) -> str | None:
        key: Any = self.kwargs["user_key"]
        return str(key)

    @override
    def _gauc_weight(self) -> GaucWeight:
        return GaucWeight(self.kwargs["weight"])


@final
class PairedNDCG(PairedMetric):
    """NDCG of the first places of each list, averaged over lists with a label above 0, which is the gain.

    Attributes:
        metric: Key of `COMPARED`.
    """

    metric: ClassVar[str] = "ndcg"

    def __init__(self, list_key: str, name: str = "paired_ndcg", at: int = 10, cluster_key: str | None = None) -> None:
        """Groups rows by the feature `list_key`; lists of one value of `cluster_key` depend on each other."""
        super().__init__(list_key=list_key, name=name, at=at, cluster_key=cluster_key)

    @override
    def _kind(self) -> Kind:
        return Kind.REGRESSION

    @override
    def _group_key(self) -> str | None:
        key: Any = self.kwargs["list_key"]
        return str(key)

    @override
    def _places(self) -> int:
        return int(self.kwargs["at"])
