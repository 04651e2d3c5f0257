"""Shows a run's result: the table on the terminal, the page in the pipeline's home."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence
from typing import Final

import yaml
from rich.console import Console

from models.binding import unbind
from pipeline.config import PipelineConfig
from pipeline.report import latest_run_id, read_run, summary_table, write_report
from pipeline.report.reading.store import Place
from pipeline.report.verdict import Outcome, verdict_of

__all__ = ["REPORTS", "show_run"]

REPORTS: Final = "reports"


def show_run(
    config: PipelineConfig,
    run_id: str | None,
    say: Callable[[str], None],
    *,
    planned: Sequence[str] = (),
    error: str | None = None,
    place: Place | None = None,
) -> Outcome:
    """Prints the summary table of a run, writes its report and says what became of the candidate.

    Args:
        config: What was run.
        run_id: Which run; the newest when not given.
        say: Told where the report is.
        planned: Names of all nodes in order, so that those a failed run never reached are shown too.
        error: What stopped the run, if it was stopped.
        place: Where the run is on record; the pipeline's own file when not given.
    """
    place = place or config.metadata_file
    run_id = run_id or latest_run_id(place, config.name)
    reports = pathlib.Path(config.home, REPORTS)
    run = read_run(
        place,
        run_id,
        pipeline=config.name,
        graph=config.trained_graph,
        fusion=config.fusion,
        configuration=yaml.safe_dump(unbind(config), sort_keys=False, allow_unicode=True),
        planned=planned,
        error=_remembered(reports / f"{run_id}.error", error),
    )
    Console().print(summary_table(run), crop=False)  # Commands are to be copied whole.
    say(f"report: {write_report(run, str(reports))}")
    return verdict_of(run).outcome


def _remembered(file: pathlib.Path, error: str | None) -> str | None:
    """What stopped a run: the metadata store keeps nothing of it, so that a file beside the report does."""
    if error is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(error, encoding="utf-8")
    return file.read_text(encoding="utf-8") if file.exists() else None
