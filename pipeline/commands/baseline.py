"""`evenkeel baseline`: what the model of a run must beat."""

from __future__ import annotations

import contextlib
import os
from typing import Final

import click
from click.core import ParameterSource
from rich.console import Console

from components.trees.boosting import TreeSettings
from pipeline.affinity.errors import NoRowsError
from pipeline.baseline.asked import Boosting, check_asked
from pipeline.commands.options import CONFIG_ARGUMENT, SET_OPTION
from pipeline.config import PipelineConfig, load_config
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

__all__ = ["command"]

_SINGLE_TASK: Final = "single_task"
_KINDS: Final = (*(one.value for one in Boosting), _SINGLE_TASK)
_OF_TREES: Final = ("tasks", "lists", "rounds", "leaves", "learning_rate", "seed")


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
    """Trains what the model of CONFIG's last run must beat, on the rows of that run, and judges the model beside it.

    gbdt boosts trees for each task's own loss, lambdamart for the order within lists; the options other than --set are
    theirs. single_task trains one network a task, or takes the twins of the run, and exports them behind one signature.
    Pushes nothing; the result goes into the report of that run. Exits 1 where there is no such run or its rows tell
    nothing, 2 where CONFIG or an option is wrong.
    """
    checked = load_config(config, overrides)
    boosting = None if kind == _SINGLE_TASK else Boosting(kind)
    settings = TreeSettings(
        rounds=rounds,
        leaves=leaves,
        learning_rate=learning_rate,
        seed=checked.training.seed if seed is None else seed,
    )
    if boosting is None:
        _check_no_trees()
    else:
        check_asked(checked, boosting, tasks=tasks, lists=lists)
    _check_ran(checked)
    progress = NodeProgress()
    progress.say("loading TensorFlow and TFX")
    with contextlib.nullcontext() if verbose else muted_stderr():
        from pipeline.baseline.networks import network_baseline
        from pipeline.baseline.run import tree_baseline
        from pipeline.baseline.show import show_baseline
    if boosting is None:
        record, compared = network_baseline(checked, say=progress.say)
    else:
        record, compared = tree_baseline(checked, boosting, settings, tasks=tasks, lists=lists, say=progress.say)
    show_baseline(checked, record, compared, console=Console(), say=progress.say)


def _check_no_trees() -> None:
    """An option that would be passed over is refused."""
    context = click.get_current_context()
    typed = [name for name in _OF_TREES if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if typed:
        options = {option.name: option.opts[0] for option in context.command.params}
        named = ", ".join(options[name] for name in typed)
        raise click.UsageError(f"{named} is of trees: leave it out with {_SINGLE_TASK}.")


def _check_ran(config: PipelineConfig) -> None:
    """Said at once: the metadata store is opened after a long import."""
    if not os.path.isdir(config.home):
        raise NoRowsError(
            f"`CONFIG` must have been run, for its transformed rows are read, got nothing in {config.home}: "
            "do `evenkeel run` with it first."
        )
