"""Velocity: whether one loss has stalled while another falls."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from typing import Final

from components.trainer.gradient_record import GradientRecord
from pipeline.report import numbers
from pipeline.report.balance.finding import FEWEST_LOOKS, Finding, Offer, State, known, listed, offers_against
from pipeline.report.balance.noise import mean_of

__all__ = ["WINDOWS", "Fall", "falls_of", "velocity"]

PROBLEM: Final = "velocity"
WINDOWS: Final = 4  # Parts of the run, of equally many looks.
FEWEST: Final = WINDOWS * FEWEST_LOOKS // 2  # Four looks in each window.
FALLS: Final = 0.05  # A smaller relative fall is none to compare with.
BEHIND: Final = 5.0  # Times; relative falls of different losses are not alike even where all is well.
OFFERS: Final = (
    Offer("dwa", "gives more to a loss that falls slowly"),
    Offer("famo", "evens the relative falls, from losses alone"),
    Offer("gradnorm", "with alpha above 0 lengthens the gradient of what trains slowly"),
)


@dataclasses.dataclass(frozen=True)
class Fall:
    """How far a loss fell.

    Attributes:
        loss: Its name.
        windows: Its mean in each part of the run.
        value: From the first part to the last, relative to the first.
        noise: Three standard errors of that.
    """

    loss: str
    windows: tuple[float, ...]
    value: float
    noise: float


def falls_of(record: GradientRecord) -> tuple[Fall, ...]:
    """Of each trained loss that was known often enough."""
    found = []
    for place, loss in enumerate(record.losses):
        values = known(record.values, place)
        if loss not in record.watched and len(values) >= FEWEST:
            found.append(_fall(loss, values))
    # Logarithms of densities can be below 0; a ratio says nothing then.
    return tuple(fall for fall in found if fall.windows[0] > 0)


def velocity(record: GradientRecord) -> Finding:
    """Compares relative falls of the losses of single batches from the first quarter of the looks to the last."""
    falls = falls_of(record)
    if len(falls) < 2:
        sentence = f"Fewer than two losses were known in {FEWEST} looks, four for each quarter of the run."
        return Finding(PROBLEM, State.UNTOLD, (sentence,))
    fastest = max(falls, key=lambda fall: fall.value - fall.noise)
    seen = f"From the first quarter of the looks to the last: {'; '.join(map(_text, falls))}."
    certain = fastest.value - fastest.noise
    if certain <= FALLS:
        judged = f"No loss fell by more than {numbers.share(FALLS)} beyond its noise, so none is left behind."
        return Finding(PROBLEM, State.FINE, (seen, judged))
    behind = [fall.loss for fall in falls if fall.value + fall.noise < certain / BEHIND]
    if not behind:
        judged = f"No loss fell less than a fifth of {fastest.loss}'s way beyond the noise."
        return Finding(PROBLEM, State.FINE, (seen, judged))
    judged = (
        f"{fastest.loss} falls; {listed(behind)} fell less than a fifth of its way. A loss that is near what can be "
        "learned of it stands still as well: training that task alone tells."
    )
    return Finding(PROBLEM, State.FOUND, (seen, judged), offers_against(record, OFFERS))


def _fall(loss: str, values: Sequence[float]) -> Fall:
    edges = [window * len(values) // WINDOWS for window in range(WINDOWS + 1)]
    means = [mean_of(values[start:end]) for start, end in itertools.pairwise(edges)]
    first, last = means[0], means[-1]
    ratio = last.value / first.value if first.value > 0 else 1.0
    noise = math.hypot(last.noise, ratio * first.noise) / (first.value or 1.0)  # To first order.
    return Fall(loss, tuple(mean.value for mean in means), 1 - ratio, noise)


def _text(fall: Fall) -> str:
    verb, size = ("fell", fall.value) if fall.value >= 0 else ("rose", -fall.value)
    return f"{fall.loss} {verb} by {numbers.share(size)} \N{PLUS-MINUS SIGN} {numbers.share(fall.noise)}"
