"""Measures the affinity of a configuration's tasks on the rows of its last run."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence

from components.affinity.run import measure
from components.example_gen.split import TRAIN
from components.trainer.rows import Split, row_format, store_rows
from models.tasks import TaskGraph
from pipeline.affinity.inputs import stored_inputs
from pipeline.affinity.proposal import propose
from pipeline.affinity.record import AffinityRecord, judged
from pipeline.affinity.stored import last_rows
from pipeline.config import PipelineConfig
from pipeline.graph import trainer_plan

__all__ = ["affinity_of"]


def affinity_of(
    config: PipelineConfig, *, steps: int, seed: int | None, say: Callable[[str], None] = lambda text: None
) -> AffinityRecord:
    """Measures, judges and proposes; leaves no file.

    Args:
        config: A checked configuration whose pipeline has run.
        steps: Of each training.
        seed: The first; None takes that of the configuration.
        say: Told what is under way.

    Raises:
        NoRowsError: There are no transformed rows of it.
        UnusableInputError: They cannot be read.
    """
    plan = trainer_plan(config)
    stored = last_rows(config.metadata_file, plan)
    first = config.training.seed if seed is None else seed
    say(f"reading the transformed rows of run {stored.run_id}")
    rows, limit = row_format(plan.inputs, TaskGraph(plan.tasks)), plan.training.shuffle_rows
    largest = plan.training.largest_list
    with (
        store_rows(_files(stored.examples, TRAIN), rows, split=TRAIN, bucket_rows=limit) as train,
        store_rows(
            _files(stored.examples, plan.watched_split), rows, split=plan.watched_split, bucket_rows=limit
        ) as watched,
    ):
        inputs = stored_inputs(plan, stored.transform_graph)
        splits = Split(train, rows, largest), Split(watched, rows, largest)
        measured = measure(plan, inputs, *splits, steps=steps, seed=first, say=say)
    record = judged(measured, config.trained_graph, run_id=stored.run_id, steps=steps, seed=first)
    return dataclasses.replace(record, proposal=propose(config, record.pairs))


def _files(examples: str, split: str) -> Sequence[str]:
    return [os.path.join(examples, f"Split-{split}", "*")]
