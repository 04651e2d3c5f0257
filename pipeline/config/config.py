"""One file of configuration, typed."""

from __future__ import annotations

import dataclasses
import functools
from typing import Final

from components.example_gen.source import DataConfig
from components.trainer.settings import TrainingSettings
from models.balancers import Balancing
from models.expression import ColumnType
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph
from pipeline.config.columns import resolve_columns
from pipeline.config.features import Feature
from pipeline.config.run import BeamConfig, EvaluationConfig, GateConfig, PushConfig

__all__ = ["PipelineConfig"]

DEFAULT_ROOT: Final = "runs"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """Everything a user declares.

    Attributes:
        name: The pipeline's and the served model's name; a lower-case word.
        data: Where rows come from and how they are split.
        features: Inputs by name.
        tasks: The task graph.
        model: Architecture and towers.
        training: How it is trained.
        gate: What must hold for a push.
        push: Where a blessed model goes.
        balancing: How the losses are weighed against each other.
        evaluation: Slices.
        beam: What runs the Beam pipelines.
        root: Folder under which `<name>` holds artifacts, metadata, checkpoints and reports.
    """

    name: str
    data: DataConfig
    features: dict[str, Feature]
    tasks: tuple[Task, ...]
    model: ModelSettings
    training: TrainingSettings
    gate: GateConfig
    push: PushConfig
    balancing: Balancing
    evaluation: EvaluationConfig = EvaluationConfig()
    beam: BeamConfig = BeamConfig()
    root: str = DEFAULT_ROOT

    @functools.cached_property
    def graph(self) -> TaskGraph:
        """The tasks, checked against each other."""
        return TaskGraph(self.tasks)

    @functools.cached_property
    def columns(self) -> dict[str, ColumnType]:
        """Every raw column that is kept as an input, for a slice or for a label, and its type."""
        return resolve_columns(self.features, self.tasks, self.evaluation).types
