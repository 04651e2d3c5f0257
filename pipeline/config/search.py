"""Values that are searched for, as a configuration file writes them beside the declared ones."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from components.example_gen.split import VALIDATION, split_names, validation_field
from components.trainer.values import taken
from components.tuner.config import Range, SearchConfig, When
from models.binding import Path, Problem, bind, unbind

__all__ = ["Searched", "dotted", "extract", "meant", "search_problems"]

SECTION: Final = "search"
_KEYS: Final = {"value", "search"}
_RANGES: Final = {field.name for field in dataclasses.fields(Range)}
_SEARCHED: Final = ("training", "model", "balancing", "signals", "tasks")
# Under these a trial would cost more than another, see other rows, or be no trial of the same thing.
_OF_BUDGET: Final = ("epochs", "seed", "keep", "patience", "warm_start", "distribution", "batch_parts")
_OF_A_TASK: Final = ("loss_weight", "tower")
_OF_NO_SIGNAL: Final = ("name", "kind")
_WHOLE: Final = " Write `whole`, or `choices`."

Read = Callable[[dict[str, Any]], tuple[Mapping[str, Any], list[Problem]]]


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
        elif _is_outside(among, given["value"]):
            problems.append(Problem(path, _not_among(given["value"])))
        else:
            found.append(Searched(path, among))
    return plain, tuple(found), problems


def search_problems(
    sections: Mapping[str, Any],
    content: dict[str, Any],
    searched: Sequence[Searched],
    *,
    read: Read,
) -> Iterator[Problem]:
    """Whether there is a search for what is searched for, rows to compare on, and no end or choice is itself wrong.

    Args:
        sections: Typed; None for one that could not be read.
        content: With the declared values alone, which are valid.
        searched: What is searched for.
        read: The sections of a document, and all that is wrong with it.
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
        yield from _range_problems(one, content, read)


def meant(one: Searched, content: dict[str, Any], *, read: Read) -> Range:
    """What `one` is searched among, its choices as they are read: 1 as 1.0 or a bare name with all its fields.

    Args:
        one: Without a problem.
        content: With the declared values alone.
        read: As of `search_problems`.
    """
    if one.among.choices is None:
        return one.among
    return Range(choices=tuple(_as_read(one.path, choice, content, read) for choice in one.among.choices))


def _range_problems(one: Searched, content: dict[str, Any], read: Read) -> Iterator[Problem]:
    path, among, found = (*one.path, SECTION), one.among, []
    for candidate in among.extremes:
        for problem in _tried(one.path, candidate, content, read)[1]:
            hint = "" if among.choices or among.whole or not _is_whole(one.path, candidate, content, read) else _WHOLE
            found.append(Problem(path, f"{candidate!r} would not do: {problem.message}{hint}"))
    yield from found
    declared = _at(content, one.path)
    if not found and among.choices is None and not among.holds(_number(declared)):
        yield Problem(one.path, _not_among(declared))
    if found or among.choices is None:
        return
    read_as: dict[str, Any] = {}
    for choice in among.choices:
        text = json.dumps(_as_read(one.path, choice, content, read), sort_keys=True)
        if text in read_as:
            message = f"`choices` must differ, got {read_as[text]!r} and {choice!r}, which are the same here."
            yield Problem(path, f"{message} Leave one out.")
        read_as.setdefault(text, choice)
    if json.dumps(_as_read(one.path, declared, content, read), sort_keys=True) not in read_as:
        yield Problem(one.path, _not_among(declared))


def _is_whole(path: Path, candidate: float, content: dict[str, Any], read: Read) -> bool:
    """Whether nothing is wrong with `candidate` but that it is written as a fraction."""
    return candidate == int(candidate) and not _tried(path, int(candidate), content, read)[1]


def _tried(
    path: Path, value: Any, content: dict[str, Any], read: Read
) -> tuple[tuple[dict[str, Any], Mapping[str, Any]], list[Problem]]:
    """The document with `value` at `path` and its sections, and what is wrong with it."""
    other = copy.deepcopy(content)
    _put(other, path, value)
    sections, problems = read(other)
    return (other, sections), problems


def _as_read(path: Path, value: Any, content: dict[str, Any], read: Read) -> Any:
    (other, sections), _ = _tried(path, value, content, read)
    return taken({path[0]: unbind(sections[str(path[0])])}, dotted(path, other))


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
        if _is_searched(place, path):
            yield path
            return
        for key, item in place.items():
            if path or key != SECTION:
                yield from _places(item, (*path, key))
    elif isinstance(place, list):
        for index, item in enumerate(place):
            yield from _places(item, (*path, index))


def _is_searched(place: dict[str, Any], path: Path) -> bool:
    """Whether it stands for a value; a feature, a task or a formula may be called `search`, too."""
    search = place.get(SECTION)
    if not path or path == ("features",):
        return False
    if isinstance(search, dict) and not _RANGES.isdisjoint(search):
        return True
    is_alone = set(place) == _KEYS or (path[0] in _SEARCHED and set(place) <= _KEYS)
    return is_alone and isinstance(search, (dict, list))


def _why_not(path: Path) -> str:
    if path[0] not in _SEARCHED:
        return f"cannot be searched for: rows are read and transformed once. Searched is in {', '.join(_SEARCHED)}."
    if path[0] == "tasks" and path[-1] not in _OF_A_TASK:
        return f"cannot be searched for: of a task these can: {', '.join(_OF_A_TASK)}."
    if path[0] == "signals" and path[-1] in _OF_NO_SIGNAL:
        return f"cannot be searched for: `{path[-1]}` says which signal it is. Search among its other fields."
    if path == ("training",):
        return "cannot be searched for as a whole: write {value: ..., search: ...} in place of one of its values."
    if path[0] == "training" and path[1] in _OF_BUDGET:
        return "cannot be searched for: all trials have the same rows, epochs and rule. Leave `search` out."
    return ""


def _is_outside(among: Range, value: Any) -> bool:
    """Whether a number lies outside of what it is searched among; what else it is, its own place tells."""
    number = _number(value)
    return among.choices is None and isinstance(number, (int, float)) and not among.holds(number)


def _not_among(value: Any) -> str:
    return f"`value` must be among what is searched, got {value!r}: widen `search`, or change it."


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
