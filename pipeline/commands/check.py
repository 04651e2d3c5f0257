"""`evenkeel check`: reads a configuration and says all that is wrong with it."""

from __future__ import annotations

import contextlib

import click

from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.config.balancing_check import balancing_warnings
from pipeline.config.describe import describe
from pipeline.config.describe_cost import describe_cost
from pipeline.config.fusion_check import fusion_warnings
from pipeline.config.gate_check import gate_warnings
from pipeline.config.ranking_check import ranking_warnings
from pipeline.quiet import muted_stderr

__all__ = ["command"]


@click.command("check")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--model", is_flag=True, help="Show what the model's parts cost; imports TensorFlow, which takes long.")
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], *, model: bool) -> None:
    """Checks CONFIG without importing TensorFlow; exits 2 and lists every problem if there are any."""
    checked = load_config(config, overrides)
    click.echo(describe(checked))
    of_gate = gate_warnings(checked.gate, checked.tasks) + fusion_warnings(checked.fusion, checked.gate)
    of_lists = ranking_warnings(checked.tasks, checked.evaluation)
    for warning in (*of_gate, *of_lists, *balancing_warnings(checked)):
        click.echo(f"warning: {warning}")
    if model:
        with contextlib.nullcontext() if verbose else muted_stderr():
            costs = describe_cost(checked)
        click.echo(costs)
