"""Anomalies as a table for a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.errors import UnusableInputError

__all__ = ["ANOMALIES_FILE", "Row", "anomaly_rows", "check_no_anomalies"]

ANOMALIES_FILE: Final = "SchemaDiff.pb"  # What ExampleValidator writes in each split's folder.

_DATASET: Final = "(all columns)"


@dataclasses.dataclass(frozen=True)
class Row:
    """One way in which a column departs from the schema.

    Attributes:
        column: Its name.
        split: Where.
        what: In short.
        how_much: In numbers, as far as the validator counted.
    """

    column: str
    split: str
    what: str
    how_much: str


def anomaly_rows(by_split: Mapping[str, anomalies_pb2.Anomalies]) -> tuple[Row, ...]:
    """All anomalies of all splits, in the order of columns."""
    rows = []
    for split, anomalies in by_split.items():
        for column, found in anomalies.anomaly_info.items():
            rows += _rows(column, split, found)
        if anomalies.HasField("dataset_anomaly_info"):
            rows += _rows(_DATASET, split, anomalies.dataset_anomaly_info)
        if anomalies.data_missing:
            rows.append(Row(_DATASET, split, "No rows", "The split is empty."))
    return tuple(sorted(rows, key=dataclasses.astuple))


def check_no_anomalies(by_split: Mapping[str, anomalies_pb2.Anomalies]) -> None:
    """Raises `UnusableInputError` with a table of all anomalies if there are any."""
    rows = anomaly_rows(by_split)
    if rows:
        where = "the rows depart from the declared schema. Mend them, or what the configuration declares:"
        raise UnusableInputError([f"{where}\n{_table(rows)}"])


def _rows(column: str, split: str, found: anomalies_pb2.AnomalyInfo) -> list[Row]:
    reasons = found.reason or [
        anomalies_pb2.AnomalyInfo.Reason(short_description=found.short_description, description=found.description)
    ]
    return [Row(column, split, reason.short_description, reason.description) for reason in reasons]


def _table(rows: Sequence[Row]) -> str:
    cells = [("column", "split", "what", "how much"), *(dataclasses.astuple(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)
