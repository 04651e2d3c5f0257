"""What of fusion formulas, and of the search for their weights, can be read although something beside it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components.fusion_tuner.goals import Objective
from models.binding import bind
from models.fusion import FormulaConfig, FusionConfig

__all__ = ["readable_formulas", "readable_objectives"]


def readable_formulas(given: object) -> Iterator[FusionConfig]:
    """Each formula as if it were the only one, with the columns that it reads; those that can be read.

    Args:
        given: A section `fusion`, as a YAML reader returned it.
    """
    if not isinstance(given, Mapping):
        return
    formulas, columns = _mapping(given.get("formulas")), _mapping(given.get("columns"))
    for name, own in formulas.items():
        formula: Any = bind(FormulaConfig, own)[0]  # type: ignore[arg-type]  # A union of dataclasses is bound, too.
        if formula is None:
            continue
        read = {column: columns[column] for column in formula.reads if column in columns}
        alone = {"formulas": {name: own}, "served": name, "label": given.get("label"), "columns": read}
        found = bind(FusionConfig, alone)[0]
        if found is not None:
            yield found


def readable_objectives(given: object) -> Iterator[tuple[str, Objective]]:
    """Each that is named as one, after the field that names it.

    Args:
        given: A section `fusion`, as a YAML reader returned it.
    """
    tune = _mapping(_mapping(given).get("tune"))
    goal = _mapping(tune.get("goal"))
    asked = [goal.get("maximise"), *_names(goal.get("shares")), *_names(goal.get("least_change"))]
    named = {"goal": [*asked, *_names(goal.get("names"))], "observe": _names(tune.get("observe"))}
    for field, names in named.items():
        found = (Objective.named(name) for name in names if isinstance(name, str))
        yield from ((field, one) for one in found if one is not None)


def _names(given: object) -> list[Any]:
    """Keys, or items."""
    return list(given) if isinstance(given, (Mapping, list)) else []


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
