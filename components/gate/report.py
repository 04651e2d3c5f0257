"""What the gate leaves: its decision, every answer behind it, and the verdict, as one JSON file."""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Final

from components.gate.decision import Decision, GlobalDecision
from components.gate.verdict import Verdict
from components.gauc_weight import GaucWeight
from components.parity.report import ParityReport
from components.shift.report import ShiftReport
from models.binding import bind_or_raise, unbind
from models.errors import ConfigError

__all__ = ["REPORT_FILE", "SCHEMA_VERSION", "GateReport", "GateStatus", "report_from_json", "report_to_json"]

REPORT_FILE: Final = "gate_report.json"
SCHEMA_VERSION: Final = 1  # Of the layout below: raised when a field changes its meaning or goes.


class GateStatus(enum.Enum):
    """What the gate came to."""

    PASSED = "passed"
    PASSED_WITH_WARNING = "passed with warning"
    FIRST_RUN = "first run"  # Nothing serves yet; blessed or not, as the policy says.
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    MORE_ROWS = "more rows needed"
    NOT_COMPARABLE = "not comparable"


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateReport:
    """The gate's answer.

    In JSON every attribute is a key, of `decisions`, `together` and `verdicts` too; a `slice` is a list of pairs of
    column and value, an enumeration its value, and what is not known is null. Readers must ignore keys they do not
    know, and stop at a `schema_version` they do not know.

    Attributes:
        blessed: Whether the candidate may be pushed.
        status: What it came to.
        reason: The same in a sentence.
        warnings: What it was let through with, a sentence each.
        confidence: Of the policy, one-sided.
        rows_to_settle: How many rows would settle what is inconclusive, in rows of the output whose rows, slices
            included, must grow by the largest factor (see `need_of`): where all grow so, an equal model passes all
            rules together with a probability of 0.8. None where nothing is inconclusive, or no number would settle it.
        decisions: Every answer, by rule, then by what it asks, then by slice.
        together: Answers to the global rules, then to parity, drift and skew.
        verdicts: Against single-task twins, for all rows first; empty where there are none.
        references: By "baseline", "anchor" and "twins", which version it was.
        missing: The same, why there is none.
        empty: Those of the same names that have never been: nothing serves yet.
        left_out: Rows in values of a slicing beyond those that are compared one by one, by its columns, such as
            "country, device".
        cluster_column: The column whose rows are taken to depend on each other.
        gauc_weight: What a user counts for in GAUC.
        parity: The exported model against the trained one; None where it was not asked.
        shift: How far columns moved; None where that was not asked.
        schema_version: Of this layout.
    """

    blessed: bool
    status: GateStatus
    reason: str
    confidence: float
    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...] = ()
    rows_to_settle: int | None = None
    together: tuple[GlobalDecision, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    references: dict[str, str] = dataclasses.field(default_factory=dict)
    missing: dict[str, str] = dataclasses.field(default_factory=dict)
    empty: tuple[str, ...] = ()
    left_out: dict[str, int] = dataclasses.field(default_factory=dict)
    cluster_column: str | None = None
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    parity: ParityReport | None = None
    shift: ShiftReport | None = None
    schema_version: int = SCHEMA_VERSION


def report_to_json(report: GateReport) -> str:
    """One text for one report."""
    return json.dumps(unbind(report), allow_nan=False, indent=1) + "\n"


def report_from_json(text: str) -> GateReport:
    """Reads what `report_to_json` wrote; raises `ConfigError` for another layout."""
    plain = json.loads(text)
    version = plain.get("schema_version") if isinstance(plain, dict) else None
    if version != SCHEMA_VERSION:
        message = f"`schema_version` must be {SCHEMA_VERSION}, got {version!r}: read it by the release that wrote it."
        raise ConfigError("gate report", [message])
    return bind_or_raise(GateReport, plain)
