"""Trains a baseline on the rows of a configuration's last run, and judges it on its eval rows."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Final

from components.example_gen.split import EVAL, TRAIN, VALIDATION
from components.trees.boosting import TreeSettings
from pipeline.baseline.asked import Boosting, check_asked
from pipeline.baseline.fused import fused_columns, fused_scores
from pipeline.baseline.judged import MODEL, judged_beside, raw_columns
from pipeline.baseline.record import BaselineRecord
from pipeline.baseline.subject import Subject, asked_scores, subject_of
from pipeline.baseline.trees import Grove, grow_outputs
from pipeline.compare.result import Compared
from pipeline.config import PipelineConfig

__all__ = ["FOLDER", "scores_path", "tree_baseline"]

FOLDER: Final = "baselines"  # Below a pipeline's home.

# Scores of a ranking are no probabilities: nothing but their order is compared.
_METRICS: Final = {Boosting.GBDT: None, Boosting.LAMBDAMART: frozenset({"auc", "gauc", "ndcg"})}

Say = Callable[[str], None]


def tree_baseline(
    config: PipelineConfig,
    boosting: Boosting,
    settings: TreeSettings,
    *,
    tasks: Sequence[str] = (),
    lists: str | None = None,
    say: Say = lambda text: None,
) -> tuple[BaselineRecord, Compared]:
    """Grows trees on the train rows of the last run and judges them beside its model.

    Where validation rows are declared, they tell when to stop, as they choose the network's epoch; else train rows that
    are held out do. Eval rows are for judging alone.

    Args:
        config: A checked configuration whose pipeline has run.
        boosting: Which trees.
        settings: How they are grown.
        tasks: Those to learn; none means all.
        lists: The raw column within whose values rows are ranked; None: see `check_asked`.
        say: Told what is under way.

    Raises:
        NoRowsError, NoModelError: The run has left no rows, or no model.
        ConfigError: See `check_asked`.
        UnusableInputError: Rows cannot be read, or tell nothing.
    """
    column = check_asked(config, boosting, tasks=tasks, lists=lists)
    subject = subject_of(config)
    raw = raw_columns(config, column)
    say(f"reading the rows of run {subject.stored.run_id}")
    train = subject.rows(TRAIN, raw)
    watched = subject.rows(VALIDATION, raw) if subject.plan.watched_split == VALIDATION else None
    began = time.monotonic()
    grove = grow_outputs(
        config.graph,
        boosting,
        dataclasses.replace(settings, ndcg_at=config.evaluation.ndcg_at),
        tasks=tasks,
        rows=train,
        watched=watched,
        categorical=[one.name for one in subject.plan.served_inputs if one.dim and one.combiner is None],
        lists=column,
        say=say,
    )
    seconds = time.monotonic() - began
    ranked_in = lists or (column if boosting is Boosting.LAMBDAMART else None)
    compared = _judged(subject, boosting, grove, raw=raw, lists=ranked_in, say=say)
    record = BaselineRecord(
        run_id=subject.stored.run_id,
        kind=boosting.value,
        train_rows=len(train.serialized),
        digest=train.digest,
        seconds=seconds,
        comparison=compared.comparison,
        notes=grove.notes,
    )
    return record, compared


def _judged(
    subject: Subject, boosting: Boosting, grove: Grove, *, raw: Sequence[str], lists: str | None, say: Say
) -> Compared:
    say("judging it on the eval rows, beside the model of the run")
    needed = tuple(dict.fromkeys([*raw, *fused_columns(subject.config.fusion)]))
    rows, path = subject.rows(EVAL, needed), scores_path(subject, boosting.value)
    answers = grove.scores(rows)
    if boosting is Boosting.GBDT:  # What ranks alone is in no formula.
        answers |= fused_scores(subject.model, answers, rows.raw)
    compared = judged_beside(
        subject.config,
        rows,
        model=asked_scores(subject.model, rows.serialized),
        baseline=(boosting.value, answers),
        path=path,
        lists=lists,
        metrics=_METRICS[boosting],
    )
    say(f"scores, for `evenkeel compare {MODEL} {boosting.value} --scores`: {path}")
    return dataclasses.replace(compared, notes=grove.notes)


def scores_path(subject: Subject, kind: str) -> pathlib.Path:
    """The file of both models' scores."""
    return pathlib.Path(os.path.abspath(subject.config.home), FOLDER, f"{subject.stored.run_id}.{kind}.parquet")
