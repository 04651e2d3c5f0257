"""A comparison on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from components.comparison.cell import Cell, Slice, Status
from components.comparison.estimate import Estimate
from components.gate.decision import Asked, Decision, Outcome
from components.gate.report import GateReport
from components.gauc_weight import GaucWeight
from pipeline.compare.result import Compared

__all__ = ["comparison_table"]

_CONFIDENCE: Final = 0.95
_COLOURS: Final = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.OBSERVED: "dim"}
_OTHER_COLOUR: Final = "yellow"


def comparison_table(found: Compared) -> RenderableType:
    """What rich prints: a line a cell, what could not be told and why, and what the rules come to."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("output", "slice", "metric"):
        table.add_column(title)
    for title in ("rows", "A", "B", "A - B", "95 % interval"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("answer" if found.report is not None else "")
    decisions = _by_cell(found.report)
    for cell in found.comparison.cells:
        table.add_row(*_row(cell, decisions.get((cell.output, cell.metric, cell.slice), [])))
    return Group(_head(found), table, *(Text(line) for line in _lines(found)))


def _head(found: Compared) -> Text:
    clusters = found.comparison.cluster_column
    taken = f"rows of one {clusters} depend on each other" if clusters else "all rows are taken as independent"
    return Text(f"A is {found.models[0]}, B is {found.models[1]}; {taken}.")


def _row(cell: Cell, decisions: list[Decision]) -> list[str | Text]:
    answer = Text(", ").join(Text(_answer(own), _COLOURS.get(own.outcome, _OTHER_COLOUR)) for own in decisions)
    if not decisions and cell.status is not Status.MEASURED:
        answer = Text(cell.status.value, _OTHER_COLOUR)
    interval = ""
    if cell.difference is not None and cell.status in (Status.MEASURED, Status.TOO_FEW):
        interval = "[{:+.3g}, {:+.3g}]".format(*cell.difference.interval(_CONFIDENCE))
    return [
        cell.output,
        Text(_place(cell.slice)),
        cell.metric,
        f"{cell.rows:,}",
        _value(cell.candidate),
        _value(cell.reference),
        "" if cell.difference is None else f"{cell.difference.value:+.3g}",
        Text(interval),
        answer,
    ]


def _lines(found: Compared) -> Iterator[str]:
    yield from found.notes
    told = dict.fromkeys(
        f"{_called(cell)}: {cell.status.value}. {cell.reason}"
        for cell in found.comparison.cells
        if cell.status not in (Status.MEASURED, Status.NO_INTERVAL)
    )
    yield from told
    if found.comparison.gauc_weight is not GaucWeight.IMPRESSIONS:
        yield f"In gauc users count by {found.comparison.gauc_weight.value}."
    lacking = {cell.metric: cell.ungrouped for cell in found.comparison.cells if cell.ungrouped and not cell.slice}
    for metric, rows in lacking.items():
        yield f"{rows:,} rows have no user or list and take no part in {metric}."
    for columns, rows in found.comparison.left_out.items():
        yield f"{rows:,} rows are in values of {columns} beyond those that are compared one by one."
    if found.report is not None:
        yield f"By the rules of CONFIG: {found.report.status.value}. {found.report.reason}"


def _by_cell(report: GateReport | None) -> dict[tuple[str, str, Slice], list[Decision]]:
    found: dict[tuple[str, str, Slice], list[Decision]] = {}
    for decision in report.decisions if report is not None else ():
        found.setdefault((decision.output, decision.metric.value, decision.slice), []).append(decision)
    return found


def _answer(decision: Decision) -> str:
    if decision.outcome is Outcome.OBSERVED:
        return decision.outcome.value
    asked = decision.rule.value if decision.asked is Asked.DIFFERENCE else decision.asked.value
    return f"{asked} {decision.outcome.value}"


def _called(cell: Cell) -> str:
    return f"{cell.output} {cell.metric}{f' on {_place(cell.slice)}' if cell.slice else ''}"


def _place(name: Slice) -> str:
    return ", ".join(f"{column} = {value}" for column, value in name)


def _value(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:.5g}"
