"""Opens the models to be compared, and says of each what it cannot do."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any, Final

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto import config_pb2

from components.evaluator.errors import UnusableModelError
from components.evaluator.reads import parsed_columns

__all__ = ["MODEL_TYPE", "SIGNATURE", "OpenModel", "open_model"]

SIGNATURE: Final = "serving_default"  # What a model server runs.

_IN_GRAPH: Final = "Graph execution error"  # How TensorFlow begins such a message.
MODEL_TYPE: Final = "tf_generic"  # TFMA's word for a SavedModel of signatures alone.


@dataclasses.dataclass(frozen=True)
class OpenModel:
    """A model that loads and scores.

    Attributes:
        name: Among the models of an evaluation.
        path: Folder of its SavedModel.
        widths: Outputs by name: 0 for one number a row, else how many numbers.
        shared: TFMA's handle; the workers of this process take the model already loaded.
        loaded: Keeps it loaded. Not pickled: a worker in another process loads its own.
    """

    name: str
    path: str
    widths: dict[str, int]
    shared: tfma.types.EvalSharedModel = dataclasses.field(compare=False, repr=False)
    loaded: Any = dataclasses.field(compare=False, repr=False)  # Any: TensorFlow's classes carry no types.

    @property
    def spec(self) -> config_pb2.ModelSpec:
        """How TFMA is to run it."""
        return _spec(self.name)


def open_model(name: str, path: str, rows: Sequence[bytes], *, columns: Collection[str]) -> OpenModel:
    """Loads a model and lets it score a few rows, so that what it cannot do is known before the Beam job.

    Args:
        name: Among the models of an evaluation.
        path: Folder of its SavedModel.
        rows: Serialized tf.Examples; there may be none.
        columns: That the examples may hold. A model that reads another would be asked as if every row missed it.

    Raises:
        UnusableModelError: Says why it cannot be compared.
    """
    config = config_pb2.EvalConfig(model_specs=[_spec(name)])
    try:
        shared = tfma.default_eval_shared_model(path, model_name=name, eval_config=config, tags=["serve"])
        loaded = shared.model_loader.load()
    except (OSError, ValueError, RuntimeError, tf.errors.OpError) as error:
        raise UnusableModelError(f"it does not load: {_said(error)}") from error
    signature = loaded.signatures.get(SIGNATURE)
    if signature is None:
        known = ", ".join(sorted(loaded.signatures)) or "none"
        raise UnusableModelError(f"it has no signature {SIGNATURE}, got: {known}")
    _, inputs = signature.structured_input_signature
    if [spec.dtype for spec in inputs.values()] != [tf.string]:
        given = ", ".join(sorted(inputs)) or "nothing"
        raise UnusableModelError(f"its {SIGNATURE} must take serialized tf.Examples alone, but takes {given}")
    gone = sorted(parsed_columns(signature) - set(columns))
    if gone:
        raise UnusableModelError(
            f"it reads {', '.join(gone)}, not among the columns of the examples, and would be asked as if every row "
            "missed that; `evaluation.slices` keeps a column of text which no feature reads"
        )
    try:
        # Without rows TensorFlow's signature says what would come.
        scores = signature(tf.constant(list(rows), tf.string)) if rows else signature.structured_outputs
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise UnusableModelError(f"it cannot score the rows: {_said(error)}") from error
    widths = {output: _width(output, values.shape) for output, values in scores.items()}
    return OpenModel(name, path, widths, shared, loaded)


def _spec(name: str) -> config_pb2.ModelSpec:
    return config_pb2.ModelSpec(name=name, signature_name=SIGNATURE, model_type=MODEL_TYPE)


def _width(output: str, shape: tf.TensorShape) -> int:
    if shape.rank not in (1, 2):
        raise UnusableModelError(f"its output {output} must have one or two dimensions, has shape {shape}")
    return 0 if shape.rank == 1 or shape[1] == 1 else int(shape[1] or 0)


def _said(error: BaseException) -> str:
    """One line; of an error in a graph the last, the others say where in the graph."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.strip().startswith("[[")]
    if not lines:
        return type(error).__name__
    return lines[-1] if lines[0].startswith(_IN_GRAPH) else lines[0]
