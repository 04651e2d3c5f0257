"""Trains all twins, one after another, and exports them as one model."""

from __future__ import annotations

import contextlib
import logging
import posixpath
from collections.abc import Sequence
from typing import Final

import tensorflow as tf
import tensorflow_transform as tft

from components.trainer.errors import DivergedTrainingError
from components.trainer.export import export
from components.trainer.record import write_record
from components.trainer.run import training_of
from components.trainer.training import Trained
from components.twins.plan import TwinsPlan
from components.twins.single import twin_rows

__all__ = ["RECORDS", "train_twins"]

RECORDS: Final = "twins"  # Below it a folder an output: its training's record, and TensorBoard's files.

_LOG: Final = logging.getLogger(__name__)


def train_twins(
    plan: TwinsPlan,
    transformed: tft.TFTransformOutput,
    *,
    files: tuple[Sequence[str], Sequence[str]],
    serving: str,
    folder: str,
) -> dict[str, str]:
    """Exports one model whose signatures give every output from its own network.

    A killed run goes on where it was: checkpoints of all twins are kept until the model is there.

    Args:
        plan: What to train.
        transformed: The Transform graph.
        files: Patterns of transformed examples: of the train split, and of the watched split.
        serving: Folder of the SavedModel; not made where no twin could be trained.
        folder: For `RECORDS`.

    Returns:
        By output, why its twin diverged and is left out: that a network alone cannot learn it is no reason to stop a
        run whose model can.

    Raises:
        UnusableInputError: Transformed examples cannot be read.
        ScratchSpaceError: They do not fit on the disk.
        CheckpointsInUseError: The same training is under way in another process.
    """
    with contextlib.ExitStack() as until_exported:
        trained, diverged = _train_each(plan, transformed, until_exported, files=files, folder=folder)
        if trained:
            first, *others = (one.model for one in trained.values())
            layer, spec = transformed.transform_features_layer(), transformed.raw_feature_spec()
            export(
                first,
                layer,
                spec,
                columns=plan.columns,
                folder=serving,
                beside=others,
                user=plan.user,
                fusion=plan.fusion if not diverged else None,  # A score reads all of them.
                fusion_columns=plan.fusion_columns,
            )
        for name, one in trained.items():
            write_record(posixpath.join(folder, RECORDS, name), one.record)
    return diverged


def _train_each(
    plan: TwinsPlan,
    transformed: tft.TFTransformOutput,
    until_exported: contextlib.ExitStack,
    *,
    files: tuple[Sequence[str], Sequence[str]],
    folder: str,
) -> tuple[dict[str, Trained], dict[str, str]]:
    """By output, what was trained, whose checkpoints `until_exported` keeps, and why what is left out diverged."""
    trained: dict[str, Trained] = {}
    diverged: dict[str, str] = {}
    for twin in plan.twins:
        name = twin.task.name
        own, rows = plan.trainer_plan(twin), twin_rows(twin, plan.inputs)
        board = posixpath.join(folder, RECORDS, name)
        tf.io.gfile.makedirs(board)
        try:
            training = training_of(own, transformed, files=files, folder=board, rows=rows)
            trained[name] = until_exported.enter_context(training)
        except DivergedTrainingError as error:
            _LOG.warning("The twin of %s is left out: %s", name, error)
            diverged[name] = str(error)
    return trained, diverged
