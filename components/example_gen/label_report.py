"""What ExampleGen saw in rows and labels, as `label_check.json` beside the splits."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Final

from models.binding import bind_or_raise, unbind

__all__ = [
    "LABEL_REPORT_FILE",
    "Finding",
    "LabelReport",
    "Maturity",
    "OutputCounts",
    "Place",
    "label_report_text",
    "read_label_report",
]

LABEL_REPORT_FILE: Final = "label_check.json"


@dataclasses.dataclass(frozen=True, order=True)
class Place:
    """A row in a file.

    Attributes:
        file: Its path.
        row: Its number; a CSV header is row 1, blank lines are none.
        text: The cell in question, shortened; empty where a whole row is meant.
    """

    file: str
    row: int
    text: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class OutputCounts:
    """How much is known of an output in a split.

    Attributes:
        known: Rows in its sample space whose label is known.
        positive: Those of them whose label is not 0.
    """

    known: int
    positive: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """Rows that are odd, but within what was declared to be let through.

    Attributes:
        rows: How many.
        share: Of the rows in question, between 0 and 1: for contradictions a task's positives, for weights all rows.
        first: The first few of them.
    """

    rows: int
    share: float
    first: tuple[Place, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Maturity:
    """Of a task whose labels are waited for: how much was not counted, or not as it came.

    Attributes:
        open: By split: rows younger than the delay, whose label is not known, whatever it is.
        late: Positives that came after the delay and count as negative; shares are of all the task's positives.
        untimed: Positives without a time of their label, which are not known.
        early: Positives from before their event, which count as positive.
    """

    open: dict[str, int]
    late: Finding
    untimed: Finding
    early: Finding


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelReport:
    """Counts over all rows.

    Attributes:
        rows: By split.
        outputs: By output, then by split.
        contradictions: By task that has a parent: positive rows though a task above is known to be negative.
        unusable_weights: By task that declares a weight: rows where it is missing, negative or not finite.
        missing: By column: rows without a usable value.
        not_finite: By column of numbers: rows among the missing that hold NaN, infinity or what float32 cannot.
        version: Of this layout.
        maturity: By task whose labels are waited for.
        as_of: The moment at which the age of rows was told, as ISO text, UTC; None where no label is waited for.
    """

    rows: dict[str, int]
    outputs: dict[str, dict[str, OutputCounts]]
    contradictions: dict[str, Finding]
    unusable_weights: dict[str, Finding]
    missing: dict[str, int]
    not_finite: dict[str, int]
    version: int = 1
    maturity: dict[str, Maturity] = dataclasses.field(default_factory=dict)
    as_of: str | None = None


def label_report_text(report: LabelReport) -> str:
    """`report` as JSON, one text for equal reports."""
    return json.dumps(unbind(report), indent=1, sort_keys=True) + "\n"


def read_label_report(folder: str) -> LabelReport:
    """Reads the report in an Examples artifact's folder on this machine."""
    text = pathlib.Path(folder, LABEL_REPORT_FILE).read_text(encoding="utf-8")
    return bind_or_raise(LabelReport, json.loads(text))
