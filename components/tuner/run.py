"""The Tuner node's entry point."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import tensorflow as tf
import tensorflow_transform as tft

from components.trainer.build import model_input
from components.trainer.checkpoints import remove_checkpoints
from components.trainer.claim import claimed
from components.trainer.fingerprint import checkpoint_folder
from components.trainer.plan import PLAN_KEY, TrainerPlan
from components.trainer.rows import RowStore, Split, row_format, store_rows
from components.trainer.training import train
from components.tuner.plan import SearchPlan
from components.tuner.runs import Losses, Runs
from components.tuner.search import PlanTuner
from models.inputs import Input

if TYPE_CHECKING:
    from tfx.components.trainer.fn_args_utils import FnArgs
    from tfx.components.tuner.component import TunerFnResult

__all__ = ["trainer_of", "tuner_fn"]

_SUFFIX: Final = "search"


def tuner_fn(fn_args: FnArgs) -> TunerFnResult:
    """The tuner of the plan in `custom_config`; its rows are there until it has searched.

    Args:
        fn_args: Files of transformed examples, and the Transform graph.

    Raises:
        UnusableInputError: Transformed examples cannot be read.
        ScratchSpaceError: They do not fit on the disk.
        CheckpointsInUseError: The same search is under way in another process.
    """
    from tfx.components.tuner.component import TunerFnResult

    plan = SearchPlan.from_json(fn_args.custom_config[PLAN_KEY])
    trainer = plan.trainer
    transformed = tft.TFTransformOutput(fn_args.transform_graph_path)
    names = {column.vocabulary for column in trainer.inputs if column.vocabulary is not None}
    sizes = {name: transformed.vocabulary_size_by_name(name) for name in names}
    inputs = tuple(model_input(column, sizes) for column in trainer.inputs)
    rows, limit = row_format(trainer.inputs, trainer.graph), trainer.training.shuffle_rows
    with contextlib.ExitStack() as stack:
        stores = [
            stack.enter_context(store_rows(files, rows, split=split, bucket_rows=limit))
            for files, split in ((fn_args.train_files, "train"), (fn_args.eval_files, trainer.watched_split))
        ]
        folder = f"{checkpoint_folder(trainer, inputs, stores, start=plan.to_json())}-{_SUFFIX}"
        stack.enter_context(claimed(folder))
        splits = Split(stores[0], rows), Split(stores[1], rows)
        runs = Runs(plan, folder, trainer_of(inputs, stores, splits=splits))
        return TunerFnResult(PlanTuner(plan, runs, folder, until_searched=stack.pop_all()), {})


def trainer_of(
    inputs: tuple[Input, ...], stores: Sequence[RowStore], *, splits: tuple[Split, Split]
) -> Callable[[TrainerPlan], Losses]:
    """From a plan to its losses on the split that it watches, after the epoch that its rule keeps."""

    def losses_of(plan: TrainerPlan) -> Losses:
        checkpoints = checkpoint_folder(plan, inputs, stores)
        with claimed(checkpoints), tempfile.TemporaryDirectory() as board:
            record = train(plan, inputs, *splits, folder=board).record
        remove_checkpoints(checkpoints)
        tf.keras.backend.clear_session()  # Or every trial's graph would stay in memory.
        (kept,) = [one for one in record.intervals if one.epoch == record.selected_epoch]
        return {loss.name: kept.watched[f"{loss.name}_loss"] for loss in plan.graph.watched}

    return losses_of
