"""Both models over all rows, a batch at a time, with the Evaluator's own sums."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import tensorflow_model_analysis as tfma

from components.comparison.cell import Reference
from components.comparison.groups import GroupSums
from components.comparison.rows import Rows as ComparedRows
from components.evaluator.assembling import Header, compare
from components.evaluator.batches import join, rows_of, take, without_clusters
from components.evaluator.combining import GroupsOf, OutputSums, group_sums
from components.evaluator.grouping import ids
from components.evaluator.lineup import Lineup
from components.evaluator.plan import EvaluatorPlan
from components.pusher.folder import versions
from models.tasks import known_column, label_column
from pipeline.compare.lineups import compared_outputs
from pipeline.compare.model import ComparedModel, open_compared
from pipeline.compare.result import Compared, judged
from pipeline.compare.rows import Rows, read_rows
from pipeline.config import PipelineConfig
from pipeline.evaluation import evaluator_plan
from pipeline.example_plan import example_gen_plan

__all__ = ["compare_models"]

CANDIDATE: Final = "A"
REFERENCE: Final = "B"

_Key = tuple[str, str]  # Output and metric.


def compare_models(config: PipelineConfig, *, candidate: str, reference: str, path: str) -> Compared:
    """Scores rows with both models and compares what both serve, as the pipeline's Evaluator and gate would.

    Memory does not grow with rows, but for metrics within users or lists, of which scores and labels are kept.

    Args:
        config: Names the tasks, how rows are written, slices, clusters and rules.
        candidate: A's folder: a SavedModel, or one of numbered versions, of which the highest is taken.
        reference: B's.
        path: A file or glob of raw rows.

    Raises:
        UnusableModelError: A model does not load, cannot score the rows, or has no output that is compared.
        UnusableInputError: The rows are not as declared.
    """
    plan, rows_plan = evaluator_plan(config), example_gen_plan(config)
    folders = [_folder(candidate), _folder(reference)]
    both = [
        open_compared(name, folder, rows_plan.columns)
        for name, folder in zip((CANDIDATE, REFERENCE), folders, strict=True)
    ]
    lineups, notes = compared_outputs(plan, *both)
    sums = {output: OutputSums(lineup) for output, lineup in lineups.items()}
    pieces: dict[_Key, list[GroupsOf]] = {}
    more = [column for model in both for column in model.columns]
    for rows in read_rows(rows_plan, plan, path=path, more=more):
        extracts = _extracts(rows, both, {name: plan.judged[name].name for name in lineups})
        for output, own in rows_of(extracts, plan, lineups):
            sums[output].add(own)
            for piece in _groups(extracts, plan, lineups[output], own):
                pieces.setdefault((piece.output, piece.metric), []).append(piece)
    groups = {(output, metric): _summed(lineups[output], metric, found) for (output, metric), found in pieces.items()}
    header = Header(
        cluster_column=plan.cluster,
        references={Reference.BASELINE: reference},
        missing={},
        empty=(),
        gauc_weight=plan.gauc_weight,
    )
    found = Compared(
        models=(candidate, reference), comparison=compare(header, lineups, sums=sums, groups=groups), notes=notes
    )
    return judged(found, config)


def _folder(path: str) -> str:
    found = versions(path) if not os.path.exists(os.path.join(path, "saved_model.pb")) else []
    return os.path.join(path, str(found[-1])) if found else path


def _extracts(rows: Rows, both: list[ComparedModel], labels: Mapping[str, str]) -> dict[str, Any]:
    """As TFMA's extractors leave a batch, given the output whose label each is compared by."""
    return {
        tfma.INPUT_KEY: rows.examples,
        tfma.FEATURES_KEY: rows.columns,
        tfma.LABELS_KEY: {name: rows.columns[label_column(of)] for name, of in labels.items()},
        tfma.EXAMPLE_WEIGHTS_KEY: {name: rows.columns[known_column(of)] for name, of in labels.items()},
        tfma.PREDICTIONS_KEY: {model.opened.name: model.scores(rows) for model in both},
    }


def _groups(extracts: Mapping[str, Any], plan: EvaluatorPlan, lineup: Lineup, rows: ComparedRows) -> Iterator[GroupsOf]:
    """Rows with a known label, for each metric within users or lists."""
    is_known = np.asarray(rows.known) > 0
    for metric in lineup.plan.metrics:
        if metric in plan.groups:
            kept = take(rows if metric in lineup.clustered_groups else without_clusters(rows), is_known)
            groups = ids(extracts[tfma.FEATURES_KEY], plan.groups[metric], len(is_known))
            yield GroupsOf(lineup.plan.output, metric, kept, groups[is_known])


def _summed(lineup: Lineup, metric: str, pieces: list[GroupsOf]) -> GroupSums:
    sums = group_sums(lineup, metric)
    sums.add(join([piece.rows for piece in pieces]), np.concatenate([piece.groups for piece in pieces]))
    return sums
