"""`evenkeel gate`: what a gate can tell."""

from __future__ import annotations

import click
from rich.console import Console

__all__ = ["command"]


@click.group("gate")
def command() -> None:
    """Says what a gate can tell."""


@command.command("simulate")
@click.option("--rows", required=True, type=int, help="Evaluation rows with a known label, of each task.")
@click.option("--base-rate", "base_rates", required=True, multiple=True, type=float, help="Positives; once a task.")
@click.option("--margin", required=True, type=float, help="By how much the AUC may be worse.")
@click.option("--correlation", default=0.9, show_default=True, help="Of both models' scores within a class.")
@click.option("--auc", default=0.75, show_default=True, help="Of the model that serves.")
@click.option("--cluster-size", default=1, show_default=True, help="Rows of one user.")
@click.option("--within", default=0.2, show_default=True, help="Correlation of scores of one user's rows.")
@click.option("--worse", default=2.0, show_default=True, help="By how many margins the worse model is worse.")
@click.option("--confidence", default=0.95, show_default=True, help="Of the gate, one-sided.")
@click.option("--draws", type=click.IntRange(min=0), default=0, show_default=True, help="Also draw and judge so many.")
@click.option("--seed", default=0, show_default=True, help="Of the draws.")
def simulate(
    rows: int,
    base_rates: tuple[float, ...],
    *,
    margin: float,
    correlation: float,
    auc: float,
    cluster_size: int,
    within: float,
    worse: float,
    confidence: float,
    draws: int,
    seed: int,
) -> None:
    """Says how often a gate passes an equal model and stops a worse one.

    For rule `non_inferior` on the AUC of each task. Exits 2 where an option cannot be.
    """
    from pipeline.gate_simulate import PowerConfig, power_of
    from pipeline.gate_simulate.show import power_table

    config = PowerConfig(
        rows=rows,
        base_rates=base_rates,
        margin=margin,
        correlation=correlation,
        auc=auc,
        cluster_size=cluster_size,
        within=within,
        worse=worse,
        confidence=confidence,
    )
    drawn = None
    if draws:
        from pipeline.gate_simulate.draws import drawn_power

        drawn = drawn_power(config, draws=draws, seed=seed)
    Console().print(power_table(config, power_of(config), drawn))
