"""The data's way, from raw rows to a pushed model: one configuration, one TFX pipeline."""

from __future__ import annotations

import dataclasses
import os
from typing import Final

from ml_metadata.proto import metadata_store_pb2

# Not `from tfx import v1`, which takes nine seconds more, all of them Google Cloud.
from tfx.components import ExampleValidator, StatisticsGen, Transform
from tfx.dsl.components.base import base_component
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.proto import pusher_pb2, transform_pb2
from tfx.types import Channel

from components.baseline.component import ServedModel
from components.data_check.component import AnomalyStop, DeclaredSchema
from components.evaluator.component import PairedEvaluator
from components.example_gen.component import TaskExampleGen
from components.example_gen.split import TRAIN
from components.gate.component import TaskGate
from components.parity.component import ParityCheck
from components.pusher.component import VersionPusher
from components.shift.component import ShiftCheck
from components.trainer.component import GoldenTrainer
from components.trainer.plan import TrainerPlan
from components.tuner.component import SearchTuner
from components.tuner.config import When
from components.tuner.plan import SearchPlan
from components.twins.component import SingleTaskTwins
from components.warm_start.component import WarmStart
from pipeline.checks import parity_check, shift_checks
from pipeline.config import PipelineConfig
from pipeline.config.gate import gate_policy
from pipeline.config.inputs import input_plans, segment_inputs
from pipeline.config.push import push_policy
from pipeline.evaluation import evaluator_plan
from pipeline.example_plan import example_gen_plan
from pipeline.features import FEATURES_KEY, LIST_KEY, PASSED_KEY, features_to_json
from pipeline.fingerprint import CODE_KEY, code_fingerprint
from pipeline.fusion.node import fusion_tuner
from pipeline.twins import last_file, twins_plan

__all__ = ["build_pipeline"]

_OF_TRANSFORM: Final = {"examples": "transformed_examples", "transform_graph": "transform_graph"}
_PREPROCESSING_FN: Final = "pipeline.features.preprocessing_fn"


def build_pipeline(config: PipelineConfig) -> tfx_pipeline.Pipeline:
    """The whole pipeline, in the order in which data passes through it.

    Args:
        config: A checked configuration.

    Returns:
        A pipeline any TFX orchestrator can run; its artifacts, metadata and checkpoints lie under `config.home`.
    """
    rows_plan = example_gen_plan(config)
    examples = TaskExampleGen(rows_plan)
    rows = examples.outputs["examples"]
    statistics = StatisticsGen(examples=rows)
    schema = DeclaredSchema(rows_plan)
    declared = schema.outputs["schema"]
    validator = ExampleValidator(statistics=statistics.outputs["statistics"], schema=declared)
    stop = AnomalyStop(anomalies=validator.outputs["anomalies"])
    transform = _transform(config, rows, declared)
    transform.add_upstream_node(stop)
    *starting, trainer = _training(config, transform, rows=rows, schema=declared)
    parity = parity_check(config, model=trainer.outputs["model"], model_run=trainer.outputs["model_run"])
    references = _references(config, trainer, transform)
    evaluator = PairedEvaluator(
        evaluator_plan(config),
        examples=rows,
        schema=declared,
        model=trainer.outputs["model"],
        **{name: node.outputs["model"] for name, node in references.items()},
    ).with_id("Evaluator")
    shifts = shift_checks(
        config,
        dict(rows_plan.delimiters),
        statistics=statistics.outputs["statistics"],
        served=references["baseline_model"].outputs["model"],
    )
    gate = _gate(config, trainer, evaluator, parity=parity, shifts=shifts)
    pusher = _pusher(
        config, trainer, gate, served=references["baseline_model"], statistics=statistics, evaluator=evaluator
    )
    proposing = fusion_tuner(
        config, evaluation=evaluator.outputs["evaluation"], model=trainer.outputs["model"], pusher=pusher
    )
    return tfx_pipeline.Pipeline(
        pipeline_name=config.name,
        pipeline_root=os.path.join(config.home, "artifacts"),
        metadata_connection_config=_metadata_file(config.metadata_file),
        components=[
            *(examples, statistics, schema, validator, stop, transform, *starting, trainer),
            *(parity, *references.values(), *shifts.values(), evaluator, gate, pusher, *proposing),
        ],
        enable_cache=True,
        beam_pipeline_args=list(config.beam.pipeline_args),
    )


def _metadata_file(path: str) -> metadata_store_pb2.ConnectionConfig:
    """As TFX's function of that purpose, which makes the folder too: to compile for elsewhere must leave nothing."""
    mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    sqlite = metadata_store_pb2.SqliteMetadataSourceConfig(filename_uri=path, connection_mode=mode)
    return metadata_store_pb2.ConnectionConfig(sqlite=sqlite)


def _transform(config: PipelineConfig, rows: Channel, schema: Channel) -> Transform:
    return Transform(
        examples=rows,
        schema=schema,
        preprocessing_fn=_PREPROCESSING_FN,
        # The Evaluator reads raw rows, so eval is transformed only where the Trainer watches it.
        splits_config=transform_pb2.SplitsConfig(analyze=[TRAIN], transform=[TRAIN, config.watched_split]),
        custom_config={
            FEATURES_KEY: features_to_json(config.features),
            PASSED_KEY: list(config.graph.columns),
            **({} if config.graph.list_column is None else {LIST_KEY: config.graph.list_column}),
            CODE_KEY: code_fingerprint("pipeline/features.py"),
        },
        disable_statistics=True,  # StatisticsGen has them of the raw columns; those of ids and z-scores say no more.
    )


def _training(
    config: PipelineConfig, transform: Transform, *, rows: Channel, schema: Channel
) -> list[base_component.BaseComponent]:
    """The Trainer, and before it those that say what it goes on from, and by which values, if that is declared."""
    transformed = {name: transform.outputs[of] for name, of in _OF_TRANSFORM.items()}
    starting: list[base_component.BaseComponent] = []
    searching = [SearchTuner(search_plan(config), **transformed).with_id("Tuner")] if is_searched(config) else []
    if config.training.warm_start is not None:
        policy, folder = config.training.warm_start, config.serving_directory
        starting = [WarmStart(policy, trainer_plan(config), directory=folder, raw_examples=rows, **transformed)]
    trainer = GoldenTrainer(
        trainer_plan(config),
        raw_examples=rows,
        schema=schema,
        base_model=starting[0].outputs["model"] if starting else None,
        hyperparameters=searching[0].outputs["best_hyperparameters"] if searching else None,
        directory=os.path.abspath(config.serving_directory),
        **transformed,
    )
    return [*starting, *searching, trainer.with_id("Trainer")]


def _gate(
    config: PipelineConfig,
    trainer: GoldenTrainer,
    evaluator: PairedEvaluator,
    *,
    parity: ParityCheck,
    shifts: dict[str, ShiftCheck],
) -> base_component.BaseComponent:
    return TaskGate(
        evaluation=evaluator.outputs["evaluation"],
        model=trainer.outputs["model"],
        policy=gate_policy(config.gate, config.graph, config.fusion).to_json(),
        code=code_fingerprint("components/gate", "components/comparison"),
        parity=parity.outputs["parity"],
        **{name: node.outputs[name] for name, node in shifts.items()},
    )


def _references(
    config: PipelineConfig, trainer: GoldenTrainer, transform: Transform
) -> dict[str, base_component.BaseComponent]:
    """By the Evaluator's input: what serves when the candidate is done, and the anchor and twins where declared."""
    folder, anchor = os.path.abspath(config.serving_directory), config.gate.anchor
    found: dict[str, base_component.BaseComponent] = {"baseline_model": ServedModel(folder).with_id("ServingModel")}
    if anchor is not None:
        found["anchor_model"] = ServedModel(folder, which=str(anchor)).with_id("AnchorModel")
    for node in found.values():
        node.add_upstream_node(trainer)
    if config.twins is not None:
        found["twins_model"] = _twins(config, transform, every=config.twins.every)
    return found


def _twins(config: PipelineConfig, transform: Transform, *, every: int) -> SingleTaskTwins:
    return SingleTaskTwins(
        twins_plan(config),
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        every=every,
        last=last_file(config),
    )


def trainer_plan(config: PipelineConfig) -> TrainerPlan:
    """What the Trainer is told."""
    return TrainerPlan(
        tasks=config.tasks,
        inputs=tuple(input_plans(config.features)),
        columns=config.input_columns,
        model=dataclasses.replace(config.model, seed=config.training.seed),
        balancing=config.balancing,
        training=dataclasses.replace(config.training, warm_start=None),  # `WarmStart` is told, and tells the Trainer.
        watched_split=config.watched_split,
        checkpoint_root=config.checkpoints,
        code=code_fingerprint("models", "components/trainer", "components/warm_start"),
        segments=segment_inputs(config.served_features, config.evaluation.slices),
        user=config.serving.user,
        signals=config.signals,
        fusion=config.fusion,
        fusion_columns={name: config.served_columns[name] for name in config.fusion.inputs} if config.fusion else {},
    )


def is_searched(config: PipelineConfig) -> bool:
    """Whether this run searches for values."""
    return config.search is not None and config.search.when is When.EVERY_RUN


def search_plan(config: PipelineConfig) -> SearchPlan:
    """What the Tuner is told, of a configuration with a search."""
    if config.search is None:
        raise ValueError("`config` must declare `search`, got none: declare it.")
    return SearchPlan(
        trainer=trainer_plan(config),
        search=config.search,
        space=config.search_space,
        code=code_fingerprint("components/tuner"),
    )


def _pusher(
    config: PipelineConfig,
    trainer: base_component.BaseComponent,
    gate: base_component.BaseComponent,
    *,
    served: base_component.BaseComponent,
    statistics: base_component.BaseComponent,
    evaluator: base_component.BaseComponent,
) -> VersionPusher:
    folder = pusher_pb2.PushDestination.Filesystem(base_directory=os.path.abspath(config.serving_directory))
    return VersionPusher(
        model=trainer.outputs["model"],
        model_blessing=gate.outputs["blessing"],
        served=served.outputs["model"],
        statistics=statistics.outputs["statistics"],
        push_destination=pusher_pb2.PushDestination(filesystem=folder),
        policy=push_policy(config),
        evaluation=evaluator.outputs["evaluation"] if config.fusion is not None else None,
    ).with_id("Pusher")
