"""What the pages of docs/ point to is there."""

import importlib.util
import pathlib
import re

import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def anchors(page):
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", page, re.M)}


def links(path):
    return [link.partition("#") for link in re.findall(r"\]\(([^)]+)\)", path.read_text())]


def benchmarks_of(path):
    return re.findall(r"python -m (benchmarks\.\w+)", path.read_text())


def test_there_is_something_to_look_up():
    assert any(links(path) for path in PAGES)
    assert any(benchmarks_of(path) for path in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target, _, anchor in links(path):
        assert (DOCS / target).exists(), target
        assert not anchor or anchor in anchors((DOCS / target).read_text()), anchor


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_are_of_benchmarks_that_exist(path):
    assert [name for name in benchmarks_of(path) if importlib.util.find_spec(name) is None] == []
