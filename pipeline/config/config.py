"""One file of configuration, typed."""

from __future__ import annotations

import dataclasses
import functools
import os
from typing import Final

from components.example_gen.source import DataConfig
from components.example_gen.split import EVAL, VALIDATION, split_names
from components.fusion_tuner.config import FusionTuneConfig
from components.gate.config import GateConfig
from components.trainer.settings import TrainingSettings
from components.tuner.config import Range, SearchConfig
from models.balancers import BalancerConfig, Static
from models.expression import ColumnType
from models.fusion import FusionConfig
from models.settings import ModelSettings
from models.signals import SignalConfig
from models.tasks import Task, TaskGraph
from pipeline.config.columns import feature_columns, resolve_columns
from pipeline.config.features import Feature
from pipeline.config.inputs import served_features
from pipeline.config.kubeflow import KubeflowConfig
from pipeline.config.run import BeamConfig, EvaluationConfig, PushConfig, ServedConfig
from pipeline.config.twins import TwinsConfig

__all__ = ["PipelineConfig"]

DEFAULT_ROOT: Final = "runs"
NO_SECTIONS: Final = ("fusion_tune", "search_space")  # Fields that are written elsewhere.


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
        signals: What the model learns beside its tasks, and does not serve.
        evaluation: Slices, and which rows belong together.
        twins: In which runs sharing is judged against one network an output; None in none.
        fusion: How a row's predictions become one score; None serves none.
        fusion_tune: How its weights are searched for; written as `fusion.tune`, and no part of what is served.
        serving: How the served model is asked.
        beam: What runs the Beam pipelines.
        root: Folder under which `<name>` holds artifacts, metadata, checkpoints and reports.
        kubeflow: How it runs on a cluster; None for on this machine only.
        search: How values are searched for; None for no search.
        search_space: By dotted path, what stands there is searched among; written beside the value itself.
    """

    name: str
    data: DataConfig
    features: dict[str, Feature]
    tasks: tuple[Task, ...]
    model: ModelSettings
    training: TrainingSettings
    gate: GateConfig
    push: PushConfig
    balancing: BalancerConfig = dataclasses.field(default_factory=Static)
    signals: tuple[SignalConfig, ...] = ()
    evaluation: EvaluationConfig = dataclasses.field(default_factory=EvaluationConfig)
    twins: TwinsConfig | None = None
    fusion: FusionConfig | None = None
    fusion_tune: FusionTuneConfig | None = None
    serving: ServedConfig = dataclasses.field(default_factory=ServedConfig)
    beam: BeamConfig = dataclasses.field(default_factory=BeamConfig)
    root: str = DEFAULT_ROOT
    kubeflow: KubeflowConfig | None = None
    search: SearchConfig | None = None
    search_space: dict[str, Range] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def graph(self) -> TaskGraph:
        """The tasks, checked against each other."""
        return TaskGraph(self.tasks)

    @functools.cached_property
    def trained_graph(self) -> TaskGraph:
        """The tasks, and what is learnt beside them."""
        return TaskGraph(self.tasks, self.signals)

    @functools.cached_property
    def served_features(self) -> dict[str, Feature]:
        """The features that the model reads when it serves."""
        return served_features(self.features, self.signals)

    @functools.cached_property
    def input_columns(self) -> dict[str, ColumnType]:
        """The raw columns that the model reads when it serves, and their types."""
        names = [column for name, feature in self.served_features.items() for column in feature_columns(name, feature)]
        return {name: self._types[name] for name in sorted(set(names))}

    @functools.cached_property
    def kept_columns(self) -> dict[str, ColumnType]:
        """The raw columns in examples: those of features, slices, scores, lists and groups."""
        read = {column for columns in self.evaluation.slices for column in columns}
        read |= {column for name, feature in self.features.items() for column in feature_columns(name, feature)}
        read |= set(self.evaluation.group_columns.values())
        read |= set(self.fusion.inputs if self.fusion is not None else ())
        read |= set() if self.propensity_column is None else {self.propensity_column}
        read |= set() if self.graph.list_column is None else {self.graph.list_column}
        return self.input_columns | {name: self._types[name] for name in sorted(read - set(self.input_columns))}

    @functools.cached_property
    def served_columns(self) -> dict[str, ColumnType]:
        """The raw columns that a served model is asked with: those of inputs, and what a score reads as it is."""
        names = self.fusion.inputs if self.fusion is not None else ()
        return self.input_columns | {name: self._types[name] for name in names}

    @property
    def propensity_column(self) -> str | None:
        """The raw column by which a search for fusion weights weights rows."""
        propensity = self.fusion_tune.propensity if self.fusion_tune is not None else None
        return None if propensity is None else propensity.column

    @functools.cached_property
    def _types(self) -> dict[str, ColumnType]:
        return resolve_columns(self.features, self.tasks, self.evaluation, self.fusion, self.fusion_tune).types

    @property
    def watched_split(self) -> str:
        """Whose losses the Trainer looks at: validation, if it is declared, else eval, which never chooses an epoch."""
        return VALIDATION if VALIDATION in split_names(self.data.split) else EVAL

    @property
    def home(self) -> str:
        """The folder of everything this pipeline leaves behind, but for what it pushes."""
        return os.path.join(self.root, self.name)

    @property
    def checkpoints(self) -> str:
        """The folder of the checkpoints of whatever trains."""
        return os.path.abspath(os.path.join(self.home, "checkpoints"))

    @property
    def metadata_file(self) -> str:
        """What TFX notes of runs on this machine: an MLMD SQLite file."""
        return os.path.join(self.home, "metadata.sqlite")

    @property
    def serving_directory(self) -> str:
        """The folder whose numbered versions a model server serves."""
        return os.path.join(self.push.directory, self.name)
