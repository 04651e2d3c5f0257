"""What of a gate can be read although something in it is wrong, so that one mistake does not hide the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from components.gate.config import GateConfig, Rule
from components.gate.metrics import Metric
from models.binding import Path, Problem, bind
from models.fusion import SCORE, score_name

__all__ = ["AskedRule", "asked_rules", "readable_gate"]

_PATH: Path = ("gate",)
_ANY: Final = Metric.MSE  # Of which all may be asked, so that what is wrong under it is wrong under any.


class AskedRule(NamedTuple):
    """A rule as far as it can be read.

    Attributes:
        path: Where it lies.
        output: None where it is no text, or a score of formulas that cannot be read.
        metric: None where there is no such metric.
        slices: By their place in the rule; those that are lists of texts.
        rule: None where the rule as a whole is wrong.
    """

    path: Path
    output: str | None
    metric: Metric | None
    slices: Mapping[int, tuple[str, ...]]
    rule: Rule | None


def asked_rules(given: object, *, knows_scores: bool = True) -> list[AskedRule]:
    """The rules of a section `gate`, as a YAML reader returned it.

    Args:
        given: The section.
        knows_scores: Whether it can be told which fused scores there are.
    """
    found = [_asked(rule, place) for place, rule in enumerate(_rules(given)) if isinstance(rule, Mapping)]
    return found if knows_scores else [rule._replace(output=None) if _is_score(rule) else rule for rule in found]


def readable_gate(given: object) -> tuple[GateConfig | None, list[Problem]]:
    """The gate without what cannot be read in it.

    Returns:
        The gate, None where nothing can be made of it; and what is wrong with what is left of it as a whole, and with
        rules whose metric hides it.
    """
    rules = [rule for rule in _rules(given) if bind(Rule, rule)[0] is not None]
    places = enumerate(_rules(given))
    hidden = [problem for place, rule in places for problem in _hidden(rule, (*_PATH, "rules", place))]
    if not rules or not isinstance(given, Mapping):
        return None, hidden
    whole = {**given, "rules": rules}
    wrong = {problem.path[0] for problem in bind(GateConfig, whole)[1] if problem.path}
    gate, problems = bind(GateConfig, {key: part for key, part in whole.items() if key not in wrong}, _PATH)
    return gate, [*hidden, *(problem for problem in problems if problem.path == _PATH)]


def _hidden(given: object, path: Path) -> list[Problem]:
    """What is wrong with a rule, whatever its metric is, where that cannot be read."""
    if not isinstance(given, Mapping) or bind(Metric, given.get("metric"))[0] is not None:
        return []
    said = bind(Rule, given, path)[1]
    found = bind(Rule, {**given, "metric": _ANY.value}, path)[1]
    told = [dataclasses.replace(one, message=one.message.replace(f", as {_ANY.value} is", "")) for one in found]
    return [problem for problem in told if problem not in said and f" {_ANY.value}" not in problem.message]


def _is_score(rule: AskedRule) -> bool:
    return rule.output is not None and (rule.output == SCORE or rule.output.startswith(score_name("")))


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
