import dataclasses
import io

import pytest
from rich.console import Console

from pipeline.report.evaluation import Evaluation
from pipeline.report.record import RunRecord
from pipeline.report.summary import summary_table
from tests.pipeline.report.gate_reports import gate_report


def printed(run: RunRecord, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(summary_table(run))
    return console.file.getvalue()


def test_each_output_has_its_metrics_beside_the_serving_models(run):
    words = [line.split() for line in printed(run).splitlines()]
    assert ["click", "6,000", "AUC", "0.6802", "0.6620", "+0.0182"] in words
    assert ["given", "click", "480", "positive", "log", "loss", "0.5036", "0.4908", "+0.0128"] in words
    assert ["spend", "480", "MSE", "0.2330", "0.2670", "\N{MINUS SIGN}0.0340"] in words


def test_it_fits_eighty_columns_without_cutting_a_name(run):
    text = printed(run)
    assert "click_and_conversion" in text
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_gates_answers_stand_before_the_verdict(run):
    text = printed(dataclasses.replace(run, gate=gate_report()))
    answers, _, verdict = text.partition("Pushed.")
    assert "> \N{MINUS SIGN}0.0100  ✕ failed" in answers
    assert "0.6802" in answers.partition("✕ failed")[0]
    assert "A gain above 0 is better, of losses too; a change is candidate minus serving." in answers
    assert "✕" not in verdict
    assert max(len(line) for line in text.splitlines()) <= 80


def test_fused_scores_stand_below_the_outputs_with_what_judges_them(fused):
    text = printed(fused)
    words = [line.split() for line in text.splitlines()]
    assert ["score", "6,000", "AUC", "0.7812", "0.7795", "+0.0017"] in words
    assert ["fused", "score", "480", "positive", "GAUC", "0.7612", "0.7595", "+0.0017"] in words
    assert "Fused scores are judged by how they rank click_and_conversion." in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.index("click_and_conversion") < text.index("score/explore")


def test_scores_that_nothing_judges_are_told_in_a_line(fused):
    bare = dataclasses.replace(fused, fusion=dataclasses.replace(fused.fusion, label=None))
    text = " ".join(printed(bare).split())
    assert "score is served (score/main, score/explore), but nothing tells how well it ranks" in text
    assert "0.7812" not in text


def test_what_a_search_took_is_printed_as_words_for_a_shell(run):
    rate = "training.dense_optimizer.learning_rate"
    search = dataclasses.replace(run.search, chosen={**run.search.chosen, rate: 0.0006023727817044472})
    lines = printed(dataclasses.replace(run, search=search)).splitlines()
    assert f"  --set {rate}=0.0006023727817044472  # was 0.1" in lines  # Not broken, though it is long.
    assert "  --set 'model.tower=[16, 8]'  # was [8]" in lines
    assert not any("--set" in line for line in printed(dataclasses.replace(run, search=None)).splitlines())


def test_a_first_run_has_no_serving_column(run, evaluation):
    scores = tuple(dataclasses.replace(item, baseline={}) for item in evaluation.scores)
    text = printed(dataclasses.replace(run, evaluation=Evaluation(scores=scores)))
    assert "serving" not in text.partition("Pushed.")[0]
    assert "0.6802" in text


def test_an_undefined_metric_is_named_so(run, evaluation):
    only = tuple(
        dataclasses.replace(item, slice=()) for item in evaluation.scores if item.slice == (("payment", "No Charge"),)
    )
    text = printed(dataclasses.replace(run, evaluation=Evaluation(scores=only, has_baseline=True)), width=120)
    assert "undefined: one class" in text
    assert "undefined: no rows" in text


@pytest.mark.parametrize("text", ["[bold]path[/bold]", "[/nope]"])
def test_brackets_in_an_error_are_no_markup(run, text):
    assert text in printed(dataclasses.replace(run, evaluation=None, error=text))
