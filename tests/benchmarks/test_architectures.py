import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.architectures_features import load, save
from benchmarks.budget import fitted_width
from benchmarks.in_memory import Rows
from benchmarks.real_cases import CASES, CONFIGS, scores, task_graph
from benchmarks.sharing import BY_WIDTH, dense_size
from models.heads import Binary, Regression
from models.inputs import DenseInput, EmbeddingInput
from models.tasks import Task, TaskGraph, known_column, label_column
from pipeline.config import load_config
from pipeline.config.inputs import largest_inputs


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_names_tasks_of_a_shipped_configuration(case):
    graph = task_graph(load_config(str(CONFIGS / f"{case.config}.yaml"), []), case)
    assert len(graph.tasks) >= 2
    assert not case.tasks or {task.name for task in graph.tasks} == set(case.tasks)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_architecture_meets_the_budget_of_every_case(case):
    config = load_config(str(CONFIGS / f"{case.config}.yaml"), [])
    num_inputs = sum(getattr(column, "dim", 1) for column in largest_inputs(config.features))
    for build in BY_WIDTH.values():

        def count(width, build=build):
            return dense_size(build(width), task_graph(config, case), num_inputs=num_inputs, tower=config.model.tower)

        assert fitted_width(count, case.budget)[1] == pytest.approx(case.budget, rel=0.02)


def test_cases_are_told_apart_by_their_names():
    assert len({case.name for case in CASES}) == len(CASES)


def test_scores_are_over_the_known_rows_and_more_is_better():
    graph = TaskGraph(
        (Task(name="click", kind=Binary(), label="click"), Task(name="watch", kind=Regression(), label="watch"))
    )
    rng = np.random.default_rng(0)
    known, labels, answers = rng.random(50) < 0.7, (rng.random(50) < 0.5).astype(float), rng.random(50)
    columns = {label_column("click"): labels, known_column("click"): known.astype(float)}
    columns |= {label_column("watch"): np.array([1.0, 2.0] * 25), known_column("watch"): np.ones(50)}
    found = scores(graph, Rows({}, columns), {"click": answers, "watch": np.zeros(50)})
    assert found["click"] == roc_auc_score(labels[known], answers[known])
    assert found["watch"] == pytest.approx(-(2.5**0.5))


def test_features_are_read_back_as_they_were_saved(tmp_path):
    inputs = (EmbeddingInput(name="user", table="user", num_ids=9, dim=4), DenseInput(name="age"))
    features = {"user": np.arange(5), "age": np.linspace(0, 1, 5, dtype=np.float32)}
    rows = {
        split: Rows(features, {"label/click": np.ones(5, np.float32), "known/click": np.zeros(5, np.float32)})
        for split in ("train", "eval")
    }
    save(tmp_path / "new" / "rows.npz", inputs, rows)
    found_inputs, found = load(tmp_path / "new" / "rows.npz")
    assert found_inputs == inputs
    assert list(found) == ["train", "eval"]
    for split, own in rows.items():
        for part in ("features", "targets"):
            before, after = getattr(own, part), getattr(found[split], part)
            assert list(before) == list(after)
            for name, values in before.items():
                assert after[name].dtype == values.dtype
                np.testing.assert_array_equal(after[name], values)
