"""The last run of a configuration: its rows, and the model that a baseline is judged beside."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Sequence
from typing import Final

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.trainer.plan import TrainerPlan
from components.trainer.rows import row_format
from pipeline.affinity.stored import StoredRows, last_rows
from pipeline.baseline.errors import NoModelError
from pipeline.baseline.rows import RunRows, read_rows
from pipeline.config import PipelineConfig
from pipeline.graph import trainer_plan

__all__ = ["SERVING", "Subject", "asked_scores", "subject_of"]

SERVING: Final = "Format-Serving"  # Where TFX puts what is served, in a model's folder.

_BATCH_ROWS: Final = 4_096


@dataclasses.dataclass(frozen=True)
class Subject:
    """What a baseline is trained on and judged beside.

    Attributes:
        config: Of the run.
        stored: Where its rows and its model are.
        plan: What its Trainer was told.
    """

    config: PipelineConfig
    stored: StoredRows
    plan: TrainerPlan

    @functools.cached_property
    def transformed(self) -> tft.TFTransformOutput:
        """The run's Transform graph."""
        return tft.TFTransformOutput(self.stored.transform_graph)

    @property
    def model(self) -> str:
        """Folder of the SavedModel."""
        return os.path.join(self.stored.model, SERVING)

    def rows(self, split: str, raw: Sequence[str] = ()) -> RunRows:
        """A split, and raw columns of it."""
        form = row_format(self.plan.served_inputs, self.config.graph)
        return read_rows(self.stored.raw_examples, split, transformed=self.transformed, rows=form, raw=raw)


def subject_of(config: PipelineConfig) -> Subject:
    """The newest run that fits the configuration.

    Raises:
        NoRowsError: There is none, or its rows are gone.
        NoModelError: It left no model.
    """
    plan = trainer_plan(config)
    stored = last_rows(config.metadata_file, plan)
    lacking = {"rows": stored.raw_examples, "model": stored.model and os.path.join(stored.model, SERVING)}
    gone = [what for what, place in lacking.items() if not os.path.isdir(place)]
    if gone:
        raise NoModelError(
            f"`CONFIG`'s last run must have left its {' and its '.join(gone)}, got run {stored.run_id} without: "
            "do `evenkeel run` with it again."
        )
    return Subject(config, stored, plan)


def asked_scores(folder: str, serialized: Sequence[bytes]) -> dict[str, np.ndarray]:
    """By output that is one number a row, `[rows]`: what a SavedModel answers to tf.Examples."""
    signature = tf.saved_model.load(folder, tags=["serve"]).signatures["serving_default"]
    answers = [
        signature(examples=tf.constant(serialized[start : start + _BATCH_ROWS], tf.string))
        for start in range(0, len(serialized), _BATCH_ROWS)
    ]
    names = [name for name, values in answers[0].items() if values.shape.rank == 1 and values.dtype.is_floating]
    return {name: np.concatenate([answer[name].numpy() for answer in answers]) for name in names}
