import argparse
import dataclasses
import itertools
import pathlib

import numpy as np
import pytest

from benchmarks.balancing import ARCHITECTURES, TUNING_SEED, cells_of, pending
from benchmarks.balancing_results import FINAL, TUNING, Run
from benchmarks.balancing_runs import Cell, objective, settings_of, setup_of, train_one
from benchmarks.balancing_settings import BUDGET, PLAIN, REPRESENTATION, SEGMENTED
from benchmarks.balancing_subjects import CENSUS, NAMES, SECOND, parts, subject_of, with_roles
from benchmarks.in_memory import Rows
from benchmarks.sharing import BY_WIDTH
from models.balancers import BALANCERS, MetaBalance
from models.heads import Binary, Regression
from models.tasks import Role, Task, TaskGraph, known_column, label_column
from pipeline.config.inputs import largest_inputs

HERE = pathlib.Path(__file__).parent
CORRELATED = SECOND[-1]


def subject(name, *, is_quick=False):
    return subject_of(name, HERE, HERE, is_quick=is_quick)


def methods(name):
    return (*PLAIN, *SEGMENTED, *REPRESENTATION) if subject(name).users else PLAIN


@pytest.mark.parametrize("name", NAMES)
def test_every_method_has_as_many_settings_and_each_can_balance_the_case(name):
    own = subject(name)
    inputs = largest_inputs(own.made_of[0]) if name != CORRELATED else ()
    for method in methods(name):
        found = settings_of(Cell(own, "ple", method), num_rows=50_000)
        assert len(found) == BUDGET
        assert len({setting.label for setting in found}) == BUDGET
        made_of = {repr((setting.balancer, dict(setting.factors))) for setting in found}
        assert len(made_of) == BUDGET, method
        for setting in found:
            graph = with_roles(own.tasks, own.main) if isinstance(setting.balancer, MetaBalance) else own.tasks
            assert setting.balancer.problems(graph.losses) == []
            assert setting.balancer.input_problems(inputs) == []
            assert set(setting.factors) <= set(graph.by_name)


def test_the_whole_catalogue_takes_part():
    assert {*PLAIN, *(name.split()[0] for name in SEGMENTED)} == set(BALANCERS)
    assert set(ARCHITECTURES) <= set(BY_WIDTH)


@pytest.mark.parametrize("method", ["static", "mgda", "personal by segment", "dwa"])
def test_labels_and_setups_do_not_hang_on_the_number_of_rows(method):
    cell = Cell(subject("kuairand"), "ple", method)
    few, many = (settings_of(cell, num_rows=count) for count in (1_000, 1_000_000))
    assert [setting.label for setting in few] == [setting.label for setting in many]
    assert setup_of(cell) == setup_of(Cell(subject("kuairand"), "ple", method))
    assert "0x" not in repr(cell.subject.made_of)


def test_setups_differ_by_case_and_method():
    cells = [Cell(subject(name), "ple", method) for name in NAMES for method in ("static", "mgda")]
    assert len({setup_of(cell) for cell in cells}) == len(cells)


def test_runs_of_fewer_rows_are_of_another_case():
    assert subject(CORRELATED, is_quick=True).name == f"{CORRELATED} (10% of the rows)"
    assert subject(CENSUS[0], is_quick=True).name != subject(CENSUS[0]).name


def test_held_out_rows_are_the_same_every_time_and_none_is_lost():
    rows = Rows({"x": np.arange(50)}, {"y": np.arange(50)})
    held, kept = parts(rows, 0.2)
    assert (held.count, kept.count) == (10, 40)
    assert sorted([*held.features["x"], *kept.features["x"]]) == list(range(50))
    np.testing.assert_array_equal(held.features["x"], parts(rows, 0.2)[0].features["x"])
    np.testing.assert_array_equal(kept.features["x"], kept.targets["y"])


def test_settings_are_chosen_by_main_outputs_in_units_of_their_own():
    graph = TaskGraph(
        (
            Task(name="click", kind=Binary(), label="click"),
            Task(name="watch", kind=Regression(), label="watch"),
            Task(name="share", kind=Binary(), label="share", role=Role.AUXILIARY),
        )
    )
    labels = {"click": np.zeros(4), "watch": np.array([0.0, 4.0, 0.0, 99.0]), "share": np.zeros(4)}
    columns = {label_column(name): values for name, values in labels.items()}
    columns |= {known_column(name): np.array([1.0, 1.0, 0.0, 0.0]) for name in labels}
    # By hand: known watches are 0 and 4, whose deviation is 2; (0.7 - 1 / 2) / 2 is 0.1.
    assert objective(graph, Rows({}, columns), {"click": 0.7, "watch": -1.0, "share": 0.9}) == pytest.approx(0.1)


def test_a_main_task_is_kept_where_roles_are_missing_and_declared_roles_are_left_alone():
    graph = TaskGraph(tuple(Task(name=name, kind=Binary(), label=name) for name in ("a", "b", "c")))
    changed = with_roles(graph, "b")
    assert [task.role for task in changed.tasks] == [Role.AUXILIARY, Role.MAIN, Role.AUXILIARY]
    assert with_roles(changed, "a") is changed


def done(job, score):
    cell = job.cell
    return Run(
        case=cell.subject.name,
        architecture=cell.architecture,
        method=cell.method,
        setting=settings_of(cell)[job.place].label,
        stage=job.stage,
        seed=job.seed,
        setup=setup_of(cell),
        parameters=1,
        scores={},
        objective=score,
        is_finite=True,
        step_ratio=None,
        seconds=0.0,
    )


def test_settings_run_before_the_chosen_one_runs_with_every_seed_and_nothing_runs_twice():
    cells = [Cell(subject(CORRELATED), "ple", method) for method in ("static", "cagrad")]
    winners, finished, jobs = {"static": 2, "cagrad": 1}, [], []
    for job in pending([cells], finished, 3):
        jobs.append(job)
        finished.append(done(job, float(job.place == winners[job.cell.method])))
    tuned, final = jobs[: 2 * BUDGET], jobs[2 * BUDGET :]
    assert [(job.cell.method, job.place, job.seed) for job in tuned] == [
        (method, place, TUNING_SEED) for method in winners for place in range(BUDGET)
    ]
    assert {job.stage for job in tuned} == {TUNING}
    assert {job.stage for job in final} == {FINAL}
    assert [(job.seed, job.cell.method, job.place) for job in final] == [
        (seed, *winner) for seed, winner in itertools.product((1, 2, 3), winners.items())
    ]
    assert list(pending([cells], finished, 3)) == []
    del finished[5], finished[-1]
    resumed = []
    for job in pending([cells], finished, 3):
        resumed.append(job)
        finished.append(done(job, float(job.place == winners[job.cell.method])))
    assert resumed == [jobs[5], jobs[-1]]


def test_the_second_table_has_three_networks_and_segments_where_users_are_told():
    arguments = argparse.Namespace(data=HERE, cache=HERE, quick=False)
    kuairand, taxi = cells_of(("kuairand", "chicago_taxi"), ("pcgrad",), arguments, is_second=True)
    plain = [(name, method) for name in ARCHITECTURES for method in ("static", "pcgrad")]
    assert [(cell.architecture, cell.method) for cell in taxi] == plain
    assert [(cell.architecture, cell.method) for cell in kuairand] == [
        *plain,
        *(("ple", method) for method in (*SEGMENTED, *REPRESENTATION)),
    ]
    ((first, second),) = cells_of((CENSUS[0],), ("pcgrad",), arguments, is_second=False)
    assert (first.method, second.method, first.architecture) == ("static", "pcgrad", "ple")


@pytest.mark.slow
def test_a_run_repeats_and_knows_what_it_was(monkeypatch):
    monkeypatch.setattr("benchmarks.balancing_subjects.NUM_ROWS", {"train": 20_480, "eval": 2_048})
    cell = Cell(subject(CORRELATED, is_quick=True), "shared_bottom", "pcgrad")
    first, again = (train_one(cell, 2, stage=FINAL, seed=1) for _ in range(2))
    assert first.scores == again.scores
    assert set(first.scores) == {"one", "two"}
    assert (first.setting, first.is_finite) == ("scope representation, task_parameters unweighted", True)
    assert first.step_ratio is not None
    assert first.step_ratio > 0
    other, tuned = (train_one(cell, 2, stage=stage, seed=2) for stage in (FINAL, TUNING))
    assert other.scores != first.scores
    assert tuned.scores != other.scores
    assert other.step_ratio is tuned.step_ratio is None
    # Predicting the mean would miss by the labels' deviation, which the objective is in units of.
    assert -1.1 < first.objective < 0
    assert dataclasses.replace(first, seconds=0.0).key == first.key == again.key
