"""One self-contained HTML page a run."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
from typing import Final

import jinja2

from pipeline.baseline.record import read_baselines
from pipeline.report.record import RunRecord
from pipeline.report.sections import SECTIONS

__all__ = ["page_environment", "render_page", "write_report"]

PAGE: Final = "page.html.j2"


def render_page(run: RunRecord) -> str:
    """The page as text: no script, no outer reference, the same bytes for the same run."""
    found = {key: section.of(run) for key, section in SECTIONS.items()}
    shown = {key: section for key, section in found.items() if section is not None}
    return page_environment().get_template(PAGE).render(run=run, sections=shown)


def page_environment() -> jinja2.Environment:
    """By which pages are rendered: what is unknown is an error, and what is inserted is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write_report(run: RunRecord, folder: str) -> pathlib.Path:
    """Writes the page of a run.

    Args:
        run: What the run left.
        folder: Made when absent. Baselines that were judged beside the run's model lie there, and are shown too.

    Returns:
        The page's path, named after the run's id; a page of the same run is replaced in one step.
    """
    os.makedirs(folder, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", run.run_id).lstrip(".") or "run"
    path = pathlib.Path(folder, f"{name}.html")
    staged = path.with_suffix(".html.part")
    found = read_baselines(path.parent, run.run_id)
    staged.write_text(render_page(dataclasses.replace(run, baselines=found or run.baselines)), encoding="utf-8")
    staged.replace(path)
    return path
