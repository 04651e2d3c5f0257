"""Other weights against those that serve, on the rows that the Evaluator kept, by its own sums."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from components.comparison.cell import Cell, Comparison, Reference
from components.comparison.columns import memberships_of
from components.comparison.groups import GroupSums
from components.comparison.kinds import Kind
from components.comparison.paired import PairedSums
from components.comparison.plan import OutputPlan
from components.comparison.rows import Rows
from components.evaluator.plan import EvaluatorPlan
from components.fusion.rows_file import columns_of, id_column, numbers_of, slice_column, values_of
from components.gate.metrics import SCORE_METRICS
from models.fusion import SCORE, FlatWeights, FusionConfig, score_name, score_rows
from models.fusion.spread import between_0_and_1
from models.tasks import known_column, label_column

__all__ = ["columns_to_compare", "compare_weights"]


def columns_to_compare(plan: EvaluatorPlan, fusion: FusionConfig) -> list[str]:
    """Of the file of rows, those that `compare_weights` reads."""
    groups = [column for column in (plan.cluster, *plan.groups.values()) if column is not None]
    slices = [slice_column(column) for columns in plan.slices for column in columns]
    return list(dict.fromkeys([*columns_of(fusion), *map(id_column, groups), *slices]))


def compare_weights(
    plan: EvaluatorPlan,
    fusion: FusionConfig,
    batch: pa.RecordBatch,
    *,
    scores: Sequence[str],
    candidate: FlatWeights,
    references: Mapping[Reference, FlatWeights],
) -> Comparison:
    """Scores with some weights, against the same scores with others.

    Args:
        plan: Which rows belong together.
        fusion: What serves; it has a label.
        batch: All rows of the file, of the columns that `columns_to_compare` names.
        scores: Some of `fusion.judged`.
        candidate: The weights that are judged.
        references: What they are judged against.
    """
    values = values_of(fusion, batch)
    label = str(fusion.label)
    renamed = batch.rename_columns([name.removeprefix(slice_column("")) for name in batch.schema.names])
    rows = Rows(
        labels=numbers_of(batch[label_column(label)]).astype(np.float64),
        scores=np.zeros((1 + len(references), len(batch))),
        clusters=None if plan.cluster is None else _ids(batch, plan.cluster),
        slices=memberships_of(renamed, plan.slices),
        known=numbers_of(batch[known_column(label)]).astype(np.float64),
    )
    cells: list[Cell] = []
    for score in scores:
        formula = fusion.served if score == SCORE else score.removeprefix(score_name(""))
        of_each = [score_rows(fusion, formula, values, weights=own) for own in (candidate, *references.values())]
        judged = dataclasses.replace(rows, scores=between_0_and_1(np.stack(of_each)))
        output = plan.output_plan(
            score,
            kind=Kind.BINARY,
            metrics=[metric.value for metric in SCORE_METRICS],
            references=tuple(references),
        )
        cells += _cells(output, judged, dict(_groups(plan, batch)), plan.clustered_groups)
    return Comparison(cells=tuple(cells), cluster_column=plan.cluster, gauc_weight=plan.gauc_weight)


def _cells(
    output: OutputPlan, rows: Rows, groups: Mapping[str, np.ndarray], clustered_groups: frozenset[str]
) -> Iterator[Cell]:
    sums = PairedSums(output)
    sums.add(rows)
    found = {metric: [cell for cell in sums.cells() if cell.metric == metric] for metric in output.metrics}
    for metric in output.metrics:
        if metric in groups:
            is_clustered = metric in clustered_groups
            within = GroupSums(dataclasses.replace(output, clustered=is_clustered), metric)
            within.add(rows if is_clustered else dataclasses.replace(rows, clusters=None), groups[metric])
            found[metric] = list(within.cells())
        yield from found[metric]


def _groups(plan: EvaluatorPlan, batch: pa.RecordBatch) -> Iterator[tuple[str, np.ndarray]]:
    """By metric, the ids of users or lists."""
    for metric, column in plan.groups.items():
        yield metric, _ids(batch, column)


def _ids(batch: pa.RecordBatch, column: str) -> np.ndarray:
    return numbers_of(batch[id_column(column)]).astype(np.uint64, copy=False)
