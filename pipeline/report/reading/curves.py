"""ROC curves and calibration buckets from TFMA's plots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from pipeline.report.evaluation import HALF_A_ROW, Bucket, Curves, Evaluation

__all__ = ["NUM_BUCKETS", "merge_buckets", "read_curves"]

BASELINE: Final = "baseline"
CANDIDATE: Final = "candidate"
NUM_BUCKETS: Final = 10  # Of like numbers of rows; TFMA's thousand of like width are mostly empty for a rare label.

_Raw = tuple[float, float, float]  # Sums over a bucket: prediction, label, rows.


def read_curves(plots: Iterable[Any], evaluation: Evaluation) -> Iterator[Curves]:
    """Takes the curves over all rows from TFMA's `PlotsForSlice` messages.

    Args:
        plots: One a slice; `Any`, since protobuf's generated classes carry no types.
        evaluation: Says which outputs have rows of both classes.
    """
    outputs = {scores.output for scores in evaluation.scores}
    for of_slice in plots:
        if of_slice.slice_key.single_slice_keys:
            continue
        for item in of_slice.plot_keys_and_values:
            output = item.key.output_name or next(iter(outputs), "")
            scores = evaluation.overall(output)
            if scores is None or scores.known < HALF_A_ROW:
                continue
            yield Curves(
                output=output,
                model=BASELINE if item.key.model_name == BASELINE else CANDIDATE,
                roc=_roc(item.value.confusion_matrix_at_thresholds.matrices),
                calibration=merge_buckets(_raw_buckets(item.value.calibration_histogram_buckets)),
            )


def _roc(matrices: Sequence[Any]) -> tuple[tuple[float, float], ...]:
    points = {(0.0, 0.0), (1.0, 1.0)}
    for matrix in matrices:
        positives = matrix.true_positives + matrix.false_negatives
        negatives = matrix.false_positives + matrix.true_negatives
        if not positives or not negatives:
            return ()
        points.add((matrix.false_positives / negatives, matrix.true_positives / positives))
    return tuple(sorted(points)) if matrices else ()


def _raw_buckets(histogram: Any) -> list[_Raw]:
    return [
        (
            bucket.total_weighted_refined_prediction.value,
            bucket.total_weighted_label.value,
            bucket.num_weighted_examples.value,
        )
        for bucket in histogram.buckets
        if bucket.num_weighted_examples.value > 0
    ]


def merge_buckets(raw: Sequence[tuple[float, float, float]], num_buckets: int = NUM_BUCKETS) -> tuple[Bucket, ...]:
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
