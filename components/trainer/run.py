"""The Trainer node's entry point."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import tensorflow_transform as tft

from components.fusion.kept import WEIGHTS_KEY
from components.parity.golden import GOLDEN_FILES_KEY
from components.trainer.build import model_input
from components.trainer.checkpoints import remove_checkpoints
from components.trainer.claim import claimed
from components.trainer.export import export
from components.trainer.fingerprint import checkpoint_folder
from components.trainer.golden import keep_golden
from components.trainer.plan import PLAN_KEY, TrainerPlan
from components.trainer.record import write_record
from components.trainer.rows import RowFormat, Split, row_format, store_rows
from components.trainer.segments import SegmentColumn
from components.trainer.training import Trained, train
from components.trainer.values import with_values
from components.trainer.warmup import write_warmup
from components.warm_start.beginning import Beginning
from components.warm_start.layout import vocabularies
from components.warm_start.start import START_KEY, Start
from models.fusion import parse_weights
from models.tasks import TaskGraph

if TYPE_CHECKING:
    from tfx.components.trainer.fn_args_utils import FnArgs

__all__ = ["run_fn", "training_of"]


def run_fn(fn_args: FnArgs) -> None:
    """Trains the model of the plan in `custom_config` and exports it.

    Args:
        fn_args: Files of transformed examples, the Transform graph, the folders to fill.

    Raises:
        UnusableInputError: Transformed examples cannot be read.
        ScratchSpaceError: They do not fit on the disk.
        DivergedTrainingError: A loss or a weight is no longer finite; nothing is exported.
        CheckpointsInUseError: The same training is under way in another process.
        UnusableStartError: What it is to go on from was damaged.
    """
    plan = TrainerPlan.from_json(fn_args.custom_config[PLAN_KEY])
    if fn_args.hyperparameters:
        plan = with_values(plan, fn_args.hyperparameters["values"])
    transformed = tft.TFTransformOutput(fn_args.transform_output)
    files = fn_args.train_files, fn_args.eval_files
    beginning = _beginning(plan, transformed, fn_args.custom_config)
    weights = parse_weights(fn_args.custom_config[WEIGHTS_KEY]) if fn_args.custom_config.get(WEIGHTS_KEY) else None
    with training_of(plan, transformed, files=files, folder=fn_args.model_run_dir, beginning=beginning) as trained:
        export(
            trained.model,
            transformed.transform_features_layer(),
            transformed.raw_feature_spec(),
            columns=plan.columns,
            folder=fn_args.serving_model_dir,
            user=plan.user,
            fusion=plan.fusion,
            fusion_columns=plan.fusion_columns,
            weights=weights,
        )
        if beginning is not None:
            beginning.keep(trained.model, fn_args.serving_model_dir)
        write_record(fn_args.model_run_dir, trained.record)
        if GOLDEN_FILES_KEY in fn_args.custom_config:
            golden = keep_golden(
                trained.model,
                transformed.transform_features_layer(),
                transformed.raw_feature_spec(),
                plan=plan,
                files=fn_args.custom_config[GOLDEN_FILES_KEY],
                folder=fn_args.model_run_dir,
                weights=weights,
            )
            write_warmup(fn_args.serving_model_dir, golden.rows, columns=plan.served_columns, user=plan.user)


@contextlib.contextmanager
def training_of(
    plan: TrainerPlan,
    transformed: tft.TFTransformOutput,
    *,
    files: tuple[Sequence[str], Sequence[str]],
    folder: str,
    rows: RowFormat | None = None,
    beginning: Beginning | None = None,
) -> Iterator[Trained]:
    """The trained model of a plan; what a killed run would go on from is there until the block ends well.

    Args:
        plan: What to train, and how.
        transformed: The Transform graph.
        files: Patterns of transformed examples: of the train split, and of the plan's watched split.
        folder: For TensorBoard.
        rows: How examples are read; None as the plan's inputs and tasks say.
        beginning: What it goes on from; None for fresh weights.

    Raises:
        UnusableInputError, ScratchSpaceError, DivergedTrainingError, CheckpointsInUseError, UnusableStartError: As
            `run_fn`.
    """
    names = {column.vocabulary for column in plan.inputs if column.vocabulary is not None}
    sizes = {name: transformed.vocabulary_size_by_name(name) for name in names}
    inputs = tuple(model_input(column, sizes) for column in plan.inputs)
    rows = rows or row_format(plan.inputs, TaskGraph(plan.tasks))
    limit = plan.training.shuffle_rows
    with contextlib.ExitStack() as until_the_end:
        with (
            store_rows(files[0], rows, split="train", bucket_rows=limit) as train_store,
            store_rows(files[1], rows, split=plan.watched_split, bucket_rows=limit) as watched_store,
        ):
            start = "" if beginning is None else beginning.fingerprint
            checkpoints = checkpoint_folder(plan, inputs, [train_store, watched_store], start=start)
            until_the_end.enter_context(claimed(checkpoints))
            largest = plan.training.largest_list
            train_rows, watched_rows = Split(train_store, rows, largest), Split(watched_store, rows, largest)
            segments = _segments(plan, transformed)
            trained = train(
                plan, inputs, train_rows, watched_rows, folder=folder, segments=segments, beginning=beginning
            )
        yield trained
        remove_checkpoints(checkpoints)


def _beginning(plan: TrainerPlan, transformed: tft.TFTransformOutput, told: Mapping[str, str]) -> Beginning | None:
    """None where training is not to go on from anything."""
    if START_KEY not in told:
        return None
    return Beginning(Start.from_json(told[START_KEY]), plan, vocabularies(plan, transformed))


def _segments(plan: TrainerPlan, transformed: tft.TFTransformOutput) -> list[SegmentColumn]:
    vocabularies = {column.name: column.vocabulary for column in plan.inputs}
    return [
        SegmentColumn(
            column=column,
            name=name,
            vocabulary=[value.decode(errors="replace") for value in transformed.vocabulary_by_name(vocabularies[name])],
        )
        for column, name in plan.segments.items()
    ]
