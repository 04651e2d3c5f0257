"""A comparison on a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.comparison.cell import Cell, Reference, Slice, Status
from components.comparison.estimate import Estimate
from components.gate.decision import Asked, Decision, Outcome
from components.gate.gain import gain_of
from components.gate.metrics import SCALES, Metric
from components.gate.report import GateReport
from pipeline.compare.remarks import called, place, remarks_of
from pipeline.compare.result import Compared

__all__ = ["print_comparison"]

_CONFIDENCE: Final = 0.95
_COLOURS: Final = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.OBSERVED: "dim"}
_OTHER_COLOUR: Final = "yellow"
_FIGURES: Final = ("rows", "A", "B", "gain", "from", "to")
_LONGEST_WORD: Final = 28  # Of a name; what is longer goes on in the next line.
_ANY_WIDTH: Final = 10_000

_Key = tuple[str, str, Slice, bool]  # The last: whether it is about the anchor.


def print_comparison(found: Compared, console: Console) -> None:
    """Prints a line a cell, what could not be told and why, and what the rules come to.

    Nothing is cut: where the terminal is too narrow, names and answers take several lines, and figures go beyond it.
    """
    table = _table(found, wide=True)
    if _least_width(table, console) > console.width:
        table = _table(found, wide=False)
    if _least_width(table, console) > console.width:
        table.width = _least_width(table, console)
    console.print(_head(found), "", sep="\n")
    console.print(table, "", sep="\n", crop=False)
    for line in remarks_of(found):
        console.print(Text(line))


def _least_width(table: Table, console: Console) -> int:
    return console.measure(table, options=console.options.update(max_width=_ANY_WIDTH)).minimum


def _table(found: Compared, *, wide: bool) -> Table:
    """Answers are beside the figures where there is room, else after the names, which are folded."""
    decisions, cells = _by_cell(found.report), _shown(found)
    answers = [_answers(cell, decisions.get(_asked_of(cell), [])) for cell in cells]
    beside = wide and any(answers)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column("", overflow="fold", max_width=None if wide else _LONGEST_WORD)
    for title in _FIGURES:
        table.add_column(title, justify="right", no_wrap=True)
    if beside:
        table.add_column("answer" if found.report is not None else "")
    for cell, label, answer in zip(cells, _labels(cells), answers, strict=True):
        named = label if beside or not answer else Text(": ").join([label, answer])
        table.add_row(named, *_figures(cell), *([answer] if beside else []))
    return table


def _shown(found: Compared) -> list[Cell]:
    """Those against the anchor after the others of their metric, and only where a rule asks of it."""
    decisions, cells = _by_cell(found.report), _one_a_line(found.comparison.cells)
    asked = [cell for cell in cells if cell.against is not Reference.ANCHOR or _asked_of(cell) in decisions]
    places = {of: place for place, of in enumerate(dict.fromkeys((cell.output, cell.metric) for cell in asked))}
    return sorted(asked, key=lambda cell: (places[cell.output, cell.metric], cell.against is Reference.ANCHOR))


def _one_a_line(cells: Sequence[Cell]) -> list[Cell]:
    """Of A's value alone, and the same beside a B that lacks it, the second, which says so."""
    compared = {(cell.output, cell.metric, cell.slice) for cell in cells if cell.against is not None}
    return [cell for cell in cells if cell.against or (cell.output, cell.metric, cell.slice) not in compared]


def _head(found: Compared) -> Text:
    clusters = found.comparison.cluster_column
    taken = f"rows of one {clusters} depend on each other" if clusters else "all rows are taken as independent"
    lines = [
        f"A is {found.models[0]}, B is {found.models[1]}; {taken}.",
        f"The gain is by how much A is better, of losses too; from and to are its {100 * _CONFIDENCE:g} % interval, "
        "two-sided.",
    ]
    if any(cell.against is Reference.ANCHOR for cell in _shown(found)):
        lines.append(f"Where a line says anchor, B is {found.comparison.references[Reference.ANCHOR]}.")
    unranked = dict.fromkeys(cell.metric for cell in found.comparison.cells if not SCALES[Metric(cell.metric)].sign)
    if unranked:
        lines.append(f"Of {', '.join(unranked)}, which is best at 1, it is A less B.")
    if found.report is not None:
        lines.append(f"Rules read one end of an interval of {100 * found.report.confidence:g} %, one-sided.")
    return Text(" ".join(lines))


def _labels(cells: Sequence[Cell]) -> Iterator[Text]:
    """Slices are set in under all rows."""
    above = None
    for cell in cells:
        of = (cell.output, cell.metric, cell.against is Reference.ANCHOR)
        yield Text(f"  {place(cell.slice)}" if cell.slice and of == above else called(cell))
        above = of


def _figures(cell: Cell) -> list[str]:
    gain = None if cell.difference is None else gain_of(cell, Metric(cell.metric))
    ends = (math.nan, math.nan)
    if gain is not None and cell.status in (Status.MEASURED, Status.TOO_FEW):
        ends = gain.interval(_CONFIDENCE)
    return [
        f"{cell.rows:,}",
        _value(cell.candidate),
        _value(cell.reference),
        "" if gain is None else _signed(gain.value),
        *map(_signed, ends),
    ]


def _answers(cell: Cell, decisions: Sequence[Decision]) -> Text:
    if not decisions and cell.status not in (Status.MEASURED, Status.NO_INTERVAL):
        return Text(cell.status.value, _OTHER_COLOUR)
    return Text(", ").join(Text(_answer(own), _COLOURS.get(own.outcome, _OTHER_COLOUR)) for own in decisions)


def _by_cell(report: GateReport | None) -> dict[_Key, list[Decision]]:
    found: dict[_Key, list[Decision]] = {}
    for own in report.decisions if report is not None else ():
        key = own.output, own.metric.value, own.slice, own.against is Reference.ANCHOR
        found.setdefault(key, []).append(own)
    return found


def _asked_of(cell: Cell) -> _Key:
    return cell.output, cell.metric, cell.slice, cell.against is Reference.ANCHOR


def _answer(decision: Decision) -> str:
    if decision.outcome is Outcome.OBSERVED:
        return decision.outcome.value
    asked = decision.rule.value if decision.asked is Asked.DIFFERENCE else decision.asked.value
    return f"{asked} {decision.outcome.value}"


def _value(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:.5g}"


def _signed(value: float) -> str:
    """Nothing of what is not known; a zero has no sign."""
    return "" if math.isnan(value) else f"{value + 0.0:+.3g}" if value else "0"
