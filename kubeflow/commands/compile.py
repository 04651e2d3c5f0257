"""`evenkeel kubeflow compile`: writes the pipeline that Kubeflow Pipelines runs."""

from __future__ import annotations

import contextlib
import pathlib

import click

from kubeflow.placing import declared
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import load_config
from pipeline.quiet import muted_stderr

__all__ = ["command"]


@click.command("compile")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False), help="The file to write, a .yaml.")
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], output: str) -> None:
    """Writes CONFIG as a pipeline of Kubeflow Pipelines: a container for each node.

    Exits 2 where CONFIG is wrong, or does not say how it runs on a cluster.
    """
    checked = load_config(config, overrides)
    declared(checked)  # Before TFX is imported, which takes long.
    with contextlib.nullcontext() if verbose else muted_stderr():
        from kubeflow.compile import compile_yaml
    pathlib.Path(output).write_text(compile_yaml(checked, overrides), encoding="utf-8")
    click.echo(f"pipeline: {output}")
