"""The command puts a version back, or says in one sentence why not."""

import pathlib

import pytest

from components.pusher.folder import versions
from components.pusher.policy import Serve
from components.pusher.publish import publish_version
from pipeline.cli import main
from pipeline.config import load_config
from pipeline.config.push import push_policy

ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture
def rollback(tmp_path, monkeypatch, capsys):
    """Runs the command on a folder with versions 1 to 3 of the shipped taxi configuration; status and output."""
    config, served = str(ROOT / "configs" / "chicago_taxi.yaml"), tmp_path / "served"
    for number in (1, 2, 3):
        model = tmp_path / f"model {number}"
        model.mkdir()
        (model / "saved_model.pb").write_text(str(number))
        publish_version(str(model), str(served / "chicago_taxi"), now_s=number)

    def run(*arguments):
        given = ["evenkeel", "rollback", config, "--set", f"push.directory={served}", *arguments]
        monkeypatch.setattr("sys.argv", given)
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, capsys.readouterr(), versions(str(served / "chicago_taxi"))

    return run


def test_it_says_what_serves_instead_of_what(rollback):
    status, said, known = rollback()
    assert (status, known[:3], len(known)) == (0, [1, 2, 3], 4)
    assert said.out == f"Version {known[-1]} serves the model of version 2, instead of 3.\n"
    status, said, after = rollback("--to", "1")
    assert said.out == f"Version {after[-1]} serves the model of version 1, instead of {known[-1]}.\n"


def test_a_version_that_is_not_there_is_one_sentence_and_status_1(rollback):
    status, said, known = rollback("--to", "7")
    assert (status, known) == (1, [1, 2, 3])
    assert said.err.endswith("got 7. There are 1, 2, 3.\n")
    assert said.err.count("\n") == 1


def test_the_node_and_the_command_are_told_the_same(tmp_path):
    told = ["push.serve=canary", "push.keep=5", "push.copy_to=gs://bucket/served", "gate.anchor=oldest"]
    policy = push_policy(load_config(str(ROOT / "configs" / "chicago_taxi.yaml"), told))
    assert (policy.name, policy.server_path) == ("chicago_taxi", "/models/chicago_taxi")
    assert (policy.serve, policy.keep, policy.anchor) == (Serve.CANARY, 5, "oldest")
    assert policy.copy_to == "gs://bucket/served/chicago_taxi"
