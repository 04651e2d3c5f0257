"""What a served model takes and gives, read from its metadata."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Final

from pipeline.serving.tensors import DTYPES, Dtype

__all__ = ["PREDICT_COLUMNS", "SERVING_DEFAULT", "Signature", "TensorSpec", "signatures_from_json"]

SERVING_DEFAULT: Final = "serving_default"
PREDICT_COLUMNS: Final = "predict_columns"


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """One named input or output.

    Attributes:
        name: The name a request uses.
        dtype: Its element type.
        shape: Sizes, `None` where any will do; `None` as a whole when the rank is open.
        graph_name: The tensor's name in the graph; empty for one that is no plain tensor.
    """

    name: str
    dtype: Dtype
    shape: tuple[int | None, ...] | None
    graph_name: str

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of `shape` fits."""
        if self.shape is None:
            return True
        return len(shape) == len(self.shape) and all(
            own is None or own == size for own, size in zip(self.shape, shape, strict=True)
        )

    def shape_text(self) -> str:
        """The shape for a message, such as "[?, 2]"."""
        if self.shape is None:
            return "any shape"
        return "[" + ", ".join("?" if size is None else str(size) for size in self.shape) + "]"


@dataclasses.dataclass(frozen=True)
class Signature:
    """One way to ask a model.

    Attributes:
        name: Such as "predict_columns".
        inputs: By name.
        outputs: By name.
    """

    name: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]


def signatures_from_json(listed: Mapping[str, Any]) -> dict[str, Signature]:  # Any: parsed JSON.
    """Reads the JSON form of a map of `SignatureDef`, keyed by signature name.

    Left out: signatures without outputs that are tensors, such as a TF2 model's own initialiser, and signatures of
    element types that no request can carry; neither can be asked.
    """
    signatures = {}
    for name, definition in sorted(listed.items()):
        inputs = _specs(definition.get("inputs", {}))
        outputs = _specs(definition.get("outputs", {}))
        if inputs is not None and outputs and all(":" in spec.graph_name for spec in outputs.values()):
            signatures[name] = Signature(name, types.MappingProxyType(inputs), types.MappingProxyType(outputs))
    return signatures


def _specs(listed: Mapping[str, Any]) -> dict[str, TensorSpec] | None:
    if any(tensor.get("dtype") not in DTYPES for tensor in listed.values()):
        return None
    return {
        name: TensorSpec(name, DTYPES[tensor["dtype"]], _shape(tensor.get("tensor_shape", {})), tensor.get("name", ""))
        for name, tensor in sorted(listed.items())
    }


def _shape(listed: Mapping[str, Any]) -> tuple[int | None, ...] | None:
    if listed.get("unknown_rank"):
        return None
    sizes = (int(dim.get("size", 0)) for dim in listed.get("dim", ()))
    return tuple(None if size < 0 else size for size in sizes)
