"""`evenkeel kubeflow compile`: writes the pipeline that Kubeflow Pipelines runs."""

from __future__ import annotations

import pathlib

import click

from kubeflow.commands.options import Target, compiled_text
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION

__all__ = ["command"]


@click.command("compile")
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False), help="The file to write.")
@click.option(
    "--target",
    type=click.Choice([target.value for target in Target]),
    default=Target.KUBEFLOW.value,
    show_default=True,
    help="What runs it: Kubeflow Pipelines (YAML), or Vertex AI (JSON).",
)
@click.pass_obj
def command(verbose: bool, config: str, overrides: tuple[str, ...], *, output: str, target: str) -> None:
    """Writes CONFIG as a pipeline of Kubeflow Pipelines, a container for each node, or of Vertex AI.

    Exits 2 where CONFIG is wrong, or does not say how it runs on a cluster.
    """
    _, text = compiled_text(config, overrides, verbose=verbose, target=Target(target))
    pathlib.Path(output).write_text(text, encoding="utf-8")
    click.echo(f"pipeline: {output}")
