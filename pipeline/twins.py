"""What the twins' node is told, derived from the task graph and the configuration."""

from __future__ import annotations

import dataclasses
import functools
import os
from typing import Final

from components.twins.budget import twin_widths
from components.twins.plan import Twin, TwinsPlan
from components.twins.single import twin_of
from models.architectures import SingleTask
from models.cost import network_size
from models.tasks import Output
from pipeline.config import PipelineConfig
from pipeline.config.inputs import input_plans, largest_inputs
from pipeline.fingerprint import code_fingerprint

__all__ = ["LAST_FILE", "last_file", "twins_plan"]

LAST_FILE: Final = "twins.json"


def last_file(config: PipelineConfig) -> str:
    """The file that says which twins were trained last."""
    return os.path.abspath(os.path.join(config.home, LAST_FILE))


def twins_plan(config: PipelineConfig) -> TwinsPlan:
    """A twin for each output, of the size of the declared model; nothing of how that shares or is balanced.

    Nor of what it learns beside its tasks.

    Raises:
        ConfigError: No widths in the declared proportions come near enough to that size.
    """
    fit = _Fit(config)
    return TwinsPlan(
        twins=tuple(fit.twin(output) for output in config.graph.outputs),
        inputs=tuple(input_plans(config.served_features)),
        columns=config.input_columns,
        model=dataclasses.replace(config.model, architecture=SingleTask(), seed=config.training.seed),
        training=dataclasses.replace(config.training, look_every_steps=0, warm_start=None),
        watched_split=config.watched_split,
        checkpoint_root=config.checkpoints,
        code=code_fingerprint("models", "components/trainer", "components/twins"),
        user=config.serving.user,
        fusion=config.fusion,
        fusion_columns={name: config.served_columns[name] for name in config.fusion.inputs} if config.fusion else {},
    )


class _Fit:
    """Finds widths, once for twins that end alike."""

    def __init__(self, config: PipelineConfig) -> None:
        self._graph, self._model = config.graph, config.model
        self._inputs = largest_inputs(config.served_features)  # How long tables are does not count.
        declared = config.twins.expert if config.twins is not None else None
        self._shape = declared or config.model.architecture.expert
        self._found: dict[tuple[tuple[int, ...] | None, int], tuple[int, ...]] = {}

    @functools.cached_property
    def _budget(self) -> int:
        return network_size(self._model, self._inputs, self._graph)

    def twin(self, output: Output) -> Twin:
        """That of `output`, with the widths that were found."""
        twin = twin_of(output, self._graph, expert=self._shape)
        end = twin.task.tower, twin.task.kind.width
        if end not in self._found:
            self._found[end] = twin_widths(twin.task, self._model, self._inputs, shape=self._shape, budget=self._budget)
        return dataclasses.replace(twin, expert=self._found[end])
