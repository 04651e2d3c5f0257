"""Values that are searched for, as a configuration file writes them beside the declared ones."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from components.example_gen.split import VALIDATION, split_names, validation_field
from components.tuner.config import Range, SearchConfig, When
from models.binding import Path, Problem, bind

__all__ = ["Searched", "dotted", "extract", "search_problems"]

SECTION: Final = "search"
_KEYS: Final = {"value", "search"}
_SEARCHED: Final = ("training", "model", "balancing", "signals", "tasks")
# Under these a trial would cost more than another, see other rows, or be no trial of the same thing.
_OF_BUDGET: Final = ("epochs", "seed", "keep", "patience", "warm_start", "distribution", "batch_parts")
_OF_A_TASK: Final = ("loss_weight", "tower")


@dataclasses.dataclass(frozen=True)
class Searched:
    """One value that is searched for.

    Attributes:
        path: Where it stands.
        among: What it is searched among.
    """

    path: Path
    among: Range


def extract(content: dict[str, Any]) -> tuple[dict[str, Any], tuple[Searched, ...], list[Problem]]:
    """The document with the declared values alone, what is searched for, and what is wrong with how that is written.

    Args:
        content: As read; every `{value: ..., search: ...}` outside of the section `search` is such a value.
    """
    plain = copy.deepcopy(content)
    found: list[Searched] = []
    problems: list[Problem] = []
    for path in list(_places(content, ())):
        given = _at(content, path)
        _put(plain, path, given.get("value"))
        surplus = [str(key) for key in given if key not in _KEYS]
        if "value" not in given or surplus:
            message = (
                f"must be {{value: ..., search: ...}}, got {sorted(map(str, given))}: write the declared value too."
            )
            problems.append(Problem(path, message))
            continue
        among, wrong = bind(Range, given["search"], (*path, "search"))
        problems += wrong
        if among is None or wrong:
            continue
        reason = _why_not(path)
        if reason:
            problems.append(Problem(path, reason))
        elif not among.holds(_number(given["value"])):
            message = f"`value` must be among what is searched, got {given['value']!r}: widen `search`, or change it."
            problems.append(Problem(path, message))
        else:
            found.append(Searched(path, among))
    return plain, tuple(found), problems


def search_problems(
    sections: Mapping[str, Any],
    content: dict[str, Any],
    searched: Sequence[Searched],
    *,
    problems_of: Callable[[dict[str, Any]], list[Problem]],
) -> Iterator[Problem]:
    """Whether there is a search for what is searched for, rows to compare on, and no end or choice is itself wrong.

    Args:
        sections: Typed; None for one that could not be read.
        content: With the declared values alone, which are valid.
        searched: What is searched for.
        problems_of: All that is wrong with a document.
    """
    search: SearchConfig | None = sections.get(SECTION)
    if searched and SECTION not in content:
        message = "is searched for, but there is no section `search`: write one, such as `search: {trials: 20}`."
        yield Problem(searched[0].path, message)
    if search is not None and not searched:
        message = "finds nothing to search: write {value: ..., search: {log: [low, high]}} in place of a value."
        yield Problem((SECTION,), message)
    data = sections.get("data")
    if search is not None and data is not None and VALIDATION not in split_names(data.split):
        message = (
            "needs a validation split, got none: the eval rows judge the model, so they must not choose its values. "
            f"Declare `{validation_field(data.split)}` in data.split."
        )
        yield Problem((SECTION,), message)
    training = sections.get("training")
    if (
        search is not None
        and search.when is When.EVERY_RUN
        and training is not None
        and training.warm_start is not None
    ):
        message = (
            "`when` must be asked with `training.warm_start`, got every_run: trials begin with fresh weights, so what "
            "they find is for these. Leave one of them out."
        )
        yield Problem((SECTION,), message)
    for one in searched:
        for candidate in one.among.extremes:
            other = copy.deepcopy(content)
            _put(other, one.path, candidate)
            for problem in problems_of(other):
                message = f"{candidate!r} would not do: {problem.message}"
                yield Problem((*one.path, "search"), message)


def dotted(path: Path, content: Any) -> str:
    """The path as `--set` takes it: items of lists by their names."""
    parts, place = [], content
    for part in path:
        place = place[part]
        name = place.get("name") if isinstance(place, dict) and isinstance(part, int) else None
        parts.append(str(part if name is None else name))
    return ".".join(parts)


def _places(place: Any, path: Path) -> Iterator[Path]:
    if isinstance(place, dict):
        if "search" in place and path:
            yield path
            return
        for key, item in place.items():
            if path or key != SECTION:
                yield from _places(item, (*path, key))
    elif isinstance(place, list):
        for index, item in enumerate(place):
            yield from _places(item, (*path, index))


def _why_not(path: Path) -> str:
    if path[0] not in _SEARCHED:
        return f"cannot be searched for: rows are read and transformed once. Searched is in {', '.join(_SEARCHED)}."
    if path[0] == "tasks" and path[-1] not in _OF_A_TASK:
        return f"cannot be searched for: of a task these can: {', '.join(_OF_A_TASK)}."
    if path[0] == "training" and path[1] in _OF_BUDGET:
        return "cannot be searched for: all trials have the same rows, epochs and rule. Leave `search` out."
    return ""


def _number(value: Any) -> Any:
    """1e-3 is a text to readers of YAML 1.1, and a number where it will stand."""
    number, wrong = bind(float, value)
    return value if wrong or not isinstance(value, str) else number


def _at(place: Any, path: Path) -> Any:
    for part in path:
        place = place[part]
    return place


def _put(place: Any, path: Path, value: Any) -> None:
    _at(place, path[:-1])[path[-1]] = value
