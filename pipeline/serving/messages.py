"""TF Serving's and TensorFlow's protobuf messages without importing TensorFlow (8.5 s).

The installed `*_pb2.py` files hold each proto's serialized descriptor. They are read as text, never run, and the
descriptors are put into a pool of our own, so both worlds can live in one process.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import pathlib
from typing import Any, Final

from google.protobuf import descriptor_pool, message_factory

from pipeline.serving.errors import FinalServingError

__all__ = ["message_class"]

_WELL_KNOWN: Final = "google.protobuf."
# Where each message lives; what these import is found from them.
_MODULE_OF: Final = {
    "tensorflow.Example": "tensorflow.core.example.example_pb2",
    "tensorflow.TensorProto": "tensorflow.core.framework.tensor_pb2",
    "tensorflow.serving.GetModelMetadataRequest": "tensorflow_serving.apis.get_model_metadata_pb2",
    "tensorflow.serving.GetModelMetadataResponse": "tensorflow_serving.apis.get_model_metadata_pb2",
    "tensorflow.serving.GetModelStatusRequest": "tensorflow_serving.apis.get_model_status_pb2",
    "tensorflow.serving.GetModelStatusResponse": "tensorflow_serving.apis.get_model_status_pb2",
    "tensorflow.serving.PredictRequest": "tensorflow_serving.apis.predict_pb2",
    "tensorflow.serving.PredictResponse": "tensorflow_serving.apis.predict_pb2",
    "tensorflow.serving.SignatureDefMap": "tensorflow_serving.apis.get_model_metadata_pb2",
}

_pool: Final = descriptor_pool.DescriptorPool()


@functools.cache
def message_class(full_name: str) -> Any:  # Any: protobuf makes the class at run time.
    """The message class of a proto name such as "tensorflow.serving.PredictRequest"."""
    if full_name not in _MODULE_OF:
        raise ValueError(f"`full_name` must be one of {', '.join(sorted(_MODULE_OF))}, got {full_name!r}.")
    _add_file(_MODULE_OF[full_name])
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(full_name))


@functools.cache
def _add_file(module: str) -> None:
    """Adds a `*_pb2` module's proto to the pool, those it imports first."""
    if module.startswith(_WELL_KNOWN):
        _pool.AddSerializedFile(importlib.import_module(module).DESCRIPTOR.serialized_pb)
        return
    tree = ast.parse(_source_of(module).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.names[0].name.endswith("_pb2"):
            _add_file(f"{node.module}.{node.names[0].name}")
    _pool.AddSerializedFile(_serialized_descriptor(module, tree))


def _source_of(module: str) -> pathlib.Path:
    package, *rest = module.split(".")
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise FinalServingError(f"`{package}` must be installed: its protos are the server's. Run `uv sync`.")
    return pathlib.Path(found.submodule_search_locations[0]).joinpath(*rest).with_suffix(".py")


def _serialized_descriptor(module: str, tree: ast.Module) -> bytes:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "AddSerializedFile":
            return bytes(ast.literal_eval(node.args[0]))
    raise FinalServingError(f"`{module}` must hold a serialized proto; this release does not, ask by REST instead.")
