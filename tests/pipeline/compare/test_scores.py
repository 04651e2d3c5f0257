"""Models whose scores are in a file."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.comparison.cell import Reference, Status
from components.errors import UnusableInputError
from components.gate.config import Rule, RuleName
from components.gate.decision import Outcome
from components.gate.metrics import Metric
from models.fusion import FusionConfig, WeightedSum
from pipeline.compare.scores import ScoreColumns, compare_scores
from tests.pipeline.compare.conftest import sigmoid

MODELS = ("new", "old")
BY_USER = ScoreColumns(cluster="user", user="user", slices=(("device",),))


@pytest.fixture(scope="session")
def columns(world):
    """As in the rows of `world`, but that buying is known where there was a click, and half of that stands for two."""
    found = {"user": world.columns["user"], "device": world.columns["device"]}
    click = world.columns["click"]
    found["label/click"], found["label/buy"] = click, np.where(click == 1, world.columns["buy"], 0)
    found["known/buy"] = click * np.where(np.arange(len(click)) % 2, 1.0, 2.0)
    found["label/spend"] = world.columns["good"] + 1
    for model, column in (("new", "good"), ("old", "bad")):
        logit = world.columns[column]
        found |= {f"{model}/click": sigmoid(logit), f"{model}/buy": sigmoid(logit - 1), f"{model}/spend": logit}
    return found


@pytest.fixture
def compared(tmp_path):
    def run(columns, *, models=MODELS, which=BY_USER, config=None):
        pq.write_table(pa.table(columns), tmp_path / "scores.parquet")
        return compare_scores(tmp_path / "scores.parquet", models=models, columns=which, config=config)

    return run


def cells_of(found):
    return {(cell.output, cell.metric): cell for cell in found.comparison.cells if not cell.slice}


def test_what_the_file_has_is_compared(compared, columns):
    cells = cells_of(found := compared(columns))
    assert [output for output, metric in cells if metric in ("auc", "mse")] == ["click", "buy", "spend"]
    assert cells["spend", "mse"].candidate.value == pytest.approx(1.0)
    assert cells["click", "auc"].difference.value > 0.05
    assert cells["click", "gauc"].clusters < cells["click", "auc"].clusters == len(set(columns["user"]))
    assert (found.report, found.notes, found.models) == (None, (), MODELS)
    assert found.comparison.references == {Reference.BASELINE: "old"}
    assert {cell.slice for cell in found.comparison.cells} == {
        (),
        *((("device", name),) for name in ("app", "watch", "web")),
    }


def test_rows_stand_for_others_where_known_says_so(compared, columns):
    weights, bought = columns["known/buy"], columns["label/buy"]
    mean = (weights * columns["new/buy"]).sum() / (weights * bought).sum()
    cell = cells_of(compared(columns))["buy", "calibration"]
    assert cell.candidate.value == pytest.approx(mean)
    assert cell.rows == np.count_nonzero(weights)


def test_a_configuration_names_outputs_and_judges(world, compared, columns):
    found = compared(columns, which=ScoreColumns(), config=world.config)
    assert found.comparison.cluster_column == "user"
    assert {cell.output for cell in found.comparison.cells} == {"click", "buy"}
    assert found.notes == (
        "`click_and_buy` is not compared: `scores.parquet` has no `label/click_and_buy`, `new/click_and_buy`, "
        "`old/click_and_buy`.",
        "`topic` is not compared: classes need --data.",
    )
    assert found.report.decisions[0].outcome is Outcome.PASSED


@pytest.mark.parametrize("lost", ["old/click", "new/click", "label/click"])
def test_a_rule_about_a_column_that_is_missing_says_which_and_where(world, compared, columns, lost):
    given = {name: values for name, values in columns.items() if name != lost}
    rules = (Rule(output="click", metric=Metric.AUC, margin=0.01, min=0.6, rule=RuleName.NON_INFERIOR),)
    gate = dataclasses.replace(world.config.gate, rules=rules)
    found = compared(given, which=ScoreColumns(), config=dataclasses.replace(world.config, gate=gate))
    of_b, own = found.report.decisions[:2]
    said = f"`scores.parquet` has no `{lost}`."
    assert (of_b.outcome, of_b.reason) == (Outcome.NOT_COMPARABLE, said)
    if lost == "old/click":  # A's own value is told all the same.
        assert own.outcome is Outcome.PASSED
        assert cells_of(found)["click", "auc"].candidate.value > 0.6
        assert f"`click` is measured of A alone: {said}" in found.notes
    else:
        assert (own.outcome, own.reason) == (Outcome.INCONCLUSIVE, said)
        assert f"`click` is not compared: {said}" in found.notes
    assert not found.report.blessed


def test_fused_scores_are_compared_by_the_label_of_what_they_are_to_rank(world, compared, columns):
    fusion = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0})}, served="main", label="buy")
    config = dataclasses.replace(world.config, fusion=fusion)
    logits = {"new/score": 40 * columns["new/spend"], "old/score": 40 * columns["old/spend"]}  # No probabilities.
    cells = cells_of(compared(columns | logits, which=ScoreColumns(), config=config))
    assert {metric for output, metric in cells if output == "score"} == {"auc", "gauc"}
    for metric in ("auc", "gauc"):
        score, head = cells["score", metric], cells["buy", metric]
        assert (score.status, score.rows) == (head.status, head.rows)
        assert score.difference.value == pytest.approx(head.difference.value, abs=1e-9)


def test_what_counts_from_an_anchor_is_not_asked(world, compared, columns):
    rule = dataclasses.replace(world.config.gate.rules[0], total_margin=0.02)
    gate = dataclasses.replace(world.config.gate, rules=(rule,), anchor="oldest")
    found = compared(columns, which=ScoreColumns(), config=dataclasses.replace(world.config, gate=gate))
    assert found.report.blessed
    assert found.notes[-1] == "`total_margin` is not judged: it counts from the anchor, which is neither A nor B."


def test_one_with_itself_is_zero_and_a_swap_flips(compared, columns):
    first, second = compared(columns), compared(columns, models=MODELS[::-1])
    same = compared(columns | {"old/click": columns["new/click"]})
    for one, other in zip(first.comparison.cells, second.comparison.cells, strict=True):
        if one.difference is not None:
            assert one.difference.value == -other.difference.value
    clicks = [cell.difference for cell in same.comparison.cells if cell.output == "click"]
    assert {own.value for own in clicks if own is not None} == {0.0}
    assert {own.std_error for own in clicks if own is not None and not np.isnan(own.std_error)} == {0.0}


def test_one_class_and_scores_that_are_none_have_a_status(compared, columns):
    spoilt = np.where(np.arange(len(columns["user"])) == 7, np.nan, columns["new/buy"])
    cells = cells_of(compared(columns | {"label/click": np.zeros(len(columns["user"])), "new/buy": spoilt}))
    assert cells["click", "auc"].status is Status.ONE_CLASS
    assert cells["buy", "auc"].status is Status.ONE_CLASS if not columns["known/buy"][7] else Status.NOT_FINITE


def test_lists_are_ranked_where_their_column_is_told(compared, columns):
    lists = np.arange(len(columns["user"])) // 8
    cells = cells_of(compared(columns | {"session": lists}, which=ScoreColumns(list="session", ndcg_at=3)))
    assert cells["click", "ndcg"].difference.value > 0.02
    assert ("click", "gauc") not in cells  # No user is told.
    assert {metric for output, metric in cells if output == "spend"} == {"mse", "mae", "ndcg"}


def test_a_label_that_is_no_class_makes_a_regression(compared, columns):
    cells = cells_of(compared(columns | {"label/click": columns["label/click"] * 2}))
    assert {metric for output, metric in cells if output == "click"} == {"mse", "mae"}


def test_a_file_that_lacks_what_is_asked_for_is_said_so(compared, columns):
    with pytest.raises(UnusableInputError, match=r"has no column `usr`\..*`user`"):
        compared(columns, which=ScoreColumns(cluster="usr"))
    with pytest.raises(UnusableInputError, match="must have `label/OUTPUT`, `newer/OUTPUT`, `old/OUTPUT` for"):
        compared(columns, models=("newer", "old"))


def test_what_is_no_parquet_is_said_so(tmp_path):
    (tmp_path / "scores.parquet").write_text("a,b\n")
    with pytest.raises(UnusableInputError, match=r"`.*scores.parquet` cannot be compared: "):
        compare_scores(tmp_path / "scores.parquet", models=MODELS, columns=BY_USER, config=None)
