"""Measures both shifts, and says where there is nothing to measure against."""

from __future__ import annotations

import dataclasses
import os

from tensorflow_metadata.proto.v0 import statistics_pb2

from components.errors import UnusableInputError
from components.shift.distance import Side, distances
from components.shift.plan import ShiftPlan
from components.shift.report import LEARNED_FROM, Shift, ShiftReport, ShiftStatus
from components.shift.served_rows import served_statistics

__all__ = ["Served", "check_shift", "load_statistics"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Served:
    """The version that serves.

    Attributes:
        folder: Of its SavedModel; None where there is none.
        name: For the reader: its version, or why there is none.
        nothing_serves: Whether there has never been one.
    """

    folder: str | None
    name: str
    nothing_serves: bool = False


def check_shift(
    plan: ShiftPlan, trained: statistics_pb2.DatasetFeatureStatisticsList, served: Served | None
) -> ShiftReport:
    """Measures what the plan asks for.

    Args:
        plan: What to watch.
        trained: Of this run's train rows.
        served: What serves; None where drift is not asked for.
    """
    drift = _drift(plan, trained, served) if plan.drift is not None and served is not None else None
    return ShiftReport(drift=drift, skew=_skew(plan, trained) if plan.skew is not None else None)


def load_statistics(path: str) -> statistics_pb2.DatasetFeatureStatisticsList:
    """What StatisticsGen wrote."""
    with open(path, "rb") as file:
        return statistics_pb2.DatasetFeatureStatisticsList.FromString(file.read())


def _drift(plan: ShiftPlan, trained: statistics_pb2.DatasetFeatureStatisticsList, served: Served) -> Shift:
    if served.folder is None:
        status = ShiftStatus.NOTHING_SERVES if served.nothing_serves else ShiftStatus.NO_STATISTICS
        return Shift(status=status, against="", reason=served.name)
    path = os.path.join(served.folder, LEARNED_FROM)
    if not os.path.isfile(path):
        reason = f"version {served.name} serves, but was pushed without the statistics of its train rows"
        return Shift(status=ShiftStatus.NO_STATISTICS, against=served.name, reason=reason)
    if plan.drift is None:
        raise ValueError("`plan.drift` must be declared to be measured, got None.")
    thresholds = plan.drift.thresholds(plan.read)
    found = distances(
        trained, load_statistics(path), side=Side.EARLIER, columns=plan.columns, thresholds=thresholds
    )  # fmt: skip
    return Shift(status=ShiftStatus.MEASURED, against=served.name, columns=found)


def _skew(plan: ShiftPlan, trained: statistics_pb2.DatasetFeatureStatisticsList) -> Shift:
    if plan.skew is None:
        raise ValueError("`plan.skew` must be declared to be measured, got None.")
    thresholds = plan.skew.thresholds(plan.read)
    watched = {name: plan.columns[name] for name in thresholds}
    try:
        asked = served_statistics(plan.skew, plan.data, columns=watched, delimiters=plan.delimiters)
    except UnusableInputError as error:
        return Shift(status=ShiftStatus.NO_ROWS, against=plan.skew.rows, reason=" ".join(error.problems))
    found = distances(trained, asked, side=Side.ASKED, columns=plan.columns, thresholds=thresholds)
    return Shift(status=ShiftStatus.MEASURED, against=plan.skew.rows, columns=found)
