"""`evenkeel compare`, as it is typed."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.commands.compare import command


def run(*arguments):
    return CliRunner().invoke(command, list(map(str, arguments)), env={"COLUMNS": "200"}, catch_exceptions=True)


@pytest.fixture
def scores(tmp_path):
    rng = np.random.default_rng(0)
    logit = rng.normal(size=2_000)
    columns = {
        "label/click": (rng.random(2_000) < 1 / (1 + np.exp(-logit))).astype(int),
        "new/click": 1 / (1 + np.exp(-logit)),
        "old/click": 1 / (1 + np.exp(-logit - rng.normal(size=2_000))),
        "device": np.where(np.arange(2_000) < 3, "watch", "app"),
    }
    pq.write_table(pa.table(columns), tmp_path / "scores.parquet")
    return tmp_path / "scores.parquet"


def test_it_prints_both_values_and_the_interval_and_why_there_is_none(scores, tmp_path):
    done = run("new", "old", "--scores", scores, "--slice", "device", "--json", tmp_path / "found.json")
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "found.json").read_text())
    cell = written["comparison"]["cells"][0]
    values = [cell[model]["value"] for model in ("candidate", "reference")]
    line = next(line for line in done.output.splitlines() if line.split()[:2] == ["click", "auc"] and "2,000" in line)
    assert f"{values[0]:.5g}" in line
    assert f"{values[1]:.5g}" in line
    assert f"{values[0] - values[1]:+.3g}" in line
    assert "A is new, B is old; all rows are taken as independent." in done.output
    assert "click auc on device = watch: too few. An interval needs 500 rows with label" in done.output
    assert (written["models"], written["gate"]) == (["new", "old"], None)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "One of --data and --scores must be given."),
        (("--data", "rows.csv"), "--data needs --config"),
        (("--data", "rows.csv", "--config", "x.yaml", "--user", "u"), "with --data CONFIG has them"),
    ],
)
def test_options_that_do_not_go_together_are_said_so(arguments, expected):
    done = run("a", "b", *arguments)
    assert done.exit_code == 2
    assert expected in done.output


@pytest.mark.slow
def test_help_does_not_load_tensorflow():
    code = (
        "import sys; from click.testing import CliRunner; from pipeline.cli import evenkeel\n"
        "assert 'SavedModels' in CliRunner().invoke(evenkeel, ['compare', '--help']).output\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'tfx', 'apache_beam', 'pyarrow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
