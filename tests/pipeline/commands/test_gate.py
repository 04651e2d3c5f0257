"""`evenkeel gate simulate`, as it is typed."""

import pathlib
import re

import pytest
from click.testing import CliRunner

from models.errors import ConfigError
from pipeline.commands.gate import command
from pipeline.gate_simulate import PowerConfig, power_of

ASKED = ["simulate", "--rows", "20000", "--margin", "0.01", "--base-rate", "0.1"]


def run(*arguments):
    return CliRunner().invoke(command, arguments, env={"COLUMNS": "200"}, catch_exceptions=True)


def test_it_prints_a_line_a_task_and_what_they_come_to():
    done = run(*ASKED, "--base-rate", "0.001")
    assert done.exit_code == 0
    (first,) = re.findall(r"10 % +2,000 +(\S+) +(\S+) % ", done.output)
    assert float(first[1]) > 50
    assert "too few" in done.output
    assert "a model just as good passes all tasks in 0 % of runs" in done.output


def test_it_draws_where_asked():
    done = run(*ASKED, "--rows", "3000", "--base-rate", "0.3", "--draws", "3")
    assert "Of 3 drawn, compared and judged row by row: 0 % of models just as good passed" in done.output


def test_a_chance_near_all_is_said_once_and_not_folded():
    done = CliRunner().invoke(command, [*ASKED, "--rows", "40000"], env={"COLUMNS": "80"})
    assert re.search(r"10 % +4,000 +\S+ +>99\.9 % +>99\.9 % +>99\.9 %", done.output)
    said = " ".join(done.output.split())
    assert "in >99.9 % of runs if their errors are independent, in at least 99.9 % however" in said
    assert "is stopped in at least 99.9 %, whatever" in said


@pytest.fixture
def declared():
    """A shipped configuration, whose gate asks two AUCs for margins of 0.01 and 0.02, a score's too, and more."""
    return str(pathlib.Path(__file__).parents[3] / "configs/simulate.yaml")


def test_rules_can_come_from_a_configuration(declared):
    asked = ["simulate", "--rows", "20000", "--config", declared]
    done = run(*asked, *["--base-rate", "0.1"] * 3, "--set", "gate.confidence=0.9")
    assert done.exit_code == 0, done.output
    lines = {line.split()[0]: line for line in done.output.splitlines() if line.startswith(("click", "ctcvr", "score"))}
    for output, margin in (("click", 0.01), ("ctcvr", 0.02), ("score", 0.02)):
        config = PowerConfig(rows=20_000, base_rates=(0.1,) * 3, margins=(margin,) * 3, confidence=0.9)
        assert lines[output].endswith(f" {power_of(config).tasks[0].rows_asked_for:,}")
    assert "Not simulated of click auc: total_margin, min." in done.output
    assert "Not simulated of ctcvr calibration: min, max." in done.output
    rules = "gate.rules=[{output: click, metric: auc, margin: 0.01, min: 0.6, inconclusive: pass_with_warning}, "
    rules += "{output: click, metric: auc, margin: 0.1, slices: [[city]], only_slices: true}]"
    of_slices = [
        "--set",
        rules,
        "--set",
        "evaluation={slices: [[city]], cluster: user, user: user}",
        "--set",
        "gate.anchor=null",
    ]
    lenient = run(*asked, "--base-rate", "0.1", *of_slices)
    assert lenient.exit_code == 0, lenient.output
    assert "With a margin of 0.01 AUC" in lenient.output
    assert "Not simulated of evaluation.cluster: rows are taken as independent" in lenient.output
    (line,) = [line for line in lenient.output.splitlines() if line.startswith("click")]
    assert line.split("%")[2].split() == line.split("%")[3].split()  # Stopped as often as shown to be worse.
    short = run(*asked, "--base-rate", "0.1")
    with pytest.raises(ConfigError, match=r"`base_rates` must name one a task, click, ctcvr, score, got 1 for 3\."):
        raise short.exception


def test_margin_and_configuration_do_not_go_together(declared):
    for arguments in ([], ["--margin", "0.01", "--config", declared]):
        done = run("simulate", "--rows", "100", "--base-rate", "0.1", *arguments)
        assert done.exit_code == 2
        assert "One of --margin and --config must be given." in done.output


def test_what_cannot_be_is_said():
    done = run("simulate", "--rows", "100", "--margin", "0.01", "--base-rate", "1.5")
    assert isinstance(done.exception, ConfigError)
    with pytest.raises(ConfigError, match=r"`base_rates` must be above 0 and below 1, got 1\.5"):
        raise done.exception
