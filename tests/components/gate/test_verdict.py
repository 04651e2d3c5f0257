"""The verdict over every pattern, and the mean gain by hand."""

import dataclasses
import itertools

import pytest

from components.comparison.cell import Reference, Status
from components.gate.metrics import Metric
from components.gate.verdict import Change, Word, verdicts_of, word_of

UP, FLAT, DOWN = Change.UP, Change.FLAT, Change.DOWN


@pytest.mark.parametrize("tasks", [1, 2, 3, 4, 5])
def test_the_truth_table(tasks):
    """Every one of 3^K patterns, against the words' definitions by counting."""
    for pattern in itertools.product((UP, FLAT, DOWN), repeat=tasks):
        ups, downs = pattern.count(UP), pattern.count(DOWN)
        expected = {
            (True, False): Word.WELL_DONE if ups == tasks else Word.GOOD,
            (False, True): Word.NEGATIVE_TRANSFER if downs == tasks else Word.SEESAW,
            (True, True): Word.SEESAW,
            (False, False): Word.UNDECIDED,
        }[ups > 0, downs > 0]
        assert word_of(pattern) is expected, pattern


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ((UP, UP), Word.WELL_DONE),
        ((UP, FLAT), Word.GOOD),
        ((UP, DOWN), Word.SEESAW),
        ((FLAT, DOWN), Word.SEESAW),
        ((DOWN, DOWN), Word.NEGATIVE_TRANSFER),
        ((FLAT, FLAT), Word.UNDECIDED),
        ((UP, Change.UNKNOWN), Word.UNDECIDED),
        ((), Word.UNDECIDED),
    ],
)
def test_the_words_of_two_tasks(pattern, word):
    assert word_of(pattern) is word


@pytest.fixture
def against_twins(policy, comparison, cell):
    def judge(*cells, **others):
        asked = policy({"margin": 0.01}, main=("a", "b"))
        made = [cell(**{"against": Reference.TWINS, **given}) for given in cells]
        return verdicts_of(asked, comparison(*made, **others))

    return judge


def test_a_fused_score_is_told_beside_the_tasks_and_is_no_part_of_the_word(policy, comparison, cell):
    asked = dataclasses.replace(policy({"margin": 0.01}, main=("a",)), verdict_scores={"score": Metric.AUC})
    cells = [cell(against=Reference.TWINS, output=name, difference=by) for name, by in (("a", 0.1), ("score", -0.1))]
    (verdict,) = verdicts_of(asked, comparison(*cells))
    assert [(task.task, task.change) for task in verdict.tasks] == [("a", UP)]
    assert [(score.task, score.change) for score in verdict.scores] == [("score", DOWN)]
    assert verdict.word is Word.WELL_DONE
    assert verdict.delta_m == verdict.tasks[0].relative


def test_the_interval_is_the_dead_band(against_twins):
    # Two-sided 95 %: 1.96 * 0.002 = 0.00392.
    (verdict,) = against_twins({"output": "a", "difference": 0.0040}, {"output": "b", "difference": 0.0039})
    assert [task.change for task in verdict.tasks] == [UP, FLAT]
    assert verdict.word is Word.GOOD
    assert (verdict.tasks[0].gain, verdict.tasks[0].low) == pytest.approx((0.004, 0.00008), abs=1e-5)


def test_delta_m_counts_areas_from_a_coin(against_twins):
    # Twins at 0.7 and 0.6, gains of 0.01: 0.01 / 0.2 and 0.01 / 0.1, so 7.5 % in the mean.
    (verdict,) = against_twins(
        {"output": "a", "difference": 0.01, "error": 0.001, "own_error": 0.0},
        {"output": "b", "difference": 0.01, "error": 0.001, "own_error": 0.0, "reference": 0.6},
    )
    assert verdict.delta_m == pytest.approx(0.075)
    assert [task.relative for task in verdict.tasks] == pytest.approx([0.05, 0.1])
    assert verdict.delta_m_low < 0.075 < verdict.delta_m_high


def test_delta_m_has_its_errors_added_up(against_twins):
    # Errors of a share are about 0.002 / 0.2 = 0.01 each; as if they always went together the mean's is as much.
    same = {"difference": 0.0, "error": 0.002, "own_error": 0.005}
    (verdict,) = against_twins({"output": "a", **same}, {"output": "b", **same})
    assert verdict.delta_m_high == pytest.approx(1.96 * 0.01, abs=1e-4)


@pytest.mark.parametrize(("off_by", "change"), [(0.0, UP), (0.002, FLAT)])
def test_what_a_histogram_may_be_off_by_widens_the_dead_band_and_delta_m(policy, comparison, cell, off_by, change):
    # 1.96 * 0.002 = 0.0039 is below the gain, and with 0.002 more above it; of delta-m that is 0.002 / 0.2 to a side.
    made = cell(0.005, 0.002, output="a", own_error=0.0, against=Reference.TWINS)
    sketched = dataclasses.replace(made, difference=dataclasses.replace(made.difference, approximation=off_by))
    (verdict,) = verdicts_of(policy({"margin": 0.01}, main=("a",)), comparison(sketched))
    assert verdict.tasks[0].change is change
    half = (verdict.delta_m_high - verdict.delta_m_low) / 2
    assert half == pytest.approx((1.96 * 0.002 + off_by) / 0.2, rel=0.02)


def test_a_fall_of_a_loss_is_a_rise(policy, comparison, cell):
    asked = policy({"margin": 0.01}, main=("a",))
    asked.verdict_metrics["a"] = Metric.LOG_LOSS
    lower = cell(-0.02, output="a", metric="log_loss", against=Reference.TWINS, reference=0.5)
    (verdict,) = verdicts_of(asked, comparison(lower))
    assert (verdict.word, verdict.tasks[0].gain) == (Word.WELL_DONE, 0.02)
    assert verdict.delta_m == pytest.approx(0.04)


@pytest.mark.parametrize("status", [Status.TOO_FEW, Status.ONE_CLASS, Status.NOT_COMPARABLE, Status.NOT_FINITE])
def test_a_task_that_is_not_known_leaves_it_undecided(against_twins, status):
    (verdict,) = against_twins({"output": "a", "difference": 0.1}, {"output": "b", "difference": 0.1, "status": status})
    assert (verdict.word, verdict.delta_m) == (Word.UNDECIDED, None)
    (verdict,) = against_twins({"output": "a", "difference": 0.1})
    assert verdict.word is Word.UNDECIDED


def test_every_slice_has_its_verdict_after_all_rows(against_twins):
    day = (("day", "1"),)
    verdicts = against_twins(
        {"output": "a", "difference": 0.1, "slice": day},
        {"output": "b", "difference": -0.1, "slice": day},
        {"output": "a", "difference": 0.1},
        {"output": "b", "difference": 0.1},
    )
    assert [(verdict.slice, verdict.word) for verdict in verdicts] == [((), Word.WELL_DONE), (day, Word.SEESAW)]


def test_without_twins_there_is_no_verdict(policy, comparison, cell):
    assert verdicts_of(policy({"margin": 0.01}), comparison(cell())) == ()


def test_a_twin_no_better_than_a_coin_gives_no_share(against_twins):
    (verdict,) = against_twins({"output": "a", "difference": 0.1, "reference": 0.5}, {"output": "b"})
    assert verdict.delta_m is None
    assert verdict.tasks[0].change is UP
