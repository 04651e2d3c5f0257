"""`evenkeel compare`, as it is typed."""

import json
import re
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from components.errors import UnusableInputError
from pipeline.commands.compare import command

OUTPUT = "purchase_after_click"


def run(*arguments, width=80):
    return CliRunner().invoke(command, list(map(str, arguments)), env={"COLUMNS": str(width)}, catch_exceptions=True)


@pytest.fixture
def columns():
    rng = np.random.default_rng(0)
    logit = rng.normal(size=2_000)
    return {
        f"label/{OUTPUT}": (rng.random(2_000) < 1 / (1 + np.exp(-logit))).astype(int),
        f"new/{OUTPUT}": 1 / (1 + np.exp(-logit)),
        f"old/{OUTPUT}": 1 / (1 + np.exp(-logit - rng.normal(size=2_000))),
        "device": np.where(np.arange(2_000) < 3, "watch", "app"),
        "city": np.char.add("in city ", (np.arange(2_000) % 4).astype(str)),
    }


@pytest.fixture
def scores(columns, tmp_path):
    pq.write_table(pa.table(columns), tmp_path / "scores.parquet")
    return tmp_path / "scores.parquet"


def test_it_prints_both_values_the_gain_and_its_interval(scores, tmp_path):
    done = run("new", "old", "--scores", scores, "--json", tmp_path / "found.json", width=120)
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "found.json").read_text())
    assert (written["models"], written["gate"]) == (["new", "old"], None)
    cells = {cell["metric"]: cell for cell in written["comparison"]["cells"]}
    # Of a loss the lower one is better: the gain is B less A.
    for metric, sign in (("auc", 1), ("log_loss", -1), ("calibration", 1)):
        values = [cells[metric][model]["value"] for model in ("candidate", "reference")]
        (line,) = [line.split() for line in done.output.splitlines() if line.startswith(f"{OUTPUT} {metric} ")]
        assert line[2:6] == [
            "2,000", f"{values[0]:.5g}", f"{values[1]:.5g}", f"{sign * (values[0] - values[1]):+.3g}",
        ]  # fmt: skip
        assert float(line[6]) < float(line[5]) < float(line[7])
    assert "A is new, B is old; all rows are taken as independent." in done.output
    assert "Of calibration, which is best at 1, it is A less B." in " ".join(done.output.split())


def test_nothing_is_cut_on_eighty_columns_nor_in_a_pipe(scores):
    done = run("new", "old", "--scores", scores, "--slice", "device")
    assert "…" not in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    words = done.output.split()
    for name in (OUTPUT, "normalised_entropy", "calibration_error", "app", "watch:"):
        assert name in words


def test_figures_go_beyond_a_terminal_too_narrow_for_them(scores):
    done = run("new", "old", "--scores", scores, width=40)
    assert "…" not in done.output
    assert re.search(r"2,000( +[-+]?0\.\d+){5}", done.output)


def test_one_slice_stands_for_all_that_are_too_few(scores):
    done = run("new", "old", "--scores", scores, "--slice", "device", "--slice", "city")
    said = " ".join(done.output.split())
    metrics = "auc, log_loss, calibration, normalised_entropy"
    assert f"{OUTPUT} {metrics} on device = watch: too few. An interval needs 500 rows with label" in said
    assert "on 4 values of city, such as auc on city = in city 0: too few. An interval needs 500 rows" in said
    assert said.count("of city") == 1


def test_numbers_that_are_not_known_are_null_and_not_printed(scores, tmp_path):
    done = run("new", "old", "--scores", scores, "--slice", "device", "--json", tmp_path / "found.json")
    assert "nan" not in done.output
    written = (tmp_path / "found.json").read_text()
    assert '"std_error": null' in written
    assert '"nan"' not in written
    assert '"inf"' not in written


def test_scores_that_are_none_fail_without_rules_too(columns, tmp_path):
    spoilt = columns | {f"old/{OUTPUT}": np.where(np.arange(2_000) == 7, np.nan, columns[f"old/{OUTPUT}"])}
    pq.write_table(pa.table(spoilt), tmp_path / "spoilt.parquet")
    done = run("new", "old", "--scores", tmp_path / "spoilt.parquet")
    assert "not finite" in done.output
    with pytest.raises(UnusableInputError, match=r"but 1 of 2000 scores of the baseline are no probabilities\. Mend"):
        raise done.exception


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
