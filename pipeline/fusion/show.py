"""Weights on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from components.fusion.rows_file import columns_of, read_rows, values_of
from models.fusion import AffinePower, FlatWeights, FusionConfig, WeightsFrom, version_of
from models.fusion.floored import num_floored
from models.fusion.kept import kept_weights
from pipeline.config import PipelineConfig
from pipeline.config.describe_fusion import fusion_lines
from pipeline.fusion.served import ServedScores

__all__ = ["print_weights", "reminder"]


def print_weights(served: ServedScores, console: Console) -> None:
    """Prints the formulas, a line a weight, and how often what a logarithm is taken of is 0 or less."""
    console.print(f"Version {served.version} serves weights of version {version_of(served.weights)}.")
    for line in fusion_lines(served.fusion)[1:]:
        console.print(line, markup=False, highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("weight", overflow="fold")
    for title in ("serves", "its run declared"):
        table.add_column(title, justify="right", no_wrap=True)
    pushed = served.fusion.declared
    for key in sorted({*served.weights, *pushed}):
        table.add_row(key, *(_number(weights.get(key)) for weights in (served.weights, pushed)))
    console.print("", table, "", sep="\n")
    for line in _floored(served):
        console.print(line, markup=False, highlight=False)


def reminder(config: PipelineConfig, fusion: FusionConfig, weights: FlatWeights) -> Iterator[str]:
    """Which weights the next run's model carries, where CONFIG declares others than these.

    Args:
        config: What the next run is told.
        fusion: What the run of the version that serves was told.
        weights: That serve now, or will.
    """
    if config.fusion is None:
        yield "CONFIG declares no `fusion`: the next run's model serves no scores."
        return
    declared, following = config.fusion.declared, kept_weights(config.fusion, fusion, weights)
    is_kept = following == dict(weights)
    then = declared if is_kept else following
    others = [key for key in sorted({*weights, *then}) if weights.get(key) != then.get(key)]
    if others and is_kept:
        yield "The next run keeps these weights, until CONFIG declares others than now. To write them there:"
    elif others and config.fusion.weights_from is WeightsFrom.CONFIG:
        yield "The next run takes the weights of CONFIG (`weights_from: config`). To keep what serves, write there:"
    elif others:
        yield "CONFIG was changed since the run of what serves, and the next run follows. To keep these, write there:"
    for key in others:
        now = f"{weights[key]:g}" if key in weights else "nothing"
        other = f"{then[key]:g}" if key in then else "nothing"
        yield f"  {key}: {now}, in place of {other}"


def _floored(served: ServedScores) -> Iterator[str]:
    fusion = served.fusion
    batch = read_rows(served.rows, columns_of(fusion))
    values = values_of(fusion, batch)
    for title, formula in fusion.formulas.items():
        for name, count in num_floored(fusion, title, values, weights=served.weights).items():
            what = f"`{name}`, with its plus and times," if isinstance(formula, AffinePower) else f"`{name}`"
            for end, rows in (("last", count.last), ("first", count.first)):
                if rows:
                    yield f"{title}: {what} is 0 or less in {rows:,} of {len(batch):,} rows: they come {end} by it."


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
