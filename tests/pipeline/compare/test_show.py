"""A judged comparison on terminals."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from components.gate.report import GateStatus
from pipeline.compare.scores import ScoreColumns, compare_scores
from pipeline.compare.show import print_comparison
from tests.pipeline.compare.conftest import sigmoid


@pytest.fixture
def judge(world, tmp_path):
    def run(lost="", **changes):
        scores = {"new/click": sigmoid(world.columns["good"]), "old/click": sigmoid(world.columns["bad"])} | changes
        table = {name: world.columns[name] for name in ("user", "device")} | {"label/click": world.columns["click"]}
        table = {name: values for name, values in (table | scores).items() if name != lost}
        pq.write_table(pa.table(table), tmp_path / "scores.parquet")
        models = ("new", "old")
        return compare_scores(tmp_path / "scores.parquet", models=models, columns=ScoreColumns(), config=world.config)

    return run


def printed(found, width):
    stream = io.StringIO()
    print_comparison(found, Console(file=stream, width=width))
    return stream.getvalue().splitlines()


def test_answers_are_beside_the_figures_where_there_is_room_and_the_decision_is_last(judge):
    found = judge()
    (wide,) = [line for line in printed(found, 140) if line.startswith("click auc ")]
    assert wide.rstrip().endswith("non_inferior passed")
    narrow = printed(found, 80)
    assert max(map(len, narrow)) <= 80
    assert any(line.startswith("click auc: non_inferior ") for line in narrow)
    assert "Rules read one end of an interval of 95 %, one-sided." in " ".join(" ".join(narrow).split())
    rules = next(place for place, line in enumerate(narrow) if line.startswith("By the rules of CONFIG: "))
    assert " ".join(" ".join(narrow[rules:]).split()) == (
        f"By the rules of CONFIG: {found.report.status.value}. {found.report.reason}"
    )


def test_what_b_lacks_is_one_line_with_the_value_of_a_and_the_answer(judge, world):
    buying = {f"{name}/buy": sigmoid(world.columns[column]) for name, column in (("new", "good"), ("old", "bad"))}
    alone = judge(lost="old/click", **buying, **{"label/buy": world.columns["buy"]})
    (line,) = [line for line in printed(alone, 140) if line.startswith("click auc ")]
    assert line.split()[2:4] == ["3,000", f"{alone.comparison.cells[0].candidate.value:.5g}"]
    assert line.rstrip().endswith("non_inferior not comparable")


def test_scores_that_are_none_are_refused_by_any_rules(judge, world):
    scores = np.where(np.arange(len(world.columns["good"])) == 7, np.nan, sigmoid(world.columns["good"]))
    assert judge(**{"new/click": scores}).report.status is GateStatus.FAILED
