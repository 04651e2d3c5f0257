"""Roads to one order are compared on the same lists, and a killed comparison goes on."""

import dataclasses
import sys

import numpy as np
import pytest

from benchmarks import ranking, ranking_roads, run_log
from benchmarks.in_memory import whole_lists
from benchmarks.ranking_results import POINTWISE, Run
from benchmarks.ranking_roads import LOSSES, ROADS, ndcg, setup_of, take_road
from benchmarks.ranking_subjects import FIT, GRADE, JUDGED, LISTS, NAMES, SIMULATED, TRUTH, TUNED, subject_of
from models.ranking import RANKING_LOSSES

SEED = 2  # Of which calls are not timed.


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    """Tiny: some lists of the simulated ones, one epoch."""
    found = subject_of(SIMULATED, SEED, data=None, cache=tmp_path_factory.mktemp("cache"), is_quick=True)
    rows = {part: own.chosen(np.flatnonzero(own.targets[LISTS] < 800)) for part, own in found.rows.items()}
    return dataclasses.replace(found, rows=rows, epochs=1)


def test_parts_share_no_list_and_each_list_is_whole(subject):
    fit, tuned = (set(subject.rows[part].targets[LISTS].tolist()) for part in (FIT, TUNED))
    assert fit and tuned and not fit & tuned
    for rows in subject.rows.values():
        assert set(np.unique(rows.targets[LISTS], return_counts=True)[1]) == {20}


def test_a_grade_is_the_place_of_the_highest_objective(subject):
    targets = subject.rows[JUDGED].targets
    expected = np.where(targets["label/buy"] > 0, 2, targets["label/click"])
    np.testing.assert_array_equal(targets[f"label/{GRADE}"], expected)
    assert set(expected) == {0, 1, 2}


def test_the_truth_orders_labels_better_than_chance(subject):
    judged = subject.rows[JUDGED]
    blind = ndcg(judged, GRADE, np.random.default_rng(0).random(judged.count))
    assert ndcg(judged, GRADE, judged.targets[TRUTH].astype(float)) > blind + 0.2
    assert ndcg(judged, TRUTH, judged.targets[TRUTH].astype(float)) == pytest.approx(1)


def test_batches_hold_whole_lists_every_row_once():
    lists = np.random.default_rng(0).permutation(np.repeat(np.arange(40), np.arange(40) % 7 + 1))
    order, ends = whole_lists(lists, 16, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(order), np.arange(len(lists)))
    batches = np.split(lists[order], ends[1:-1])
    assert (ends[0], ends[-1]) == (0, len(lists))
    assert all(len(batch) >= 16 for batch in batches[:-1])
    assert all(len(batch) < 16 + 7 for batch in batches)
    held = [set(batch.tolist()) for batch in batches]
    assert sum(map(len, held)) == 40  # No list is in two.
    assert not np.array_equal(order, whole_lists(lists, 16, np.random.default_rng(2))[0])


def test_losses_of_the_table_are_in_the_catalogue():
    assert {loss.name for loss in LOSSES.values()} <= set(RANKING_LOSSES)
    assert len(ROADS) == len(set(ROADS)) == 6


def test_a_setup_does_not_hang_on_the_seed(subject, tmp_path):
    other = subject_of(SIMULATED, 3, data=None, cache=tmp_path, is_quick=True)
    first = subject_of(SIMULATED, SEED, data=None, cache=tmp_path, is_quick=True)
    assert setup_of(first) == setup_of(other) != setup_of(subject)


@pytest.mark.slow
@pytest.mark.parametrize("road", ROADS)
def test_every_road_is_judged_by_every_objective(subject, road):
    run = take_road(subject, road, SEED)
    assert list(run.ndcg) == ["click", "buy", GRADE, TRUTH]
    assert all(0 < value < 1 for value in run.ndcg.values())
    assert bool(run.weights) == ("fused" in road)


@pytest.mark.slow
def test_a_road_repeats_number_by_number(subject):
    assert take_road(subject, "ListMLE", SEED).ndcg == take_road(subject, "ListMLE", SEED).ndcg


@pytest.mark.slow
def test_calls_are_timed_against_the_pointwise_models(subject, monkeypatch):
    monkeypatch.setattr(ranking_roads, "TIMED_SEED", SEED)
    assert take_road(subject, POINTWISE, SEED).serving_ratio is None
    assert take_road(subject, "BPR", SEED).serving_ratio > 0.1


def test_what_is_finished_is_not_run_again(tmp_path, monkeypatch, capsys):
    path, taken = tmp_path / "runs.jsonl", []

    def take(subject, road, seed):
        taken.append((road, seed))
        return Run(subject.name, road, seed, setup_of(subject), {"click": 0.5}, {}, 1.0)

    monkeypatch.setattr(ranking_roads, "take_road", take)
    command = ["ranking", "--results", str(path), "--only", SIMULATED, "--quick", "--seeds", "2"]
    for limit in ([], ["--limit", "3"], ["--limit", "3"]):
        monkeypatch.setattr(sys, "argv", [*command, *limit, "--roads", *ROADS[:2]] if limit else [*command, "--table"])
        assert ranking.main() == 0
    assert taken == [(ROADS[0], 1), (ROADS[1], 1), (ROADS[0], 2), (ROADS[1], 2)]
    assert len(run_log.read(path, Run)) == 4
    assert f"| {ROADS[1]} |" in capsys.readouterr().out
    assert SIMULATED in NAMES
