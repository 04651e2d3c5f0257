"""A proposal of weights in words and cells of tables, for the terminal and the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from components.fusion_tuner.change import CONFIDENCE, Change
from components.fusion_tuner.goals import Pareto, Sum, Within
from components.fusion_tuner.proposal import Proposal
from components.fusion_tuner.result import FusionTuning

__all__ = [
    "CHANGE_HEADS",
    "Point",
    "change_cells",
    "end_sentence",
    "front_points",
    "gate_sentence",
    "goal_sentence",
    "held_out_sentence",
    "interval_sentence",
    "number",
    "segment_rows",
    "segments_sentence",
    "signed",
    "stack_lines",
    "weights_text",
]

CHANGE_HEADS: Final = ("", "present", "proposed", "gain", "from", "to")

_GOALS: Final = {
    Sum.kind: "the largest weighted sum of {}",
    Within.kind: "the largest {}, the others not falling by more than they may",
    Pareto.kind: "the front of {}; of it what gains most in sum while none falls",
}


@dataclasses.dataclass(frozen=True)
class Point:
    """Weights that nothing tried dominates, or the present ones.

    Attributes:
        weights: Those that were searched.
        is_present: Whether they serve now.
        is_chosen: Whether they are proposed.
        values: By objective, on the rows that the search never saw.
        optimism: By objective; none of the present weights.
    """

    weights: str
    is_present: bool
    is_chosen: bool
    values: dict[str, float]
    optimism: dict[str, float]

    @property
    def mark(self) -> str:
        """In words; empty where it is neither."""
        words = [word for word, holds in (("present", self.is_present), ("chosen", self.is_chosen)) if holds]
        return " and ".join(words)


def front_points(tuning: FusionTuning) -> Iterator[Point]:
    """The present weights, then the front, rising by the first objective."""
    present = tuning.tried[0].weights
    if all(one.place != 0 for one in tuning.front):
        yield Point(_searched(tuning, present), True, False, tuning.present, {})
    for one in tuning.front:
        weights = _searched(tuning, tuning.tried[one.place].weights)
        yield Point(weights, one.place == 0, one.place == tuning.chosen, one.values, one.optimism)


def held_out_sentence(proposal: Proposal) -> str:
    """What was tried, and what was held out from that."""
    tuning, halves = proposal.tuning, proposal.tuning.halves
    tried = len(tuning.tried) - 1 + tuning.refused
    refused = f", of which {tuning.refused:,} could not be taken" if tuning.refused else ""
    left_out = [
        f"{count:,} rows without a {what} took no part"
        for count, what in ((halves.without_user, "user"), (proposal.without_propensity, "usable propensity"))
        if count
    ]
    return (
        f"{tried:,} weights of {proposal.formula} were tried{refused}, on {halves.search_rows:,} rows of one half of "
        f"the users; the figures are of {halves.check_rows:,} rows of the other half, which the search never saw."
        + "".join(f" {text}." for text in left_out)
    )


def goal_sentence(tuning: FusionTuning) -> str:
    """What was searched for, and what optimism means."""
    goal = _GOALS[tuning.goal].format(" and ".join(tuning.aims[:1] if tuning.goal == Within.kind else tuning.aims))
    return (
        f"Searched for: {goal}. Optimism is the gain on the present weights where the search looked, less that where "
        "it did not."
    )


def interval_sentence(proposal: Proposal) -> str:
    """How to read changes."""
    ends = f"From and to are the gain's {100 * CONFIDENCE:g} % interval, rows of one user depending on each other."
    if proposal.segments is None:
        return ends
    return f"All that is proposed, weights of segments too, which the front leaves as they serve. {ends}"


def change_cells(change: Change) -> tuple[str, ...]:
    """As `CHANGE_HEADS` says."""
    ends = ("" if end is None else signed(end) for end in (change.low, change.high))
    return (
        change.objective,
        number(change.before),
        number(change.after),
        signed(change.after - change.before),
        *ends,
    )


def segments_sentence(proposal: Proposal) -> str:
    """What became of segments; empty where they were not searched."""
    if proposal.segments is None:
        return ""
    found = proposal.segments
    own = sum(bool(one.weights) and not one.why for one in found.found)
    few = f" {found.few:,} more, of {found.few_rows:,} rows, have too few users and stay." if found.few else ""
    return (
        f"By {found.column}, each on its own rows after the common weights: {own:,} of {len(found.found):,} get "
        f"weights of their own.{few}"
    )


def segment_rows(proposal: Proposal) -> Iterator[tuple[str, ...]]:
    """A segment, its users, its weights or why it has the common ones, and its gain in the first objective."""
    for one in proposal.segments.found if proposal.segments is not None else ():
        weights = weights_text(one.weights) if one.weights else f"common: {one.why}"
        if one.weights and one.why:
            weights = f"as it has: {one.why}"
        gain = ""
        if one.changes and one.weights:
            change = one.changes[0]
            gain = signed(change.after - change.before)
            gain += f" ({signed(change.low)} to {signed(change.high)})" if None not in (change.low, change.high) else ""
        yield one.segment, f"{one.users:,}", weights, gain


def stack_lines(proposal: Proposal) -> Iterator[str]:
    """What a linear stack comes to, and how it is declared."""
    found = proposal.stack
    if found is None:
        return
    values = ", ".join(f"{name} {number(value)}" for name, value in found.values.items())
    yield (
        f"A linear stack on the label of {found.target}, which {found.rows:,} rows know and {found.left_out:,} do not: "
        f"{values}. To serve it, declare under fusion.formulas, and run the pipeline:"
    )
    yield (
        f"  stack: {{kind: formula, expression: '{found.expression}', "
        f"weights: {{{', '.join(f'{name}: {value:.6g}' for name, value in found.weights.items())}}}}}"
    )


def end_sentence(proposal: Proposal) -> str:
    """What to do with it."""
    stays = ""
    if proposal.tuning.chosen is None:  # Segments may get weights of their own all the same.
        stays = "Nothing tried meets the goal's bounds: the common weights stay."
    if not proposal.assignments and stays:
        return stays
    if not proposal.assignments and proposal.tuning.goal == Pareto.kind:
        return "Nothing tried gains and falls nowhere, so the present weights stay; any point can be set by hand."
    if not proposal.assignments:
        return "Nothing tried is worth more than the present weights: they stay."
    if not any(change.is_gain for change in proposal.changes if change.objective in proposal.tuning.aims):
        found = (
            "Nothing is changed yet. On the rows that the search never saw no gain can be told from chance: leave the "
            "weights, or bring more rows. To put the proposed ones live all the same, where the gate lets them pass:"
        )
    else:
        found = "Nothing is changed yet. To put the proposed weights live, where the gate lets them pass:"
    return f"{stays} {found}".strip()


def gate_sentence(refusal: str) -> str:
    """What the gate of `fusion set` will look at, and why it would refuse whatever it sees."""
    if refusal:
        return f"As CONFIG is, that would be refused: {refusal}"
    return (
        "Its gate looks at the users that the search did not, as the figures above do, by CONFIG's rules about this "
        "score; where none of them can stop it, it is refused."
    )


def weights_text(weights: Mapping[str, float]) -> str:
    """Names and numbers."""
    return ", ".join(f"{name} {value:g}" for name, value in weights.items())


def number(value: float) -> str:
    """Of a metric."""
    return f"{value:.4f}"


def signed(value: float | None) -> str:
    """A change; exactly none has no sign, and what is not known is empty."""
    return "" if value is None else f"{value:+.4f}" if round(value, 4) else "0.0000"


def _searched(tuning: FusionTuning, weights: Mapping[str, float]) -> str:
    return weights_text({name: weights[name] for name in tuning.bounds})
