"""What the pages of docs/ point to is there."""

import importlib.util
import pathlib
import re

import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def anchors(page):
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", page, re.M)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)]+)\)", path.read_text())
    assert links
    for target, _, anchor in (link.partition("#") for link in links):
        assert (DOCS / target).exists(), target
        assert not anchor or anchor in anchors((DOCS / target).read_text()), anchor


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_are_of_benchmarks_that_exist(path):
    names = re.findall(r"python -m (benchmarks\.\w+)", path.read_text())
    assert names
    assert [name for name in names if importlib.util.find_spec(name) is None] == []
