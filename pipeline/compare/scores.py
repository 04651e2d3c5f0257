"""Two models whose scores are in a Parquet file already."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.comparison.cell import Cell, Reference, Status
from components.comparison.columns import TaskColumns
from components.comparison.files import Job, compare_files
from components.comparison.kinds import Kind
from components.errors import UnusableInputError
from components.gate.metrics import SCORE_METRICS, Metric, metrics_of
from components.gauc_weight import GaucWeight
from models.binding import nearest
from models.heads import Binary, HeadConfig, Multiclass
from models.tasks import known_column, label_column
from pipeline.compare.result import Compared, judged
from pipeline.config import PipelineConfig

__all__ = ["ScoreColumns", "compare_scores", "judged_by_label", "measured_scores"]

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


@dataclasses.dataclass(frozen=True)
class _Asked:
    """An output, or a fused score, that is compared by the label of an output."""

    output: str
    label: str
    metrics: tuple[str, ...]
    is_order: bool = False  # Its scores tell an order alone.


@dataclasses.dataclass(frozen=True)
class _Lacking:
    """What cannot be compared since the file lacks columns."""

    asked: _Asked
    columns: Sequence[str]
    path: pathlib.Path
    has_a: bool  # Only B's is missing.

    @property
    def why(self) -> str:
        return f"`{self.path.name}` has no {', '.join(f'`{name}`' for name in self.columns)}."

    @property
    def what(self) -> str:
        return "measured of A alone" if self.has_a else "not compared"

    def cell(self, metric: str) -> Cell:
        """That it cannot be told."""
        name, against = self.asked.output, Reference.BASELINE
        return Cell(output=name, metric=metric, against=against, status=Status.NOT_COMPARABLE, reason=self.why)


def compare_scores(
    path: pathlib.Path, *, models: tuple[str, str], columns: ScoreColumns, config: PipelineConfig | None
) -> Compared:
    """Compares what both models have scores of, and judges the configuration's rules; see `measured_scores`."""
    found, lacking = _measured(path, models=models, columns=columns, config=config)
    if config is None:
        return found
    # Of what is in neither, rules are told which column is missing; in a table it would be a line of nothing.
    unseen = tuple(one.cell(metric) for one in lacking if not one.has_a for metric in one.asked.metrics)
    whole = dataclasses.replace(found.comparison, cells=(*found.comparison.cells, *unseen))
    answered = judged(dataclasses.replace(found, comparison=whole), config)
    return dataclasses.replace(answered, comparison=found.comparison)


def measured_scores(
    path: pathlib.Path, *, models: tuple[str, str], columns: ScoreColumns, config: PipelineConfig | None
) -> Compared:
    """Compares what both models have scores of: `label/OUTPUT`, `A/OUTPUT` and `B/OUTPUT` are there.

    Without a configuration an output is binary where all its labels are 0 or 1, else a regression. A fused score of the
    configuration, which may be any number, has the label of what it is to rank. Where B's column is missing, A's value
    is measured alone.

    Args:
        path: A Parquet file.
        models: A and B, as their columns are called.
        columns: What rows belong together.
        config: Names outputs, slices and clusters; None: the file does.

    Raises:
        UnusableInputError: The file cannot be read, lacks a column, or holds what cannot be a label.
    """
    return _measured(path, models=models, columns=columns, config=config)[0]


def _measured(
    path: pathlib.Path, *, models: tuple[str, str], columns: ScoreColumns, config: PipelineConfig | None
) -> tuple[Compared, list[_Lacking]]:
    columns = _declared(columns, config)
    try:
        file = pq.ParquetFile(path)
        job, lacking, notes = _job(path, file, models=models, columns=columns, config=config)
        comparison = dataclasses.replace(compare_files(job), references={Reference.BASELINE: models[1]})
        comparison = dataclasses.replace(comparison, cells=tuple(_with_lacking(comparison.cells, lacking)))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UnusableInputError([f"`{path}` cannot be compared: {error}"]) from error
    return Compared(models=models, comparison=comparison, notes=notes), lacking


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
) -> tuple[Job, list[_Lacking], tuple[str, ...]]:
    """What is compared, what cannot be, and what is to be said of that."""
    present, notes, tasks, lacking = file.schema_arrow.names, [], [], []
    others = [name for name in (columns.cluster, columns.user, columns.list) if name is not None]
    problems = [
        f"`{path}` has no column `{name}`. {nearest(name, present)} Correct the name or the file."
        for name in dict.fromkeys([*others, *(name for own in columns.slices for name in own)])
        if name not in present
    ]
    asked = _outputs_in(file) if config is None else _outputs_of(config)
    for one in asked:
        needed = (label_column(one.label), *_score_columns(one.output, models))
        lost = [name for name in needed if name not in present]
        if not one.metrics:
            notes.append(f"`{one.output}` is not compared: classes need --data.")
        elif lost:
            lacking.append(_Lacking(one, lost, path, has_a=lost == [needed[-1]]))
            notes.append(f"`{one.output}` is {lacking[-1].what}: {lacking[-1].why}")
        if one.metrics and set(lost) <= {needed[-1]}:
            tasks.append(_task(one, models=models, columns=columns, present=present))
    if not any(task.references for task in tasks) and not problems:
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
    return job, lacking, tuple(notes)


def _task(one: _Asked, *, models: tuple[str, str], columns: ScoreColumns, present: Sequence[str]) -> TaskColumns:
    candidate, reference = _score_columns(one.output, models)
    grouped = {"gauc": columns.user, "ndcg": columns.list}
    left_out = {metric for metric, column in grouped.items() if column is None}
    wanted = [metric for metric in one.metrics if columns.metrics is None or metric in columns.metrics]
    return TaskColumns(
        output=one.output,
        kind=Kind.BINARY if "auc" in one.metrics else Kind.REGRESSION,
        metrics=tuple(metric for metric in wanted if metric not in left_out),
        label=label_column(one.label),
        candidate=candidate,
        references={Reference.BASELINE: reference} if reference in present else {},
        known=known_column(one.label) if known_column(one.label) in present else None,
        is_order=one.is_order,
    )


def _with_lacking(cells: Sequence[Cell], lacking: Sequence[_Lacking]) -> Iterator[Cell]:
    """Beside what A has alone, that B has none."""
    by_output = {one.asked.output: one for one in lacking}
    for cell in cells:
        yield cell
        if cell.output in by_output and not cell.slice:
            none_of_b = by_output[cell.output].cell(cell.metric)
            yield dataclasses.replace(none_of_b, candidate=cell.candidate, rows=cell.rows)


def _score_columns(output: str, models: tuple[str, str]) -> tuple[str, str]:
    return f"{models[0]}/{output}", f"{models[1]}/{output}"


def judged_by_label(config: PipelineConfig) -> dict[str, str]:
    """All that is compared, outputs and then fused scores, and the output whose label each is compared by."""
    fusion = config.fusion
    fused = {} if fusion is None or fusion.label is None else dict.fromkeys(fusion.judged, fusion.label)
    return {**{output.name: output.name for output in config.graph.outputs}, **fused}


def _outputs_of(config: PipelineConfig) -> list[_Asked]:
    metrics = {output.name: _metrics(output.kind) for output in config.graph.outputs}
    return [
        _Asked(output, label, _values(metrics.get(output, SCORE_METRICS)), is_order=output not in metrics)
        for output, label in judged_by_label(config).items()
    ]


def _metrics(kind: HeadConfig) -> Sequence[Metric]:
    """None of several classes, whose scores are more than a column."""
    return () if isinstance(kind, Multiclass) else metrics_of(kind)


def _values(metrics: Sequence[Metric]) -> tuple[str, ...]:
    return tuple(metric.value for metric in metrics)


def _outputs_in(file: pq.ParquetFile) -> list[_Asked]:
    """What the file has a label of."""
    prefix = label_column("")
    names = [name for name in file.schema_arrow.names if name.startswith(prefix)]
    rest = dict.fromkeys(names, True)
    for batch in file.iter_batches(columns=names):
        for name in names:
            # A missing label is not known, whatever the output is.
            rest[name] = rest[name] and set(pc.unique(batch[name]).to_pylist()) <= {0, 1, None}
    found = {name.removeprefix(prefix): _BINARY if is_binary else _REGRESSION for name, is_binary in rest.items()}
    return [_Asked(output, output, metrics) for output, metrics in found.items()]
