"""The rows: how many, what is odd about them, and every column's statistics."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterator
from typing import ClassVar, Final, Self, final

from typing_extensions import override

from components.example_gen.label_report import Finding, LabelReport, Place
from pipeline.report import numbers
from pipeline.report.record import RunRecord
from pipeline.report.rows import Anomaly, ColumnRecord, NumericSummary, SplitRecord, raw_columns
from pipeline.report.sections.section import Section

__all__ = ["ColumnLine", "MaturityLine", "OddRows", "RowsSection"]

FIRST_DECILE: Final = 1
LAST_DECILE: Final = 9


@dataclasses.dataclass(frozen=True)
class OddRows:
    """Rows that were let through and that someone should know of.

    Attributes:
        what: What is odd about them.
        rows: How many.
        share: Of the rows in question.
        first: Where the first few are.
    """

    what: str
    rows: str
    share: str
    first: str


@dataclasses.dataclass(frozen=True)
class MaturityLine:
    """One task whose labels are waited for.

    Attributes:
        task: Its name.
        delay: As declared.
        open: Share of rows still open, a split each.
    """

    task: str
    delay: str
    open: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class ColumnLine:
    """One column of the first split, which is train.

    Attributes:
        name: The column.
        type: As stored.
        missing: Share of rows without a value, a split each.
        moments: Mean, standard deviation, minimum, 10 %, median, 90 %, maximum; empty for strings.
        histogram: Heights between 0 and 1 in stretches of like width; empty for strings.
        values: The most frequent strings with their shares; empty for numbers.
    """

    name: str
    type: str
    missing: tuple[str, ...]
    moments: tuple[str, ...]
    histogram: tuple[float, ...]
    values: str


@final
@dataclasses.dataclass(frozen=True)
class RowsSection(Section):
    """Data and schema.

    Attributes:
        rows: By split.
        odd: Contradicting labels, positives out of time, unusable weights and numbers that are none.
        labels_checked: Whether labels were checked at all.
        maturity: How much of each label that is waited for is still open, in the splits of `rows`.
        as_of: The moment at which ages were told; empty where no label is waited for.
        anomalies: Departures from the schema; None where they were not checked.
        splits: Names of the splits with statistics.
        columns: Of the first of them.
    """

    title: ClassVar[str] = "Data and schema"

    rows: tuple[tuple[str, str], ...]
    odd: tuple[OddRows, ...]
    labels_checked: bool
    maturity: tuple[MaturityLine, ...]
    as_of: str
    anomalies: tuple[Anomaly, ...] | None
    splits: tuple[str, ...]
    columns: tuple[ColumnLine, ...]

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no row was read."""
        if not run.split_rows and run.anomalies is None:
            return None
        return cls(
            rows=tuple((name, numbers.count(rows)) for name, rows in run.split_rows.items()),
            odd=tuple(_odd(run.label_check)) if run.label_check else (),
            labels_checked=run.label_check is not None,
            maturity=tuple(_maturity(run)),
            as_of=(run.label_check.as_of or "") if run.label_check else "",
            anomalies=run.anomalies,
            splits=tuple(split.name for split in run.splits),
            columns=tuple(_columns(run)),
        )


def _odd(report: LabelReport) -> Iterator[OddRows]:
    for task, finding in report.contradictions.items():
        if finding.rows:
            yield _found(f"{task} is positive where a task above it is negative", finding)
    for task, maturity in report.maturity.items():
        out_of_time = {
            f"{task} came after its delay and counts as negative": maturity.late,
            f"{task} is positive without a time and is not known": maturity.untimed,
            f"{task} came before its event and counts as positive": maturity.early,
        }
        yield from (_found(what, finding) for what, finding in out_of_time.items() if finding.rows)
    for task, finding in report.unusable_weights.items():
        if finding.rows:
            yield _found(f"weight of {task} is missing, negative or not finite", finding)
    total = sum(report.rows.values())
    for column, rows in report.not_finite.items():
        if rows:
            share = numbers.share(rows / total) if total else numbers.ABSENT
            yield OddRows(f"{column} is NaN, infinite or beyond float32", numbers.count(rows), share, "")


def _maturity(run: RunRecord) -> Iterator[MaturityLine]:
    for task, maturity in (run.label_check.maturity if run.label_check else {}).items():
        shares = [
            numbers.share(maturity.open.get(split, 0) / rows) if rows else numbers.ABSENT
            for split, rows in run.split_rows.items()
        ]
        yield MaturityLine(task, run.graph.by_name[task].matures_after or numbers.ABSENT, tuple(shares))


def _found(what: str, finding: Finding) -> OddRows:
    first = ", ".join(_place(place) for place in finding.first)
    return OddRows(what, numbers.count(finding.rows), numbers.share(finding.share), first)


def _place(place: Place) -> str:
    where = f"{pathlib.PurePath(place.file).name}:{place.row}"
    return f"{where} ({place.text})" if place.text else where


def _columns(run: RunRecord) -> Iterator[ColumnLine]:
    if not run.splits:
        return
    missing = {split.name: {column.name: _missing(column, split) for column in split.columns} for split in run.splits}
    for column in sorted(raw_columns(run.splits[0], run.graph), key=lambda column: column.name):
        yield ColumnLine(
            name=column.name,
            type=column.type,
            missing=tuple(of_split.get(column.name, numbers.ABSENT) for of_split in missing.values()),
            moments=_moments(column.numeric) if column.numeric else (),
            histogram=_heights(column.numeric.histogram) if column.numeric else (),
            values=_values(column),
        )


def _missing(column: ColumnRecord, split: SplitRecord) -> str:
    return numbers.share(column.missing / split.rows) if split.rows else numbers.ABSENT


def _moments(found: NumericSummary) -> tuple[str, ...]:
    has_deciles = len(found.deciles) > LAST_DECILE
    low, high = (found.deciles[FIRST_DECILE], found.deciles[LAST_DECILE]) if has_deciles else (None, None)
    values = (found.mean, found.std, found.min, low, found.median, high, found.max)
    return tuple(numbers.ABSENT if value is None else numbers.tidy(value) for value in values)


def _heights(histogram: tuple[float, ...]) -> tuple[float, ...]:
    top = max(histogram, default=0)
    return tuple(round(count / top, 3) for count in histogram) if top else ()


def _values(column: ColumnRecord) -> str:
    if not column.top or not column.present:
        return ""
    shown = ", ".join(f"{value or '(empty)'} ({numbers.share(rows / column.present)})" for value, rows in column.top)
    more = column.num_unique - len(column.top)
    return f"{shown}, and {numbers.count(more)} more" if more > 0 else shown
