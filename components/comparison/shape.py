"""What an accumulator sums."""

from __future__ import annotations

import dataclasses
import functools

from components.comparison.kinds import Kind

__all__ = ["Series", "Shape"]

Series = tuple[str, int, int | None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shape:
    """Of the sums.

    Attributes:
        kind: What the rows hold.
        models: The candidate and its references.
        quantities: Names of what is summed.
        ranks: Whether scores are counted by bin.
        clustered: Whether rows come with clusters.
        weighted: Whether rows stand for others.
        slicings: Columns of each.
        slice_values: Values of a slicing that are kept, the first by name.
        exact_rows: Rows kept before only sums are.
    """

    kind: Kind
    models: int
    quantities: tuple[str, ...]
    ranks: bool
    clustered: bool
    weighted: bool
    slicings: tuple[tuple[str, ...], ...]
    slice_values: int
    exact_rows: int

    @functools.cached_property
    def series(self) -> tuple[Series, ...]:
        """Each quantity of each model, and of the candidate less each reference."""
        alone: list[Series] = [(name, model, None) for name in self.quantities for model in range(self.models)]
        paired: list[Series] = [(name, 0, other) for name in self.quantities for other in range(1, self.models)]
        return (*alone, *paired)
