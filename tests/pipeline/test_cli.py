"""The command line answers a mistake with a sentence and an exit status, not with a traceback."""

import subprocess
import sys

import pytest

from pipeline.cli import COMMANDS

pytestmark = pytest.mark.integration

CONFIG = "configs/chicago_taxi.yaml"


def evenkeel(root, *arguments):
    program = "from pipeline.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["check", "nowhere.yaml"], 2, "nowhere.yaml:1:1: the file cannot be read: No such file or directory"),
        (["check", CONFIG, "--set", "training.epoch=1"], 2, "`epoch` is not a key here. Did you mean `epochs`?"),
        (["serve", CONFIG, "--set", "push.directory=/nowhere"], 1, "run the pipeline to push a model there"),
        (
            ["predict", CONFIG, "--file", "rows.csv", "--endpoint", "127.0.0.1:9", "--timeout-s", "0.3"],
            1,
            "UNAVAILABLE",
        ),
        (["simulate", "x.csv", "--rows", "9", "--set", "corelation=1"], 2, "Did you mean `correlation`?"),
        (["simulate", "x.xls", "--rows", "9"], 2, "`path` must end in one of"),
        (["simulate", "/nowhere/x.csv", "--rows", "9", "--set", "click_rate=2"], 2, "`click_rate` must be"),
        (["sail"], 2, "No such command"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_mistake_gets_a_sentence_and_a_status(pytestconfig, arguments, status, said):
    done = evenkeel(pytestconfig.rootpath, *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_command(pytestconfig):
    shown = evenkeel(pytestconfig.rootpath, "--help").stdout
    assert [name for name in COMMANDS if f"  {name} " not in shown] == []
