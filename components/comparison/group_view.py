"""One cell of a metric that is a mean over users or lists."""

from __future__ import annotations

import dataclasses
from typing import Final, final

import numpy as np
from typing_extensions import override

from components.comparison.view import Base, Curve, Placements, Sums, View

__all__ = ["GroupCounts", "GroupView"]

_NOTHING: Final = Base(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, None, None)


@dataclasses.dataclass
class GroupCounts:
    """Of a slice, rows of all groups, also of those that do not count.

    Attributes:
        rows: How many.
        positives: With a label above 0.
        invalid: `[models]` rows with a score that cannot be one.
        ungrouped: Rows of no group, beside the others.
    """

    rows: int
    positives: int
    invalid: np.ndarray
    ungrouped: int = 0

    def merge(self, other: GroupCounts) -> None:
        """Adds what `other` counted."""
        self.rows += other.rows
        self.positives += other.positives
        self.invalid = self.invalid + other.invalid
        self.ungrouped += other.ungrouped


@final
class GroupView(View):
    """Groups take the place of rows in the sums."""

    def __init__(self, inner: View | None, counts: GroupCounts) -> None:
        self._inner = inner
        self._counts = counts
        self.rows = counts.rows
        self.positives = counts.positives
        self.ungrouped = counts.ungrouped
        self.groups = inner.rows if inner is not None else 0

    @property
    @override
    def clusters(self) -> int:
        return self._inner.clusters if self._inner is not None else 0

    @override
    def invalid(self, model: int) -> int:
        return int(self._counts.invalid[model])

    @override
    def base(self) -> Base:
        return self._inner.base() if self._inner is not None else _NOTHING

    @override
    def sums(self, quantity: str, model: int, other: int | None) -> Sums:
        return self._there().sums(quantity, model, other)

    @override
    def placements(self, model: int, other: int | None) -> Placements:
        return self._there().placements(model, other)

    @override
    def curve(self, model: int) -> Curve:
        return self._there().curve(model)

    def _there(self) -> View:
        if self._inner is None:
            raise ValueError("`groups` must hold one that counts, got none: ask `undefined` first.")
        return self._inner
