"""`evenkeel gate simulate`, as it is typed."""

import re

import pytest
from click.testing import CliRunner

from models.errors import ConfigError
from pipeline.commands.gate import command

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


def test_what_cannot_be_is_said():
    done = run("simulate", "--rows", "100", "--margin", "0.01", "--base-rate", "1.5")
    assert isinstance(done.exception, ConfigError)
    with pytest.raises(ConfigError, match=r"`base_rates` must be above 0 and below 1, got 1\.5"):
        raise done.exception
