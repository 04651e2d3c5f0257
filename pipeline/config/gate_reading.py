"""What of a gate can be read although something in it is wrong, so that one mistake does not hide the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from components.gate.config import GateConfig, Rule
from components.gate.metrics import Metric
from models.binding import Path, Problem, bind

__all__ = ["AskedRule", "asked_rules", "readable_gate"]

_PATH: Path = ("gate",)


class AskedRule(NamedTuple):
    """A rule as far as it can be read.

    Attributes:
        path: Where it lies.
        output: None where it is no text.
        metric: None where there is no such metric.
        slices: By their place in the rule; those that are lists of texts.
        rule: None where the rule as a whole is wrong.
    """

    path: Path
    output: str | None
    metric: Metric | None
    slices: Mapping[int, tuple[str, ...]]
    rule: Rule | None


def asked_rules(given: object) -> list[AskedRule]:
    """The rules of a section `gate`, as a YAML reader returned it."""
    return [_asked(rule, place) for place, rule in enumerate(_rules(given)) if isinstance(rule, Mapping)]


def readable_gate(given: object) -> tuple[GateConfig | None, list[Problem]]:
    """The gate without what cannot be read in it.

    Returns:
        The gate, None where nothing can be made of it; and what is wrong with what is left of it as a whole.
    """
    rules = [rule for rule in _rules(given) if bind(Rule, rule)[0] is not None]
    if not rules or not isinstance(given, Mapping):
        return None, []
    whole = {**given, "rules": rules}
    wrong = {problem.path[0] for problem in bind(GateConfig, whole)[1] if problem.path}
    gate, problems = bind(GateConfig, {key: part for key, part in whole.items() if key not in wrong}, _PATH)
    return gate, [problem for problem in problems if problem.path == _PATH]


def _rules(given: object) -> list[Any]:
    rules = given.get("rules") if isinstance(given, Mapping) else None
    return rules if isinstance(rules, list) else []


def _asked(given: Mapping[str, Any], place: int) -> AskedRule:
    output, slices = given.get("output"), given.get("slices")
    return AskedRule(
        path=(*_PATH, "rules", place),
        output=output if isinstance(output, str) else None,
        metric=bind(Metric, given.get("metric"))[0],
        slices={
            number: tuple(columns)
            for number, columns in enumerate(slices if isinstance(slices, list) else [])
            if isinstance(columns, list) and all(isinstance(column, str) for column in columns)
        },
        rule=bind(Rule, given)[0],
    )
