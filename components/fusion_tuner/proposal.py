"""What a search proposes: other weights for what is served, which `fusion set` may put live."""

from __future__ import annotations

import dataclasses
import json
from typing import Final

from components.fusion_tuner.change import Change
from components.fusion_tuner.result import FusionTuning
from components.fusion_tuner.segments import SegmentsFound
from models.binding import bind_or_raise, unbind
from models.errors import raise_if_any

__all__ = ["PROBLEM_KEY", "PROPOSAL_FILE", "Proposal", "Stack"]

PROPOSAL_FILE: Final = "fusion_proposal.json"
PROBLEM_KEY: Final = "problem"  # Of an artifact: why it holds no proposal.
VERSION: Final = 1  # Of the layout.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stack:
    """A linear stack, fitted on the search half.

    Attributes:
        expression: Of a formula that can be declared.
        weights: Its weights.
        target: The output whose label was fitted.
        rows: That know it.
        left_out: Rows that do not.
        values: By objective, on the check half.
    """

    expression: str
    weights: dict[str, float]
    target: str
    rows: int
    left_out: int
    values: dict[str, float]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proposal:
    """A search and what it came to.

    Attributes:
        formula: Whose weights.
        before: Its weights as they serve, by key, those of segments among them.
        after: The same as they are proposed.
        tuning: The search for the common weights.
        changes: What the proposal changes on rows that no search saw, segments included; an objective each.
        segments: What became of segments; None where they were not searched.
        stack: What was fitted beside it; None where nothing was.
        without_propensity: Rows left out since their propensity is not known.
    """

    formula: str
    before: dict[str, float]
    after: dict[str, float]
    tuning: FusionTuning
    changes: tuple[Change, ...]
    segments: SegmentsFound | None = None
    stack: Stack | None = None
    without_propensity: int = 0

    @property
    def assignments(self) -> tuple[str, ...]:
        """What `evenkeel fusion set` takes; none where nothing is to be changed."""
        keys = sorted(key for key in {*self.before, *self.after} if self.before.get(key) != self.after.get(key))
        return tuple(f"{key}={self.after[key]!r}" if key in self.after else f"{key}=" for key in keys)

    def to_json(self) -> str:
        """One text for equal proposals."""
        plain = {field.name: unbind(getattr(self, field.name)) for field in dataclasses.fields(self)}
        plain["tuning"] = json.loads(self.tuning.to_json())
        return json.dumps({"version": VERSION, **plain}, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Proposal:
        """Reads what `to_json` wrote; raises ValueError where it did not."""
        given = json.loads(text)
        found = given.pop("version", None) if isinstance(given, dict) else given
        if found != VERSION:
            raise_if_any("fusion proposal", [f"`version` must be {VERSION}, got {found!r}: tune again."])
        tuning = FusionTuning.from_json(json.dumps(given.get("tuning")))
        return bind_or_raise(cls, {**given, "tuning": tuning})
