"""The thresholds that did not hold, from TFMA's validation result."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.report.evaluation import Evaluation, Failure, Score, Slice
from pipeline.report.reading.slices import slice_of

__all__ = ["read_failures"]

HIGHER_IS_BETTER: Final = 2  # TFMA's `MetricDirection`, whose names are there only after an import of seconds.


def read_failures(result: Any, evaluation: Evaluation, *, names: Mapping[str, str]) -> Iterator[Failure]:
    """Reads TFMA's `ValidationResult`, a failure for each threshold that did not hold.

    Args:
        result: `Any`, since protobuf's generated classes carry no types.
        evaluation: Says which values are undefined, whatever number stands in the result.
        names: From TFMA's metric names to the report's.
    """
    for of_slice in result.metric_validations_per_slice:
        where = slice_of(of_slice.slice_key)
        for failure in of_slice.failures:
            output = failure.metric_key.output_name or next((scores.output for scores in evaluation.scores), "")
            metric = names.get(failure.metric_key.name, failure.metric_key.name)
            is_change = failure.metric_threshold.HasField("change_threshold")
            score = _undefined(evaluation, output, metric=metric, where=where) or _found(failure)
            bound = (
                _change_bound(failure.metric_threshold.change_threshold)
                if is_change
                else _value_bound(failure.metric_threshold.value_threshold)
            )
            yield Failure(output=output, metric=metric, slice=where, score=score, bound=bound, is_change=is_change)


def _undefined(evaluation: Evaluation, output: str, *, metric: str, where: Slice) -> Score | None:
    for scores in evaluation.of(output):
        if scores.slice == where and metric in scores.candidate and scores.candidate[metric].number is None:
            return scores.candidate[metric]
    return None


def _found(failure: Any) -> Score:
    if not failure.HasField("metric_value"):
        return Score(None, "not computed")
    return Score(failure.metric_value.double_value.value)


def _value_bound(threshold: Any) -> str:
    bounds = []
    # The largest float stands for no bound where a threshold asks only that there be a number.
    if threshold.HasField("lower_bound") and threshold.lower_bound.value > -sys.float_info.max:
        bounds.append(f"at least {threshold.lower_bound.value:g}")
    if threshold.HasField("upper_bound") and threshold.upper_bound.value < sys.float_info.max:
        bounds.append(f"at most {threshold.upper_bound.value:g}")
    return " and ".join(bounds) or "a number"


def _change_bound(threshold: Any) -> str:
    bounds = []
    for field, factor, unit in (("absolute", 1, ""), ("relative", 100, " %")):
        if not threshold.HasField(field):
            continue
        value = getattr(threshold, field).value * factor
        amount = f"{abs(value):g}{unit}"
        if threshold.direction == HIGHER_IS_BETTER:
            bounds.append(f"a rise of at least {amount}" if value > 0 else f"a fall of at most {amount}")
        else:
            bounds.append(f"a rise of at most {amount}" if value >= 0 else f"a fall of at least {amount}")
    return " and ".join(bounds)
