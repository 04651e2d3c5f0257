"""A proposal of fusion weights, in words, pictures and tables of a page."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Self, final

from markupsafe import Markup

from components.fusion_tuner.proposal import Proposal
from components.fusion_tuner.result import FusionTuning
from pipeline.fusion.proposal_words import (
    CHANGE_HEADS,
    change_cells,
    end_sentence,
    front_points,
    gate_sentence,
    goal_sentence,
    held_out_sentence,
    interval_sentence,
    number,
    segment_rows,
    segments_sentence,
    signed,
    stack_lines,
)
from pipeline.fusion.set_command import CONFIG_WORD, set_command
from pipeline.report.drawing.front import Front, draw_front
from pipeline.report.drawing.parallel import Axis, Line, Rank, draw_parallel

__all__ = ["FrontRow", "ProposalView", "front_of_pair", "lines_of"]

_MOST_PAIRS: Final = 6
_MOST_LINES: Final = 100  # Of what was tried; those that matter are all drawn.


@dataclasses.dataclass(frozen=True)
class FrontRow:
    """One point of the front.

    Attributes:
        mark: What it is beside that; or empty.
        is_chosen: Whether it is proposed.
        cells: Its weights, and by objective value and optimism.
    """

    mark: str
    is_chosen: bool
    cells: tuple[str, ...]


@final
@dataclasses.dataclass(frozen=True)
class ProposalView:
    """All that a page shows of one.

    Attributes:
        held_out: What was searched, and what was held out from it.
        goal: What was searched for.
        pictures: The front, a pair of objectives each.
        lines: All that was tried, across weights and objectives.
        objectives: Their names.
        front: Its points.
        interval: How to read the changes.
        heads: Of the changes.
        changes: An objective each.
        remarks: What is not to be trusted.
        segments: What became of them; empty where they were not searched.
        segment_heads: Of their table.
        segment_rows: A segment each.
        stack: A linear stack, and how it is declared; empty without one.
        end: What to do with it.
        command: That; empty where nothing is to be changed.
        gate: What the gate will look at.
    """

    held_out: str
    goal: str
    pictures: tuple[Markup, ...]
    lines: Markup
    objectives: tuple[str, ...]
    front: tuple[FrontRow, ...]
    interval: str
    heads: tuple[str, ...]
    changes: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]
    segments: str
    segment_heads: tuple[str, ...]
    segment_rows: tuple[tuple[str, ...], ...]
    stack: tuple[str, ...]
    end: str
    command: str
    gate: str

    @classmethod
    def of(
        cls, proposal: Proposal, *, config: str = CONFIG_WORD, overrides: Sequence[str] = (), refusal: str = ""
    ) -> Self:
        """Takes what it shows from a proposal.

        Args:
            proposal: What was found.
            config: The file's path, for the command.
            overrides: Of the file's values, for the command.
            refusal: Why the gate would refuse it unseen; else empty.
        """
        tuning = proposal.tuning
        column = "" if proposal.segments is None else proposal.segments.column
        return cls(
            held_out=held_out_sentence(proposal),
            goal=goal_sentence(tuning),
            pictures=tuple(_pictures(tuning)),
            lines=draw_parallel(
                list(_axes(tuning)), list(lines_of(tuning)), key="fusion-lines", title="Weights and what they came to"
            ),
            objectives=tuning.objectives,
            front=tuple(_rows(tuning)),
            interval=interval_sentence(proposal),
            heads=CHANGE_HEADS,
            changes=tuple(map(change_cells, proposal.changes)),
            remarks=tuple(f"{one.objective}: {one.remark}" for one in proposal.changes if one.remark),
            segments=segments_sentence(proposal),
            segment_heads=(column, "users", "weights", f"gain in {tuning.objectives[0]}"),
            segment_rows=tuple(segment_rows(proposal)),
            stack=tuple(stack_lines(proposal)),
            end=end_sentence(proposal),
            command=set_command(config, proposal, overrides),
            gate=gate_sentence(refusal),
        )


def front_of_pair(tuning: FusionTuning, names: tuple[str, str]) -> Front:
    """Gains on the present weights in two objectives."""
    searched, checked = tuning.tried[0].values, tuning.present

    def gains(values: Mapping[str, float], present: Mapping[str, float]) -> tuple[float, float]:
        first, second = (values[name] - present[name] for name in names)
        return first, second

    places = [one.place for one in tuning.front]
    return Front(
        tried=[gains(one.values, searched) for one in tuning.tried],
        searched=[gains(tuning.tried[place].values, searched) for place in places],
        checked=[gains(one.values, checked) for one in tuning.front],
        chosen=None if tuning.chosen is None else places.index(tuning.chosen),
        is_joined=set(names) == set(tuning.aims),
    )


def _pictures(tuning: FusionTuning) -> Iterator[Markup]:
    pairs = list(itertools.combinations(tuning.objectives, 2))[:_MOST_PAIRS]
    for names in pairs:
        title = f"The front by gains in {names[0]} and {names[1]}"
        yield draw_front(front_of_pair(tuning, names), names, key=f"front-{'-'.join(names)}", title=title)


def _rows(tuning: FusionTuning) -> Iterator[FrontRow]:
    for point in front_points(tuning):
        cells = [point.weights]
        for name in tuning.objectives:
            cells += [number(point.values[name]), signed(point.optimism[name]) if point.optimism else ""]
        yield FrontRow(point.mark, point.is_chosen, tuple(cells))


def _axes(tuning: FusionTuning) -> Iterator[Axis]:
    for name, own in tuning.bounds.items():
        yield Axis(name, tuple((at, f"{own.least + at * (own.most - own.least):.3g}") for at in (0.0, 0.5, 1.0)))
    for name in tuning.objectives:
        low, high = _ends(tuning, name)
        yield Axis(name, tuple((at, number(low + at * (high - low))) for at in (0.0, 0.5, 1.0)))


def lines_of(tuning: FusionTuning) -> Iterator[Line]:
    """Some of what was tried, the front and what is marked among them."""
    front = {one.place for one in tuning.front}
    step = len(tuning.tried) // _MOST_LINES + 1
    for place, one in enumerate(tuning.tried):
        if place % step and place not in front and place != tuning.chosen:
            continue
        rank = Rank.REPEATED if place in front else Rank.TRIED
        if place in (0, tuning.chosen):
            rank = Rank.CHOSEN if place == tuning.chosen else Rank.DECLARED
        at = [(one.weights[name] - own.least) / (own.most - own.least) for name, own in tuning.bounds.items()]
        for name in tuning.objectives:
            low, high = _ends(tuning, name)
            at.append((one.values[name] - low) / (high - low))
        yield Line(tuple(min(max(value, 0.0), 1.0) for value in at), rank)


def _ends(tuning: FusionTuning, name: str) -> tuple[float, float]:
    values = [one.values[name] for one in tuning.tried]
    low, high = min(values), max(values)
    return low, high if high > low else low + 1e-4
