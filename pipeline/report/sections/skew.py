"""Whether what is served answers as trained, and whether columns moved."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Final, Self, final

from typing_extensions import override

from components.gate.checks import DRIFT, PARITY, SKEW
from components.gate.report import GateReport
from components.parity.report import OutputParity
from components.shift.report import ColumnShift, Shift
from pipeline.report import numbers
from pipeline.report.gate.words import MARKS, Mark
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["Check", "ParityLine", "ShiftLine", "SkewSection"]

MOST_COLUMNS: Final = 20  # In one table; those that moved furthest, by their thresholds.
TITLES: Final = {
    PARITY: "Does the exported model answer as the trained one?",
    DRIFT: "Have columns drifted from what the serving model learned from?",
    SKEW: "Are train rows like the requests that are served?",
}
AGREES: Final = Mark("✓", "agrees", "good")
DIFFERS: Final = Mark("✕", "differs", "bad")
WITHIN: Final = Mark("✓", "within", "good")
BEYOND: Final = Mark("!", "beyond", "warn")


@dataclasses.dataclass(frozen=True)
class ParityLine:
    """One output asked for in one way; all but the mark are text."""

    mark: Mark
    output: str
    route: str
    largest: str
    row: str


@dataclasses.dataclass(frozen=True)
class ShiftLine:
    """How far one column moved; all but the mark are text."""

    mark: Mark
    column: str
    distance: str
    threshold: str
    measure: str


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that was checked.

    Attributes:
        title: As a question.
        mark: The answer.
        reason: The same in a sentence.
        answers: Of parity, by output and way, those that differ first.
        columns: Of a shift, those that moved furthest, by their thresholds.
        more: How many columns follow.
    """

    title: str
    mark: Mark
    reason: str
    answers: tuple[ParityLine, ...] = ()
    columns: tuple[ShiftLine, ...] = ()
    more: int = 0


@final
@dataclasses.dataclass(frozen=True)
class SkewSection(Section):
    """What was held against what before the push.

    Attributes:
        checks: Parity, drift and skew, as far as they were asked for.
    """

    title: ClassVar[str] = "Parity and skew"

    checks: tuple[Check, ...]

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where none was asked for."""
        gate = run.gate
        if gate is None or (gate.parity is None and gate.shift is None):
            return None
        return cls(
            tuple(
                _check(gate, name=one.name, mark=MARKS[one.outcome], reason=one.reason)
                for one in gate.together
                if one.name in TITLES
            )
        )


def _check(gate: GateReport, *, name: str, mark: Mark, reason: str) -> Check:
    title = TITLES[name]
    if name == PARITY:
        answers = sorted(gate.parity.answers if gate.parity else (), key=lambda answer: answer.agrees)
        return Check(title, mark, reason, answers=tuple(map(_parity_line, answers)))
    found: dict[str, Shift | None] = {DRIFT: gate.shift.drift, SKEW: gate.shift.skew} if gate.shift else {}
    shift = found.get(name)
    columns = sorted(shift.columns if shift else (), key=_how_far, reverse=True)
    lines = tuple(map(_shift_line, columns[:MOST_COLUMNS]))
    return Check(title, mark, reason, columns=lines, more=len(columns) - len(lines))


def _parity_line(answer: OutputParity) -> ParityLine:
    largest = answer.reason or numbers.ABSENT
    if answer.largest is not None:
        largest = f"{answer.largest:.2g}".replace("-", numbers.MINUS) + (" of its size" if answer.is_relative else "")
    return ParityLine(
        mark=AGREES if answer.agrees else DIFFERS,
        output=answer.output,
        route=answer.route,
        largest=largest,
        row=numbers.ABSENT if answer.row is None else numbers.count(answer.row),
    )


def _how_far(column: ColumnShift) -> tuple[bool, float]:
    if column.distance is None:
        return column.is_beyond, float("inf")
    return column.is_beyond, column.distance - column.threshold


def _shift_line(column: ColumnShift) -> ShiftLine:
    return ShiftLine(
        mark=BEYOND if column.is_beyond else WITHIN,
        column=column.column,
        distance=numbers.measure(column.distance) if column.distance is not None else column.reason or numbers.ABSENT,
        threshold=numbers.measure(column.threshold),
        measure=column.measure.value,
    )
