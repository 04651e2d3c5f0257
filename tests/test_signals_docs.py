"""What docs/signals.md and the README declare as signals can be read."""

import pathlib
import re

import pytest
import yaml

from models.binding import bind_or_raise
from models.heads import Binary
from models.signals import SIGNALS
from models.tasks import Task, TaskGraph

ROOT = pathlib.Path(__file__).resolve().parents[1]
CLICK = (Task(name="click", kind=Binary(), label="c"),)


@pytest.mark.parametrize("page", ["README.md", "docs/signals.md"])
def test_the_signals_shown_are_one_of_each_kind(page):
    text = (ROOT / page).read_text()
    (shown,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL) if "signals:" in block]
    graph = bind_or_raise(TaskGraph, {"tasks": CLICK, **yaml.safe_load(shown)})
    assert {signal.kind for signal in graph.signals} == set(SIGNALS)
    assert [loss.name for loss in graph.watched] == ["click", "views", "rebuilt"]


def test_the_page_has_a_line_for_every_kind():
    text = (ROOT / "docs/signals.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE) == list(SIGNALS)
