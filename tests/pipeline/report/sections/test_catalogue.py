import importlib.resources
import pathlib

import pytest

from pipeline.report.sections import SECTIONS


@pytest.mark.parametrize("key", SECTIONS)
def test_every_section_has_a_template_and_a_file_of_its_name(key):
    templates = importlib.resources.files("pipeline.report") / "templates"
    assert (templates / f"{key}.html.j2").is_file()
    assert SECTIONS[key].__module__ == f"pipeline.report.sections.{key}"


def test_every_template_and_every_section_file_is_in_the_catalogue():
    report = pathlib.Path(str(importlib.resources.files("pipeline.report")))
    templates = {path.name.removesuffix(".html.j2") for path in (report / "templates").glob("*.j2")}
    files = {path.stem for path in (report / "sections").glob("*.py")}
    assert templates - {"page", "proposal"} == set(SECTIONS)
    assert files - {"__init__", "section"} == set(SECTIONS)


@pytest.mark.parametrize("key", SECTIONS)
def test_titles_differ(key):
    assert [section.title for section in SECTIONS.values()].count(SECTIONS[key].title) == 1
