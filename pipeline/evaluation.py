"""The Evaluator's configuration, derived from the task graph and the gate."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from google.protobuf import wrappers_pb2
from tensorflow_model_analysis.proto import config_pb2

from components.gate.config import Rule
from components.gate.metrics import SCALES, Metric
from models.heads import Multiclass
from models.tasks import Output, known_column, label_column
from pipeline.config import PipelineConfig

__all__ = ["BASELINE", "CANDIDATE", "TFMA_CLASSES", "eval_config"]

CANDIDATE: Final = "candidate"
BASELINE: Final = "baseline"

# TFMA's class of each metric of one number a row.
TFMA_CLASSES: Final = {
    Metric.AUC: "AUC",
    Metric.LOG_LOSS: "BinaryCrossEntropy",
    Metric.CALIBRATION: "Calibration",
    Metric.MSE: "MeanSquaredError",
    Metric.MAE: "MeanAbsoluteError",
}

# Of several probabilities a row, where TFMA has other classes.
_OF_CLASSES: Final = {Metric.LOG_LOSS: "SparseCategoricalCrossentropy", Metric.ACCURACY: "SparseCategoricalAccuracy"}
_COUNTS: Final = ("ExampleCount", "WeightedExampleCount")
_MEANS: Final = ("MeanLabel", "MeanPrediction")
_PLOTS: Final = ("CalibrationPlot", "ConfusionMatrixPlot")


def eval_config(config: PipelineConfig, *, has_baseline: bool = True) -> config_pb2.EvalConfig:
    """One metrics set an output, over the output's own sample space; candidate and baseline in one pass.

    Args:
        config: The whole configuration.
        has_baseline: Whether a model serves already.

    Returns:
        Label keys and example weight keys name the columns ExampleGen wrote: a row outside an output's sample space,
        or with its label not known, weighs 0.
    """
    outputs, alone = config.graph.outputs, len(config.graph.served) == 1
    keys = _keys(outputs, alone=alone)
    models = [config_pb2.ModelSpec(name=CANDIDATE, **keys)]
    if has_baseline:
        models.append(config_pb2.ModelSpec(name=BASELINE, is_baseline=True, **keys))
    slices = [config_pb2.SlicingSpec()] + [
        config_pb2.SlicingSpec(feature_keys=columns) for columns in config.evaluation.slices
    ]
    return config_pb2.EvalConfig(
        model_specs=models,
        slicing_specs=slices,
        metrics_specs=[
            _metrics(output, config.gate.rules, alone=len(config.graph.served) == 1) for output in outputs
        ],
        options=config_pb2.Options(
            include_default_metrics=wrappers_pb2.BoolValue(value=False),
        ),
    )


def _keys(outputs: tuple[Output, ...], *, alone: bool) -> dict[str, Any]:
    """What a model specification says; TFMA takes a single output out of its dict, so that it goes without a name."""
    # The exported signature alone, as a model server runs it.
    keys: dict[str, Any] = {"signature_name": "serving_default", "model_type": "tf_generic"}
    if alone:
        (output,) = outputs
        return keys | {"label_key": label_column(output.name), "example_weight_key": known_column(output.name)}
    return keys | {
        "label_keys": {output.name: label_column(output.name) for output in outputs},
        "example_weight_keys": {output.name: known_column(output.name) for output in outputs},
    }


def _metrics(output: Output, rules: tuple[Rule, ...], *, alone: bool) -> Any:
    head = output.kind
    asked = {rule.metric: rule for rule in rules if rule.output == output.name and rule.can_stop}
    has_classes = isinstance(head, Multiclass)
    classes = _OF_CLASSES if has_classes else TFMA_CLASSES
    judged = [Metric(name) for name in head.metrics]
    metrics = [_metric(classes[metric], metric, asked.get(metric)) for metric in judged]
    others = (*_COUNTS, *(() if has_classes else _MEANS), *(_PLOTS if head.is_binary else ()))
    metrics += [config_pb2.MetricConfig(class_name=name) for name in others]
    return config_pb2.MetricsSpec(
        output_names=[] if alone else [output.name],
        model_names=[],
        metrics=metrics,
        example_weights=config_pb2.ExampleWeightOptions(weighted=True),
    )


def _metric(class_name: str, metric: Metric, asked: Rule | None) -> Any:
    config = config_pb2.MetricConfig(class_name=class_name)
    merged = config_pb2.MetricThreshold()
    for threshold in _thresholds(metric, asked):
        merged.MergeFrom(threshold)
    if asked is not None:
        # Of all rows together: a bare `threshold` would hold every slice to it, however few its rows.
        everything = config_pb2.PerSliceMetricThreshold(slicing_specs=[config_pb2.SlicingSpec()], threshold=merged)
        config.per_slice_thresholds.append(everything)
    return config


def _thresholds(metric: Metric, asked: Rule | None) -> Iterator[Any]:
    if asked is None:
        return
    # Without bounds of its own a metric must still be a number: TFMA blesses nothing where it has nothing to check.
    bounds = {"lower_bound": asked.min if asked.min is not None else -sys.float_info.max, "upper_bound": asked.max}
    given = {name: wrappers_pb2.DoubleValue(value=value) for name, value in bounds.items() if value is not None}
    yield config_pb2.MetricThreshold(value_threshold=config_pb2.GenericValueThreshold(**given))
    if asked.margin is not None:
        lower = SCALES[metric].sign < 0
        change = config_pb2.GenericChangeThreshold(
            direction=config_pb2.MetricDirection.LOWER_IS_BETTER
            if lower
            else config_pb2.MetricDirection.HIGHER_IS_BETTER,
            # TFMA asks for a gain of at least `absolute`; a loss allowed is a negative gain.
            absolute=wrappers_pb2.DoubleValue(value=asked.margin if lower else -asked.margin),
        )
        yield config_pb2.MetricThreshold(change_threshold=change)
