"""The bodies of REST's predict call: the request's inputs in rows or columns, the answer in the same layout.

Source: TensorFlow Serving's documentation "RESTful API", section "Predict API".
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.server.json_values import BASE64_KEY, array_from_json, json_from_array
from pipeline.serving.signatures import Signature

__all__ = ["Layout", "PredictBody", "answer_body", "read_body"]

SIGNATURE_KEY: Final = "signature_name"


class Layout(enum.Enum):
    """How a request lays its inputs out, named by its key."""

    ROWS = "instances"
    COLUMNS = "inputs"


# The key of the answer in each layout.
_ANSWER_KEYS: Final = {Layout.ROWS: "predictions", Layout.COLUMNS: "outputs"}


@dataclasses.dataclass(frozen=True)
class PredictBody:
    """A request's body, parsed but not yet held against a signature.

    Attributes:
        signature_name: Empty when the body names none.
        layout: Rows or columns.
        values: What lies under the layout's key.
    """

    signature_name: str
    layout: Layout
    values: Any  # Parsed JSON.

    def inputs(self, signature: Signature) -> dict[str, np.ndarray]:
        """The input tensors, by name; names and element types are those of `signature`."""
        columns = self._columns_of_rows(signature) if self.layout is Layout.ROWS else self._columns(signature)
        return {name: array_from_json(value, signature.inputs[name]) for name, value in columns.items()}

    def _columns(self, signature: Signature) -> dict[str, Any]:
        if not isinstance(self.values, dict) or _is_binary(self.values):
            return {_only_input(signature, self.layout): self.values}
        for name in signature.inputs:
            if name not in self.values:
                raise _refused(f"Missing named input: {name} in 'inputs' object.")
        return {name: self.values[name] for name in signature.inputs}  # TF Serving passes over further names too.

    def _columns_of_rows(self, signature: Signature) -> dict[str, Any]:
        rows = self.values
        if not isinstance(rows, list) or not rows:
            raise _refused("'instances' must be a list with at least one row.")
        are_objects = {isinstance(row, dict) and not _is_binary(row) for row in rows}
        if len(are_objects) > 1:
            raise _refused("'instances' must hold objects only or values only, got both.")
        if are_objects == {False}:
            return {_only_input(signature, self.layout): rows}
        for number, row in enumerate(rows):
            if set(row) != set(signature.inputs):
                wanted = ",".join(signature.inputs)
                raise _refused(
                    f"Element {number} of 'instances': keys must be equal to: {wanted}; got {','.join(row)}."
                )
        return {name: [row[name] for row in rows] for name in signature.inputs}


def read_body(body: bytes) -> PredictBody:
    """Parses the body of a predict request."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _refused(f"JSON Parse error: {error}.") from error
    if not isinstance(parsed, dict):
        raise _refused("The body must be a JSON object with 'instances' or 'inputs'.")
    signature_name = parsed.get(SIGNATURE_KEY, "")
    if not isinstance(signature_name, str):
        raise _refused("'signature_name' key must be a string value.")
    layouts = [layout for layout in Layout if layout.value in parsed]
    if len(layouts) != 1:
        raise _refused("The body must have one of 'inputs' or 'instances', got " + ("both." if layouts else "neither."))
    return PredictBody(signature_name, layouts[0], parsed[layouts[0].value])


def answer_body(outputs: Mapping[str, np.ndarray], layout: Layout) -> bytes:
    """Writes the answer: in the request's layout, the name left out when there is one output."""
    if layout is Layout.ROWS:
        _check_rows(outputs)
    columns = {name: json_from_array(name, array) for name, array in sorted(outputs.items())}
    answer: Any = columns
    if len(columns) == 1:
        answer = next(iter(columns.values()))
    elif layout is Layout.ROWS:
        answer = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return json.dumps({_ANSWER_KEYS[layout]: answer}).encode()


def _check_rows(outputs: Mapping[str, np.ndarray]) -> None:
    sizes = {name: array.shape[0] if array.ndim else None for name, array in outputs.items()}
    if None in sizes.values() or len(set(sizes.values())) > 1:
        raise _refused(f"Outputs must have one first dimension to be answered in rows, got {sizes}: ask with 'inputs'.")


def _only_input(signature: Signature, layout: Layout) -> str:
    if len(signature.inputs) != 1:
        wanted = ",".join(signature.inputs)
        raise _refused(f"'{layout.value}' must name its inputs: signature `{signature.name}` has {wanted}.")
    return next(iter(signature.inputs))


def _is_binary(value: dict[str, Any]) -> bool:
    return set(value) == {BASE64_KEY} and isinstance(value[BASE64_KEY], str)


def _refused(message: str) -> RefusedRequestError:
    return RefusedRequestError(Code.INVALID_ARGUMENT, message)
