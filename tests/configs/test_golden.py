"""What every shipped configuration means, word for word: a change of meaning shows as a diff that someone agreed to.

Renew them by `RENEW_GOLDEN=1 .venv/bin/pytest tests/configs/test_golden.py -m ''`, then read `git diff tests/configs`.
"""

import difflib
import json
import os
import pathlib

import pytest
import yaml

from models.binding import unbind
from pipeline.config import load_config
from pipeline.config.describe import describe
from pipeline.config.gate import gate_policy
from pipeline.evaluation import evaluator_plan

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = pathlib.Path(__file__).with_name("golden")
CONFIGS = sorted(ROOT.glob("configs/*.yaml"))
LEFT_OUT = {"tasks", "code", "batch_size"}
TASK_FIELDS = ("name", "kind", "label", "given", "relation", "product", "role", "weight")


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No data lies at the configurations' paths, whoever runs this wherever."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def assert_golden():
    def compare(name, text):
        path = GOLDEN / name
        if os.environ.get("RENEW_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        golden = path.read_text() if path.exists() else ""
        if golden != text:
            lines = difflib.unified_diff(golden.splitlines(), text.splitlines(), name, "now", lineterm="", n=2)
            renew = "RENEW_GOLDEN=1 .venv/bin/pytest tests/configs/test_golden.py -m ''"
            pytest.fail("\n".join([*lines, "", f"If that is what you meant: {renew}"]), pytrace=False)

    return compare


def said(config):
    """What `evenkeel check` says, but for files and epochs: where files lie differs, and epochs are tuned."""
    lines = [line for line in describe(config).splitlines() if not line.startswith("data:")]
    return [line.partition(",")[0] if line.startswith("model:") else line for line in lines]


def given(values):
    """On one line, what is not left out."""
    kept = {name: value for name, value in values.items() if value is not None}
    return yaml.safe_dump(kept, default_flow_style=True, sort_keys=False, width=10_000).strip()


def meant(config):
    """Tasks, losses and features in full; numbers that are only tuned stay out."""
    yield f"declared path: {config.data.path}"
    yield "tasks:"
    yield from (f"  {given({name: unbind(task)[name] for name in TASK_FIELDS})}" for task in config.tasks)
    yield "losses:"
    yield from (f"  {loss.name}: {loss.role.value}" for loss in config.graph.losses)
    yield "features:"
    yield from (f"  {name}: {given(feature)}" for name, feature in unbind(config.features).items())


def compared(config):
    """What the Evaluator measures beside the task graph, and what the gate asks of it, rule by rule."""
    plan = json.loads(evaluator_plan(config).to_json())
    policy = json.loads(gate_policy(config.gate, config.graph).to_json())
    rules = policy["gate"].pop("rules")
    yield f"evaluator: {given({name: plan[name] for name in plan if name not in LEFT_OUT})}"
    yield f"gate: {given(policy.pop('gate'))}"
    yield from (f"  {given({name: value for name, value in rule.items() if value != []})}" for rule in rules)
    yield f"of the task graph: {given({name: value for name, value in policy.items() if value})}"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_config_means_what_it_meant(path, assert_golden):
    config = load_config(str(path))
    assert_golden(f"{path.stem}.txt", "\n".join([*said(config), *meant(config), *compared(config), ""]))


def test_every_golden_file_has_its_config():
    assert {path.name for path in GOLDEN.iterdir()} == {f"{path.stem}.txt" for path in CONFIGS}


def test_a_changed_meaning_shows_as_a_diff(assert_golden, monkeypatch):
    monkeypatch.delenv("RENEW_GOLDEN", raising=False)
    text = (GOLDEN / "hillstrom.txt").read_text().replace("label: visit", "label: conversion", 1)
    with pytest.raises(pytest.fail.Exception, match=r"(?s)-.*label: visit.*\+.*label: conversion.*RENEW_GOLDEN=1"):
        assert_golden("hillstrom.txt", text)
