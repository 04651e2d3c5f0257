"""Calibration buckets of like numbers of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.report.evaluation import Bucket

__all__ = ["NUM_BUCKETS", "merge_buckets"]

NUM_BUCKETS: Final = 10


def merge_buckets(raw: Sequence[Sequence[float]], num_buckets: int = NUM_BUCKETS) -> tuple[Bucket, ...]:
    """Merges neighbours until about `num_buckets` of like numbers of rows are left.

    Args:
        raw: Sums of prediction, label and rows, in order of prediction.
        num_buckets: How many to aim at; fewer come out where one of `raw` holds more than its share.
    """
    share = sum(rows for _, _, rows in raw) / num_buckets
    merged: list[Bucket] = []
    predicted = observed = rows = 0.0
    for index, (more_predicted, more_observed, more_rows) in enumerate(raw):
        predicted, observed, rows = predicted + more_predicted, observed + more_observed, rows + more_rows
        if rows >= share or index == len(raw) - 1:
            merged.append(Bucket(predicted=predicted / rows, observed=observed / rows, rows=rows))
            predicted = observed = rows = 0.0
    return tuple(merged)
