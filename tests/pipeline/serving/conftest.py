"""Small exported models with every kind of signature, the oracle that answers for them, and a server of them."""

import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf

from pipeline.serving.config import Protocol, ServerConfig, ServingConfig
from pipeline.serving.server import LocalModelServer

CITIES = ("rome", "paris", "oslo")
NUM_VERSIONS = 4


class Scorer(tf.Module):
    """Scores rows of (city, age) by a table, a variable and its version number; further signatures show every type."""

    def __init__(self, vocabulary: pathlib.Path, version: int) -> None:
        super().__init__()
        index = tf.lookup.TextFileIndex
        initializer = tf.lookup.TextFileInitializer(
            str(vocabulary), tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER
        )
        self.table = tf.lookup.StaticVocabularyTable(initializer, num_oov_buckets=1)
        self.weights = tf.Variable([0.1, 0.2, 0.3, -0.4])
        self.version = tf.Variable(float(version))

    def score(self, city: tf.Tensor, age: tf.Tensor) -> dict[str, tf.Tensor]:
        logit = tf.gather(self.weights, self.table.lookup(city)) + 0.01 * age
        return {"click": tf.sigmoid(logit), "spend": logit * 10.0, "version": self.version + 0.0 * age}

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.string, name="city"), tf.TensorSpec([None], tf.float32, name="age")]
    )
    def predict_columns(self, city, age):
        return self.score(city, age)

    @tf.function(
        input_signature=[tf.TensorSpec([1], tf.string, name="city"), tf.TensorSpec([None], tf.float32, name="age")]
    )
    def predict_candidates(self, city, age):
        return self.score(tf.fill([tf.size(age)], city[0]), age)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serving_default(self, examples):
        features = {
            "city": tf.io.FixedLenFeature([], tf.string, ""),
            "age": tf.io.FixedLenFeature([], tf.float32, np.nan),
        }
        return self.score(**tf.io.parse_example(examples, features))

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, name="text"),
            tf.TensorSpec([None], tf.int64, name="count"),
            tf.TensorSpec([None, 2], tf.float32, name="pair"),
            tf.TensorSpec([None], tf.bool, name="flag"),
        ]
    )
    def kinds(self, text, count, pair, flag):
        return {"text": text, "raw_bytes": text, "count": count + 1, "pair": pair * 2, "flag": tf.logical_not(flag)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def twice(self, x):
        return {"y": 2.0 * x}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def summary(self, x):
        return {"mean": tf.reduce_mean(x), "x": x}


@pytest.fixture(scope="session")
def exports(tmp_path_factory):
    """The directories of four versions of one model, by number."""
    folder = tmp_path_factory.mktemp("exports")
    vocabulary = folder / "cities.txt"
    vocabulary.write_text("\n".join(CITIES) + "\n")
    paths = {}
    for version in range(1, NUM_VERSIONS + 1):
        scorer = Scorer(vocabulary, version)
        names = ("serving_default", "predict_columns", "predict_candidates", "kinds", "twice", "summary")
        paths[version] = folder / str(version)
        tf.saved_model.save(scorer, str(paths[version]), signatures={name: getattr(scorer, name) for name in names})
    vocabulary.unlink()  # The assets inside each export are what is served.
    return paths


@pytest.fixture(scope="session")
def session_loader():
    """Asks a signature of an export by the session loader, the path TF Serving takes."""

    def answers(path, signature_name, **inputs):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            meta_graph = tf.compat.v1.saved_model.load(session, ["serve"], str(path))
            signature = meta_graph.signature_def[signature_name]
            feeds = {signature.inputs[name].name: values for name, values in inputs.items()}
            return session.run({name: tensor.name for name, tensor in signature.outputs.items()}, feeds)

    return answers


@pytest.fixture()
def put_version(exports, tmp_path):
    """Makes a version appear whole under a base path, as the Pusher does: copied beside it, then renamed."""

    def put(base_path, version, *, number=None):
        base_path.mkdir(exist_ok=True)
        staged = tmp_path / f"staged-{version}"
        shutil.copytree(exports[version], staged)
        staged.rename(base_path / str(number or version))

    return put


@pytest.fixture(scope="module")
def server(exports, tmp_path_factory):
    """A running server of version 1 of model `demo`."""
    base_path = tmp_path_factory.mktemp("served")
    shutil.copytree(exports[1], base_path / "1")
    config = ServerConfig(
        model_name="demo", model_base_path=base_path, grpc_port=0, rest_port=0, poll_s=0.05, max_request_bytes=8 * 2**20
    )
    with LocalModelServer(config) as running:
        running.wait_until_available()
        yield running


@pytest.fixture(scope="session")
def client_config():
    """Makes the config of a client of `demo` at a server."""

    def configure(running, protocol, **changed):
        endpoint = running.grpc_endpoint if protocol is Protocol.GRPC else running.rest_endpoint
        return ServingConfig(**{"endpoint": endpoint, "model_name": "demo", "protocol": protocol, **changed})

    return configure
