"""TFX's own Evaluator, given what the pipeline's is given."""

from __future__ import annotations

import pathlib
from typing import Any, Final

from models.tasks import known_column, label_column
from pipeline.config import PipelineConfig

__all__ = ["run_stock"]

_METRICS: Final = ("AUC", "BinaryCrossEntropy", "Calibration", "WeightedExampleCount")


def run_stock(config: PipelineConfig, artifacts: dict[str, list[Any]], folder: pathlib.Path) -> int:
    """Evaluates the split eval, and returns how many slices there were.

    Args:
        config: Says which outputs, all binary, and which slices.
        artifacts: TFX's, which carry no types, by the name of an Evaluator's input.
        folder: Exists and is empty.
    """
    from google.protobuf import json_format
    from tfx.components.evaluator.executor import Executor
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.types import standard_artifacts

    import tensorflow_model_analysis as tfma  # isort: skip  # On Python 3.11 it lacks names until tfx stands in.

    evaluation, blessing = standard_artifacts.ModelEvaluation(), standard_artifacts.ModelBlessing()
    evaluation.uri, blessing.uri = str(folder), str(folder / "blessing")
    arguments = list(config.beam.pipeline_args)
    context = BaseBeamExecutor.Context(beam_pipeline_args=arguments, tmp_dir=str(folder / "tmp"), unique_id="1")
    properties = {"eval_config": json_format.MessageToJson(_eval_config(config)), "example_splits": '["eval"]'}
    Executor(context).Do(artifacts, {"evaluation": [evaluation], "blessing": [blessing]}, properties)
    return len({str(found.slice_key) for found in tfma.load_metrics(str(folder))})


def _eval_config(config: PipelineConfig) -> Any:
    from tensorflow_model_analysis.proto import config_pb2

    outputs = [output.name for output in config.graph.outputs]
    keys = {
        "signature_name": "serving_default",
        "model_type": "tf_generic",
        "label_keys": {output: label_column(output) for output in outputs},
        "example_weight_keys": {output: known_column(output) for output in outputs},
    }
    metrics = [config_pb2.MetricConfig(class_name=name) for name in _METRICS]
    weighted = config_pb2.ExampleWeightOptions(weighted=True)
    of_outputs = [
        config_pb2.MetricsSpec(output_names=[output], metrics=metrics, example_weights=weighted) for output in outputs
    ]
    slices = [config_pb2.SlicingSpec(feature_keys=columns) for columns in config.evaluation.slices]
    return config_pb2.EvalConfig(
        model_specs=[
            config_pb2.ModelSpec(name="candidate", **keys),
            config_pb2.ModelSpec(name="baseline", is_baseline=True, **keys),
        ],
        slicing_specs=[config_pb2.SlicingSpec(), *slices],
        metrics_specs=of_outputs,
        options=config_pb2.Options(include_default_metrics={"value": False}),
    )
