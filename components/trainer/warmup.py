"""Writes the requests that TF Serving runs before a version serves, so that no user's request is the slow first one."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from components.trainer.cells import first_value
from components.trainer.export import PREDICT_CANDIDATES, PREDICT_COLUMNS, SERVING_DEFAULT
from models.expression import ColumnType

__all__ = ["WARMUP_FILE", "write_warmup"]

WARMUP_FILE: Final = "assets.extra/tf_serving_warmup_requests"  # TF Serving's name for it.

_EXAMPLES: Final = "examples"
_ROWS: Final = (1, 32)  # Of a request: TensorFlow chooses kernels by size. TF Serving takes up to 1,000 requests.


def write_warmup(folder: str, rows: Sequence[bytes], *, columns: Mapping[str, ColumnType], user: Sequence[str]) -> None:
    """Writes a request of one row and one of several to each signature; nothing without rows.

    Args:
        folder: Of the SavedModel.
        rows: Serialized tf.Examples of raw columns, as they come when it is asked.
        columns: The raw columns that it is asked with.
        user: Those that `predict_candidates` takes once.

    Source: TF Serving's guide "SavedModel Warmup".
    """
    if not rows:
        return
    path = pathlib.Path(folder, WARMUP_FILE)
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for count in _ROWS:
            for request in _requests(rows[:count], columns, user):
                log = prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
                writer.write(log.SerializeToString(deterministic=True))


def _requests(
    rows: Sequence[bytes], columns: Mapping[str, ColumnType], user: Sequence[str]
) -> Iterator[predict_pb2.PredictRequest]:
    parsed = [tf.train.Example.FromString(row).features.feature for row in rows]
    values = {name: [first_value(row, name, kind) for row in parsed] for name, kind in columns.items()}
    yield _request(SERVING_DEFAULT, {_EXAMPLES: tf.make_tensor_proto(rows, tf.string)})
    yield _request(PREDICT_COLUMNS, {name: _tensor(of, columns[name]) for name, of in values.items()})
    if user:
        once = {name: of[:1] if name in user else of for name, of in values.items()}
        yield _request(PREDICT_CANDIDATES, {name: _tensor(of, columns[name]) for name, of in once.items()})


def _request(signature: str, inputs: Mapping[str, Any]) -> predict_pb2.PredictRequest:  # Any: TensorFlow's TensorProto.
    request = predict_pb2.PredictRequest()
    request.model_spec.signature_name = signature  # TF Serving fills in the model that it loads.
    for name, tensor in inputs.items():
        request.inputs[name].CopyFrom(tensor)
    return request


def _tensor(values: Sequence[bytes | float], kind: ColumnType) -> Any:  # Any: as above.
    return tf.make_tensor_proto(values, tf.string if kind is ColumnType.STRING else tf.float32)
