"""`evenkeel baseline`: what the model of a run must beat."""

from __future__ import annotations

import contextlib
import os
from typing import Final

import click
from rich.console import Console

from components.trees.boosting import TreeSettings
from pipeline.affinity.errors import NoRowsError
from pipeline.baseline.asked import Boosting, check_asked
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import PipelineConfig, load_config
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

__all__ = ["command"]

_KINDS: Final = tuple(one.value for one in Boosting)


@click.command("baseline")
@click.argument("kind", type=click.Choice(_KINDS))
@CONFIG_ARGUMENT
@SET_OPTION
@click.option("--task", "tasks", multiple=True, help="A task to learn; may be given several times.  [default: all]")
@click.option("--list", "lists", metavar="COLUMN", help="The raw column whose values are lists.  [default: CONFIG's]")
@click.option("--rounds", type=click.IntRange(min=1), default=TreeSettings.rounds, show_default=True, help="At most.")
@click.option("--leaves", type=click.IntRange(min=2), default=TreeSettings.leaves, show_default=True, help="Of a tree.")
@click.option("--learning-rate", type=float, default=TreeSettings.learning_rate, show_default=True)
@click.option("--seed", type=int, default=None, help="Draws held-out rows.  [default: training.seed]")
@click.pass_obj
def command(
    verbose: bool,
    kind: str,
    config: str,
    overrides: tuple[str, ...],
    *,
    tasks: tuple[str, ...],
    lists: str | None,
    rounds: int,
    leaves: int,
    learning_rate: float,
    seed: int | None,
) -> None:
    """Trains boosted trees on the rows of CONFIG's last run, and judges its model beside them.

    gbdt learns each task's own loss, lambdamart the order within lists. Pushes nothing; the result goes into the report
    of that run. Exits 1 where there is no such run or its rows tell nothing, 2 where CONFIG is wrong.
    """
    checked = load_config(config, overrides)
    boosting = Boosting(kind)
    settings = TreeSettings(
        rounds=rounds,
        leaves=leaves,
        learning_rate=learning_rate,
        seed=checked.training.seed if seed is None else seed,
    )
    check_asked(checked, boosting, tasks=tasks, lists=lists)
    _check_ran(checked)
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from pipeline.baseline.run import tree_baseline
        from pipeline.baseline.show import show_baseline
    record, compared = tree_baseline(checked, boosting, settings, tasks=tasks, lists=lists, say=progress.say)
    show_baseline(checked, record, compared, console=Console(), say=progress.say)


def _check_ran(config: PipelineConfig) -> None:
    """Said at once: the metadata store is opened after a long import."""
    if not os.path.isdir(config.home):
        raise NoRowsError(
            f"`CONFIG` must have been run, for its transformed rows are read, got nothing in {config.home}: "
            "do `evenkeel run` with it first."
        )
