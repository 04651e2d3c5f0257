"""Every head and a chain of relations pass every node, and what a person is shown names them."""

import io

import pytest
from rich.console import Console

from components.gate.report import GateStatus
from components.pusher.folder import versions
from pipeline.report import render_page, summary_table
from pipeline.report.metrics import style_of
from tests.pipeline.every_head.shop import impressions, raw_columns

# TFX and TFMA warn of themselves.
pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]


def test_a_model_of_every_head_is_judged_blessed_and_pushed(shop, record):
    assert len(versions(shop.config.serving_directory)) == 1
    assert record.blessed
    assert record.gate.status is GateStatus.FIRST_RUN
    assert record.gate.empty == ("baseline",)
    assert record.unreadable == ()


def test_every_output_has_a_number_for_every_metric_of_its_head(record):
    for output in record.graph.outputs:
        scores = record.evaluation.overall(output.name)
        assert set(output.kind.metrics) <= set(scores.candidate)
        assert {name: score.why for name, score in scores.candidate.items() if score.number is None} == {}


def test_slices_are_judged_too(record):
    slices = {scores.slice for output in record.graph.outputs for scores in record.evaluation.of(output.name)}
    assert slices == {(), (("device", "app"),), (("device", "web"),)}


def test_after_each_epoch_every_head_is_measured(record):
    last = record.training.intervals[-1].watched
    binary = {f"{output.name}_auc" for output in record.graph.outputs if output.kind.is_binary}
    others = {"rating_rmse", "topic_accuracy", "spend_rmse", "dwell_below_0.1", "dwell_below_0.5", "dwell_below_0.9"}
    assert binary | others <= set(last)
    assert last["dwell_below_0.1"] < last["dwell_below_0.5"] < last["dwell_below_0.9"]
    assert last["rating_rmse"] < 1.2  # The labels' own standard deviation.
    assert last["topic_accuracy"] > 0.5  # A third is chance.


def test_what_is_learnt_beside_the_tasks_is_shown_and_not_served(shop, record, exported):
    last = record.training.intervals[-1]
    assert {"views_loss", "rebuilt_loss"} <= set(last.train) & set(last.watched)
    assert last.watched["rebuilt_loss"] < record.training.intervals[0].watched["rebuilt_loss"]
    gradients = record.training.gradients
    assert gradients.losses[-2:] == ("rebuilt", "views")
    assert gradients.watched == ("views",)
    page = render_page(record)
    assert "Loss of views over steps" in page
    assert "Only watched, not trained: views." in page
    answers = exported("predict_columns", **raw_columns(impressions(0, 3)))
    assert set(answers) == set(shop.config.graph.served)
    with pytest.raises(TypeError, match="feed_dict key"):  # Of a name that is no input.
        exported("predict_columns", place=["1"], **raw_columns(impressions(0, 1)))


def test_the_terminal_shows_every_output_and_what_its_counts_stand_for(record):
    console = Console(file=io.StringIO(), width=80)
    console.print(summary_table(record))
    text = console.file.getvalue()
    assert [output.name for output in record.graph.outputs if output.name not in text] == []
    assert "accuracy" in text
    assert "impressions" in text
    assert "known rows" not in text
    assert "Counts and metrics here are of all impressions" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_the_page_shows_every_head_and_what_its_counts_stand_for(record):
    page = render_page(record)
    for output in record.graph.outputs:
        assert output.name in page
        assert f"<th>{output.kind.name.replace('_', ' ')} output</th>" in page
        assert all(style_of(metric).title in page for metric in output.kind.metrics)
    assert "eval dwell_below_0.9" in page
    assert "of the negatives of click" in page
    assert "Counts and rates here are of the rows as they are" in page
    assert "undefined:" not in page
