"""What one task does to another, from repeated measurements, and what follows for a pair."""

from __future__ import annotations

import dataclasses
import enum
import math
import statistics
from collections.abc import Sequence
from typing import Final

from pipeline.report.balance.noise import Mean, mean_of

__all__ = ["Advice", "Band", "Effect", "Sign", "advise", "band_of_looks", "band_of_seeds", "sign_of"]

LEAST_EFFECT: Final = 0.05  # Of what the task does to itself: less is of no use to anyone, however sure.
LEAST_REPEATS: Final = 2

# Student's t for a two-sided interval of 95 %, by degrees of freedom: three seeds have two.
_STUDENT: Final = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}


class Sign(enum.Enum):
    """What is known of an effect."""

    HELPS = "helps"
    HURTS = "hurts"
    UNKNOWN = "unknown"


class Advice(enum.Enum):
    """What to do with a pair of tasks."""

    SHARE = "share"
    AUXILIARY = "make auxiliary"
    SEPARATE = "separate experts"
    CANNOT_TELL = "cannot tell"


@dataclasses.dataclass(frozen=True)
class Band:
    """A mean over looks or seeds and its noise.

    Attributes:
        value: The mean; None where nothing was measured.
        noise: Half the width of its interval; None for a single measurement.
    """

    value: float | None
    noise: float | None

    @property
    def is_clear(self) -> bool:
        """Whether 0 lies outside."""
        return self.value is not None and self.noise is not None and abs(self.value) > self.noise


@dataclasses.dataclass(frozen=True)
class Effect:
    """What task a does to task b.

    Attributes:
        lookahead: Z_ab, a share of b's loss; above 0 where a step along a's gradient lowers it.
        probe: How much lower b's loss ends where a trained the shared parameters than where nobody did, a share of it.
        sign: Of both together.
    """

    lookahead: Band
    probe: Band
    sign: Sign


def band_of_looks(values: Sequence[float]) -> Band:
    """Three standard errors, of looks in the order of their steps, of which neighbours may be alike."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) < LEAST_REPEATS:
        return Band(known[0] if known else None, None)
    mean: Mean = mean_of(known)
    return Band(mean.value, mean.noise)


def band_of_seeds(values: Sequence[float]) -> Band:
    """Student's 95 % interval of a few independent runs."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) < LEAST_REPEATS:
        return Band(known[0] if known else None, None)
    error = statistics.stdev(known) / math.sqrt(len(known))
    return Band(statistics.fmean(known), _STUDENT[min(len(known) - 1, max(_STUDENT))] * error)


def sign_of(lookahead: Band, probe: Band, *, own_lookahead: Band, own_probe: Band) -> Sign:
    """Of an effect on a task, beside what that task does to itself.

    The two measurements count alike: one that is inside its noise, or small, says nothing, and two that contradict
    each other say nothing together.
    """
    said = {_sign(lookahead, own_lookahead), _sign(probe, own_probe)} - {Sign.UNKNOWN}
    return said.pop() if len(said) == 1 else Sign.UNKNOWN


def advise(first_on_second: Sign, second_on_first: Sign) -> Advice:
    """What follows from what two tasks do to each other.

    Who helps without being hurt shares. Who helps and is hurt for it is worth keeping for the other's sake alone: as an
    auxiliary task. Where one hurts and nobody is known to help, both are better apart.
    """
    signs = {first_on_second, second_on_first}
    if signs == {Sign.HELPS, Sign.HURTS}:
        return Advice.AUXILIARY
    if Sign.HURTS in signs:
        return Advice.SEPARATE
    return Advice.SHARE if Sign.HELPS in signs else Advice.CANNOT_TELL


def _sign(band: Band, own: Band) -> Sign:
    if not band.is_clear or band.value is None:
        return Sign.UNKNOWN
    if own.value is not None and abs(band.value) < LEAST_EFFECT * abs(own.value):
        return Sign.UNKNOWN
    return Sign.HELPS if band.value > 0 else Sign.HURTS
