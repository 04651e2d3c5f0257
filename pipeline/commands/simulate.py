"""`evenkeel simulate`: writes impressions, clicks and conversions with known probabilities."""

from __future__ import annotations

import dataclasses

import click
import yaml

from models.binding import bind, nearest
from models.errors import raise_if_any
from pipeline.simulate import SimulateConfig, simulate

__all__ = ["command"]


@click.command("simulate")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False))
@click.option("--rows", required=True, type=int, help="Impressions to write.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Sets one more property, such as correlation=0.9; see --properties.",
)
@click.option("--properties", is_flag=True, is_eager=True, expose_value=False, callback=lambda c, p, v: _list(c, v))
def command(path: str, rows: int, overrides: tuple[str, ...]) -> None:
    """Writes FILE (.csv, .csv.gz, .parquet, .tfrecord or .tfrecord.gz), whose `true_` columns hold the truth."""
    known = [field.name for field in dataclasses.fields(SimulateConfig)]
    given: dict[str, object] = {"num_rows": rows}
    problems = []
    for assignment in overrides:
        name, _, text = assignment.partition("=")
        if name not in known:
            problems.append(f"`--set {assignment}`: no property is called `{name}`. {nearest(name, known)}")
        given[name] = yaml.safe_load(text)
    raise_if_any("simulate", problems)
    config, found = bind(SimulateConfig, given)
    raise_if_any("simulate", [problem.message for problem in found])
    if config is not None:
        counts = simulate(config, path)
        click.echo(f"{path}: {counts.rows} impressions, {counts.clicks} clicks, {counts.conversions} conversions")


def _list(context: click.Context, asked: bool) -> None:
    """Prints the properties and their defaults, and leaves."""
    if asked:
        click.echo(SimulateConfig.__doc__)
        context.exit()
