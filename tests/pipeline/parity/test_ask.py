"""An export that answers otherwise than the trained model is caught, by whichever way it shows."""

import os
import stat
import threading

import numpy as np
import pytest
import tensorflow as tf

from components.parity.answers import Answers
from components.parity.compare import compare
from components.parity.golden import Golden
from pipeline.parity import answer
from pipeline.serving.examples import serialized_examples

pytestmark = pytest.mark.slow

AGES = [10.0, 20.0, None, 40.0]
ROUTES = {
    "signature", "signature, last row first", "signature, one by one",
    "gRPC", "gRPC, last row first", "gRPC, one by one", "gRPC, by columns", "REST", "REST, by columns",
}  # fmt: skip


class Exported(tf.Module):
    """Scores an age; each flaw is one that an export can have."""

    def __init__(self, *, bias=0.0, flaw=""):
        super().__init__()
        self.bias, self.flaw = tf.Variable(bias), flaw

    def score(self, age):
        known = tf.where(tf.math.is_nan(age), 30.0, age)
        logit = known / 20.0 - 1.0 + self.bias
        if self.flaw == "nan":
            logit = age / 20.0 - 1.0
        if self.flaw == "batch":
            logit -= tf.reduce_mean(logit)
        if self.flaw == "order":
            logit += tf.cast(tf.range(tf.size(logit)), tf.float32)
        outputs = {"click": tf.sigmoid(logit), "spend": tf.exp(tf.where(tf.math.is_nan(logit), 0.0, logit))}
        return {"spend": outputs["spend"]} if self.flaw == "missing" else outputs

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="age")])
    def predict_columns(self, age):
        return self.score(age)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serving_default(self, examples):
        return self.score(tf.io.parse_example(examples, {"age": tf.io.FixedLenFeature([], tf.float32, np.nan)})["age"])


@pytest.fixture
def parity(tmp_path):
    """The report on an export, held against a model without flaws."""
    known = np.array([30.0 if age is None else age for age in AGES], np.float32)
    logit = known / np.float32(20.0) - np.float32(1.0)
    predictions = {"click": (1 / (1 + np.exp(-logit))).astype(np.float32), "spend": np.exp(logit)}
    rows = tuple(serialized_examples({"age": AGES}))
    golden = Golden(rows=rows, predictions=predictions, relative=("spend",), tolerance=1e-5)

    def ask(**flaws):
        module = Exported(**flaws)
        signatures = {"serving_default": module.serving_default, "predict_columns": module.predict_columns}
        tf.saved_model.save(module, str(tmp_path / "model"), signatures=signatures)
        return compare(golden, answer(str(tmp_path / "model"), golden))

    return ask


def disagreeing(report):
    return {(found.output, found.route) for found in report.answers if not found.agrees}


def test_a_faithful_export_agrees_by_every_route(parity):
    report = parity()
    assert report.problem == ""
    assert {found.route for found in report.answers} == ROUTES
    assert not disagreeing(report)
    assert report.agrees
    assert report.server == "embedded"


def test_a_bias_changed_after_training_is_caught_with_the_output_and_the_row(parity):
    report = parity(bias=0.1)
    assert disagreeing(report) == {(output, route) for output in ("click", "spend") for route in ROUTES}
    # By hand: of the logits -.5, 0, .5 and 1 a shift of .1 moves that at 0 most: 1 / (1 + exp(-.1)) - .5 = .024979.
    click = next(found for found in report.answers if found.output == "click")
    assert (click.row, click.largest) == (1, pytest.approx(0.024979, abs=1e-6))
    spend = next(found for found in report.answers if found.output == "spend")
    assert spend.largest == pytest.approx(np.expm1(0.1), abs=1e-5)


def test_nan_for_a_missing_value_is_caught(parity):
    report = parity(flaw="nan")
    nan = {found.route: found.row for found in report.answers if found.output == "click" and found.largest is None}
    assert nan == dict.fromkeys({route for route in nan}, 2)
    assert {"signature", "gRPC", "gRPC, by columns"} <= set(nan)
    assert not report.agrees


def test_a_missing_output_is_caught(parity):
    report = parity(flaw="missing")
    assert disagreeing(report) == {("click", route) for route in ROUTES}


def test_an_answer_that_hangs_on_the_other_rows_is_caught(parity):
    assert ("click", "signature, one by one") in disagreeing(parity(flaw="batch"))


def test_an_answer_that_hangs_on_the_order_is_caught(parity):
    assert ("click", "signature, last row first") in disagreeing(parity(flaw="order"))


def test_an_export_that_does_not_load_is_said(tmp_path):
    golden = Golden(rows=(b"",), predictions={"click": np.zeros(1)}, relative=(), tolerance=1e-5)
    found = answer(str(tmp_path), golden)
    assert not found.by_route
    assert "it does not load: " in found.failed["signature"]
    assert isinstance(found, Answers)


def test_tf_servings_own_server_is_asked_where_it_is_on_the_path(parity, tmp_path, monkeypatch):
    from pipeline.parity import served
    from pipeline.serving import ServerConfig
    from pipeline.serving.server import LocalModelServer

    binary = tmp_path / "bin" / "tensorflow_model_server"
    binary.parent.mkdir()
    binary.write_text("#!/bin/sh\n")
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{binary.parent}{os.pathsep}{os.environ['PATH']}")

    class Process:
        """The embedded server, as if it were TF Serving's own."""

        def __init__(self, argv, **_):
            given = dict(option.removeprefix("--").split("=", 1) for option in argv[1:])
            config = ServerConfig(
                model_name=given["model_name"], model_base_path=tmp_path.__class__(given["model_base_path"]),
                grpc_port=int(given["port"]), rest_port=int(given["rest_api_port"]),
            )  # fmt: skip
            self.server, self.returncode = LocalModelServer(config), None
            threading.Thread(target=self.server.start).start()

        def poll(self):
            return self.returncode

        def terminate(self):
            self.server.stop()

        def wait(self):
            pass

    monkeypatch.setattr(served.subprocess, "Popen", Process)
    report = parity()
    assert report.problem == ""
    assert report.agrees
    assert report.server == "tensorflow_model_server"
