"""What a comparison outside a pipeline comes to, and its JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final

from components.comparison.cell import Comparison, Status
from components.comparison.estimate import Estimate
from components.comparison.stored import comparison_text
from components.errors import UnusableInputError
from components.gate.decide import decide
from components.gate.report import GateReport, report_to_json
from pipeline.config import PipelineConfig
from pipeline.config.gate import gate_policy

__all__ = ["Compared", "check_scores", "judged"]

_ESTIMATES: Final = ("candidate", "reference", "difference")
_NUMBERS: Final = ("shortfall", *(field.name for field in dataclasses.fields(Estimate)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Compared:
    """Two models on the same rows.

    Attributes:
        models: How they are told from each other: A, the candidate, and B.
        comparison: Cell by cell.
        report: What the rules of the configuration say; None without one.
        notes: What was not compared and why, a sentence each.
    """

    models: tuple[str, str]
    comparison: Comparison
    report: GateReport | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """An object of `models`, `notes`, `comparison` as the Evaluator stores it, and `gate`, its report or null.

        A number that is not known or has no end is null, in all of it.
        """
        written: dict[str, Any] = {
            "models": self.models,
            "notes": self.notes,
            "comparison": _without_strings(json.loads(comparison_text(self.comparison))),
            "gate": None if self.report is None else json.loads(report_to_json(self.report)),
        }
        return json.dumps(written, allow_nan=False, indent=1) + "\n"


def judged(found: Compared, config: PipelineConfig) -> Compared:
    """With the answers of the declared rules, B standing for what serves; `total_margin`, drift and skew are not."""
    asked = [rule for rule in config.gate.rules if rule.total_margin is not None]
    rules = tuple(dataclasses.replace(rule, total_margin=None) for rule in config.gate.rules)
    gate = dataclasses.replace(config.gate, rules=rules, anchor=None, drift=None, skew=None)
    report = decide(gate_policy(gate, config.graph, config.fusion), found.comparison)
    notes = ("`total_margin` is not judged: it counts from the anchor, which is neither A nor B.",) if asked else ()
    return dataclasses.replace(found, report=report, notes=found.notes + notes)


def check_scores(found: Compared) -> None:
    """Raises `UnusableInputError` where a score of either model is none: without rules nothing else would stop it."""
    reasons = dict.fromkeys(
        f"`{cell.output}` of A, the candidate, and of B, the baseline, must have a score in every row with a known "
        f"label, but {cell.reason} Mend the scores, or leave such rows out."
        for cell in found.comparison.cells
        if cell.status is Status.NOT_FINITE and not cell.slice
    )
    if reasons:
        raise UnusableInputError(list(reasons))


def _without_strings(comparison: dict[str, Any]) -> dict[str, Any]:
    """With null for "nan" and "inf", which the Evaluator tells apart."""
    for cell in comparison["cells"]:
        for numbers in (cell, *(cell[key] for key in _ESTIMATES if cell[key] is not None)):
            numbers |= {name: None for name in _NUMBERS if isinstance(numbers.get(name), str)}
    return comparison
