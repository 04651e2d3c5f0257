"""`evenkeel gate`: what a gate can tell."""

from __future__ import annotations

from typing import NamedTuple

import click
from rich.console import Console

from pipeline.commands.options import SET_OPTION

__all__ = ["command"]


@click.group("gate")
def command() -> None:
    """Says what a gate can tell."""


@command.command("simulate")
@click.option("--rows", required=True, type=int, help="Evaluation rows with a known label, of each task.")
@click.option("--base-rate", "base_rates", required=True, multiple=True, type=float, help="Positives; once a task.")
@click.option("--margin", type=float, help="By how much the AUC of each task may be worse.")
@click.option("--config", "path", type=click.Path(dir_okay=False), help="Instead: its gate's rules and confidence.")
@SET_OPTION
@click.option("--correlation", default=0.9, show_default=True, help="Of both models' scores within a class.")
@click.option("--auc", default=0.75, show_default=True, help="Of the model that serves.")
@click.option("--cluster-size", default=1, show_default=True, help="Rows of one user.")
@click.option("--within", default=0.2, show_default=True, help="Correlation of scores of one user's rows.")
@click.option("--worse", default=2.0, show_default=True, help="By how many margins the worse model is worse.")
@click.option("--confidence", type=float, help="Of the gate, one-sided.  [default: CONFIG's, or 0.95]")
@click.option("--draws", type=click.IntRange(min=0), default=0, show_default=True, help="Also draw and judge so many.")
@click.option("--seed", default=0, show_default=True, help="Of the draws.")
def simulate(
    rows: int,
    base_rates: tuple[float, ...],
    *,
    margin: float | None,
    path: str | None,
    overrides: tuple[str, ...],
    correlation: float,
    auc: float,
    cluster_size: int,
    within: float,
    worse: float,
    confidence: float | None,
    draws: int,
    seed: int,
) -> None:
    """Says how often a gate passes an equal model and stops a worse one.

    For rule `non_inferior` on the AUC of each task. With --config, --base-rate is given once for each rule of its gate
    that has a margin on an AUC, in their order; what else it asks is named, and not simulated. Exits 2 where an option
    cannot be.
    """
    if (margin is None) == (path is None):
        raise click.UsageError("One of --margin and --config must be given.")
    from pipeline.gate_simulate import PowerConfig, power_of
    from pipeline.gate_simulate.show import power_table

    asked = _of_config(path, overrides, auc=auc, cluster_size=cluster_size) if path else None
    config = PowerConfig(
        rows=rows,
        base_rates=base_rates,
        margins=asked.margins if asked else (margin or 0.0,) * len(base_rates),
        names=asked.names if asked else (),
        lenient=asked.lenient if asked else (),
        correlation=correlation,
        auc=auc,
        cluster_size=cluster_size,
        within=within,
        worse=worse,
        confidence=confidence or (asked.confidence if asked else PowerConfig.confidence),
    )
    drawn = None
    if draws:
        from pipeline.gate_simulate.draws import drawn_power

        drawn = drawn_power(config, draws=draws, seed=seed)
    Console().print(power_table(config, power_of(config), drawn))
    for other in asked.others if asked else ():
        click.echo(f"Not simulated of {other}.")


class _Asked(NamedTuple):
    """What of a configuration's gate is simulated, one a task, and what is not."""

    margins: tuple[float, ...]
    names: tuple[str, ...]
    lenient: tuple[bool, ...]
    confidence: float
    others: tuple[str, ...]


def _of_config(path: str, overrides: tuple[str, ...], *, auc: float, cluster_size: int) -> _Asked:
    from pipeline.config import load_config
    from pipeline.gate_simulate.rules import margins_of

    checked = load_config(path, overrides)
    by_output, others = margins_of(checked, auc=auc)
    of = checked.evaluation.cluster
    if of and cluster_size == 1:
        others += (f"evaluation.cluster: rows are taken as independent; --cluster-size says how many of one {of}",)
    return _Asked(
        margins=tuple(asked.margin for asked in by_output.values()),
        names=tuple(by_output),
        lenient=tuple(asked.is_lenient for asked in by_output.values()),
        confidence=checked.gate.confidence,
        others=others,
    )
