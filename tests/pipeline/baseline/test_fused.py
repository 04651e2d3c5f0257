"""A baseline's answers are fused by the formulas and weights of the model beside it."""

import dataclasses

import numpy as np
import pytest

from models.fusion import score_rows, weights_text
from models.fusion.beside import write_declaration
from models.fusion.weights import FILE
from pipeline.baseline.fused import fused_columns, fused_scores
from tests.models.fusion.samples import FUSION, draw_rows

JUDGED = dataclasses.replace(FUSION, label="click")
SET = {**JUDGED.declared, "power_product.buy": 0.9}
ROWS = draw_rows(50)
ANSWERS = {name: ROWS[name] for name in ("click", "buy")}
RAW = {"price": ROWS["price"], "country": np.array([text.decode() for text in ROWS["country"]], object)}


@pytest.fixture
def model(tmp_path):
    def make(fusion):
        (tmp_path / "assets").mkdir(exist_ok=True)
        (tmp_path / FILE).write_text(weights_text(SET))
        if fusion is not None:
            write_declaration(str(tmp_path), fusion)
        return str(tmp_path)

    return make


def test_scores_are_those_of_the_models_weights(model):
    found = fused_scores(model(JUDGED), ANSWERS, RAW)
    assert set(found) == {"score", *(f"score/{name}" for name in JUDGED.formulas)}
    for name in JUDGED.formulas:
        np.testing.assert_array_equal(found[f"score/{name}"], score_rows(JUDGED, name, ROWS, weights=SET))
    assert found["score"] is found["score/power_product"]
    assert not np.array_equal(found["score"], score_rows(JUDGED, "power_product", ROWS))


def test_there_are_none_where_nothing_judges_them_or_an_answer_is_missing(model):
    assert fused_scores(model(None), ANSWERS, RAW) == {}
    assert fused_scores(model(FUSION), ANSWERS, RAW) == {}
    assert fused_scores(model(JUDGED), {"click": ANSWERS["click"]}, RAW) == {}
    assert fused_columns(JUDGED) == ("price", "country")
    assert fused_columns(FUSION) == fused_columns(None) == ()
