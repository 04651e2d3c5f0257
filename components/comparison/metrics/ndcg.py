"""NDCG of the first places of each list, averaged over lists with a positive label."""

from __future__ import annotations

from typing import Final

from components.comparison.cell import Status
from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_labels

__all__ = ["NDCG"]

NDCG: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY, Kind.REGRESSION}),
    gain=Gain.MORE,
    high=1.0,
    by_group=True,
    quantity="weighted",
    denominator=of_labels,
    needs=(Status.ONE_CLASS, "No list has a label above 0."),
)
