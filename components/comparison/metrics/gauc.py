"""AUC within each user, averaged over users with both classes."""

from __future__ import annotations

from typing import Final

from components.comparison.cell import Status
from components.comparison.kinds import Gain, Kind
from components.comparison.metrics.ratio import RatioMetric, of_labels

__all__ = ["GAUC"]

# Source: Zhou et al., "Deep Interest Network", KDD 2018, Eq. 4; users with one class have no AUC and are skipped.
GAUC: Final = RatioMetric(
    kinds=frozenset({Kind.BINARY}),
    gain=Gain.MORE,
    high=1.0,
    by_group=True,
    quantity="weighted",
    denominator=of_labels,
    needs=(Status.ONE_CLASS, "No user has rows of both classes."),
)
