"""Asks an exported model for the golden batch: its signature, then a server of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

import models  # noqa: F401  # Picks Keras 2 before TensorFlow is imported.
from components.parity.answers import Answers
from components.parity.golden import Golden
from pipeline.parity.served import Served, serving
from pipeline.serving import Protocol
from pipeline.serving.signatures import SERVING_DEFAULT

__all__ = ["ASKER", "answer"]

ASKER: Final = "pipeline.parity"  # For `components.parity`, which asks through it.

_LONGEST: Final = 300  # Characters of an error.

Outputs = dict[str, np.ndarray]
Ask = Callable[[Sequence[bytes]], Outputs]


def answer(model: str, golden: Golden) -> Answers:
    """Asks the signature itself, then a server by gRPC and REST; a way that fails is said, and the next one tried.

    Args:
        model: Folder of a SavedModel.
        golden: What to ask.
    """
    import tensorflow as tf

    rounded = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)  # As where the trained model was asked.
    try:
        return _answer(model, golden.rows)
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(rounded)


def _answer(model: str, rows: Sequence[bytes]) -> Answers:
    answers = Answers()
    try:
        ask = _signature(model)
    except Exception as error:  # Whatever a broken file makes TensorFlow raise; the gate is told.
        answers.failed["signature"] = f"it does not load: {_said(error)}"
        return answers
    _try(answers, "signature", lambda: ask(rows))
    _try(answers, "signature, last row first", lambda: _reversed(ask, rows))
    _try(answers, "signature, one by one", lambda: _one_by_one(ask, rows))
    try:
        with serving(model) as served:
            answers.server = served.engine.value
            _try_served(answers, served, rows)
    except Exception as error:  # The same of a server.
        answers.failed["server"] = _said(error)
    return answers


def _try_served(answers: Answers, served: Served, rows: Sequence[bytes]) -> None:
    def by_grpc(asked: Sequence[bytes]) -> Outputs:
        return served.by_examples(asked, Protocol.GRPC)

    _try(answers, "gRPC", lambda: by_grpc(rows))
    _try(answers, "gRPC, last row first", lambda: _reversed(by_grpc, rows))
    _try(answers, "gRPC, one by one", lambda: _one_by_one(by_grpc, rows))
    _try(answers, "gRPC, by columns", lambda: served.by_columns(rows, Protocol.GRPC))
    _try(answers, "REST", lambda: served.by_examples(rows, Protocol.REST))
    _try(answers, "REST, by columns", lambda: served.by_columns(rows, Protocol.REST))


def _signature(model: str) -> Ask:
    import tensorflow as tf

    loaded = tf.saved_model.load(model)
    signature = loaded.signatures[SERVING_DEFAULT]
    (name,) = signature.structured_input_signature[1]

    def ask(rows: Sequence[bytes]) -> Outputs:
        _ = loaded  # Its variables live as long as it does.
        outputs = signature(**{name: tf.constant(list(rows), tf.string)})
        return {output: np.asarray(values, np.float64) for output, values in outputs.items()}

    return ask


def _try(answers: Answers, route: str, ask: Callable[[], Outputs]) -> None:
    try:
        answers.by_route[route] = ask()
    except Exception as error:  # Whatever a graph or a server raises: that it did is the answer.
        answers.failed[route] = _said(error)


def _reversed(ask: Ask, rows: Sequence[bytes]) -> Outputs:
    return {name: values[::-1] for name, values in ask(rows[::-1]).items()}


def _one_by_one(ask: Ask, rows: Sequence[bytes]) -> Outputs:
    single = [ask([row]) for row in rows]
    return {name: np.concatenate([outputs[name] for outputs in single]) for name in single[0]} if single else {}


def _said(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}"[:_LONGEST] if lines else type(error).__name__
