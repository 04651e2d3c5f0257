import dataclasses

import pytest

from components.trainer.record import ListRecord, OrderRecord
from pipeline.report.sections.training import TrainingSection, limit_sentence, selected_index


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        (300.0, "Compute-bound: reading alone sustains 3.0 times the training rate; 3 are enough."),
        (299.0, "Input-bound: reading alone sustains only 2.9 times the training rate; 3 are wanted."),
        (0.0, "What limits the speed was not measured."),
    ],
)
def test_a_run_is_input_bound_below_three_times_the_training_rate(training, reading, sentence):
    record = dataclasses.replace(training, examples_per_second=100.0, input_examples_per_second=reading)
    assert limit_sentence(record) == sentence


def test_the_exported_interval_is_the_best_of_the_selected_epoch(training):
    intervals = tuple(
        dataclasses.replace(training.intervals[0], epoch=epoch, step=step, score=score)
        for epoch, step, score in ((1, 10, 9.0), (2, 20, 1.0), (2, 30, 3.0), (2, 40, 2.0))
    )
    assert selected_index(dataclasses.replace(training, intervals=intervals, selected_epoch=2)) == 2


def test_there_is_a_curve_for_each_loss_and_one_for_the_score(run):
    section = TrainingSection.of(run)
    assert [panel.name for panel in section.panels] == [
        "all losses",
        "click",
        "click_and_conversion",
        "spend",
        "checkpoint score",
    ]
    assert [panel.slot for panel in section.panels] == [-1, 0, 1, 2, -1]
    assert [chosen for chosen, _ in section.lines] == [False] * 4 + [True] + [False] * 3


def test_curves_say_which_split_they_are_on(run):
    section = TrainingSection.of(run)
    assert section.watched == "validation"
    assert "validation click_auc" in section.heads
    by_eval = dataclasses.replace(run.training, watched_split="eval")
    section = TrainingSection.of(dataclasses.replace(run, training=by_eval))
    assert section.watched == "eval, watched only"
    assert "eval click_auc" in section.heads


def test_without_a_rule_that_compares_no_score_is_shown(run):
    intervals = tuple(dataclasses.replace(interval, score=None) for interval in run.training.intervals)
    record = dataclasses.replace(run.training, intervals=intervals, rule="last", selected_epoch=8)
    section = TrainingSection.of(dataclasses.replace(run, training=record))
    assert [panel.name for panel in section.panels] == ["all losses", "click", "click_and_conversion", "spend"]
    assert [chosen for chosen, _ in section.lines] == [False] * 7 + [True]
    assert not section.has_score
    assert {len(cells) for _, cells in section.lines} == {3 + len(section.heads)}


def test_one_interval_is_a_table_and_no_curve(run):
    record = dataclasses.replace(run.training, intervals=run.training.intervals[:1], selected_epoch=1)
    section = TrainingSection.of(dataclasses.replace(run, training=record))
    assert section.panels == ()
    assert len(section.lines) == 1


def test_a_metric_missing_in_one_interval_is_left_blank_there(run):
    first, *rest = run.training.intervals
    gap = dataclasses.replace(first, watched={"loss": 1.0})
    section = TrainingSection.of(
        dataclasses.replace(run, training=dataclasses.replace(run.training, intervals=(gap, *rest)))
    )
    assert len({len(cells) for _, cells in section.lines}) == 1
    assert "\N{EN DASH}" in section.lines[0][1]


def test_lists_and_those_that_teach_nothing_are_told(run):
    assert not [name for name, _ in TrainingSection.of(run).facts if "list" in name]
    order = OrderRecord(loss="order", ordered=1_200, single=30, equal=4)
    record = dataclasses.replace(run.training, lists=ListRecord(lists=1_234, dealt=2, alone=7, orders=(order,)))
    facts = dict(TrainingSection.of(dataclasses.replace(run, training=record)).facts)
    assert facts["lists of rows"] == "1,234"
    assert facts["too long for a batch, dealt into parts"] == "2"
    assert facts["rows of no list"] == "7"
    assert facts["lists that teach order"] == "1,200; skipped: 30 of one row, 4 of equal labels"
