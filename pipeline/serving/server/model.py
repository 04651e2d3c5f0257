"""One loaded version of a model: its exported signatures, run in a session as TF Serving runs them."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Final, final

import numpy as np
import tensorflow as tf
from google.protobuf import json_format

from pipeline.serving.errors import Code, RefusedRequestError
from pipeline.serving.signatures import SERVING_DEFAULT, Signature, signatures_from_json

__all__ = ["ServedModel", "status_of"]

SERVE_TAG: Final = "serve"
# TensorFlow wraps an operation's own message between this line and the names of graph nodes.
_WRAPPING: Final = re.compile(r"^Graph execution error:\s*|\s*\[\[.*", flags=re.DOTALL)


@final
class ServedModel:
    """A SavedModel in a session of its own; calls may come from many threads.

    It is loaded by the session loader, the path TF Serving takes, so table initialisers run and no Python model code
    does.

    Differs from TF Serving: an input whose shape the signature forbids is refused before the graph runs; default values
    that a signature may hold for missing inputs are not used.

    Attributes:
        version: Its number.
        signatures: Those that can be asked, by name.
        signature_defs: All signatures as TensorFlow's messages, for the metadata.
    """

    def __init__(self, path: pathlib.Path, version: int) -> None:
        self.version = version
        # An embedded server shares the machine: it takes the accelerator's memory as it grows.
        config = tf.compat.v1.ConfigProto(gpu_options=tf.compat.v1.GPUOptions(allow_growth=True))
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=config)
        try:
            meta_graph = tf.compat.v1.saved_model.load(self._session, [SERVE_TAG], str(path))
        except BaseException:
            self._session.close()
            raise
        self.signature_defs = dict(meta_graph.signature_def)
        self.signatures = signatures_from_json(
            {
                name: json_format.MessageToDict(definition, preserving_proto_field_name=True)
                for name, definition in self.signature_defs.items()
            }
        )

    def signature(self, name: str) -> Signature:
        """The signature of that name, `serving_default` when it is empty."""
        name = name or SERVING_DEFAULT
        if name not in self.signatures:
            known = ", ".join(sorted(self.signatures))
            raise RefusedRequestError(
                Code.FAILED_PRECONDITION,
                f'Serving signature key "{name}" not found: version {self.version} has {known}.',
            )
        return self.signatures[name]

    def run(
        self, signature: Signature, inputs: Mapping[str, np.ndarray], *, output_filter: Sequence[str] = ()
    ) -> dict[str, np.ndarray]:
        """Answers one request.

        Args:
            signature: One of this version's.
            inputs: An array for every input of the signature, by name.
            output_filter: The outputs wanted; all when empty.

        Raises:
            RefusedRequestError: The request does not fit the signature, or the graph refuses its values.
        """
        check_inputs(signature, inputs)
        feeds = {signature.inputs[name].graph_name: array for name, array in inputs.items()}
        fetches = {name: signature.outputs[name].graph_name for name in _wanted(signature, output_filter)}
        try:
            return self._session.run(fetches, feeds)
        except (tf.errors.OpError, UnicodeDecodeError) as error:
            raise RefusedRequestError(*status_of(error)) from error

    def close(self) -> None:
        """Frees the session; nothing may be asked afterwards."""
        self._session.close()


def status_of(error: Exception) -> tuple[Code, str]:
    """The code and the sentence that a client is told of an error that came out of TensorFlow."""
    if isinstance(error, tf.errors.OpError):
        code, message = Code.of(error.error_code), error.message  # TensorFlow's numbers are gRPC's.
    elif isinstance(error, UnicodeDecodeError):
        # TensorFlow's binding fails at a message that quotes non-UTF-8 bytes of a request; the code is lost.
        code, message = Code.INVALID_ARGUMENT, error.object.decode(errors="replace")
    else:
        code, message = Code.NOT_FOUND if isinstance(error, OSError) else Code.UNKNOWN, str(error)
    lines = _WRAPPING.sub("", message).strip().splitlines()
    return code, lines[0] if lines else type(error).__name__


def check_inputs(signature: Signature, inputs: Mapping[str, np.ndarray]) -> None:
    """Raises `RefusedRequestError` unless `inputs` are the signature's: names, element types, shapes."""
    missing = sorted(set(signature.inputs) - set(inputs))
    extra = sorted(set(inputs) - set(signature.inputs))
    if missing or extra:
        raise RefusedRequestError(
            Code.INVALID_ARGUMENT,
            f"Inputs must be those of signature `{signature.name}`. Missing: {missing}. Sent extra: {extra}.",
        )
    for name, array in inputs.items():
        spec = signature.inputs[name]
        if array.dtype != spec.dtype.numpy:
            raise RefusedRequestError(
                Code.INVALID_ARGUMENT, f"Input `{name}` must be of type {spec.dtype.name}, got {array.dtype}."
            )
        if not spec.takes(array.shape):
            raise RefusedRequestError(
                Code.INVALID_ARGUMENT,
                f"Input `{name}` must have shape {spec.shape_text()}, got {list(array.shape)}.",
            )


def _wanted(signature: Signature, output_filter: Sequence[str]) -> list[str]:
    unknown = sorted(set(output_filter) - set(signature.outputs))
    if unknown or len(set(output_filter)) < len(output_filter):
        raise RefusedRequestError(
            Code.INVALID_ARGUMENT,
            f"`output_filter` must name outputs of {sorted(signature.outputs)}, each once, got {list(output_filter)}.",
        )
    return list(output_filter) or list(signature.outputs)
