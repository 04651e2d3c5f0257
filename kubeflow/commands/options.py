"""Options that the commands of a cluster share."""

from __future__ import annotations

import contextlib
import datetime
import enum
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import click

from kubeflow.placing import declared
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import PipelineConfig, load_config
from pipeline.quiet import muted_stderr

__all__ = [
    "HOST_OPTION",
    "NAMESPACE_OPTION",
    "RUN_DATE",
    "Target",
    "compiled_text",
    "run_name",
    "run_options",
    "values_of",
]

HOST_OPTION: Final = click.option(
    "--host", required=True, envvar="KF_PIPELINES_ENDPOINT", help="Address of Kubeflow Pipelines' API."
)
NAMESPACE_OPTION: Final = click.option("--namespace", help="Of the runs, where several users share the cluster.")
_PARAMETER_OPTION: Final = click.option(
    "--override",
    "given",
    multiple=True,
    metavar="KEY=VALUE",
    help="Sets a value that `kubeflow.overrides` declares, for these runs only.",
)
RUN_DATE: Final = click.DateTime(["%Y-%m-%d"])

_Command = TypeVar("_Command", bound=Callable[..., None])


class Target(enum.Enum):
    """What runs the pipeline."""

    KUBEFLOW = "kubeflow"
    VERTEX = "vertex"


def run_options(command: _Command) -> _Command:
    """What every command takes that starts runs: `config`, `overrides`, `host`, `namespace` and `given`."""
    for option in (_PARAMETER_OPTION, NAMESPACE_OPTION, HOST_OPTION, SET_OPTION, CONFIG_ARGUMENT):
        command = option(command)
    return command


def compiled_text(
    config: str, overrides: Sequence[str], *, verbose: bool, target: Target = Target.KUBEFLOW
) -> tuple[PipelineConfig, str]:
    """The configuration, and what it compiles to."""
    checked = load_config(config, overrides)
    declared(checked)  # Before TFX is imported, which takes long.
    with contextlib.nullcontext() if verbose else muted_stderr():
        if target is Target.VERTEX:
            from kubeflow.vertex import compile_vertex

            return checked, compile_vertex(checked)
        from kubeflow.compile import compile_yaml
    return checked, compile_yaml(checked, overrides)


def values_of(config: str, overrides: Sequence[str], given: Sequence[str], run_date: str = "") -> dict[str, str]:
    """The parameters of a run; what is not given is as the configuration says.

    Raises:
        click.BadParameter: A key is not among the declared overrides.
        ConfigError: All nodes of such a run would refuse its values.
    """
    keys = declared(load_config(config, overrides)).overrides
    found = {"run_date": run_date} if run_date else {}
    for assignment in given:
        key, equals, value = assignment.partition("=")
        if not equals or key not in keys:
            known = ", ".join(keys) or "none"
            raise click.BadParameter(
                f"`--override` must be KEY=VALUE of `kubeflow.overrides` ({known}), got {assignment!r}."
            )
        found[key.replace(".", "_")] = value
    sets = [assignment for assignment in given if not assignment.endswith("=")]
    load_config(config, [*overrides, *sets, *([f"data.run_date='{run_date}'"] if run_date else [])])
    return found


def run_name(config: PipelineConfig, run_date: datetime.datetime | None, now: datetime.datetime) -> str:
    """The same for the same date; without a date another one each second."""
    return f"{config.name} {run_date:%Y-%m-%d}" if run_date else f"{config.name} at {now:%Y-%m-%dT%H-%M-%S}"
