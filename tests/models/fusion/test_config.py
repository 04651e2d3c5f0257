"""The section as a whole: names, columns, segments."""

import dataclasses

import numpy as np
import pytest

from models.arrays import NUMPY
from models.binding import bind_or_raise, unbind
from models.errors import ConfigError
from models.fusion import ExpressionFormula, FusionColumn, FusionConfig, PowerProduct, Segment, WeightedSum, score_rows
from tests.models.fusion.samples import FUSION, draw_rows

MAIN = {"main": WeightedSum(weights={"click": 1.0, "buy": 2.0})}


def test_a_declaration_survives_plain_values():
    assert bind_or_raise(FusionConfig, unbind(FUSION)) == FUSION


def test_what_is_read_is_an_output_unless_it_is_a_declared_column():
    assert FUSION.heads == ("click", "buy")
    assert FUSION.inputs == ("price", "country")
    assert FUSION.scores[:2] == ("score", "score/weighted_sum")


def test_a_missing_column_is_what_is_declared_and_limits_hold():
    column = FusionColumn(missing=3.0, least=1.0, most=9.0)
    given = np.array([np.nan, -np.inf, 0.0, 5.0, np.inf])
    np.testing.assert_array_equal(column.prepare(given, NUMPY), [3.0, 1.0, 1.0, 5.0, 9.0])
    texts = np.array([b"", b"US"], dtype=object)
    assert FusionColumn(missing="NL").prepare(texts, NUMPY).tolist() == [b"NL", b"US"]


def test_a_segment_has_its_own_weights_and_an_unknown_one_the_common():
    rows = {name: values[:4] for name, values in draw_rows().items()}
    rows = {**rows, "country": np.array([b"US", b"NL", b"never seen", b""], dtype=object)}
    common = FUSION.formulas["power_product"].score_rows(FUSION.prepare(rows, NUMPY))
    of_us = FUSION.formulas["power_product"].score_rows(FUSION.prepare(rows, NUMPY), np.array([2.0, 0.5, 0.2]))
    found = score_rows(FUSION, "power_product", rows)
    np.testing.assert_array_equal(found, [of_us[0], *common[1:]])
    assert of_us[0] != common[0]


def declare(**changes: object) -> FusionConfig:
    return FusionConfig(**{"formulas": MAIN, "served": "main", **changes})


def segment(**weights: object) -> Segment:
    return Segment(column="country", weights=weights)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"formulas": {}}, "`formulas` must hold at least one, got none."),
        ({"formulas": {"Main": MAIN["main"]}, "served": "Main"}, "must have lower-case words for names, got 'Main'"),
        ({"served": "mian"}, "`served` must be one of `formulas`, main, got 'mian'."),
        ({"columns": {"price": FusionColumn(missing=1.0)}}, "`columns` holds `price`, which no formula reads"),
        ({"columns": {"buy": FusionColumn(missing="x")}}, "`buy` is a text by its `missing`, but formula `main`"),
        (
            {"formulas": {"main": ExpressionFormula(expression="click + is_missing(buy)")}},
            r"`is_missing\(buy\)` in formula `main` asks of no entry of `columns`: it is never true.",
        ),
        ({"segment": segment(US={"man": {"click": 1.0}})}, "names formula `man`. Did you mean `main`?"),
        (
            {
                "formulas": {"main": ExpressionFormula(expression="click")},
                "segment": segment(US={"main": {"click": 1.0}}),
            },
            "has no weight `click` to change, for the formula has none.",
        ),
        (
            {"formulas": {"main": ExpressionFormula(expression='click + (1 if country == "US" else 0)')}},
            "`country` is a text to formula `main`, which no output is: declare the column under `columns`, such as "
            'country: {missing: ""}.',
        ),
        ({"segment": segment(US={"main": {"clik": 1.0}})}, "has no weight `clik` to change, only click, buy."),
        ({"segment": segment(**{"False": {"main": {"click": 1.0}}})}, "names 'False', which YAML made of another word"),
        (
            {"segment": segment(US={"main": {"click": 0.0, "buy": 0.0}})},
            "formula `main` where country is 'US': `weights` must hold one that is not 0",
        ),
        ({"formulas": {"main": PowerProduct(weights={"a@b": 1.0})}}, "`a@b` cannot be read by a formula: rename"),
    ],
)
def test_what_cannot_be_served_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        declare(**changes)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ConfigError) as caught:
        declare(served="x", columns={"price": FusionColumn(missing=1.0)}, segment=segment(US={"other": {}}))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"missing": 1.0, "least": 2.0, "most": 2.0}, "`least` must be below `most`, got 2.0 and 2.0."),
        ({"missing": "x", "least": 2.0}, "`least` is for numbers, but `missing` is the text 'x'."),
        ({"missing": float("inf")}, "`missing` must be finite, got inf."),
        ({"missing": 1.0, "most": float("inf")}, "`most` must be finite, got inf."),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(fields, message):
    with pytest.raises(ConfigError, match=message):
        FusionColumn(**fields)


def test_weights_of_a_candidate_are_checked_as_declared_ones_are():
    zero = {key: 0.0 for key in FUSION.declared}
    problems = FUSION.weight_problems(zero)
    assert any("power_product` where country is 'US'" in problem for problem in problems)
    assert FUSION.weight_problems(FUSION.declared) == []
    assert dataclasses.replace(FUSION, segment=None).weight_problems(FUSION.declared) == []
