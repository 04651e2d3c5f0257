"""Search: which values were tried, what the best came to by other seeds, and what was taken."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from typing import Any, ClassVar, Final, Self, final

from markupsafe import Markup
from typing_extensions import override

from components.tuner.record import Finalist, SearchRecord, Trial
from pipeline.report import numbers
from pipeline.report.drawing.parallel import Axis, Line, Rank, draw_parallel
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section

__all__ = ["SearchSection", "change_of", "changes_of", "lines_of", "search_sentence"]

_NUM_TICKS: Final = 3
_MOST_NAME: Final = 22


@final
@dataclasses.dataclass(frozen=True)
class SearchSection(Section):
    """What was searched.

    Attributes:
        sentence: What was done, and what came of it.
        picture: Trials across values and score.
        heads: Of the table.
        lines: The finalists: their values, what the search said of them, and what other seeds said.
        change: The taken values, to be written into the configuration; empty where the declared ones stay.
    """

    title: ClassVar[str] = "Search"

    sentence: str
    picture: Markup
    heads: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    change: str

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where nothing was searched for."""
        return None if run.search is None else cls.of_record(run.search)

    @classmethod
    def of_record(cls, record: SearchRecord) -> Self:
        """What it shows of a search."""
        return cls(
            sentence=search_sentence(record),
            picture=draw_parallel(
                list(_axes(record)), list(lines_of(record)), key="search", title="Trials by values and score"
            ),
            heads=(*record.space, "in the search", f"by {record.num_seeds} other seeds", "from", "to", ""),
            lines=tuple(_cells(one, record) for one in record.finalists),
            change=change_of(record),
        )


def change_of(record: SearchRecord) -> str:
    """What to write into the configuration, a line a value; empty where the declared values stay."""
    return "\n".join(f"{one}  # was {was}" for one, was in changes_of(record))


def changes_of(record: SearchRecord) -> list[tuple[str, str]]:
    """An assignment as `--set` takes it for each value that is not the declared one, and what that is."""
    changed = {path: value for path, value in record.chosen.items() if value != record.declared[path]}
    return [(f"{path}={json.dumps(value)}", json.dumps(record.declared[path])) for path, value in changed.items()]


def search_sentence(record: SearchRecord) -> str:
    """What was done, and what came of it."""
    diverged = sum(trial.score is None for trial in record.trials)
    lost = f", of which {diverged} diverged" if diverged else ""
    how = f"{len(record.trials)} trainings with values of their own{lost}, then the best {len(record.finalists)} again"
    against = f"by {record.num_seeds} seeds, against the declared values by the same seeds"
    found = next((one for one in record.finalists if one.values == record.chosen), None)
    if found is None:
        return f"{how} {against}: none is better on the mean, so the declared values stay."
    return (
        f"{how} {against}: losses of main tasks changed by {_share(found.mean)} on the mean with the values taken; the "
        f"search alone, which looks for what is best once, said {_share(found.searched)}."
    )


def _cells(one: Finalist, record: SearchRecord) -> tuple[str, ...]:
    found = [_share(value) for value in (one.mean, min(one.changes), max(one.changes))] if one.changes else ["diverged"]
    taken = "taken" if one.values == record.chosen else "" if one.is_eligible else "a task is worse"
    padded = [*found, *[numbers.ABSENT] * (3 - len(found))]
    return (*(_text(one.values[path]) for path in record.space), _share(one.searched), *padded, taken)


def _axes(record: SearchRecord) -> Iterator[Axis]:
    for path, among in record.space.items():
        name = path if len(path) <= _MOST_NAME else f"…{path[1 - _MOST_NAME :]}"
        if "choices" in among:
            values = among["choices"]
        else:
            kind, (low, high) = next(iter(among.items()))
            middle = math.sqrt(low * high) if kind == "log" else (low + high) / 2
            values = [low, round(middle) if kind == "whole" else middle, high]
        yield Axis(name, tuple((_place(value, among), _text(value)) for value in values))
    low, high = _scores(record)
    yield Axis("change of main losses", tuple((place, _share(low + place * (high - low))) for place in (0.0, 0.5, 1.0)))


def lines_of(record: SearchRecord) -> Iterator[Line]:
    """One for each training that ended."""
    low, high = _scores(record)
    repeated = [one.values for one in record.finalists]
    for trial in record.trials:
        if trial.score is None:
            continue
        places = [_place(trial.values[path], among) for path, among in record.space.items()]
        score = (trial.score - low) / (high - low)
        yield Line((*places, min(score, 1.0)), _rank(trial, record, repeated))


def _rank(trial: Trial, record: SearchRecord, repeated: list[dict[str, Any]]) -> Rank:  # Any: values of any kind.
    if trial.values == record.chosen:
        return Rank.CHOSEN
    if trial.values == record.declared:
        return Rank.DECLARED
    return Rank.REPEATED if trial.values in repeated else Rank.TRIED


def _scores(record: SearchRecord) -> tuple[float, float]:
    """From the least to the largest, but that a few far off do not press the others together."""
    scores = sorted(trial.score for trial in record.trials if trial.score is not None)
    high = scores[(3 * (len(scores) - 1)) // 4] if len(scores) > _NUM_TICKS else scores[-1]
    high = max(high + (high - scores[0]), 0.0)
    return scores[0], high if high > scores[0] else scores[0] + 1.0


def _place(value: Any, among: dict[str, Any]) -> float:  # Any: values of any kind.
    if "choices" in among:
        return float(among["choices"].index(value)) / (len(among["choices"]) - 1)
    kind, (low, high) = next(iter(among.items()))
    if kind == "log":
        return math.log(value / low) / math.log(high / low)
    return float(value - low) / (high - low)


def _text(value: Any) -> str:  # Any: values of any kind.
    return f"{value:.3g}" if isinstance(value, float) else json.dumps(value)


def _share(value: float) -> str:
    return f"{numbers.signed(100 * value, 2)} %"
