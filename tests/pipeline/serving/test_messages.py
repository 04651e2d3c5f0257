"""Messages without TensorFlow are TF Serving's messages."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

from pipeline.serving.messages import message_class
from pipeline.serving.tensors import DTYPES, fill_tensor, read_tensor

OFFICIAL = {
    "tensorflow.Example": tf.train.Example,
    "tensorflow.serving.GetModelMetadataRequest": get_model_metadata_pb2.GetModelMetadataRequest,
    "tensorflow.serving.GetModelMetadataResponse": get_model_metadata_pb2.GetModelMetadataResponse,
    "tensorflow.serving.GetModelStatusRequest": get_model_status_pb2.GetModelStatusRequest,
    "tensorflow.serving.GetModelStatusResponse": get_model_status_pb2.GetModelStatusResponse,
    "tensorflow.serving.PredictRequest": predict_pb2.PredictRequest,
    "tensorflow.serving.PredictResponse": predict_pb2.PredictResponse,
    "tensorflow.serving.SignatureDefMap": get_model_metadata_pb2.SignatureDefMap,
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_message_has_the_official_descriptor(name):
    ours = message_class(name).DESCRIPTOR.file.serialized_pb
    assert ours == OFFICIAL[name].DESCRIPTOR.file.serialized_pb


def test_a_request_crosses_to_the_official_class_and_back():
    ours = message_class("tensorflow.serving.PredictRequest")()
    ours.model_spec.name = "demo"
    ours.model_spec.version.value = 7
    fill_tensor(ours.inputs["age"], np.array([1.5, np.nan], np.float32))
    fill_tensor(ours.inputs["city"], np.array([b"rome", b"\xff\x00"], object))
    official = predict_pb2.PredictRequest.FromString(ours.SerializeToString())
    assert (official.model_spec.name, official.model_spec.version.value) == ("demo", 7)
    np.testing.assert_array_equal(tf.make_ndarray(official.inputs["age"]), np.array([1.5, np.nan], np.float32))
    assert tf.make_ndarray(official.inputs["city"]).tolist() == [b"rome", b"\xff\x00"]
    assert type(ours).FromString(official.SerializeToString()) == ours


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=lambda dtype: dtype.name)
def test_each_element_type_is_read_as_tensorflow_reads_it(dtype):
    array = np.array([b"x", b"y"], object) if dtype.numpy == np.object_ else np.array([0, 1], dtype.numpy)
    official = tf.make_tensor_proto(array, dtype=tf.dtypes.as_dtype(dtype.number))
    read = read_tensor(official)
    assert read.dtype == dtype.numpy
    np.testing.assert_array_equal(read, array)
    ours = message_class("tensorflow.TensorProto")()
    fill_tensor(ours, array)
    written = tf.make_ndarray(tensor_pb2.TensorProto.FromString(ours.SerializeToString()))
    np.testing.assert_array_equal(written, array)


def test_an_unknown_message_is_named():
    with pytest.raises(ValueError, match=r"`full_name` must be one of .* got 'tensorflow\.Nope'\."):
        message_class("tensorflow.Nope")


@pytest.mark.integration
@pytest.mark.parametrize("protocol", ["GRPC", "REST"])
def test_the_client_never_imports_tensorflow(protocol):
    program = (
        "import sys, pipeline.serving as serving\n"
        "from pipeline.serving.examples import serialized_examples\n"
        f"config = serving.ServingConfig(endpoint='127.0.0.1:9', model_name='m', protocol=serving.Protocol.{protocol},"
        " timeout_s=0.1)\n"
        "try: serving.ServingClient(config).predict({'age': [1.0]})\n"
        "except serving.RetryableServingError: print(len(serialized_examples({'age': [1.0]})))\n"
        "print('tensorflow' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]
