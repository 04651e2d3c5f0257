"""What every formula keeps, and each one's own equation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.arrays import NUMPY
from models.errors import ConfigError
from models.fusion import (
    FORMULAS,
    AffinePower,
    ExpressionFormula,
    FusionColumn,
    FusionConfig,
    PowerProduct,
    WeightedSum,
    score_rows,
)
from models.fusion.base import LEAST
from tests.models.fusion.samples import FUSION, SAMPLES, draw_rows

ROWS = FUSION.prepare(draw_rows(), NUMPY)
WEIGHTS = st.floats(0, 5)
POWERS = {kind: sample for kind, sample in SAMPLES.items() if kind != "formula"}


def test_samples_cover_the_catalogue():
    assert {kind: type(sample) for kind, sample in SAMPLES.items()} == FORMULAS
    assert all(sample.kind == kind for kind, sample in SAMPLES.items())


@pytest.mark.parametrize("formula", SAMPLES.values(), ids=SAMPLES)
def test_a_vector_of_what_is_declared_changes_nothing(formula):
    np.testing.assert_array_equal(
        formula.score_rows(ROWS), formula.score_rows(ROWS, np.array(list(formula.declared.values())))
    )


@pytest.mark.parametrize("formula", SAMPLES.values(), ids=SAMPLES)
@given(data=st.data())
def test_scores_are_finite_whatever_the_weights(formula, data):
    weights = [data.draw(st.floats(-1e6, 1e6)) for _ in formula.declared]
    assert np.isfinite(formula.score_rows(ROWS, np.array(weights))).all()


@pytest.mark.parametrize("formula", SAMPLES.values(), ids=SAMPLES)
@given(weight=st.lists(WEIGHTS, min_size=6, max_size=6), head=st.sampled_from(["click", "buy"]))
def test_no_score_falls_where_a_head_rises_and_no_weight_is_negative(formula, weight, head):
    weights = np.array(weight[: len(formula.declared)])
    higher = {**ROWS, head: np.minimum(ROWS[head] + 0.01, 1.0)}
    before, after = formula.score_rows(ROWS, weights), formula.score_rows(higher, weights)
    assert (after >= before - 1e-12 * np.abs(before)).all()


@given(a=st.floats(-3, 3), b=st.floats(-3, 3), c=st.floats(-1, 1))
def test_the_sum_of_logarithms_is_the_direct_product(a, b, c):
    rows = {name: np.maximum(ROWS[name], 1e-6) for name in ("click", "buy", "price")}
    direct = rows["click"] ** a * rows["buy"] ** b * rows["price"] ** c
    formula = PowerProduct(weights={"click": 1.0, "buy": 1.0, "price": 1.0})
    np.testing.assert_allclose(formula.score_rows(rows, np.array([a, b, c])), direct, rtol=1e-12)


def test_the_affine_product_is_the_direct_one():
    formula = SAMPLES["affine_power"]
    direct = (0.1 + ROWS["click"]) * np.sqrt(0.01 + 2.0 * ROWS["buy"])
    np.testing.assert_allclose(formula.score_rows(ROWS), direct, rtol=1e-12)


@pytest.mark.parametrize("kind", ["weighted_sum", "power_product", "affine_power"])
def test_a_weight_of_0_drops_a_head_to_the_last_bit(kind):
    # The rows hold a click of 0, whose power of 0 must be 1.
    formula = type(POWERS[kind])(weights={"click": 0.0, "buy": 0.7})
    alone = type(POWERS[kind])(weights={"buy": 0.7})
    np.testing.assert_array_equal(formula.score_rows(ROWS), alone.score_rows(ROWS))


@pytest.mark.parametrize("kind", ["weighted_sum", "power_product", "affine_power"])
@pytest.mark.parametrize("head", ["click", "buy"])
def test_weights_of_one_head_alone_rank_as_it_does(kind, head):
    formula = type(POWERS[kind])(weights={name: float(name == head) for name in ("click", "buy")})
    floored = np.maximum(ROWS[head], LEAST)
    np.testing.assert_array_equal(
        np.argsort(formula.score_rows(ROWS), kind="stable"), np.argsort(floored, kind="stable")
    )


def test_a_factor_of_0_or_less_is_the_least_there_is_and_buries_a_row():
    formula = PowerProduct(weights={"click": 1.0, "price": 0.5})
    scores = formula.score_rows({"click": np.array([0.5, 0.5, 0.0]), "price": np.array([4.0, -1.0, 4.0])})
    np.testing.assert_allclose(scores, [1.0, 0.5 * LEAST**0.5, LEAST * 2.0], rtol=1e-12)


def test_products_beyond_float64_are_cut_and_stay_numbers():
    formula = PowerProduct(weights={"price": 1.0})
    scores = formula.score_rows({"price": np.array([1e30, 1e-30])}, np.array([1e3]))
    np.testing.assert_allclose(np.log(scores), [700.0, -700.0])


def test_an_expression_without_a_value_scores_as_declared():
    formula = ExpressionFormula(expression="click / (price - 2)", otherwise=-7.0)
    scores = formula.score_rows({"click": np.array([0.5, 0.5]), "price": np.array([2.0, 3.0])})
    np.testing.assert_array_equal(scores, [-7.0, 0.5])


def test_where_a_column_is_missing_its_stand_in_is_read_and_is_missing_is_true():
    fusion = FusionConfig(
        formulas={
            "number": ExpressionFormula(expression="-click if is_missing(price) else click * price"),
            "filled": ExpressionFormula(expression="click * price"),
            "text": ExpressionFormula(expression='click + is_missing(col("home country"))'),
            "unasked": ExpressionFormula(expression="click + is_missing(price + 1)"),
        },
        served="number",
        columns={"price": FusionColumn(missing=4.0, most=100.0), "home country": FusionColumn(missing="NL")},
    )
    rows = {
        "click": np.array([0.25, 0.5, 0.75]),
        "price": np.array([np.nan, 2.0, np.inf]),
        "home country": np.array([b"NL", b"", b"US"], dtype=object),
    }
    scores = {name: score_rows(fusion, name, rows).tolist() for name in fusion.formulas}
    assert scores == {
        "number": [-0.25, 1.0, 75.0],  # What is infinite is there, and cut.
        "filled": [1.0, 1.0, 75.0],
        "text": [0.25, 1.5, 0.75],  # A value like the stand-in is not missing.
        "unasked": [0.25, 0.5, 0.75],  # What is worked out of a stand-in has a value.
    }


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: WeightedSum(weights={"a": 0.0, "b": 0.0}), "every row would have the same score"),
        (lambda: WeightedSum(weights={}), "`weights` must hold one that is not 0, got {}"),
        (lambda: PowerProduct(weights={"a": 0.0}), "every row would have the same score"),
        (lambda: PowerProduct(weights={"a": float("inf")}), "weight `a` must be between -1e\\+06 and 1e\\+06, got inf"),
        (lambda: AffinePower(weights={"a": 1.0}, times={"a": 0.0}), "every row would have the same score"),
        (lambda: AffinePower(weights={"a": 1.0}, plus={"b": 1.0}), "`plus` names `b`, which is not among `weights`"),
        (lambda: AffinePower(weights={"a": 1.0}, plus={"a": -1.0}), "`a.plus` must be 0 or more, got -1.0"),
        (lambda: ExpressionFormula(expression="a * w", weights={"w": 0.0}), "is the same number in every row"),
        (lambda: ExpressionFormula(expression="a - a"), "is the same number in every row"),
        (lambda: ExpressionFormula(expression="w + 1", weights={"w": 1.0}), "`expression` reads no output"),
        (lambda: ExpressionFormula(expression="a", weights={"w": 1.0}), "`weights` names `w`, which the expression"),
        (lambda: ExpressionFormula(expression="a +"), "`expression`: `a \\+` is not an expression"),
    ],
)
def test_a_formula_that_cannot_rank_is_refused(declare, message):
    with pytest.raises(ConfigError, match=message):
        declare()


@pytest.mark.parametrize("expression", ["max(spend - 10, 0)", "min(margin, 0)", "max(price, 100) * weight"])
def test_what_is_cut_off_beyond_all_chances_is_not_taken_for_one_number(expression):
    weights = {"weight": -2.0} if "weight" in expression else {}
    assert ExpressionFormula(expression=expression, weights=weights).declared == weights
