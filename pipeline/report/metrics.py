"""The metrics a report knows by name: how they are called and which way is better."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable
from typing import Final

from pipeline.report import numbers
from pipeline.report.evaluation import Evaluation, Score

__all__ = ["GROUPED", "METRICS", "Better", "MetricStyle", "score_text", "shown_metrics", "style_of"]


class Better(enum.Enum):
    """Which way a metric improves."""

    HIGHER = "higher is better"
    LOWER = "lower is better"
    ONE = "1 is best"
    NEITHER = ""


@dataclasses.dataclass(frozen=True)
class MetricStyle:
    """How a metric is shown.

    Attributes:
        title: In a column's head.
        better: Which way it improves.
    """

    title: str
    better: Better


METRICS: Final[dict[str, MetricStyle]] = {
    "auc": MetricStyle("AUC", Better.HIGHER),
    "gauc": MetricStyle("GAUC", Better.HIGHER),
    "ndcg": MetricStyle("NDCG", Better.HIGHER),
    "log_loss": MetricStyle("log loss", Better.LOWER),
    "accuracy": MetricStyle("accuracy", Better.HIGHER),
    "mse": MetricStyle("MSE", Better.LOWER),
    "mae": MetricStyle("MAE", Better.LOWER),
    "calibration": MetricStyle("calibration", Better.ONE),
    "mean_prediction": MetricStyle("mean prediction", Better.NEITHER),
}
GROUPED: Final = ("gauc", "ndcg")  # Measured where users or lists are declared.
BESIDE_COUNTS: Final = frozenset({"mean_prediction"})  # Belongs to the mean label, not to the verdict.


def style_of(metric: str) -> MetricStyle:
    """The style of a metric; one we do not know is called by its own name."""
    return METRICS.get(metric, MetricStyle(metric.replace("_", " "), Better.NEITHER))


def shown_metrics(evaluation: Evaluation, output: str) -> tuple[str, ...]:
    """The metrics of an output, those of `METRICS` first and in its order."""
    found = {metric for scores in evaluation.of(output) for metric in (*scores.candidate, *scores.baseline)}
    return tuple(_ordered(found - BESIDE_COUNTS))


def score_text(score: Score | None) -> str:
    """A score as a number, or why it has none."""
    if score is None:
        return numbers.ABSENT
    return f"undefined: {score.why}" if score.number is None else numbers.measure(score.number)


def _ordered(metrics: Iterable[str]) -> list[str]:
    rank = {metric: place for place, metric in enumerate(METRICS)}
    return sorted(metrics, key=lambda metric: (rank.get(metric, len(rank)), metric))
