"""What the gate found of one thing it was asked, and of all rules together."""

from __future__ import annotations

import dataclasses
import enum

from components.comparison.cell import Reference, Slice
from components.gate.config import Inconclusive, RuleName
from components.gate.metrics import Metric

__all__ = ["Asked", "Decision", "GlobalDecision", "Outcome"]


class Outcome(enum.Enum):
    """The answer to one thing that was asked."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"  # The rows settle it neither way.
    WARNED = "warned"  # It does not hold, and the policy lets that pass.
    OBSERVED = "observed"  # Nothing was asked.
    NOT_COMPARABLE = "not comparable"  # The reference lacks it, or is not there.
    FIRST_RUN = "first run"  # There has never been a reference.


class Asked(enum.Enum):
    """What a rule asks of one cell."""

    DIFFERENCE = "difference"  # From the baseline.
    TOTAL = "total"  # From the anchor.
    MIN = "min"
    MAX = "max"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing that was asked of one cell, with the answer.

    Attributes:
        output: A task or a product.
        metric: What was measured.
        slice: Columns and values; empty: all rows.
        asked: What of the rule this is about.
        rule: The rule's name, whatever is asked here.
        outcome: The answer.
        reason: The answer in a sentence.
        inconclusive: What an inconclusive answer means for the push.
        against: What a difference is from; None for `min` and `max`.
        value: For `min` and `max` the candidate's value, else the gain over the reference: above 0 the candidate is
            better, whichever way the metric counts; of what has no better way, the plain difference.
        low: The truth is above it with `confidence`.
        high: The truth is below it with `confidence`.
        confidence: One-sided, after correction over slices.
        limit: What the truth must be above, of `max` below: -margin, 0, or the bound itself.
        rows: Of the output's sample space, with a known label.
        positives: Those with label 1.
        clusters: Clusters with such rows.
        rows_to_settle: How many rows of `slice` would settle it; None where it is settled, or no number would.
        cluster_effect: Variance of the difference over that of independent rows; None where it is not told.
        trusted: Whether rows are enough for the interval to count: else it passes nothing; true where there is none.
        ungrouped: Of GAUC and NDCG, rows with a known label but no user or list: they take no part, nor are in `rows`.
    """

    output: str
    metric: Metric
    slice: Slice
    asked: Asked
    rule: RuleName
    outcome: Outcome
    reason: str
    inconclusive: Inconclusive = Inconclusive.BLOCK
    against: Reference | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    limit: float | None = None
    rows: int = 0
    positives: int = 0
    clusters: int = 0
    rows_to_settle: int | None = None
    cluster_effect: float | None = None
    trusted: bool = True
    ungrouped: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class GlobalDecision:
    """Something asked of several outputs together, or of the candidate as a whole.

    Attributes:
        name: `at_least_one_superior`, `fused_loss`, `parity`, `drift` or `skew`.
        outcome: The answer.
        reason: The answer in a sentence.
        value: Of the fused loss, the weighted rise of losses; of parity the largest difference, of drift and skew the
            distance of the column that moved furthest beyond its threshold.
        low: The truth is above it.
        high: The truth is below it.
        limit: What the value must not exceed.
    """

    name: str
    outcome: Outcome
    reason: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
