"""What a run may be told: its date, and the overrides that the configuration declares."""

from __future__ import annotations

import dataclasses
import datetime
import inspect
from typing import Final, NamedTuple

from pipeline.config.kubeflow import KubeflowConfig

__all__ = [
    "RUN_DATE",
    "RUN_ID",
    "SCHEDULED_DATE",
    "SPAN_DAYS",
    "RunDate",
    "RunParameter",
    "run_date_of",
    "run_parameters",
    "scheduled_date",
]

RUN_ID: Final = "run_id"
RUN_DATE: Final = "run_date"
SPAN_DAYS: Final = "span_days"

# What Kubeflow writes the day into for which a schedule starts a run, in Go's way to write a date. Some releases of 2
# leave it as it stands (issue 12494 of kubeflow/pipelines).
SCHEDULED_DATE: Final = "[[ScheduledTime.2006-01-02]]"

_UNWRITTEN: Final = "[["
_LESS: Final = " less "


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunParameter:
    """A text that a run may be given; empty for what the configuration says.

    Attributes:
        name: Among the pipeline's parameters.
        options: What stands before it on the node's command line.
        prefix: What is written before it, in the same word.
    """

    name: str
    options: tuple[str, ...]
    prefix: str = ""

    @property
    def signature(self) -> inspect.Parameter:
        """As kfp reads it off a function."""
        return inspect.Parameter(self.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default="", annotation=str)


class RunDate(NamedTuple):
    """What a run's parameter says of the newest day to read.

    Attributes:
        date: That day, or what was given in its place; empty where none was, or Kubeflow did not write it.
        days_back: How many days it lies before the one on which the run is scheduled, or begins.
        is_unwritten: Whether Kubeflow did not write it.
    """

    date: str
    days_back: int = 0
    is_unwritten: bool = False


def scheduled_date(days_back: int) -> str:
    """What a schedule gives its runs as the newest day to read, so many days before the one they are scheduled for."""
    return f"{SCHEDULED_DATE}{_LESS}{days_back}" if days_back else SCHEDULED_DATE


def run_date_of(text: str) -> RunDate:
    """Reads what a run was given."""
    day, less, days = text.partition(_LESS)
    if less and not days.isdecimal():
        return RunDate(text)
    back = int(days or 0)
    if day.startswith(_UNWRITTEN):
        return RunDate("", back, is_unwritten=True)
    try:
        return RunDate(f"{datetime.date.fromisoformat(day) - datetime.timedelta(days=back)}", back)
    except ValueError:
        return RunDate(text)  # What is wrong with it, the configuration says.


def run_parameters(section: KubeflowConfig) -> tuple[RunParameter, ...]:
    """Those of every run, then one for each declared override."""
    return (
        RunParameter(name=RUN_DATE, options=("--run-date",)),
        RunParameter(name=SPAN_DAYS, options=("--span-days",)),
        *(
            RunParameter(name=key.replace(".", "_"), options=("--override",), prefix=f"{key}=")
            for key in section.overrides
        ),
    )
