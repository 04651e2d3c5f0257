"""What is to be compared of one output."""

from __future__ import annotations

import dataclasses
from typing import Final

from components.comparison.cell import Reference
from components.comparison.kinds import Kind
from components.comparison.metrics import COMPARED
from components.gauc_weight import GaucWeight

__all__ = ["OutputPlan"]

EXACT_ROWS: Final = 2**18
SLICE_VALUES: Final = 200
SLICE_MODELS: Final = 700  # Of slices times models: what they take once only sums are kept stays under 1 GiB.


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutputPlan:
    """One output, its metrics, and against what.

    Attributes:
        output: A task or a product.
        kind: What its rows hold.
        metrics: Keys of `COMPARED`, in the order of the cells.
        references: What the candidate is compared with, in the order of the scores.
        slicings: Columns of each slicing; all rows are always judged too.
        clustered: Whether rows come with clusters; else they are independent.
        weighted: Whether rows stand for others that were left out, as many as `known` says; else it is 0 or 1.
        exact_rows: Up to so many rows are kept and judged one by one; of more, only sums are.
        ndcg_at: Places of a list that NDCG looks at.
        gauc_weight: What a user counts for.
    """

    output: str
    kind: Kind
    metrics: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    slicings: tuple[tuple[str, ...], ...] = ()
    clustered: bool = True
    weighted: bool = False
    exact_rows: int = EXACT_ROWS
    ndcg_at: int = 10
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS

    def __post_init__(self) -> None:
        fitting = [name for name, metric in COMPARED.items() if self.kind in metric.kinds]
        wrong = [name for name in self.metrics if name not in fitting]
        if wrong:
            message = (
                f"`metrics` of {self.output!r} must be of {self.kind.value} outputs, one of {fitting}, got {wrong}."
            )
            raise ValueError(message)

    @property
    def num_models(self) -> int:
        """The candidate and its references."""
        return 1 + len(self.references)

    @property
    def slice_values(self) -> int:
        """How many values of a slicing are judged: the first in the order of their names."""
        return min(SLICE_VALUES, max(SLICE_MODELS // (self.num_models * max(len(self.slicings), 1)), 1))
