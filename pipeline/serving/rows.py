"""Scores for the rows of a CSV file, in batches, so that a file of any size can be asked."""

from __future__ import annotations

import csv
import math
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.serving.client import ServingClient
from pipeline.serving.errors import FinalServingError
from pipeline.serving.signatures import PREDICT_COLUMNS, SERVING_DEFAULT, TensorSpec

__all__ = ["predict_file", "read_batches"]

MAX_BATCH_CHARS: Final = 8 * 2**20  # Well inside a server's limit on one request.
MAX_FIELD_CHARS: Final = 2**27  # The csv module's own limit, 128 KiB, refuses long texts.


def predict_file(
    client: ServingClient, path: pathlib.Path, *, signature_name: str = PREDICT_COLUMNS, batch_rows: int = 1000
) -> Iterator[dict[str, list[Any]]]:
    """Scores the rows of a CSV file with a header, batch by batch in the file's order.

    Columns are found by name; those that the model does not take are passed over. An empty field is a missing value,
    which the model handles.

    Args:
        client: Asks the server.
        path: The file.
        signature_name: With "serving_default", rows are sent as tf.Examples with the types of `predict_columns`.
        batch_rows: Rows in one request, at most.

    Yields:
        The outputs of one batch: `[rows]` lists by output name.
    """
    inputs = client.signature(PREDICT_COLUMNS if signature_name == SERVING_DEFAULT else signature_name).inputs
    for columns in read_batches(path, inputs, batch_rows=batch_rows):
        if signature_name == SERVING_DEFAULT:
            yield client.predict_examples(columns, signature_name=signature_name)
        else:
            yield client.predict(columns, signature_name=signature_name)


def read_batches(
    path: pathlib.Path, inputs: Mapping[str, TensorSpec], *, batch_rows: int
) -> Iterator[dict[str, list[Any]]]:
    """Reads a CSV file with a header as batches of columns typed by `inputs`.

    Raises:
        FinalServingError: The file cannot be read, lacks a column, or holds a row or value that does not fit; with the
            line.
    """
    if batch_rows < 1:
        raise FinalServingError(f"`batch_rows` must be 1 or more, got {batch_rows!r}.")
    csv.field_size_limit(MAX_FIELD_CHARS)
    try:
        # Bytes that are not UTF-8 pass through to the model as they are.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield from _batches(csv.reader(file), path, inputs=inputs, batch_rows=batch_rows)
    except OSError as error:
        raise FinalServingError(f"`{path}` must be a readable CSV file: {error.strerror}.") from error


def _batches(
    reader: Any, path: pathlib.Path, *, inputs: Mapping[str, TensorSpec], batch_rows: int
) -> Iterator[dict[str, list[Any]]]:
    header = next(reader, None)
    if header is None:
        raise FinalServingError(f"`{path}` must begin with a header that names its columns, it is empty.")
    missing = sorted(set(inputs) - set(header))
    if missing:
        raise FinalServingError(f"`{path}` must have the columns {sorted(inputs)}, it lacks {missing}.")
    places = {name: header.index(name) for name in inputs}
    columns: dict[str, list[Any]] = {name: [] for name in inputs}
    num_rows = num_chars = 0
    for row in _rows(reader, path):
        if not row:
            continue  # A blank line, as the csv module has it.
        if len(row) != len(header):
            raise FinalServingError(f"{path}:{reader.line_num}: a row must have {len(header)} fields, got {len(row)}.")
        for name, place in places.items():
            columns[name].append(_typed(row[place], inputs[name], where=f"{path}:{reader.line_num}"))
            num_chars += len(row[place])
        num_rows += 1
        if num_rows == batch_rows or num_chars >= MAX_BATCH_CHARS:
            yield columns
            columns = {name: [] for name in inputs}
            num_rows = num_chars = 0
    if num_rows:
        yield columns


def _rows(reader: Any, path: pathlib.Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise FinalServingError(f"{path}:{reader.line_num}: not CSV: {error}.") from error


def _typed(text: str, spec: TensorSpec, *, where: str) -> Any:
    kind = spec.dtype.numpy.kind
    if kind == "O":
        return text
    stripped = text.strip()
    if not stripped:
        if kind == "f":
            return math.nan
        raise FinalServingError(
            f"{where}: column `{spec.name}` must have a value: {spec.dtype.name} has none for missing."
        )
    try:
        return float(stripped) if kind == "f" else int(stripped)
    except ValueError as error:
        raise FinalServingError(f"{where}: column `{spec.name}` must be a number, got {text!r}.") from error
