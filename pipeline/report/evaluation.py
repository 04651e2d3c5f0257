"""An evaluation's figures: candidate beside baseline, per output and slice, with what is undefined said so."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

__all__ = ["OVERALL", "Bucket", "Curves", "Evaluation", "Score", "Slice", "SliceScores"]

Slice = tuple[tuple[str, str], ...]  # (column, value) pairs; none for all rows.
OVERALL: Final[Slice] = ()


@dataclasses.dataclass(frozen=True)
class Score:
    """A metric's value, or why it has none.

    Attributes:
        number: None where it is undefined.
        why: Empty where it is defined.
    """

    number: float | None
    why: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SliceScores:
    """One output on one slice.

    Attributes:
        output: Its name.
        slice: Which rows.
        known: Rows in the output's sample space with a known label.
        positives: Those with a positive label; None for a regression.
        mean_label: None where there is no row.
        candidate: Scores by metric name.
        baseline: The same of the serving model; empty where there is none.
    """

    output: str
    slice: Slice
    known: float
    positives: float | None
    mean_label: float | None
    candidate: Mapping[str, Score]
    baseline: Mapping[str, Score] = dataclasses.field(default_factory=dict)

    def change(self, metric: str) -> float | None:
        """Candidate minus baseline; None where either is undefined or absent."""
        new, old = self.candidate.get(metric), self.baseline.get(metric)
        if new is None or old is None or new.number is None or old.number is None:
            return None
        return new.number - old.number


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bucket:
    """Rows of like prediction.

    Attributes:
        predicted: Mean prediction.
        observed: Mean label.
        rows: How many.
    """

    predicted: float
    observed: float
    rows: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Curves:
    """One model on one binary output, over all rows of its sample space.

    Attributes:
        output: Its name.
        model: "candidate" or "baseline".
        roc: (false positive rate, true positive rate), from (0, 0) to (1, 1); empty where one class is absent.
        calibration: In order of prediction.
    """

    output: str
    model: str
    roc: tuple[tuple[float, float], ...]
    calibration: tuple[Bucket, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the evaluator left.

    Attributes:
        scores: By output and slice, all rows first.
        curves: Of binary outputs.
        has_baseline: Whether a serving model was evaluated beside the candidate.
    """

    scores: tuple[SliceScores, ...]
    curves: tuple[Curves, ...] = ()
    has_baseline: bool = False

    def overall(self, output: str) -> SliceScores | None:
        """An output's scores over all rows of its sample space."""
        return next((item for item in self.of(output) if item.slice == OVERALL), None)

    def of(self, output: str) -> tuple[SliceScores, ...]:
        """An output's scores on every slice."""
        return tuple(item for item in self.scores if item.output == output)
