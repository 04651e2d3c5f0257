"""Everything a proposal of weights must know, as plain values."""

from __future__ import annotations

import dataclasses
import json

from components.fusion_tuner.config import FusionTuneConfig
from components.fusion_tuner.tune import Tuning
from components.gauc_weight import GaucWeight
from models.binding import bind_or_raise, unbind
from models.fusion import Formula, FusionConfig

__all__ = ["FusionTunerPlan"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FusionTunerPlan:
    """Whose weights are searched for, how, and which of the kept rows belong together.

    Attributes:
        fusion: What the rows were scored by.
        tune: The search.
        user: The raw column by whose values rows are searched or checked on, and within which GAUC ranks.
        list: The raw column within whose values NDCG ranks.
        gauc_weight: What a user counts for in GAUC.
        ndcg_at: How many places of a list NDCG looks at.
        code: A fingerprint of the code that searches.
    """

    fusion: FusionConfig
    tune: FusionTuneConfig
    user: str
    list: str | None = None
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    ndcg_at: int = 10
    code: str = ""

    def to_json(self) -> str:
        """One line; names stay in their order, by which the search goes."""
        return json.dumps(unbind(self))

    @classmethod
    def from_json(cls, text: str) -> FusionTunerPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))

    @property
    def name(self) -> str:
        """Of the formula whose weights are searched for."""
        return self.tune.formula or self.fusion.served

    @property
    def formula(self) -> Formula:
        """That formula."""
        return self.fusion.formulas[self.name]

    @property
    def tuning(self) -> Tuning:
        """The search for its common weights."""
        return Tuning(
            objectives=self.tune.objectives,
            goal=self.tune.goal,
            bounds=self.tune.bounds,
            trials=self.tune.trials,
            seed=self.tune.seed,
            gauc_weight=self.gauc_weight,
            ndcg_at=self.ndcg_at,
            **({} if self.tune.propensity is None else {"propensity": self.tune.propensity.weighting}),
        )
