"""Fused scores in the exported model: what NumPy computes, by weights that lie beside the graph."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.build import build_model, model_input
from components.trainer.export import export
from models.expression import ColumnType
from models.fusion import FusionConfig, parse_weights, score_rows, version_of, weights_text
from models.fusion.weights import FILE
from tests.components.trainer.test_export import COLUMNS, RAW_SPEC, Transform, example
from tests.models.fusion.samples import FUSION

pytestmark = pytest.mark.slow

FUSION_COLUMNS = {"price": ColumnType.NUMBER, "country": ColumnType.STRING}
ROWS = [
    {"home city": "c3", "tags": "1|7", "price": 0.5, "country": "US"},
    {"home city": "never seen", "tags": "", "price": float("nan"), "country": ""},
    {"home city": "", "tags": "2", "price": -1.0, "country": "US"},
    {"home city": "c4", "tags": "2", "price": 0.0, "country": "never seen"},
    {"home city": "c5", "tags": "2", "price": 1e38, "country": "NL"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fused")


@pytest.fixture
def exported(plan, folder):
    """One for all tests: it is not changed."""
    path = folder / "model"
    if not path.exists():
        model = build_model(plan, tuple(model_input(column, {}) for column in plan.inputs))
        for weight in model.trainable_variables:
            weight.assign_add(tf.random.stateless_normal(weight.shape, [1, weight.shape.num_elements()], stddev=0.3))
        export(
            model,
            Transform(),
            RAW_SPEC,
            columns=COLUMNS,
            folder=str(path),
            user=("home city", "country"),
            fusion=FUSION,
            fusion_columns=FUSION_COLUMNS,
        )
    return path


def columns(rows):
    kinds = {**COLUMNS, **FUSION_COLUMNS}
    return {
        name: np.array([row[name] for row in rows], np.float32 if kind is ColumnType.NUMBER else object)
        for name, kind in kinds.items()
    }


def ask(path, signature, **inputs):
    """By the session loader, the way that TF Serving takes."""
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        definition = tf.compat.v1.saved_model.load(session, ["serve"], str(path)).signature_def[signature]
        feeds = {definition.inputs[name].name: values for name, values in inputs.items()}
        return session.run({name: tensor.name for name, tensor in definition.outputs.items()}, feeds)


def offline(answers, rows=ROWS, weights=None, fusion: FusionConfig = FUSION):
    texts = np.array([row["country"].encode() for row in rows], dtype=object)
    values = {**answers, "price": columns(rows)["price"], "country": texts}
    return {name: score_rows(fusion, name, values, weights=weights) for name in fusion.formulas}


@pytest.mark.parametrize("signature", ["predict_columns", "serving_default"])
def test_every_formula_is_served_as_it_is_computed_from_the_heads_offline(exported, signature):
    if signature == "serving_default":
        answers = ask(exported, signature, examples=[example(row) for row in ROWS])
    else:
        answers = ask(exported, signature, **columns(ROWS))
    for name, scores in offline({"click": answers["click"], "buy": answers["buy"]}).items():
        assert np.isfinite(answers[f"score/{name}"]).all()
        np.testing.assert_allclose(answers[f"score/{name}"], scores, rtol=1e-12)
    np.testing.assert_array_equal(answers["score"], answers[f"score/{FUSION.served}"])
    assert answers["fusion_version"].tolist() == [version_of(FUSION.declared)] * len(ROWS)


def test_a_users_columns_are_sent_once_for_all_candidates(exported):
    rows = [{**row, "home city": "c3", "country": "US"} for row in ROWS]
    once = columns(rows) | {"home city": ["c3"], "country": ["US"]}
    answers, all_of_them = (
        ask(exported, "predict_candidates", **once),
        ask(exported, "predict_columns", **columns(rows)),
    )
    for name, values in all_of_them.items():
        np.testing.assert_array_equal(answers[name], values)


def test_no_row_gets_no_score(exported):
    answers = ask(exported, "predict_columns", **columns([]))
    assert answers["score"].shape == answers["fusion_version"].shape == (0,)


def test_another_file_beside_the_graph_is_other_weights(exported, tmp_path):
    before = ask(exported, "predict_columns", **columns(ROWS))
    changed = {**FUSION.declared, "power_product.buy": 3.0, "power_product.click@NL": -1.0}
    swapped = tmp_path / "swapped"
    for source in (path for path in exported.rglob("*") if path.is_file()):
        target = swapped / source.relative_to(exported)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    assert parse_weights((swapped / FILE).read_text()) == FUSION.declared
    pathlib.Path(swapped, FILE).write_text(weights_text(changed))
    after = ask(swapped, "predict_columns", **columns(ROWS))
    np.testing.assert_array_equal(after["click"], before["click"])
    assert (after["score"] != before["score"]).all()
    scores = offline({"click": after["click"], "buy": after["buy"]}, weights=changed)
    np.testing.assert_allclose(after["score"], scores["power_product"], rtol=1e-12)
    np.testing.assert_allclose(after["score/weighted_sum"], before["score/weighted_sum"], rtol=1e-12)
    assert set(after["fusion_version"]) == {version_of(changed)}
