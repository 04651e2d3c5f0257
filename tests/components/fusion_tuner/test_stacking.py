"""Linear stacking."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from components.errors import UnusableInputError
from components.fusion_tuner.stacking import stack
from tests.components.fusion_tuner.samples import rows_of

HEADS = ("click", "buy")


def test_weights_are_those_of_scikit_learn_on_rows_with_a_known_target():
    rows = rows_of(unknown=0.5)
    is_known = ~np.isnan(rows.labels["buy"])
    logits = np.stack([np.log(own) - np.log1p(-own) for own in (rows.values[head][is_known] for head in HEADS)], axis=1)
    expected = Ridge(alpha=5.0).fit(logits, rows.labels["buy"][is_known])
    found = stack(rows, HEADS, "buy", ridge=5.0)
    np.testing.assert_allclose(list(found.weights.values()), expected.coef_, rtol=1e-9)
    assert found.intercept == pytest.approx(expected.intercept_)
    assert (found.rows, found.left_out) == (is_known.sum(), (~is_known).sum()) and found.left_out > 0


def test_its_formula_scores_as_the_regression_without_its_intercept():
    rows = rows_of(20)
    values = {**rows.values, "click": np.where(np.arange(len(rows)) < 2, 0.0, rows.values["click"])}
    found = stack(dataclasses.replace(rows, values=values), HEADS, "buy")
    chances = [np.clip(values[head], 1e-6, 1 - 1e-6) for head in HEADS]
    expected = sum(
        weight * np.log(own / (1 - own)) for weight, own in zip(found.weights.values(), chances, strict=True)
    )
    np.testing.assert_allclose(found.formula().score_rows(values), expected, rtol=1e-9)


def test_what_cannot_be_fitted_is_told():
    rows = rows_of(20)
    with pytest.raises(UnusableInputError, match="`target` must be among labels, click, buy, got `spend`"):
        stack(rows, HEADS, "spend")
    ones = dataclasses.replace(rows, labels={"buy": np.ones(len(rows))})
    with pytest.raises(UnusableInputError, match=r"`labels\.buy` must differ, got one in all"):
        stack(ones, HEADS, "buy")
    priced = dataclasses.replace(rows, values={**rows.values, "click": rows.values["click"] * 2})
    with pytest.raises(UnusableInputError, match=r"`values\.click` must be probabilities"):
        stack(priced, HEADS, "buy")
