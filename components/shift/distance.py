"""Distances between two statistics of the same columns, by TFDV's comparators."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2, statistics_pb2

from components.shift.report import ColumnShift, Measure
from components.shift.tfdv import validate_statistics
from models.expression import ColumnType

__all__ = ["Side", "distances"]

_MEASURES: Final = {ColumnType.STRING: Measure.INFINITY, ColumnType.NUMBER: Measure.JENSEN_SHANNON}


class Side(enum.Enum):
    """What the train rows are compared with."""

    EARLIER = "earlier"  # Rows of an earlier span: drift.
    ASKED = "asked"  # Rows that the served model was asked about: skew.


def distances(
    trained: statistics_pb2.DatasetFeatureStatisticsList,
    other: statistics_pb2.DatasetFeatureStatisticsList,
    *,
    side: Side,
    columns: Mapping[str, ColumnType],
    thresholds: Mapping[str, float],
) -> tuple[ColumnShift, ...]:
    """How far each column with a threshold moved, in the order of names.

    A column that held values and holds none any more, or values of another kind, is beyond any threshold, which TFDV
    passes over; one that held none is new, and beyond none. Shares of missing values do not count, of strings only the
    thousand most frequent do, and a column of one number alone is at distance 1 from any other number or mix: so TFDV's
    histograms have it.

    Args:
        trained: Of this run's train rows.
        other: Of the rows to compare with.
        side: What they are.
        columns: By name, how a column is read.
        thresholds: By name, the largest distance allowed.
    """
    schema = _schema(columns, thresholds, side)
    compared = {"previous_statistics": other} if side is Side.EARLIER else {"serving_statistics": other}
    measured = _measured(validate_statistics(trained, schema, **compared), side)
    now, then = _values(trained), _values(other)
    if side is Side.ASKED:  # What is newest is what is asked.
        now, then = then, now
    found = []
    for name in sorted(thresholds):
        reason = _absence(now.get(name, 0), then.get(name, 0), side)
        distance = None if reason else measured.get(name)
        is_lost = now.get(name, 0) == 0
        if distance is None and not reason:
            reason, is_lost = "it holds values of another kind than before, which have no distance", True
        found.append(
            ColumnShift(
                column=name,
                measure=_MEASURES[columns[name]],
                threshold=thresholds[name],
                distance=distance,
                is_beyond=distance > thresholds[name] if distance is not None else is_lost,
                reason=reason,
            )
        )
    return tuple(found)


def _schema(columns: Mapping[str, ColumnType], thresholds: Mapping[str, float], side: Side) -> schema_pb2.Schema:
    schema = schema_pb2.Schema()
    for name in sorted(thresholds):
        is_text = columns[name] is ColumnType.STRING
        feature = schema.feature.add(name=name, type=schema_pb2.BYTES if is_text else schema_pb2.FLOAT)
        comparator = feature.drift_comparator if side is Side.EARLIER else feature.skew_comparator
        measure = comparator.infinity_norm if is_text else comparator.jensen_shannon_divergence
        measure.threshold = thresholds[name]
    return schema


def _measured(anomalies: anomalies_pb2.Anomalies, side: Side) -> dict[str, float]:
    return {
        found.path.step[0]: measurement.value
        for found in anomalies.drift_skew_info
        for measurement in (found.drift_measurements if side is Side.EARLIER else found.skew_measurements)
    }


def _values(statistics: statistics_pb2.DatasetFeatureStatisticsList) -> dict[str, int]:
    """By column, how many rows hold a value."""
    found = {}
    for feature in statistics.datasets[0].features:
        common = (
            feature.string_stats.common_stats if feature.HasField("string_stats") else feature.num_stats.common_stats
        )
        found[feature.path.step[0]] = int(common.num_non_missing)
    return found


def _absence(now: int, then: int, side: Side) -> str:
    if now and then:
        return ""
    newer, older = ("the rows of this run", "the earlier rows")
    if side is Side.ASKED:
        newer, older = ("the logged requests", "the train rows")
    if not now and not then:
        return "no row holds a value on either side"
    return f"{newer if not now else older} hold no value of it"
