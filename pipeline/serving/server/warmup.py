"""Runs the requests that lie beside a model before it serves, as TF Serving does."""

from __future__ import annotations

import pathlib
from typing import Final

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from pipeline.serving.server.model import ServedModel
from pipeline.serving.tensors import read_tensor

__all__ = ["load_warm"]

WARMUP_FILE: Final = "assets.extra/tf_serving_warmup_requests"
MAX_REQUESTS: Final = 1000


def load_warm(path: pathlib.Path, version: int) -> ServedModel:
    """Loads a version and asks it what `assets.extra/tf_serving_warmup_requests` holds, if it is there.

    Differs from TF Serving: requests to predict are run, other kinds are passed over.

    Raises:
        ValueError: There are more requests than TF Serving takes.
        RefusedRequestError: The model refuses one; then it would refuse users' too.
    """
    model = ServedModel(path, version)
    try:
        if (path / WARMUP_FILE).is_file():
            _warm_up(model, path / WARMUP_FILE)
    except BaseException:
        model.close()
        raise
    return model


def _warm_up(model: ServedModel, file: pathlib.Path) -> None:
    for number, record in enumerate(tf.data.TFRecordDataset(str(file)).as_numpy_iterator()):
        if number >= MAX_REQUESTS:
            raise ValueError(f"`{file}` must hold {MAX_REQUESTS} requests at most, which is TF Serving's limit.")
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if log.WhichOneof("log_type") != "predict_log":
            continue
        request = log.predict_log.request
        signature = model.signature(request.model_spec.signature_name)
        model.run(signature, {name: read_tensor(proto) for name, proto in request.inputs.items()})
