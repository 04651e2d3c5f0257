"""What was found of one problem, and what the catalogue offers against it."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final

from components.trainer.gradient_record import GradientRecord

__all__ = ["FEWEST_LOOKS", "Finding", "Offer", "State", "known", "listed", "offers_against"]

FEWEST_LOOKS: Final = 8  # With fewer, three standard errors are themselves a guess.


class State(enum.Enum):
    """Whether a run has a problem."""

    UNTOLD = "too few to tell"
    FINE = "no problem"
    HELD = "held by the balancer"
    FOUND = "problem"


@dataclasses.dataclass(frozen=True)
class Offer:
    """A way out.

    Attributes:
        method: Key in the catalogue of balancers; empty for one of another kind.
        words: What it does here.
    """

    method: str
    words: str


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem.

    Attributes:
        problem: "magnitude", "velocity" or "direction".
        state: Whether the run has it.
        sentences: What was seen, with the numbers it is judged by.
        offers: Empty where nothing is wrong.
    """

    problem: str
    state: State
    sentences: tuple[str, ...]
    offers: tuple[Offer, ...] = ()


def known(rows: Sequence[Sequence[float | None]], place: int) -> list[float]:
    """One column, without what is not defined."""
    return [value for row in rows if (value := row[place]) is not None]


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def offers_against(record: GradientRecord, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """All that are not already at work."""
    return tuple(offer for offer in offers if offer.method != record.balancer)
