"""A version is asked what lies beside it before it serves."""

import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from pipeline.serving.errors import RefusedRequestError
from pipeline.serving.server.model import ServedModel
from pipeline.serving.server.warmup import MAX_REQUESTS, WARMUP_FILE, load_warm

pytestmark = pytest.mark.slow


@pytest.fixture
def version(exports, tmp_path):
    """A copy of version 1 with requests for `twice` beside it."""

    def make(*inputs, also=()):
        folder = pathlib.Path(shutil.copytree(exports[1], tmp_path / "1"))
        (folder / WARMUP_FILE).parent.mkdir()
        with tf.io.TFRecordWriter(str(folder / WARMUP_FILE)) as writer:
            for values in inputs:
                request = predict_pb2.PredictRequest()
                request.model_spec.signature_name = "twice"
                request.inputs["x"].CopyFrom(tf.make_tensor_proto(values))
                log = prediction_log_pb2.PredictLog(request=request)
                writer.write(prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString())
            for log in also:
                writer.write(log.SerializeToString())
        return folder

    return make


def test_every_request_is_run_and_others_are_passed_over(version, monkeypatch):
    asked, run = [], ServedModel.run

    def recorded(self, signature, inputs, **others):
        asked.append((signature.name, inputs["x"].tolist()))
        return run(self, signature, inputs, **others)

    monkeypatch.setattr(ServedModel, "run", recorded)
    classify = prediction_log_pb2.PredictionLog(classify_log=prediction_log_pb2.ClassifyLog())
    model = load_warm(version(np.float32([1, 2]), np.float32([3]), also=[classify]), 1)
    assert asked == [("twice", [1.0, 2.0]), ("twice", [3.0])]
    assert model.run(model.signature("twice"), {"x": np.float32([4])})["y"].tolist() == [8.0]
    model.close()


def test_a_model_that_refuses_a_request_does_not_serve(version):
    with pytest.raises(RefusedRequestError, match="Input `x` must be of type DT_FLOAT, got int64"):
        load_warm(version(np.int64([1])), 1)


def test_more_requests_than_tensorflow_serving_takes_are_refused(version):
    others = [prediction_log_pb2.PredictionLog(classify_log=prediction_log_pb2.ClassifyLog())] * (MAX_REQUESTS + 1)
    with pytest.raises(ValueError, match="must hold 1000 requests at most"):
        load_warm(version(also=others), 1)
