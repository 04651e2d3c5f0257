"""The gate's answers on the terminal: what was asked over all rows, and how its slices came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from components.gate.config import RuleName
from components.gate.decision import Asked, Decision, Outcome
from components.gate.metrics import SCALES, Metric
from components.gate.report import GateReport
from pipeline.report import numbers
from pipeline.report.gate.words import MARKS, Mark, interval_text, limit_text, metric_title

__all__ = ["gain_note", "gate_table"]

NAME_LENGTH: Final = 24  # To which what was asked folds before a name does.
COLORS: Final = {"good": "green", "warn": "yellow", "bad": "bold red", "plain": "dim"}


def gate_table(report: GateReport) -> Table | None:
    """A line for each thing that can stop a candidate, and for its slices; None where there is none."""
    asked: dict[tuple[str, Metric, Asked], list[Decision]] = {}
    for decision in report.decisions:
        if _can_stop(decision):
            asked.setdefault((decision.output, decision.metric, decision.asked), []).append(decision)
    if not asked and not report.together:
        return None
    table = Table(box=SIMPLE_HEAD, show_lines=False, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    outputs = list(dict.fromkeys(output for output, _, _ in asked))  # Rules of one output may lie apart.
    table.add_column("gate", overflow="fold", no_wrap=max(map(len, outputs), default=0) <= NAME_LENGTH)
    table.add_column("asked", overflow="fold")
    table.add_column("interval", justify="right", no_wrap=True)
    table.add_column("must be", justify="right", no_wrap=True)
    table.add_column("decision", no_wrap=True)
    for output in outputs:
        mine = [decisions for (name, _, _), decisions in asked.items() if name == output]
        for place, decisions in enumerate(mine):
            _add(table, decisions, name="" if place else output)
        table.add_section()
    for together in report.together:
        mark = MARKS[together.outcome]
        value = "" if together.value is None else f"{together.value:.3g}".replace("-", numbers.MINUS)
        limit = "" if together.limit is None else f"≤ {together.limit:.3g}".replace("-", numbers.MINUS)
        table.add_row(together.name.replace("_", " "), "", value, limit, _marked(mark))
    return table


def gain_note(report: GateReport) -> str:
    """How the table's gains count where the metrics' changes beside them count the other way; empty where none does."""
    has_loss = any(
        _is_gain(decision) and decision.low is not None and SCALES[decision.metric].sign < 0
        for decision in report.decisions
        if _can_stop(decision)
    )
    return "A gain above 0 is better, of losses too; a change is candidate minus serving." if has_loss else ""


def _add(table: Table, decisions: Sequence[Decision], *, name: str) -> None:
    for overall in (decision for decision in decisions if not decision.slice):
        table.add_row(Text(name, "bold"), *_cells(overall))
    slices = Counter(decision.outcome for decision in decisions if decision.slice)
    if slices:
        found = [
            Text(f"{mark.glyph} {slices[outcome]}", COLORS[mark.tone])
            for outcome, mark in MARKS.items()
            if slices[outcome]
        ]
        number = sum(slices.values())
        table.add_row(
            "", Text(f"  {number} {'slices' if number > 1 else 'slice'}", "dim"), "", "", Text("  ").join(found)
        )


def _cells(decision: Decision) -> list[Text]:
    since = ", anchor" if decision.asked is Asked.TOTAL else ""
    return [
        Text(metric_title(decision.metric) + (" gain" if _is_gain(decision) else "") + since),
        Text(_interval(decision)),
        Text(limit_text(decision)),
        _marked(MARKS[decision.outcome]),
    ]


def _marked(mark: Mark) -> Text:
    return Text(f"{mark.glyph} {mark.word}", COLORS[mark.tone])


def _interval(decision: Decision) -> str:
    if decision.low is None and decision.value is not None:
        return numbers.signed(decision.value) if _is_gain(decision) else numbers.measure(decision.value)
    return interval_text(decision.low, decision.high, signed=_is_gain(decision))


def _is_gain(decision: Decision) -> bool:
    return decision.asked in (Asked.DIFFERENCE, Asked.TOTAL)


def _can_stop(decision: Decision) -> bool:
    is_observed = decision.rule is RuleName.OBSERVE and decision.asked is Asked.DIFFERENCE
    return (not is_observed and decision.outcome is not Outcome.FIRST_RUN) or decision.outcome is Outcome.FAILED
