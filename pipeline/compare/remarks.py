"""What is said under a comparison's table: what could not be told and why, and what the rules come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.comparison.cell import Cell, Reference, Slice, Status
from components.gauc_weight import GaucWeight
from pipeline.compare.result import Compared

__all__ = ["called", "place", "remarks_of"]


def remarks_of(found: Compared) -> Iterator[str]:
    """A line each, of slices one for all values of the same columns; the decision comes last."""
    yield from found.notes
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for cell in found.comparison.cells:
        if cell.status not in (Status.MEASURED, Status.NO_INTERVAL):
            slicing = tuple(column for column, _ in cell.slice)
            groups.setdefault((cell.output, cell.status, slicing), []).append(cell)
    for cells in groups.values():
        yield from _told(cells)
    if found.comparison.gauc_weight is not GaucWeight.IMPRESSIONS:
        yield f"In gauc users count by {found.comparison.gauc_weight.value}."
    lacking = {cell.metric: cell.ungrouped for cell in found.comparison.cells if cell.ungrouped and not cell.slice}
    for metric, rows in lacking.items():
        yield f"{rows:,} rows have no user or list and take no part in {metric}."
    for columns, rows in found.comparison.left_out.items():
        yield f"{rows:,} rows are in values of {columns} beyond those that are compared one by one."
    if found.report is not None:
        yield f"By the rules of CONFIG: {found.report.status.value}. {found.report.reason}"


def called(cell: Cell) -> str:
    """What of which output, and on which rows."""
    against = ", anchor" if cell.against is Reference.ANCHOR else ""
    return f"{cell.output} {cell.metric}{f' on {place(cell.slice)}' if cell.slice else ''}{against}"


def place(name: Slice) -> str:
    """A slice, for a reader."""
    return ", ".join(f"{column} = {value}" for column, value in name)


def _told(cells: Sequence[Cell]) -> Iterator[str]:
    """Why cells of one output cannot be told, which share their slicing and what is wrong with them."""
    first = cells[0]
    num_slices = len({cell.slice for cell in cells})
    if num_slices > 1:
        columns = ", ".join(column for column, _ in first.slice)
        where = f"on {num_slices} values of {columns}, such as {first.metric} on {place(first.slice)}"
        yield f"{first.output} {_metrics(cells)} {where}: {first.status.value}. {first.reason}"
        return
    where = f" on {place(first.slice)}" if first.slice else ""
    for reason in dict.fromkeys(cell.reason for cell in cells):
        metrics = _metrics([cell for cell in cells if cell.reason == reason])
        yield f"{first.output} {metrics}{where}: {first.status.value}. {reason}"


def _metrics(cells: Sequence[Cell]) -> str:
    return ", ".join(dict.fromkeys(cell.metric for cell in cells))
