"""What the Tuner node is told, as one JSON text in its `custom_config`."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from components.trainer.plan import TrainerPlan
from components.trainer.settings import TrainingSettings
from components.trainer.values import Values, taken, with_values
from components.tuner.config import Range, SearchConfig
from models.binding import bind_or_raise, unbind

__all__ = ["SearchPlan"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchPlan:
    """Everything that decides a search, beside the transformed examples.

    Attributes:
        trainer: What is trained, with the declared values.
        search: How.
        space: By dotted path into the plan, what its value is searched among.
        code: Tells versions of the code that searches apart.
    """

    trainer: TrainerPlan
    search: SearchConfig
    space: dict[str, Range]
    code: str = ""

    @property
    def declared(self) -> dict[str, Any]:
        """The values that are declared."""
        plain = unbind(self.trainer)
        return {path: taken(plain, path) for path in self.space}

    def trial(self, values: Values, *, seed: int | None = None) -> TrainerPlan:
        """One training: of as many epochs as any other, without an early end and without looks at gradients."""
        plan = with_values(self.trainer, values)
        training: TrainingSettings = dataclasses.replace(
            plan.training,
            epochs=self.search.epochs or plan.training.epochs,
            patience=None,
            look_every_steps=0,
            seed=plan.training.seed if seed is None else seed,
        )
        return dataclasses.replace(
            plan, training=training, model=dataclasses.replace(plan.model, seed=training.seed), segments={}
        )

    def to_json(self) -> str:
        """The same plan always gives the same text."""
        return json.dumps(unbind(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> SearchPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
