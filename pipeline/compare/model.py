"""A SavedModel from anywhere, asked for the scores of raw rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any, Final, final

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.evaluator.errors import UnusableModelError
from components.evaluator.models import SIGNATURE, OpenModel
from components.evaluator.reads import parsed_columns
from components.example_gen.cells import as_bytes, as_numbers
from pipeline.compare.rows import Rows

__all__ = ["ComparedModel", "open_compared"]

_TAG: Final = "serve"


@final
@dataclasses.dataclass(frozen=True)
class ComparedModel:
    """A model that loads.

    Attributes:
        opened: Its name, its folder and its outputs that hold numbers.
        examples: The input that takes serialized tf.Examples; empty where there is none.
        columns: Else the raw columns that it reads by name.
        dtypes: Theirs. `Any`, since TensorFlow carries no types.
        ranks: Theirs: 1, or 2 for `[rows, 1]`.
    """

    opened: OpenModel
    examples: str = ""
    columns: tuple[str, ...] = ()
    dtypes: tuple[Any, ...] = ()
    ranks: tuple[int, ...] = ()

    def scores(self, rows: Rows) -> dict[str, np.ndarray]:
        """`[rows]` or `[rows, width]` by output; raises `UnusableModelError` where it cannot score them."""
        signature = self.opened.loaded.signatures[SIGNATURE]
        try:
            if not self.examples:
                given = signature(**{name: self._dense(rows, name) for name in self.columns})
            else:
                given = signature(**{self.examples: tf.constant(rows.examples, tf.string)})
        except (ValueError, TypeError, tf.errors.OpError) as error:
            raise UnusableModelError(f"{_called(self.opened)} cannot score the rows: {_said(error)}") from error
        found = {output: given[output].numpy() for output in self.opened.widths}
        short = {output: len(values) for output, values in found.items() if len(values) != len(rows.examples)}
        if short:
            output, got = next(iter(short.items()))
            wanted = len(rows.examples)
            raise UnusableModelError(f"{_called(self.opened)} must give {wanted} scores of {output}, gave {got}.")
        return found

    def _dense(self, rows: Rows, name: str) -> tf.Tensor:
        place = self.columns.index(name)
        # A feature that no record of a batch has is not among its cells.
        dtype, column = self.dtypes[place], rows.cells.get(name, pa.nulls(len(rows.examples), pa.binary()))
        values: Any  # Of whatever type the model asks for.
        if dtype == tf.string:
            values = [cell or b"" for cell in as_bytes(column, None).values.to_pylist()]
        else:
            read = as_numbers(column).column
            if dtype.is_integer and not read.known.all():
                raise UnusableModelError(
                    f"{_called(self.opened)} takes {name} as {dtype.name}, which has no value for missing, and "
                    f"{int((~read.known).sum())} row(s) miss it: fill them in."
                )
            values = np.where(read.known, read.values, np.nan).astype(dtype.as_numpy_dtype)
        tensor = tf.constant(values, dtype)
        return tensor if self.ranks[place] == 1 else tensor[:, None]


def open_compared(name: str, path: str, known: Collection[str]) -> ComparedModel:
    """Loads the model and reads from its signature what it takes and gives.

    A single input of text is taken for serialized tf.Examples, unless it has the name of a raw column.

    Args:
        name: How it is called.
        path: Folder of its SavedModel.
        known: Raw columns of the configuration.

    Raises:
        UnusableModelError: Says why it cannot be compared.
    """
    try:
        loaded = tf.saved_model.load(path, tags=[_TAG])
    except (OSError, ValueError, RuntimeError, tf.errors.OpError) as error:
        raise UnusableModelError(f"`{name}`, {path}, does not load: {_said(error)}") from error
    signature = loaded.signatures.get(SIGNATURE)
    if signature is None:
        signatures = ", ".join(sorted(loaded.signatures)) or "none"
        raise UnusableModelError(f"`{name}`, {path}, must have the signature {SIGNATURE}, has: {signatures}.")
    inputs = signature.structured_input_signature[1]
    outputs = signature.structured_outputs
    widths = {output: _width(spec.shape) for output, spec in outputs.items() if spec.dtype.is_floating}
    opened = OpenModel(name, path, {output: width for output, width in widths.items() if width >= 0}, None, loaded)
    if [spec.dtype for spec in inputs.values()] == [tf.string] and not set(inputs) & set(known):
        gone = sorted(parsed_columns(signature) - set(known))
        if gone:
            raise UnusableModelError(
                f"`{name}`, {path}, must read columns that CONFIG keeps, but reads {', '.join(gone)} too, and would be "
                "asked as if every row missed that: add a feature or a slice of it, or compare scores."
            )
        return ComparedModel(opened, examples=next(iter(inputs)))
    wrong = {column: spec.shape for column, spec in inputs.items() if not _is_of_rows(spec.shape)}
    if wrong or not inputs:
        given = ", ".join(f"{column} of shape {shape}" for column, shape in wrong.items()) or "nothing"
        raise UnusableModelError(
            f"`{name}`, {path}, must take serialized tf.Examples or columns of one value a row, takes {given}."
        )
    dtypes, ranks = zip(*((spec.dtype, spec.shape.rank) for spec in inputs.values()), strict=True)
    return ComparedModel(opened, columns=tuple(inputs), dtypes=dtypes, ranks=ranks)


def _is_of_rows(shape: tf.TensorShape) -> bool:
    return shape.rank == 1 or (shape.rank == 2 and shape[1] == 1)


def _width(shape: tf.TensorShape) -> int:
    """As `OpenModel.widths`; -1 for what is no number or list of numbers a row."""
    if shape.rank not in (1, 2):
        return -1
    return 0 if shape.rank == 1 or shape[1] == 1 else int(shape[1] or 0)


def _called(model: OpenModel) -> str:
    return f"`{model.name}`, {model.path},"


def _said(error: BaseException) -> str:
    """One line: the last, the others say where in the graph."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.strip().startswith("[[")]
    return lines[-1] if lines else type(error).__name__
