"""Plain mappings to frozen dataclasses and back, all problems at once, each with its path."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import functools
import math
import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from models.errors import ConfigError

__all__ = ["Path", "Problem", "bind", "bind_or_raise", "closest", "nearest", "unbind"]

Path = tuple[str | int, ...]
T = TypeVar("T")

_POWER_OF_TEN: Final = re.compile(r"[-+]?\d+[eE][-+]?\d+")
_FAILED = object()  # What a value that could not be bound becomes; never leaves this module.


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong with a declaration.

    Attributes:
        path: Keys and list indices that lead to it.
        message: A sentence: what was wrong, what it got, the way out.
        at_key: Whether the key itself is wrong, rather than its value.
    """

    path: Path
    message: str
    at_key: bool = False


def bind(cls: type[T], given: object, path: Path = ()) -> tuple[T | None, list[Problem]]:
    """Makes a `cls` of plain mappings, lists, strings and numbers.

    A wrong part does not hide the next: what can be checked is checked. A field typed as a union of dataclasses
    is told by its discriminator, the one `Literal` field they share; a bare string stands for that field alone.

    Args:
        cls: A frozen dataclass.
        given: What a YAML or JSON reader returned.
        path: Where `given` lies in its document.

    Returns:
        The value and the problems. The value is None where it could not be made; with an unknown key left out it
        could, so that a reader can go on checking, but it must not be used while there are problems.
    """
    problems: list[Problem] = []
    value = _bind_value(cls, given, path, problems)
    return (None if value is _FAILED else value), problems


def bind_or_raise(cls: type[T], given: object) -> T:
    """Like `bind`, for values a program wrote: raises `ConfigError` if there are problems."""
    value, problems = bind(cls, given)
    if value is None or problems:
        raise ConfigError(cls.__name__, [f"{'.'.join(map(str, p.path))}: {p.message}" for p in problems])
    return value


def unbind(value: Any) -> Any:
    """Turns a dataclass into what `bind` reads: mappings, lists, strings, numbers, booleans, None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: unbind(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: unbind(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unbind(item) for item in value]
    return value


def nearest(name: object, known: Iterable[str]) -> str:
    """A sentence naming the nearest of `known`, or all of them when none is near."""
    names = sorted(known)
    meant = closest(name, names)
    if meant is not None:
        return f"Did you mean `{meant}`?"
    return "Known: " + ", ".join(f"`{item}`" for item in names) + "."


def closest(name: object, known: Iterable[str]) -> str | None:
    """The nearest of `known`; None when none is near."""
    return next(iter(difflib.get_close_matches(str(name), sorted(known), n=1, cutoff=0.5)), None)


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _bind_value(hint: Any, given: object, path: Path, problems: list[Problem]) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _bind_union(typing.get_args(hint), given, path, problems)
    if origin is tuple:
        return _bind_tuple(typing.get_args(hint), given, path, problems)
    if origin in (dict, Mapping):
        return _bind_mapping(typing.get_args(hint)[1], given, path, problems)
    if origin is typing.Literal:
        return _bind_choice(typing.get_args(hint), given, path, problems)
    if dataclasses.is_dataclass(hint):
        return _bind_dataclass(typing.cast(type, hint), given, path, problems)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        value = _bind_choice(tuple(item.value for item in hint), given, path, problems)
        return value if value is _FAILED else hint(value)
    return _bind_scalar(hint, given, path, problems)


def _fail(problems: list[Problem], path: Path, message: str) -> Any:
    problems.append(Problem(path, message))
    return _FAILED


def _bind_scalar(hint: Any, given: object, path: Path, problems: list[Problem]) -> Any:
    if hint is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if hint is float and isinstance(given, str) and _POWER_OF_TEN.fullmatch(given):
        return float(given)  # A number in YAML 1.2, a text to readers of YAML 1.1.
    if hint is Any or (isinstance(given, hint) and not (isinstance(given, bool) and hint is not bool)):
        if isinstance(given, float) and math.isnan(given):
            return _fail(problems, path, "must be a number, got nan. Write a finite number.")
        return given
    wanted = {str: "a string", int: "an integer", float: "a number", bool: "true or false"}.get(hint, hint.__name__)
    quote = " Put it in quotes if that is its text." if hint is str and isinstance(given, (int, float)) else ""
    return _fail(problems, path, f"must be {wanted}, got {given!r}.{quote}")


def _bind_choice(choices: tuple[Any, ...], given: object, path: Path, problems: list[Problem]) -> Any:
    if given in choices:
        return given
    return _fail(problems, path, f"must be one of the known names, got {given!r}. {nearest(given, map(str, choices))}")


def _bind_tuple(items: tuple[Any, ...], given: object, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(given, (list, tuple)):
        return _fail(problems, path, f"must be a list, got {given!r}. Write it as [a, b].")
    bound = [_bind_value(items[0], item, (*path, index), problems) for index, item in enumerate(given)]
    return _FAILED if any(item is _FAILED for item in bound) else tuple(bound)


def _bind_mapping(item: Any, given: object, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(given, Mapping):
        return _fail(problems, path, f"must be a mapping of names, got {given!r}.")
    bound = {str(key): _bind_value(item, value, (*path, key), problems) for key, value in given.items()}
    return _FAILED if any(value is _FAILED for value in bound.values()) else bound


def _bind_union(options: tuple[Any, ...], given: object, path: Path, problems: list[Problem]) -> Any:
    if given is None and type(None) in options:
        return None
    real = [option for option in options if option is not type(None)]
    if len(real) == 1:
        return _bind_value(real[0], given, path, problems)
    if not all(dataclasses.is_dataclass(option) for option in real):
        return _bind_first(real, given, path, problems)
    key, by_name = _discriminator(tuple(real))
    if isinstance(given, str):
        if given not in by_name:
            return _bind_choice(tuple(by_name), given, path, problems)
        missing = _required(by_name[given])
        if missing:
            example = ", ".join([f"{key}: {given}", *(f"{name}: ..." for name in missing)])
            return _fail(problems, path, f"`{missing[0]}` is missing: write it as {{{example}}}.")
        given = {key: given}
    if not isinstance(given, Mapping):
        return _fail(problems, path, f"must be a mapping with `{key}`, got {given!r}.")
    if key not in given:
        return _fail(problems, path, f"`{key}` is missing. Choose one of {', '.join(sorted(by_name))}.")
    if given[key] not in by_name:
        return _bind_choice(tuple(by_name), given[key], (*path, key), problems)
    return _bind_value(by_name[given[key]], given, path, problems)


def _bind_first(options: list[Any], given: object, path: Path, problems: list[Problem]) -> Any:
    for option in options:
        trial: list[Problem] = []
        value = _bind_value(option, given, path, trial)
        if not trial:
            return value
    wanted = " or ".join(getattr(option, "__name__", str(option)) for option in options)
    return _fail(problems, path, f"must be {wanted}, got {given!r}.")


def _discriminator(options: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    names = {name for name, hint in _hints(options[0]).items() if typing.get_origin(hint) is typing.Literal}
    key = next(name for name in sorted(names) if all(name in _hints(option) for option in options))
    return key, {value: option for option in options for value in typing.get_args(_hints(option)[key])}


def _required(cls: type) -> list[str]:
    """The fields that have no default."""
    missing = dataclasses.MISSING
    fields = dataclasses.fields(cls)
    return [field.name for field in fields if field.init and field.default is field.default_factory is missing]


def _bind_dataclass(cls: type, given: object, path: Path, problems: list[Problem]) -> Any:
    if isinstance(given, cls):
        return given
    if not isinstance(given, Mapping):
        return _fail(problems, path, f"must be a mapping, got {given!r}.")
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
    unknown = [key for key in given if key not in fields]
    for key in unknown:
        message = f"`{key}` is not a key here. {nearest(key, fields)}"
        problems.append(Problem((*path, key), message, at_key=True))
    meant = {closest(key, fields) for key in unknown}  # What stands there misspelt is not missing, too.
    bound = {}
    for name in fields:
        if name in given:
            bound[name] = _bind_value(_hints(cls)[name], given[name], (*path, name), problems)
        elif name in _required(cls):
            if name not in meant:
                problems.append(Problem(path, f"`{name}` is missing: it has no default, so write it."))
            bound[name] = _FAILED
    if any(value is _FAILED for value in bound.values()):
        return _FAILED
    try:
        return cls(**bound)
    except ConfigError as error:
        problems.extend(Problem(path, message) for message in error.problems)
    return _FAILED
