"""One pass over batches gives the figures that all rows give, and says what cannot be compared."""

from __future__ import annotations

import os
import pathlib
import re

import numpy as np
import pytest

from components.comparison.cell import Reference, Status
from components.evaluator.errors import UnusableModelError
from components.evaluator.plan import EvaluatorPlan
from models.heads import Binary
from models.tasks import Task, TaskGraph, known_column, label_column
from tests.components.evaluator.conftest import ALL_OUTPUTS, CLICK, GRAPH, save_model, write_examples

# TFX and TFMA warn of themselves.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

PLAN = EvaluatorPlan(
    tasks=GRAPH, split="eval", slices=(("device",), ("device", "hour")), cluster="user", user="user", list="user"
)
ALONE = EvaluatorPlan(tasks=CLICK, split="eval", slices=(("device",),))
APP = (("device", "app"),)


def two(saved):
    return {"model": saved["candidate"], "baseline_model": saved["baseline"]}


def cell_of(comparison, output, metric, where=(), against=Reference.BASELINE):
    (found,) = [
        cell
        for cell in comparison.cells
        if (cell.output, cell.metric, cell.slice, cell.against) == (output, metric, where, against)
    ]
    return found


def auc(label, score):
    above = score[label > 0][:, None] - score[label == 0][None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def gauc(label, score, user):
    """Users weighted by their rows; those of one class left out."""
    total = weight = 0.0
    for name in set(user):
        own = user == name
        if 0 < label[own].sum() < own.sum():
            total, weight = total + own.sum() * auc(label[own], score[own]), weight + own.sum()
    return total / weight


def oracle(metric, label, score, user):
    clipped = np.clip(score, 1e-7, 1 - 1e-7)
    return {
        "auc": lambda: auc(label, score),
        "gauc": lambda: gauc(label, score, user),
        "log_loss": lambda: -np.mean(np.where(label > 0, np.log(clipped), np.log(1 - clipped))),
        "calibration": lambda: score.sum() / label.sum(),
        "mse": lambda: np.mean((score - label) ** 2),
        "mae": lambda: np.mean(np.abs(score - label)),
    }[metric]()


@pytest.fixture(scope="module")
def both(world, saved, evaluate):
    """All outputs of two models."""
    return evaluate(PLAN, world, two(saved))


@pytest.mark.parametrize("where", [(), APP, (("device", "web"), ("hour", "8"))], ids=["all", "app", "web at 8"])
def test_every_metric_is_that_of_the_rows_of_its_slice_and_space(world, both, where):
    comparison, _ = both
    in_slice = np.ones(len(world["user"]), bool)
    for column, value in where:
        in_slice &= world[column].astype(str) == (f"{value}.0" if column == "hour" else value)
    for output, metrics in {
        "click": ("auc", "gauc", "log_loss", "calibration"),
        "buy": ("auc", "gauc", "log_loss", "calibration"),
        "click_and_buy": ("auc", "log_loss"),
        "spend": ("mse", "mae", "calibration"),
        "dwell": ("mae",),
        "stars": ("mse", "mae", "calibration"),
        "worth": ("mse", "mae", "calibration"),
    }.items():
        rows = in_slice & (world[known_column(output)] > 0)
        label, user = world[label_column(output)][rows].astype(float), world["user"][rows]
        for metric in metrics:
            cell = cell_of(comparison, output, metric, where)
            values = [
                oracle(metric, label, world[f"{model}/{output}"][rows].astype(float), user)
                for model in ("candidate", "baseline")
            ]
            found = cell.candidate.value, cell.reference.value, cell.difference.value
            assert found == pytest.approx((*values, values[0] - values[1]), abs=1e-9), (output, metric)
            assert cell.rows == rows.sum()


def test_classes_are_judged_by_their_losses_and_first_guesses(world, both):
    comparison, figures = both
    label = world["label/topic"].astype(int)
    for model, field in (("candidate", "candidate"), ("baseline", "reference")):
        scores = world[f"{model}/topic"].astype(float)
        own = scores[np.arange(len(label)), label]
        found = [getattr(cell_of(comparison, "topic", metric), field).value for metric in ("log_loss", "accuracy")]
        assert found == pytest.approx([-np.log(own).mean(), (scores.argmax(axis=1) == label).mean()], abs=1e-9)
    assert {counts.known for counts in figures.counts if counts.output == "topic" and not counts.slice} == {len(label)}


def test_the_report_has_counts_and_curves_of_both_models(world, both):
    _, figures = both
    by_place = {(counts.output, counts.slice): counts for counts in figures.counts}
    app = (world["device"] == "app") & (world["known/buy"] > 0)
    assert by_place["buy", APP].known == app.sum()
    assert by_place["buy", APP].labels == world["label/buy"][app].sum()
    assert by_place["buy", APP].predictions == pytest.approx(
        {model: float(world[f"{model}/buy"][app].sum()) for model in ("candidate", "baseline")}, rel=1e-6
    )
    assert {(curve.output, curve.model) for curve in figures.curves} == {
        (output, model) for output in ("click", "buy", "click_and_buy") for model in ("candidate", "baseline")
    }


def test_the_same_figures_whatever_the_shards_batches_and_workers(world, saved, both, evaluate):
    first, figures = both
    draws = np.random.default_rng(3)
    cuts = np.cumsum(draws.integers(1, 400, 6)).tolist()
    other_plan = EvaluatorPlan(**{**vars(PLAN), "batch_size": int(draws.integers(1, 200))})
    mixed = draws.permutation(len(world["user"]))
    shuffled = type(world)({name: values[mixed] for name, values in world.columns.items()})
    several = ("--runner=components.beam_runner.InProcessRunner", "--direct_num_workers=2")
    for plan, rows, args in (
        (other_plan, shuffled, several[:1]),
        (PLAN, shuffled, (*several, "--direct_running_mode=multi_threading")),
        (PLAN, world, ("--runner=DirectRunner",)),
    ):
        comparison, other_figures = evaluate(plan, rows, two(saved), cuts=cuts, args=args)
        assert_alike(comparison, first)
        for own, wanted in zip(other_figures.counts, figures.counts, strict=True):
            assert own.predictions == pytest.approx(wanted.predictions, rel=1e-6)
            assert (own.slice, own.known) == (wanted.slice, wanted.known)


@pytest.mark.integration
def test_the_same_figures_from_several_processes(world, saved, both, evaluate):
    first, _ = both
    args = ("--runner=components.beam_runner.InProcessRunner", "--direct_num_workers=2")
    processes, _ = evaluate(
        PLAN, world, two(saved), cuts=(100, 900), args=(*args, "--direct_running_mode=multi_processing")
    )
    assert_alike(processes, first)


def assert_alike(comparison, wanted):
    assert len(comparison.cells) == len(wanted.cells)
    for own, other in zip(comparison.cells, wanted.cells, strict=True):
        for name in ("output", "metric", "slice", "status", "reason", "rows", "positives", "clusters", "against"):
            assert getattr(own, name) == getattr(other, name)
        for name in ("candidate", "reference", "difference"):
            mine, theirs = getattr(own, name), getattr(other, name)
            assert (mine is None) == (theirs is None)
            if mine is not None:
                found = (mine.value, mine.std_error, mine.row_error)
                assert found == pytest.approx((theirs.value, theirs.std_error, theirs.row_error), abs=1e-6, nan_ok=True)


def test_a_model_against_itself_differs_by_exactly_nothing(world, saved, evaluate):
    models = {"model": saved["candidate"], "baseline_model": saved["candidate"]}
    comparison, _ = evaluate(PLAN, world, models)
    differences = [cell.difference for cell in comparison.cells if cell.difference is not None]
    assert len(differences) > 100
    assert {difference.value for difference in differences} == {0.0}
    assert {d.std_error for d in differences if not np.isnan(d.std_error)} == {0.0}


def test_one_output_alone_has_no_name_in_tfma_and_keeps_its_own(world, saved, evaluate):
    models = {"model": saved["candidate of clicks"], "baseline_model": saved["baseline of clicks"]}
    comparison, _ = evaluate(ALONE, world, models)
    found = cell_of(comparison, "click", "auc").reference.value
    assert found == pytest.approx(auc(world["label/click"], world["baseline/click"]), abs=1e-9)
    assert comparison.cluster_column is None


def test_baseline_and_anchor_come_out_of_one_pass(world, saved, evaluate):
    models = {**two(saved), "anchor_model": saved["anchor"]}
    comparison, _ = evaluate(PLAN, world, models)
    for reference, name in ((Reference.BASELINE, "baseline"), (Reference.ANCHOR, "anchor")):
        found = cell_of(comparison, "click", "auc", against=reference).reference.value
        assert found == pytest.approx(auc(world["label/click"], world[f"{name}/click"]), abs=1e-9)
    assert set(comparison.references) == {Reference.BASELINE, Reference.ANCHOR}


def test_nothing_that_serves_is_said_and_the_candidate_is_measured(world, saved, evaluate):
    comparison, _ = evaluate(
        ALONE, world, {"model": saved["candidate of clicks"]}, empty={"baseline_model": {"nothing_serves": 1}}
    )
    assert comparison.empty == (Reference.BASELINE,)
    assert (comparison.references, comparison.missing) == ({}, {})
    assert cell_of(comparison, "click", "auc", against=None).candidate.value > 0.6


def test_a_pinned_anchor_that_is_gone_is_missing_and_not_a_first_run(world, saved, evaluate):
    gone = {"anchor_model": {"nothing_serves": 0, "reason": "version 7 is not there any more"}}
    models = {"model": saved["candidate of clicks"], "baseline_model": saved["baseline of clicks"]}
    comparison, _ = evaluate(ALONE, world, models, empty=gone)
    assert comparison.empty == ()
    assert comparison.missing == {Reference.ANCHOR: "version 7 is not there any more"}


def test_scores_that_are_no_numbers_are_counted_and_nothing_is_said_of_them(world, saved, evaluate):
    spoilt = world["candidate/click"].copy()
    spoilt[:5] = np.nan
    comparison, _ = evaluate(ALONE, world.with_columns(candidate__click=spoilt), {
        "model": saved["candidate of clicks"], "baseline_model": saved["baseline of clicks"],
    })  # fmt: skip
    cell = cell_of(comparison, "click", "auc")
    assert (cell.status, cell.candidate, cell.difference) == (Status.NOT_FINITE, None, None)
    assert cell.reason == f"5 of {len(spoilt)} scores of the candidate are no probabilities."
    assert cell.reference.value > 0.6


def broken(folder, kind):
    """A folder with a model that cannot be compared with."""
    if kind == "empty":
        (folder / "Format-Serving").mkdir(parents=True)
    elif kind == "garbage":
        (folder / "Format-Serving").mkdir(parents=True)
        (folder / "Format-Serving" / "saved_model.pb").write_bytes(b"\xff\xff\xff")
    elif kind == "other features":
        save_model(folder, "baseline", {"click": 0}, asks="city")
    elif kind == "other types":
        save_model(folder, "baseline", {"click": 0}, needs="hour")
    elif kind == "no signature":
        import tensorflow as tf

        tf.saved_model.save(tf.Module(), str(folder / "Format-Serving"))
    return str(folder)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("empty", "it does not load: "),
        ("garbage", "it does not load: "),
        ("other features", "it reads city, not among the columns of the examples, and would be asked as if every row "),
        ("other types", "it cannot score the rows: .*hour"),
        ("no signature", "it has no signature serving_default, got: none"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_named_with_the_reason(world, saved, evaluate, tmp_path, kind, reason):
    path = broken(tmp_path / "broken", kind)
    comparison, _ = evaluate(ALONE, world, {"model": saved["candidate of clicks"], "baseline_model": path})
    cell = cell_of(comparison, "click", "auc")
    assert (cell.status, cell.difference) == (Status.NOT_COMPARABLE, None)
    assert re.search(reason, cell.reason)
    assert cell.candidate.value == cell_of(comparison, "click", "auc", against=None).candidate.value
    assert Reference.BASELINE in comparison.references


def test_a_baseline_is_compared_on_the_outputs_that_both_have(world, saved, evaluate, tmp_path):
    widths = {name: width for name, width in ALL_OUTPUTS.items() if name not in ("buy", "click_and_buy")}
    path = save_model(tmp_path / "older", "baseline", widths | {"topic": 0})
    older = world.with_columns(baseline__topic=world["baseline/topic"][:, 0])
    comparison, _ = evaluate(PLAN, older, {"model": saved["candidate"], "baseline_model": path})
    assert cell_of(comparison, "click", "auc").difference is not None
    assert cell_of(comparison, "buy", "auc").reason == "It has no output buy."
    assert cell_of(comparison, "topic", "accuracy").reason == "Its output topic has 1 numbers a row, the candidate's 3."
    by_output = {}
    for cell in comparison.cells:
        if cell.against is Reference.BASELINE:
            by_output.setdefault(cell.output, set()).add(cell.status is Status.NOT_COMPARABLE)
    assert {output for output, found in by_output.items() if found == {True}} == {"buy", "click_and_buy", "topic"}
    assert {output for output, found in by_output.items() if found == {False}} == {
        "click", "spend", "dwell", "stars", "worth",
    }  # fmt: skip


def test_a_baseline_that_fails_on_a_later_row_ends_no_run(world, saved, evaluate, tmp_path):
    path = save_model(tmp_path / "picky", "baseline", {"click": 0}, needs="city")
    has_city = np.where(np.arange(len(world["user"])) < 1_000, "Oslo", "").astype(object)
    plan = EvaluatorPlan(**{**vars(ALONE), "batch_size": 500})
    models = {"model": saved["candidate of clicks"], "baseline_model": path}
    comparison, _ = evaluate(plan, world.with_columns(city=has_city), models)
    cell = cell_of(comparison, "click", "auc")
    assert cell.status is Status.NOT_FINITE
    assert cell.reason == "500 of 1500 scores of the baseline are no probabilities."


def test_rows_without_a_user_are_clusters_of_their_own_and_no_user(world, saved, evaluate):
    lacks = np.arange(len(world["user"])) % 3 == 0
    some = world.with_columns(user=np.where(lacks, "", world["user"]).astype(object))
    plan = EvaluatorPlan(**{**vars(ALONE), "cluster": "user", "user": "user"})
    comparison, _ = evaluate(plan, some, {"model": saved["candidate of clicks"]}, cuts=(300,))
    has_label = world["known/click"] > 0
    expected = len(set(world["user"][has_label & ~lacks])) + np.count_nonzero(has_label & lacks)
    assert cell_of(comparison, "click", "auc", against=None).clusters == expected
    assert cell_of(comparison, "click", "gauc", against=None).ungrouped == np.count_nonzero(has_label & lacks)


def test_a_candidate_that_cannot_be_evaluated_ends_the_run(world, saved, evaluate, tmp_path):
    with pytest.raises(UnusableModelError, match="it does not load"):
        evaluate(ALONE, world, {"model": broken(tmp_path / "broken", "garbage")})
    with pytest.raises(UnusableModelError, match="the candidate must serve `buy`, but serves click: train it again"):
        evaluate(PLAN, world, {"model": saved["candidate of clicks"]})


def test_a_split_without_rows_is_measured_as_such(world, saved, evaluate):
    nothing = type(world)({name: values[:0] for name, values in world.columns.items()})
    comparison, figures = evaluate(PLAN, nothing, two(saved))
    assert {cell.status for cell in comparison.cells} == {Status.NO_ROWS}
    assert {cell.output for cell in comparison.cells} == set(ALL_OUTPUTS)
    assert (figures.counts, figures.curves) == ((), ())


def test_rows_that_stand_for_others_weigh_as_many(world, saved, evaluate):
    kept = np.where(world["label/click"] > 0, 1.0, 4.0).astype(np.float32)
    weighted = world.with_columns(known__click=kept)
    sampled = TaskGraph((Task(name="click", kind=Binary(), label="a", kept_negatives=0.25),))
    comparison, figures = evaluate(EvaluatorPlan(tasks=sampled, split="eval"), weighted, {
        "model": saved["candidate of clicks"], "baseline_model": saved["baseline of clicks"],
    })  # fmt: skip
    label, score = world["label/click"].astype(float), world["candidate/click"].astype(float)
    losses = -np.where(label > 0, np.log(score), np.log(1 - score))
    assert cell_of(comparison, "click", "log_loss").candidate.value == pytest.approx(np.average(losses, weights=kept))
    wanted = (kept * score).sum() / (kept * label).sum()
    assert cell_of(comparison, "click", "calibration").candidate.value == pytest.approx(wanted)
    (overall, *_) = figures.counts
    assert overall.known == pytest.approx(kept.sum())


def test_shards_are_written_as_examples_are(world, tmp_path):
    write_examples(tmp_path / "examples", world, (10, 20))
    assert len(os.listdir(pathlib.Path(tmp_path, "examples", "Split-eval"))) == 3
