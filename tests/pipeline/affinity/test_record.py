"""What is measured becomes bands, signs and advice, and a JSON text that says them."""

import dataclasses
import io
import json

import numpy as np
import pytest
from rich.console import Console

from components.affinity.run import Measured
from models.heads import Binary
from models.relations import ESCM2IPW
from models.tasks import Task, TaskGraph
from pipeline.affinity.effect import Advice, Band, Sign
from pipeline.affinity.record import judged, write_record
from pipeline.affinity.show import affinity_table

GRAPH = TaskGraph(tuple(Task(name=name, kind=Binary(), label=name) for name in ("click", "like", "hide")))


@pytest.fixture
def record():
    """Clicks and likes help each other; clicks hurt hides; of likes and hides nothing is known."""
    looks = np.zeros([20, 3, 3])
    looks[:] = 1e-3 * np.array([[10, 4, -3], [5, 10, 0], [0, 0, 10]])
    looks += 1e-4 * np.random.default_rng(0).normal(size=looks.shape)
    alone = np.array([[0.5, 0.4, 0.2], [0.52, 0.42, 0.22], [0.48, 0.38, 0.18]])
    gains = np.array([[0.2, 0.1, -0.1], [0.0, 0.2, 0.0], [0.0, 0.0, 0.2]])
    probed = alone[:, None, :] * (1 - gains)
    return judged(Measured(losses=("click", "like", "hide"), looks=looks, alone=alone, probed=probed), GRAPH,
                  run_id="a", steps=60, seed=4)  # fmt: skip


def test_rows_of_a_matrix_are_sources_and_columns_targets(record):
    assert record.effect("click", "hide").lookahead.value == pytest.approx(-3e-3, abs=1e-4)
    assert record.effect("hide", "click").lookahead.value == pytest.approx(0, abs=1e-4)
    assert record.effect("click", "like").probe.value == pytest.approx(0.1)
    assert record.effect("click", "hide").probe.value == pytest.approx(-0.1)
    assert record.effect("like", "click").sign is Sign.HELPS


def test_each_pair_gets_its_advice_once(record):
    assert {one.pair: one.advice for one in record.pairs} == {
        ("click", "like"): Advice.SHARE,
        ("click", "hide"): Advice.SEPARATE,
        ("like", "hide"): Advice.CANNOT_TELL,
    }


def test_a_helper_that_is_hurt_is_named_whichever_comes_first():
    looks = np.zeros([20, 2, 2]) + np.array([[1.0, -0.5], [0.5, 1.0]])
    nothing = np.full([3, 2], np.nan), np.full([3, 2, 2], np.nan)
    for names in (("click", "like"), ("like", "click")):
        measured = Measured(losses=names, looks=looks, alone=nothing[0], probed=nothing[1])
        (pair,) = judged(measured, GRAPH, run_id="a", steps=60, seed=4).pairs
        assert (pair.advice, pair.auxiliary) == (Advice.AUXILIARY, names[1])


def test_two_losses_of_one_task_are_no_pair():
    buy = Task(name="buy", kind=Binary(), label="b", given="click", relation=ESCM2IPW())
    graph = TaskGraph((GRAPH.tasks[0], buy))
    names = tuple(loss.name for loss in graph.losses)
    assert names == ("click", "buy", "click_and_buy")
    measured = Measured(losses=names, looks=np.ones([5, 3, 3]), alone=np.ones([3, 3]), probed=np.ones([3, 3, 3]))
    pairs = judged(measured, graph, run_id="a", steps=60, seed=4).pairs
    assert [one.pair for one in pairs] == [("click", "buy"), ("click", "click_and_buy")]


def test_the_json_text_has_the_documented_fields(record, tmp_path):
    path = tmp_path / "reports" / "a.affinity.json"
    write_record(dataclasses.replace(record, proposal="model: {}\n"), path)
    found = json.loads(path.read_text())
    assert list(found) == ["format", "run_id", "steps", "seed", "influences", "pairs", "proposal"]
    assert (found["format"], found["run_id"], found["steps"], found["seed"]) == (1, "a", 60, 4)
    assert len(found["influences"]) == 9
    (hurt,) = [one for one in found["influences"] if (one["source"], one["target"]) == ("click", "hide")]
    assert hurt["effect"]["sign"] == "hurts"
    assert set(hurt["effect"]["lookahead"]) == set(hurt["effect"]["probe"]) == {"value", "noise"}
    assert found["pairs"][0] == {"pair": ["click", "like"], "advice": "share", "auxiliary": None}
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_table_fits_a_terminal_and_shows_bands_advice_and_proposal(record):
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(affinity_table(dataclasses.replace(record, proposal="model: {architecture: mmoe}\n")))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "-10.0% ±" in text
    assert "hurts" in text
    assert "separate experts" in text
    assert "model: {architecture: mmoe}" in text


def test_what_was_never_measured_is_said_to_be_unknown():
    nothing = np.full([3, 2], np.nan), np.full([3, 2, 2], np.nan)
    measured = Measured(losses=("click", "like"), looks=np.full([5, 2, 2], np.nan), alone=nothing[0], probed=nothing[1])
    record = judged(measured, GRAPH, run_id="a", steps=60, seed=4)
    assert record.effect("click", "like").lookahead == Band(None, None)
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(affinity_table(record))
    text = console.export_text()
    assert "not known" in text
    assert "Nothing to change in the configuration." in text
