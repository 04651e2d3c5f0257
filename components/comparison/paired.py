"""Two or more models on the same rows of one output."""

from __future__ import annotations

from typing import final

from components.comparison.accumulator import ALL_ROWS, Accumulator
from components.comparison.cell import Cell, Slice
from components.comparison.checks import check_rows
from components.comparison.judging import cells_of
from components.comparison.known import known_rows
from components.comparison.metrics import COMPARED
from components.comparison.plan import OutputPlan
from components.comparison.rows import Rows
from components.comparison.shape import Shape
from components.comparison.view import Curve

__all__ = ["PairedSums"]

_RANKS = "ranks"


@final
class PairedSums:
    """Accumulates batches, merges with others, and gives the cells; of `metrics` those of groups are left out.

    Attributes:
        plan: What is compared.
    """

    def __init__(self, plan: OutputPlan) -> None:
        self.plan = plan
        needed = dict.fromkeys(name for metric in self._metrics for name in COMPARED[metric].quantities())
        self._rows = Accumulator(
            Shape(
                kind=plan.kind,
                models=plan.num_models,
                quantities=tuple(name for name in needed if name != _RANKS),
                ranks=_RANKS in needed,
                clustered=plan.clustered,
                weighted=plan.weighted,
                slicings=plan.slicings,
                slice_values=plan.slice_values,
                exact_rows=plan.exact_rows,
            )
        )

    @property
    def is_exact(self) -> bool:
        """Whether the rows are few enough to be judged one by one."""
        return self._rows.is_exact

    def add(self, rows: Rows) -> None:
        """Sees a batch; rows without a known label are passed over."""
        check_rows(rows, self.plan)
        self._rows.add(*known_rows(rows, self.plan))

    def merge(self, other: PairedSums) -> None:
        """Sees what `other` saw; `other` is not to be used any more."""
        self._rows.merge(other._rows)

    def compact(self) -> None:
        """Joins small batches, so that it travels faster."""
        self._rows.compact()

    def cells(self) -> tuple[Cell, ...]:
        """By metric, slice and reference."""
        views = self._rows.views()
        return tuple(
            cell
            for metric in self._metrics
            for name, view in views.items()
            for cell in cells_of(self.plan, metric, name, view)
        )

    def curve(self, name: Slice = ALL_ROWS, *, model: int = 0) -> Curve | None:
        """The calibration curve of a slice; None without rows or with scores that are no probabilities.

        Args:
            name: The slice.
            model: 0 for the candidate, 1 for the first reference, and so on.
        """
        view = self._rows.views().get(name)
        return view.curve(model) if view is not None and view.rows and not view.invalid(model) else None

    def left_out(self) -> dict[tuple[str, ...], int]:
        """Rows of each slicing whose value is beyond `plan.slice_values`."""
        return self._rows.left_out()

    @property
    def _metrics(self) -> list[str]:
        return [name for name in self.plan.metrics if not COMPARED[name].by_group]
