"""A baseline's scores of the eval rows beside the model's: a file that `evenkeel compare` reads, and what it says."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.tasks import known_column, label_column
from pipeline.baseline.rows import RunRows
from pipeline.compare.result import Compared
from pipeline.compare.scores import ScoreColumns, judged_by_label, measured_scores
from pipeline.config import PipelineConfig

__all__ = ["MODEL", "judged_beside", "raw_columns"]

MODEL: Final = "model"  # What the run's model is called in the file.

Scores = Mapping[str, np.ndarray]  # `[rows]` by output.


def raw_columns(config: PipelineConfig, lists: str | None) -> tuple[str, ...]:
    """The raw columns by which rows belong together."""
    sliced = [column for columns in config.evaluation.slices for column in columns]
    grouping = config.evaluation.group_columns.values()
    return tuple(dict.fromkeys([*sliced, *grouping, *([] if lists is None else [lists])]))


def judged_beside(
    config: PipelineConfig,
    rows: RunRows,
    *,
    model: Scores,
    baseline: tuple[str, Scores],
    path: pathlib.Path,
    lists: str | None = None,
    metrics: frozenset[str] | None = None,
) -> Compared:
    """Writes the file and compares what both have scores of; a gain above 0 is the model's.

    Args:
        config: Names outputs, slices and clusters.
        rows: Eval rows, with the columns of `raw_columns`.
        model: The model's scores, fused ones among them.
        baseline: Its name and its scores, likewise.
        path: The file, Parquet.
        lists: The column that NDCG ranks in; None: the configuration's.
        metrics: Those alone; None: all that fit.
    """
    name, found = baseline
    columns = {column: rows.raw[column] for column in raw_columns(config, lists)}
    for output, ranked in judged_by_label(config).items():
        if output not in found or output not in model:
            continue
        for column in (label_column(ranked), known_column(ranked)):
            columns[column] = rows.targets[column]
        columns[f"{MODEL}/{output}"] = model[output]
        columns[f"{name}/{output}"] = found[output]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    asked = ScoreColumns(list=lists, metrics=metrics)
    compared = measured_scores(path, models=(MODEL, name), columns=asked, config=config)
    return dataclasses.replace(compared, notes=())  # The baseline says itself what it left out.
