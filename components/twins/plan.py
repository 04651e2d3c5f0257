"""What the twins' node is told, as one JSON text."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Final

from components.trainer.plan import InputPlan, TrainerPlan
from components.trainer.settings import TrainingSettings
from models.architectures import SingleTask
from models.balancers import Static
from models.binding import bind_or_raise, unbind
from models.expression import ColumnType
from models.fusion import FusionConfig
from models.settings import ModelSettings
from models.tasks import Task

__all__ = ["PLAN_KEY", "Twin", "TwinsPlan"]

PLAN_KEY: Final = "plan"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Twin:
    """A network of its own for one output.

    Attributes:
        task: It alone, without parents; named like the output, since its label and known-mask are columns by now: of a
            conditional output only its parents' positives are known.
        expert: Widths of the network's layers.
        weights: The column of sample weights; none of a product has its own.
        sampled: The task whose negatives rows lack, where no shift of the twin's odds makes that good: its known
            negatives weigh more instead.
        kept_negatives: Of `sampled`.
    """

    task: Task
    expert: tuple[int, ...]
    weights: str
    sampled: str | None = None
    kept_negatives: float = 1.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class TwinsPlan:
    """Everything that decides the twins, beside the transformed examples: nothing of how the model shares.

    Attributes:
        twins: One an output.
        inputs: The transformed columns they read.
        columns: Raw columns of the inputs.
        model: Of which towers, interaction, style and seed are the twins' too.
        training: As of the multi-task model.
        watched_split: As in `TrainerPlan`.
        checkpoint_root: As in `TrainerPlan`.
        code: Fingerprint of the code that trains.
        user: Raw columns that are the same for all candidates of one request; it decides no weight, nor do the next.
        fusion: How what the twins answer becomes one score.
        fusion_columns: Raw columns that scores read as they are.
    """

    twins: tuple[Twin, ...]
    inputs: tuple[InputPlan, ...]
    columns: dict[str, ColumnType]
    model: ModelSettings
    training: TrainingSettings
    watched_split: str
    checkpoint_root: str
    code: str = ""
    user: tuple[str, ...] = ()
    fusion: FusionConfig | None = None
    fusion_columns: dict[str, ColumnType] = dataclasses.field(default_factory=dict)

    def trainer_plan(self, twin: Twin) -> TrainerPlan:
        """How a Trainer would be told to train `twin`."""
        return TrainerPlan(
            tasks=(twin.task,),
            inputs=self.inputs,
            columns=self.columns,
            model=dataclasses.replace(self.model, architecture=SingleTask(expert=twin.expert)),
            balancing=Static(),
            training=self.training,
            watched_split=self.watched_split,
            checkpoint_root=self.checkpoint_root,
            code=self.code,
        )

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits; where checkpoints lie does not count, nor what is asked of twins when they serve."""
        text = dataclasses.replace(self, checkpoint_root="", user=(), fusion=None, fusion_columns={}).to_json()
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """The same plan always gives the same text."""
        return json.dumps(unbind(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> TwinsPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
