"""`evenkeel compare`: two models on the same rows."""

from __future__ import annotations

import contextlib
import pathlib

import click
from rich.console import Console

from pipeline.commands.options import OUTPUT_FILE, SET_OPTION
from pipeline.config import load_config
from pipeline.errors import NotPushedError
from pipeline.progress import NodeProgress
from pipeline.quiet import muted_stderr

__all__ = ["command"]

_FILE = click.Path(dir_okay=False, path_type=pathlib.Path)


@click.command("compare")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--data", help="Raw rows, a file or glob in the format of CONFIG, that both models score.")
@click.option("--scores", type=_FILE, help="Instead: a Parquet file with the scores; A and B are names in it.")
@click.option("--config", type=click.Path(dir_okay=False), help="Tasks, slices, clusters and rules.")
@SET_OPTION
@click.option("--cluster", help="With --scores: the column whose rows depend on each other.  [default: CONFIG's]")
@click.option("--user", help="With --scores: the column within whose values GAUC ranks.  [default: CONFIG's]")
@click.option("--list", "lists", help="With --scores: the column within whose values NDCG ranks.  [default: CONFIG's]")
@click.option("--slice", "slices", multiple=True, metavar="COLUMN[,COLUMN]", help="With --scores: of which values.")
@click.option("--json", "json_path", type=OUTPUT_FILE, help="Where the comparison goes as JSON too.")
@click.pass_obj
def command(
    verbose: bool,
    a: str,
    b: str,
    *,
    data: str | None,
    scores: pathlib.Path | None,
    config: str | None,
    overrides: tuple[str, ...],
    cluster: str | None,
    user: str | None,
    lists: str | None,
    slices: tuple[str, ...],
    json_path: pathlib.Path | None,
) -> None:
    """Compares the models A and B as the gate does: value by value, paired, with intervals.

    With --data, A and B are folders of SavedModels, or of numbered versions of which the highest is taken. Their
    signature serving_default takes serialized tf.Examples, or columns of --data by name. CONFIG is needed.

    With --scores, a row of the file holds `label/OUTPUT`, `A/OUTPUT` and `B/OUTPUT` for each output, A and B being what
    is given here, and if it likes `known/OUTPUT`: 0 where the label is not known, above 1 where the row stands for
    so many.

    Where CONFIG has rules, they are judged, B standing for what serves. Exits 1 where a model or rows cannot be used, 2
    where an option is wrong, 3 where the rules refuse A.
    """
    if (data is None) == (scores is None):
        raise click.UsageError("One of --data and --scores must be given.")
    if data is not None and config is None:
        raise click.UsageError("--data needs --config, which says how rows are written and labelled.")
    if data is not None and (cluster or user or lists or slices):
        raise click.UsageError("--cluster, --user, --list and --slice go with --scores; with --data CONFIG has them.")
    checked = load_config(config, overrides) if config is not None else None
    progress = NodeProgress()
    if data is not None and checked is not None:
        progress.say("loading TensorFlow and TFX")
        with contextlib.nullcontext() if verbose else muted_stderr():
            from pipeline.compare.run import compare_models
        progress.say("comparing")
        found = compare_models(checked, candidate=a, reference=b, path=data)
    elif scores is not None:
        from pipeline.compare.scores import ScoreColumns, compare_scores

        slicings = tuple(tuple(own.split(",")) for own in slices)
        columns = ScoreColumns(cluster=cluster, user=user, list=lists, slices=slicings)
        found = compare_scores(scores, models=(a, b), columns=columns, config=checked)
    from pipeline.compare.result import check_scores
    from pipeline.compare.show import print_comparison

    print_comparison(found, Console())
    if json_path is not None:
        json_path.write_text(found.to_json())
        progress.say(f"as JSON: {json_path}")
    if found.report is not None and not found.report.blessed:
        raise NotPushedError(f"The rules of {config} refuse A.")
    if found.report is None:
        check_scores(found)
