"""A gate's policy with nothing left open, as the gate's node is given it."""

from __future__ import annotations

import dataclasses
import json

from components.gate.config import GateConfig
from components.gate.metrics import Metric
from models.binding import bind_or_raise, unbind

__all__ = ["POLICY_KEY", "Policy"]

POLICY_KEY = "policy"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Policy:
    """What was declared, and what of the task graph it needs.

    Attributes:
        gate: As declared, but `rule` and `inconclusive` of every rule are there.
        main_outputs: Outputs of main tasks, products included: one of them must be better where that is asked.
        verdict_metrics: By main task, the metric by which it is up or down against its twin.
        fused_metrics: By output of `fused_loss`, the metric that is its loss.
        verdict_scores: By judged score, the metric by which it is up or down against that of the twins.
    """

    gate: GateConfig
    main_outputs: tuple[str, ...]
    verdict_metrics: dict[str, Metric]
    fused_metrics: dict[str, Metric] = dataclasses.field(default_factory=dict)
    verdict_scores: dict[str, Metric] = dataclasses.field(default_factory=dict)

    def to_json(self) -> str:
        """One line, the same for the same policy."""
        return json.dumps(unbind(self), allow_nan=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
