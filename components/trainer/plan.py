"""What the Trainer node is told, as one JSON text in its `custom_config`."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from components.example_gen.split import VALIDATION
from components.trainer.list_check import list_problems
from components.trainer.settings import CheckpointRule, TrainingSettings
from models.balancers import BalancerConfig
from models.binding import bind_or_raise, unbind
from models.errors import raise_if_any
from models.expression import ColumnType
from models.fusion import FusionConfig
from models.inputs import Combiner
from models.settings import ModelSettings
from models.signals import SignalConfig
from models.tasks import Task, TaskGraph

__all__ = ["PLAN_KEY", "InputPlan", "TrainerPlan"]

PLAN_KEY: Final = "plan"


@dataclasses.dataclass(frozen=True, kw_only=True)
class InputPlan:
    """One transformed column; how many ids it has is known only after Transform.

    Attributes:
        name: The transformed column.
        dim: Length of the embedding; 0 for a dense number.
        table: The embedding table.
        fixed_ids: Ids beside those of the vocabulary: hash or quantile buckets, missing, out-of-vocabulary.
        vocabulary: Transform's name for the learned vocabulary; None without one.
        combiner: For several ids a row.
        ids: What makes ids other than a vocabulary's, in a few words, such as "hash": rows of a table keep their
            meaning from one training to the next where this and `fixed_ids` are the same.
    """

    name: str
    dim: int
    table: str = ""
    fixed_ids: int = 0
    vocabulary: str | None = None
    combiner: Combiner | None = None
    ids: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainerPlan:
    """Everything that decides the trained model and its record, beside the transformed examples.

    Attributes:
        tasks: The task graph.
        inputs: The transformed columns the model reads.
        columns: Raw columns of the inputs, for the `predict_columns` signature.
        model: Architecture and towers.
        balancing: How the losses are weighed.
        training: Optimizers, epochs, rules.
        watched_split: Whose losses are looked at after every epoch: validation, which may choose the epoch, or eval,
            which may not.
        checkpoint_root: Folder under which checkpoints lie, by fingerprint, until the run succeeds.
        code: Tells versions of the code that trains apart: what one left half done is not for another to go on with.
        segments: Raw columns by whose values gates are shown apart, and the model input that reads each through a
            learned vocabulary; they do not decide the model.
        user: Raw columns that are the same for all candidates of one request; they do not decide the weights.
        signals: What is learnt beside the tasks.
        fusion: How predictions become one score when they are served, which does not decide the weights either.
        fusion_columns: Raw columns that scores read as they are.
    """

    tasks: tuple[Task, ...]
    inputs: tuple[InputPlan, ...]
    columns: dict[str, ColumnType]
    model: ModelSettings
    balancing: BalancerConfig
    training: TrainingSettings
    watched_split: str
    checkpoint_root: str
    code: str = ""
    segments: dict[str, str] = dataclasses.field(default_factory=dict)
    user: tuple[str, ...] = ()
    signals: tuple[SignalConfig, ...] = ()
    fusion: FusionConfig | None = None
    fusion_columns: dict[str, ColumnType] = dataclasses.field(default_factory=dict)

    @property
    def served_columns(self) -> dict[str, ColumnType]:
        """All raw columns that the served model is asked with."""
        return {**self.columns, **self.fusion_columns}

    def __post_init__(self) -> None:
        lists = [f"`{column.name}`" for column in self.inputs if column.combiner is not None]
        if self.training.compile_xla and lists:
            # Another number of values is another shape, which XLA compiles anew: minutes where seconds would do.
            problem = f"must be false with multi-valued features, got true with {', '.join(lists)}: leave it out."
            raise_if_any("training", [f"`compile_xla` {problem}"])
        column = TaskGraph(self.tasks).list_column
        if column is not None:  # A network of one task alone is trained by the settings of all.
            torn = list_problems(self.training, column)
            raise_if_any("training", [f"`{field}` {problem}" for field, problem in torn])
        if self.training.keep is not CheckpointRule.LAST and self.watched_split != VALIDATION:
            problem = f"must be `last` without a validation split, got `{self.training.keep.value}`"
            raise_if_any("training", [f"`keep` {problem}: what judges the model must not choose its epoch."])

    @property
    def graph(self) -> TaskGraph:
        """All that the model learns."""
        return TaskGraph(self.tasks, self.signals)

    @property
    def served_inputs(self) -> tuple[InputPlan, ...]:
        """Those that the model reads when it serves, too."""
        hidden = self.graph.training_inputs
        return tuple(column for column in self.inputs if column.name not in hidden)

    def to_json(self) -> str:
        """The same plan always gives the same text."""
        return json.dumps(unbind(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> TrainerPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
