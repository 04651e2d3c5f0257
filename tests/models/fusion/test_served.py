"""The same equation by TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from models.arrays import NUMPY, tensors
from models.expression import Column, evaluate, parse
from tests.models.fusion.samples import FUSION, SAMPLES, draw_rows


@pytest.mark.slow
@pytest.mark.parametrize("formula", SAMPLES.values(), ids=SAMPLES)
def test_tensorflow_gives_the_score_of_numpy(formula):
    rows = draw_rows()

    @tf.function
    def score(given):
        return formula.score(FUSION.prepare(given, tensors()), formula.declared, tensors())

    served = score(
        {name: tf.constant(values.tolist() if values.dtype == object else values) for name, values in rows.items()}
    )
    np.testing.assert_allclose(served, formula.score_rows(FUSION.prepare(rows, NUMPY)), rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        '1 if a / b > 2 and not s == "x" else -a',
        "min(a, b) + max(a, 2) * abs(b) - log1p(a)",
        'is_missing(a) or 0 < a <= b < 9 or s not in ["x", "y"]',
        '(s in ["y"]) + (a != b) + (a == 1) + 1 / (a - a)',
        "2 > 1",
    ],
)
def test_a_graph_evaluates_expressions_as_labels_are(text):
    draws = np.random.default_rng(0)
    numbers = {name: draws.integers(-2, 3, 60).astype(float) for name in "ab"}
    known = {name: draws.uniform(size=60) < 0.8 for name in "abs"}
    texts = np.array([b"x", b"y", b"z"], dtype=object)[draws.integers(3, size=60)]
    columns = {name: Column(values, known[name]) for name, values in (numbers | {"s": texts}).items()}
    expected = evaluate(parse(text), columns, 60)

    @tf.function
    def graph(values, there):
        given = {name: Column(values[name], there[name]) for name in values}
        found = evaluate(parse(text), given, tf.size(values["a"]), arrays=tensors())
        return found.values, found.known

    values, there = graph({**numbers, "s": tf.constant(texts.tolist())}, known)
    np.testing.assert_array_equal(there, expected.known)
    np.testing.assert_allclose(values, expected.values, rtol=1e-12)
