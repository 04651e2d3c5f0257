"""What can be wrong between signals and the model, the features and the training beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from components.trainer.settings import TrainingSettings
from models.binding import Problem
from models.fusion import FusionConfig
from models.settings import ModelSettings
from models.signals import Contrastive, Position, SignalConfig, signal_problems
from models.signals.check import network_problems
from models.tasks import Task, TaskGraph
from models.tasks.check import graph_problems
from pipeline.config.columns import feature_columns
from pipeline.config.features import Feature
from pipeline.config.inputs import largest_inputs, served_features

__all__ = ["readable", "signals_problems"]

_LEAST_ROWS: Final = 2  # For one to be another's negative.


def signals_problems(
    signals: Sequence[SignalConfig | None],
    tasks: Sequence[Task] | None,
    features: Mapping[str, Feature] | None,
    *,
    model: ModelSettings | None,
    training: TrainingSettings | None,
    fusion: FusionConfig | None = None,
) -> Iterator[Problem]:
    """Whether `signals` can be learnt; nothing is said of what is None because it could not be read."""
    inputs = None if features is None else largest_inputs(features)
    taken = () if tasks is None or graph_problems(tasks) else TaskGraph(tuple(tasks)).taken_names
    for problem in signal_problems(signals, tasks, taken=taken, inputs=inputs):
        yield Problem(("signals", *problem.path), problem.message)
    if model is not None:
        for message in network_problems(readable(signals), model.architecture):
            yield Problem(("signals",), message)
    if training is not None:
        yield from _training_problems(signals, training)
    if features is not None:
        yield from _needed_when_served(signals, features, () if fusion is None else fusion.inputs)


def readable(signals: Sequence[SignalConfig | None]) -> list[SignalConfig]:
    """Those that could be read."""
    return [signal for signal in signals if signal is not None]


def _training_problems(signals: Sequence[SignalConfig | None], training: TrainingSettings) -> Iterator[Problem]:
    rows = training.batch_size // training.batch_parts
    for place, signal in enumerate(signals):
        if isinstance(signal, Contrastive) and rows < _LEAST_ROWS:
            message = (
                f"needs {_LEAST_ROWS} rows a batch, or a part of one, for negatives, got {rows}: raise "
                "`training.batch_size`, or lower `training.batch_parts`."
            )
            yield Problem(("signals", place), message)
        if signal and signal.observed and training.clip_norm is not None and not isinstance(signal, Contrastive):
            message = (
                "must be false with `training.clip_norm`, got true: the gradient of what observes would count in the "
                "norm, and change what is observed. Leave one of them out."
            )
            yield Problem(("signals", place, "observed"), message)


def _needed_when_served(
    signals: Sequence[SignalConfig | None], features: Mapping[str, Feature], of_scores: Sequence[str]
) -> Iterator[Problem]:
    served = served_features(features, readable(signals))
    readers = {column: "a fused score" for column in of_scores} | {
        column: f"feature `{name}`" for name, feature in served.items() for column in feature_columns(name, feature)
    }
    for place, signal in enumerate(signals):
        if isinstance(signal, Position) and signal.input in features:
            for column in feature_columns(signal.input, features[signal.input]):
                if column in readers:
                    message = (
                        f"must be of a column that no request holds, got `{column}`, which {readers[column]} reads "
                        "when serving: leave it out of there."
                    )
                    yield Problem(("signals", place, "input"), message)
    if features and not served:
        message = "must leave the model a feature to read when serving, got positions alone: declare another."
        yield Problem(("signals",), message)
