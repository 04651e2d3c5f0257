"""Weights that were set of what serves outlive a retraining, until somebody declares others."""

import dataclasses

import pytest

from models.fusion import FusionConfig, PowerProduct, Segment, WeightedSum, WeightsFrom
from models.fusion.kept import kept_weights

THEN = FusionConfig(
    formulas={"main": PowerProduct(weights={"click": 1.0, "buy": 0.5}), "other": WeightedSum(weights={"click": 1.0})},
    served="main",
    segment=Segment(column="country", weights={"US": {"main": {"click": 2.0}}}),
)
SET = {"main.click": 1.0, "main.buy": 0.7, "main.click@NL": 3.0, "other.click": 4.0}  # Of US nothing is left.


def declared(*, main=None, other=None, **changed):
    """`THEN` with other formulas."""
    formulas = {"main": main or THEN.formulas["main"], "other": other or THEN.formulas["other"]}
    return dataclasses.replace(THEN, formulas=formulas, **changed)


def test_where_nothing_was_set_the_declaration_holds():
    now = declared(main=PowerProduct(weights={"click": 1.5, "buy": 0.5}))
    assert kept_weights(now, THEN, THEN.declared) == now.declared
    assert kept_weights(THEN, THEN, THEN.declared) == THEN.declared


def test_what_was_set_is_kept_and_what_a_segment_was_rid_of_stays_away():
    assert kept_weights(THEN, THEN, SET) == SET


def test_it_is_kept_over_one_retraining_after_another():
    once = kept_weights(THEN, THEN, SET)
    assert kept_weights(THEN, THEN, once) == SET


def test_a_weight_that_is_declared_anew_is_as_declared_and_the_others_are_kept():
    now = declared(main=PowerProduct(weights={"click": 1.0, "buy": 0.6}))
    assert kept_weights(now, THEN, SET) == {**SET, "main.buy": 0.6}


def test_config_alone_decides_where_that_is_declared():
    now = declared(weights_from=WeightsFrom.CONFIG)
    assert kept_weights(now, THEN, SET) == now.declared == THEN.declared


@pytest.mark.parametrize(
    "other",
    [
        PowerProduct(weights={"click": 1.0}),  # The number would be an exponent.
        WeightedSum(weights={"click": 1.0, "buy": 0.0}),
    ],
)
def test_weights_of_a_formula_that_is_another_now_are_as_declared(other):
    now = declared(other=other)
    found = kept_weights(now, THEN, SET)
    assert found["other.click"] == 1.0
    assert found["main.buy"] == 0.7


def test_weights_of_segments_by_another_column_are_as_declared():
    now = declared(segment=Segment(column="city", weights={"US": {"main": {"click": 2.0}}}))
    found = kept_weights(now, THEN, SET)
    assert {key: value for key, value in found.items() if "@" in key} == {"main.click@US": 2.0}
    assert found["main.buy"] == 0.7


def test_a_formula_that_is_gone_takes_its_weights_along():
    now = dataclasses.replace(THEN, formulas={"main": THEN.formulas["main"]})
    assert kept_weights(now, THEN, SET) == {key: value for key, value in SET.items() if key != "other.click"}


def test_weights_that_would_make_every_row_the_same_are_not_put_together():
    then = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0, "buy": 1.0})}, served="main")
    now = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0, "buy": 0.0})}, served="main")
    assert kept_weights(now, then, {"main.click": 0.0, "main.buy": 1.0}) == now.declared
