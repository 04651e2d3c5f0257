"""Two models whose scores are in a Parquet file already."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.comparison.cell import Reference
from components.comparison.columns import TaskColumns
from components.comparison.files import Job, compare_files
from components.comparison.kinds import Kind
from components.errors import UnusableInputError
from components.gate.metrics import metrics_of
from components.gauc_weight import GaucWeight
from models.binding import nearest
from models.heads import Binary, Multiclass
from models.tasks import Output, known_column, label_column
from pipeline.compare.result import Compared, judged
from pipeline.config import PipelineConfig

__all__ = ["ScoreColumns", "compare_scores", "measured_scores"]

_ROWS_OF_ONE_PROCESS: Final = 1_000_000  # A second process takes seconds to start.
_BINARY: Final = tuple(own.value for own in metrics_of(Binary()))
_REGRESSION: Final = ("mse", "mae", "ndcg")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScoreColumns:
    """Further columns of the file.

    Attributes:
        cluster: Whose rows depend on each other; None: as the configuration says.
        user: Within which GAUC ranks; None: as the configuration says.
        list: Within which NDCG ranks; None: as the configuration says.
        slices: Columns of each slicing; empty: as the configuration says.
        gauc_weight: What a user counts for; the configuration's where there is one.
        ndcg_at: Places of a list that NDCG looks at; likewise.
        metrics: Those alone; None: all that fit.
    """

    cluster: str | None = None
    user: str | None = None
    list: str | None = None
    slices: tuple[tuple[str, ...], ...] = ()
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    ndcg_at: int = 10
    metrics: frozenset[str] | None = None


def compare_scores(
    path: pathlib.Path, *, models: tuple[str, str], columns: ScoreColumns, config: PipelineConfig | None
) -> Compared:
    """Compares what both models have scores of, and judges the configuration's rules; see `measured_scores`."""
    found = measured_scores(path, models=models, columns=columns, config=config)
    return found if config is None else judged(found, config)


def measured_scores(
    path: pathlib.Path, *, models: tuple[str, str], columns: ScoreColumns, config: PipelineConfig | None
) -> Compared:
    """Compares what both models have scores of: `label/OUTPUT`, `A/OUTPUT` and `B/OUTPUT` are there.

    Without a configuration an output is binary where all its labels are 0 or 1, else a regression.

    Args:
        path: A Parquet file.
        models: A and B, as their columns are called.
        columns: What rows belong together.
        config: Names outputs, slices and clusters; None: the file does.

    Raises:
        UnusableInputError: The file cannot be read, lacks a column, or holds what cannot be a label.
    """
    columns = _declared(columns, config)
    try:
        file = pq.ParquetFile(path)
        job, notes = _job(path, file, models=models, columns=columns, config=config)
        comparison = dataclasses.replace(compare_files(job), references={Reference.BASELINE: models[1]})
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UnusableInputError([f"`{path}` cannot be compared: {error}"]) from error
    return Compared(models=models, comparison=comparison, notes=notes)


def _declared(columns: ScoreColumns, config: PipelineConfig | None) -> ScoreColumns:
    if config is None:
        return columns
    return ScoreColumns(
        cluster=columns.cluster or config.evaluation.cluster,
        user=columns.user or config.evaluation.user,
        list=columns.list or config.evaluation.list,
        slices=columns.slices or config.evaluation.slices,
        gauc_weight=config.evaluation.gauc_weight,
        ndcg_at=config.evaluation.ndcg_at,
        metrics=columns.metrics,
    )


def _job(
    path: pathlib.Path,
    file: pq.ParquetFile,
    *,
    models: tuple[str, str],
    columns: ScoreColumns,
    config: PipelineConfig | None,
) -> tuple[Job, tuple[str, ...]]:
    """What is compared, and what is not and why."""
    present, notes, tasks = file.schema_arrow.names, [], []
    others = [name for name in (columns.cluster, columns.user, columns.list) if name is not None]
    problems = [
        f"`{path}` has no column `{name}`. {nearest(name, present)} Correct the name or the file."
        for name in dict.fromkeys([*others, *(name for own in columns.slices for name in own)])
        if name not in present
    ]
    outputs = _outputs_in(file)
    if config is not None:
        outputs = {output.name: _metrics(output) for output in config.graph.outputs}
    for output, metrics in outputs.items():
        lost = [name for name in (label_column(output), *_score_columns(output, models)) if name not in present]
        if lost or not metrics:
            why = f"the file has no {', '.join(f'`{name}`' for name in lost)}" if lost else "classes need --data"
            notes.append(f"`{output}` is not compared: {why}.")
            continue
        tasks.append(_task(output, metrics, models=models, columns=columns, present=present))
    if not tasks and not problems:
        wanted = ", ".join(f"`{name}`" for name in ("label/OUTPUT", *_score_columns("OUTPUT", models)))
        problems.append(f"`{path}` must have {wanted} for one output or more, has {', '.join(present)}.")
    if problems:
        raise UnusableInputError(problems)
    job = Job(
        paths=(str(path),),
        tasks=tuple(tasks),
        cluster=columns.cluster,
        user=columns.user if any("gauc" in task.metrics for task in tasks) else None,
        list=columns.list if any("ndcg" in task.metrics for task in tasks) else None,
        gauc_weight=columns.gauc_weight,
        ndcg_at=columns.ndcg_at,
        slicings=columns.slices,
        workers=max(1, min(os.cpu_count() or 1, file.metadata.num_rows // _ROWS_OF_ONE_PROCESS)),
    )
    return job, tuple(notes)


def _task(
    output: str, metrics: Sequence[str], *, models: tuple[str, str], columns: ScoreColumns, present: Sequence[str]
) -> TaskColumns:
    candidate, reference = _score_columns(output, models)
    grouped = {"gauc": columns.user, "ndcg": columns.list}
    left_out = {metric for metric, column in grouped.items() if column is None}
    return TaskColumns(
        output=output,
        kind=Kind.BINARY if "auc" in metrics else Kind.REGRESSION,
        metrics=tuple(
            name for name in metrics if name not in left_out and (columns.metrics is None or name in columns.metrics)
        ),
        label=label_column(output),
        candidate=candidate,
        references={Reference.BASELINE: reference},
        known=known_column(output) if known_column(output) in present else None,
    )


def _score_columns(output: str, models: tuple[str, str]) -> tuple[str, str]:
    return f"{models[0]}/{output}", f"{models[1]}/{output}"


def _metrics(output: Output) -> tuple[str, ...]:
    """None of several classes, whose scores are more than a column."""
    return () if isinstance(output.kind, Multiclass) else tuple(own.value for own in metrics_of(output.kind))


def _outputs_in(file: pq.ParquetFile) -> dict[str, tuple[str, ...]]:
    """The metrics of every output that the file has a label of."""
    prefix = label_column("")
    names = [name for name in file.schema_arrow.names if name.startswith(prefix)]
    rest = dict.fromkeys(names, True)
    for batch in file.iter_batches(columns=names):
        for name in names:
            # A missing label is not known, whatever the output is.
            rest[name] = rest[name] and set(pc.unique(batch[name]).to_pylist()) <= {0, 1, None}
    return {name.removeprefix(prefix): _BINARY if is_binary else _REGRESSION for name, is_binary in rest.items()}
