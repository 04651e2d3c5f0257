"""A proposal of weights on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.fusion_tuner.proposal import Proposal
from pipeline.fusion.proposal_words import (
    CHANGE_HEADS,
    Point,
    change_cells,
    end_sentence,
    front_points,
    goal_sentence,
    held_out_sentence,
    interval_sentence,
    number,
    segment_rows,
    segments_sentence,
    signed,
    stack_lines,
)

__all__ = ["print_proposal"]

_MOST_POINTS: Final = 12


def print_proposal(proposal: Proposal, console: Console) -> None:
    """Prints what was searched, the front, the choice with its intervals, and segments."""
    points = list(front_points(proposal.tuning))
    shown = _spread(points)
    console.print(Text(f"{held_out_sentence(proposal)}\n{goal_sentence(proposal.tuning)}\n"))
    console.print(_front(shown, proposal.tuning.objectives))
    if len(shown) < len(points):
        console.print(Text(f"{len(shown)} of {len(points)} points; --json and -o have all of them.", "dim"))
    console.print(Text(f"\n{interval_sentence(proposal)}\n"))
    console.print(_changes(proposal))
    for change in proposal.changes:
        if change.remark:
            console.print(Text(f"{change.objective}: {change.remark}", "yellow"))
    if proposal.segments is not None:
        console.print(Text(f"\n{segments_sentence(proposal)}\n"))
        console.print(_segments(proposal))
    for line in stack_lines(proposal):
        console.print(Text(f"\n{line}"), soft_wrap=line.startswith(" "))
    console.print(Text(f"\n{end_sentence(proposal)}"))


def _front(points: Sequence[Point], objectives: Sequence[str]) -> Table:
    table = _table()
    table.add_column("", overflow="fold")
    for name in objectives:
        table.add_column(name.replace(".", ".\n"), justify="right", overflow="fold")
        table.add_column("opti-\nmism", justify="right", overflow="fold")
    for point in points:
        cells = [
            text
            for name in objectives
            for text in (number(point.values[name]), signed(point.optimism[name]) if point.optimism else "")
        ]
        label = f"{point.mark}: {point.weights}" if point.mark else point.weights
        table.add_row(label, *cells, style="green" if point.is_chosen else "bold" if point.is_present else None)
    return table


def _changes(proposal: Proposal) -> Table:
    table = _table()
    for title in CHANGE_HEADS:
        table.add_column(title, justify="right" if title else "left", no_wrap=bool(title), overflow="fold")
    for change in proposal.changes:
        table.add_row(*change_cells(change))
    return table


def _segments(proposal: Proposal) -> Table:
    table = _table()
    table.add_column("" if proposal.segments is None else proposal.segments.column, overflow="fold")
    table.add_column("users", justify="right", no_wrap=True)
    table.add_column("weights", overflow="fold")
    table.add_column(f"gain in {proposal.tuning.objectives[0]}", overflow="fold")
    for cells in segment_rows(proposal):
        table.add_row(*cells)
    return table


def _table() -> Table:
    return Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)


def _spread(points: Sequence[Point]) -> list[Point]:
    """Some of many, from one end to the other, what is marked among them."""
    if len(points) <= _MOST_POINTS:
        return list(points)
    step = (len(points) - 1) / (_MOST_POINTS - 1)
    places = {round(step * place) for place in range(_MOST_POINTS)}
    return [point for place, point in enumerate(points) if place in places or point.mark]
