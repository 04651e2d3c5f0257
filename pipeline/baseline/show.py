"""A baseline on the terminal, and in the report of the run that it was judged beside."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from rich.console import Console

from pipeline.baseline.record import BaselineRecord, write_baseline
from pipeline.compare.result import Compared
from pipeline.compare.show import print_comparison
from pipeline.config import PipelineConfig
from pipeline.report.sections.baselines import cost_sentences
from pipeline.show import REPORTS, show_run

__all__ = ["show_baseline"]


def show_baseline(
    config: PipelineConfig,
    record: BaselineRecord,
    compared: Compared,
    *,
    console: Console,
    say: Callable[[str], None],
) -> None:
    """Keeps the record, writes the run's report again, with it, and prints the comparison."""
    path = write_baseline(record, pathlib.Path(config.home, REPORTS))
    show_run(config, record.run_id, say)
    say(f"as JSON: {path}")
    print_comparison(compared, console)
    if record.cost is not None:
        console.print("", *cost_sentences(record.cost), sep="\n")
