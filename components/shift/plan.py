"""What the shift check is told, as one JSON text."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Final

from components.example_gen.source import DataConfig
from components.shift.config import DriftConfig, SkewConfig
from models.binding import bind_or_raise, unbind
from models.expression import ColumnType

__all__ = ["PLAN_KEY", "ShiftPlan"]

PLAN_KEY: Final = "plan"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShiftPlan:
    """Which columns are watched, and against what.

    Attributes:
        columns: Every raw column that may be watched, and as what it is read.
        read: Those that a feature reads, which a `default` threshold is for.
        data: How files of rows are written.
        drift: None where it is not asked for.
        skew: None where it is not asked for.
        delimiters: As in `components.example_gen.plan.ExampleGenPlan`.
        code: Tells versions of the code that measures apart.
    """

    columns: Mapping[str, ColumnType]
    read: tuple[str, ...]
    data: DataConfig
    drift: DriftConfig | None = None
    skew: SkewConfig | None = None
    delimiters: Mapping[str, str] = dataclasses.field(default_factory=dict)
    code: str = ""

    def to_json(self) -> str:
        """One text for one plan."""
        return json.dumps(unbind(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ShiftPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))
