"""From the sums of all outputs to one comparison and a report's figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from components.comparison.cell import Cell, Comparison, Reference, Status
from components.comparison.groups import GroupSums
from components.comparison.metrics import COMPARED
from components.evaluator.combining import OutputSums, group_sums
from components.evaluator.lineup import Lineup
from components.evaluator.record import FigureRecord
from components.gauc_weight import GaucWeight

__all__ = ["Header", "compare", "figures_of"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Header:
    """What a comparison says of itself.

    Attributes:
        cluster_column: As declared.
        references: Names of what is compared with, also where it could not be compared.
        missing: What was asked for and is not there, and why.
        empty: What never was, since nothing serves yet.
        gauc_weight: What a user counts for in GAUC.
    """

    cluster_column: str | None
    references: dict[Reference, str]
    missing: dict[Reference, str]
    empty: tuple[Reference, ...]
    gauc_weight: GaucWeight


def compare(
    header: Header,
    lineups: Mapping[str, Lineup],
    *,
    sums: Mapping[str, OutputSums],
    groups: Mapping[tuple[str, str], GroupSums],
) -> Comparison:
    """All cells, by output and metric in their declared order.

    Args:
        header: What it says of itself.
        lineups: By output.
        sums: By output; one that no row was seen of is missing.
        groups: By output and metric, likewise.
    """
    cells: list[Cell] = []
    left_out: dict[str, int] = {}
    for output, lineup in lineups.items():
        paired = (sums[output] if output in sums else OutputSums(lineup)).paired
        by_metric: dict[str, list[Cell]] = {}
        for cell in paired.cells():
            by_metric.setdefault(cell.metric, []).append(cell)
        for metric in lineup.plan.metrics:
            if COMPARED[metric].by_group:
                found = groups.get((output, metric)) or group_sums(lineup, metric)
                by_metric[metric] = list(found.cells())
            cells += _with_not_comparable(by_metric.get(metric, []), lineup)
        for columns, rows in paired.left_out().items():
            name = ", ".join(columns)
            left_out[name] = max(rows, left_out.get(name, 0))
    return Comparison(
        cells=tuple(cells),
        cluster_column=header.cluster_column,
        references=header.references,
        missing=header.missing,
        empty=header.empty,
        left_out=left_out,
        gauc_weight=header.gauc_weight,
    )


def figures_of(lineups: Mapping[str, Lineup], sums: Mapping[str, OutputSums]) -> FigureRecord:
    """Counts and curves by output in their declared order."""
    found = [(output, lineup.models, sums[output].figures) for output, lineup in lineups.items() if output in sums]
    return FigureRecord(
        counts=tuple(item for output, models, figures in found for item in figures.counts(output, models)),
        curves=tuple(item for output, models, figures in found for item in figures.curves(output, models)),
    )


def _with_not_comparable(cells: list[Cell], lineup: Lineup) -> Iterator[Cell]:
    """Each slice's cells; where a reference has nothing to compare with, the candidate's value and the reason."""
    seen = set()
    for cell in cells:
        yield cell
        if cell.slice in seen:
            continue
        seen.add(cell.slice)
        for reference, reason in lineup.not_comparable.items():
            alone = dataclasses.replace(cell, against=reference, reference=None, difference=None)
            if cell.status is Status.NOT_FINITE and cell.candidate is None:
                yield alone  # The candidate is at fault, whatever the reference lacks.
            else:
                yield dataclasses.replace(alone, status=Status.NOT_COMPARABLE, reason=reason)
