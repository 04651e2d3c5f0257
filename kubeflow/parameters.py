"""What a run may be told: its date, and the overrides that the configuration declares."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Final

from pipeline.config.kubeflow import KubeflowConfig

__all__ = ["RUN_DATE", "RUN_ID", "SCHEDULED_DATE", "SPAN_DAYS", "RunParameter", "run_parameters"]

RUN_ID: Final = "run_id"
RUN_DATE: Final = "run_date"
SPAN_DAYS: Final = "span_days"

# What Kubeflow writes the day into for which a schedule starts a run, in Go's way to write a date. Some releases of 2
# leave it as it stands (issue 12494 of kubeflow/pipelines).
SCHEDULED_DATE: Final = "[[ScheduledTime.2006-01-02]]"


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
