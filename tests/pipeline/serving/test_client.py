"""The client's patience, memory and refusals, with a transport that is told what to do."""

import time

import numpy as np
import pytest

from pipeline.serving import client as client_module
from pipeline.serving.client import ServingClient
from pipeline.serving.config import Protocol, ServingConfig
from pipeline.serving.errors import FinalServingError, RetryableServingError
from pipeline.serving.signatures import Signature, TensorSpec
from pipeline.serving.tensors import DTYPES
from pipeline.serving.transport import Transport


def signature(name, *inputs):
    specs = {it: TensorSpec(it, DTYPES["DT_FLOAT"], (None,), f"{it}:0") for it in inputs}
    return Signature(name, specs, {"y": TensorSpec("y", DTYPES["DT_FLOAT"], (None,), "y:0")})


class ScriptedTransport(Transport):
    """Raises its errors first, then answers with the first input."""

    def __init__(self) -> None:
        self.errors = []
        self.listed = {"predict_columns": signature("predict_columns", "age")}
        self.num_listings = 0
        self.timeouts_s = []

    def predict(self, signature, inputs, *, timeout_s):
        self.timeouts_s.append(timeout_s)
        if self.errors:
            raise self.errors.pop(0)
        return {"y": next(iter(inputs.values()))}

    def signatures(self, *, timeout_s):
        self.num_listings += 1
        return self.listed

    def status(self, *, timeout_s):
        return []

    def close(self):
        self.listed = {}


@pytest.fixture()
def transport(monkeypatch):
    scripted = ScriptedTransport()
    monkeypatch.setattr(client_module, "_transport", lambda config: scripted)
    return scripted


@pytest.fixture()
def ask(transport):
    config = ServingConfig(endpoint="localhost:1", model_name="demo", protocol=Protocol.GRPC, timeout_s=1.0)
    with ServingClient(config) as client:
        yield client


def test_a_retryable_error_is_asked_again(transport, ask):
    transport.errors = [RetryableServingError("away"), RetryableServingError("still away")]
    assert ask.predict({"age": [1.5]}) == {"y": [1.5]}
    assert len(transport.timeouts_s) == 3
    assert transport.timeouts_s == sorted(transport.timeouts_s, reverse=True), "each try gets what is left of the time"


def test_retries_end_with_the_timeout(transport, ask):
    transport.errors = [RetryableServingError("away")] * 1000
    started_s = time.monotonic()
    with pytest.raises(RetryableServingError, match="away"):
        ask.predict({"age": [1.5]})
    assert time.monotonic() - started_s <= ask.config.timeout_s
    assert len(transport.timeouts_s) > 2


def test_a_final_error_is_not_asked_again(transport, ask):
    transport.errors = [FinalServingError("wrong")]
    with pytest.raises(FinalServingError, match="wrong"):
        ask.predict({"age": [1.5]})
    assert len(transport.timeouts_s) == 1


def test_the_signature_is_read_once_and_again_when_a_newer_version_takes_other_columns(transport, ask):
    ask.predict({"age": [1.0]})
    ask.predict({"age": [2.0]})
    assert transport.num_listings == 1
    transport.listed = {"predict_columns": signature("predict_columns", "fare")}
    assert ask.predict({"fare": [3.0]}) == {"y": [3.0]}
    assert transport.num_listings == 2


def test_an_unknown_signature_names_those_there_are(ask):
    with pytest.raises(FinalServingError, match=r"must be one of \['predict_columns'\] of model `demo`, got 'nope'"):
        ask.predict({"age": [1.0]}, signature_name="nope")


def test_examples_are_asked_of_a_signature_that_takes_them_alone(transport, ask):
    text = {"examples": TensorSpec("examples", DTYPES["DT_STRING"], (None,), "e:0")}
    transport.listed = {
        "serving_default": Signature("serving_default", text, {}),
        "predict_columns": signature("predict_columns", "age", "fare"),
    }
    answer = ask.predict_examples({"age": [1.5, None]})["y"]
    assert np.shape(answer) == (2,) and answer[1] == ""
    with pytest.raises(FinalServingError, match=r"must take serialized tf\.Examples alone, 'predict_columns' takes"):
        ask.predict_examples({"age": [1.0]}, signature_name="predict_columns")
