"""The command line: `evenkeel …`."""

from __future__ import annotations

import sys
import traceback
from typing import Final

import click

from models.errors import ConfigError
from pipeline.clash import clashes
from pipeline.errors import ROOMS, NotPushedError
from pipeline.late import LateGroup
from pipeline.quiet import hush

__all__ = ["COMMANDS", "evenkeel", "main"]

RUN_FAILED: Final = 1
WRONG_INPUT: Final = 2
NOT_PUSHED: Final = 3

COMMANDS: Final = {
    "affinity": "Says which tasks should share, by measuring.",
    "baseline": "Trains what the model must beat, and judges it beside.",
    "check": "Checks a configuration file.",
    "compare": "Says by how much one model is better than another on the same rows.",
    "demo": "Runs a configuration, serves what it pushed and asks it for scores.",
    "fusion": "Shows, sets and tunes the weights by which predictions become one score.",
    "gate": "Says what a gate can tell: how often it is right.",
    "kubeflow": "Runs a pipeline on a cluster.",
    "predict": "Asks a model server for scores.",
    "report": "Writes the report of a run again.",
    "rollback": "Puts the version before back, as a new one.",
    "run": "Runs a pipeline on this machine.",
    "serve": "Serves what a pipeline pushed.",
    "simulate": "Writes impressions, clicks and conversions with known probabilities.",
    "tune": "Searches for values, and runs a pipeline with them.",
}

# By name, for no room imports the one above it.
_PLACES: Final = {name: f"pipeline.commands.{name}" for name in COMMANDS} | {"kubeflow": "kubeflow.command"}


@click.group(
    cls=LateGroup, places=_PLACES, summaries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="evenkeel", message="%(prog)s %(version)s")
@click.option("--verbose", is_flag=True, help="Let TensorFlow, Beam and Google's libraries speak; show tracebacks.")
@click.pass_context
def evenkeel(context: click.Context, verbose: bool) -> None:
    """Trains, checks and ships multi-task ranking models."""
    context.obj = verbose
    if not verbose:
        hush()


def main() -> None:
    """Runs the command line; exits 1 for a run that failed, 2 for what its user wrote wrong, 3 for a refused model."""
    problems = clashes()
    if problems:
        _leave("\n".join(problems), WRONG_INPUT)
    try:
        evenkeel(standalone_mode=True)
    except ConfigError as error:
        _leave(str(error), WRONG_INPUT)
    except NotPushedError as error:
        _leave(str(error), NOT_PUSHED)
    except Exception as error:
        if not _speaks_for_itself(error) or "--verbose" in sys.argv:
            traceback.print_exc()
        _leave(str(error), RUN_FAILED)


def _speaks_for_itself(error: Exception) -> bool:
    """Whether the message says what to do; a fault of ours or of a library needs its traceback."""
    ours = type(error).__module__.partition(".")[0] in ROOMS
    return ours or isinstance(error, OSError)


def _leave(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
