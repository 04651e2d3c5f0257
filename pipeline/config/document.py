"""A YAML file with the place of every value, and overrides from the command line."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import re
from typing import Any, Final

import yaml

from models.binding import Path, Problem

__all__ = ["Document", "Mark", "read_document"]

_NAMED: Final = re.compile(r"`(\w+)`")

# Where a bare name may stand for a mapping, and under which key of it.
_BARE_NAMES: Final = {
    "architecture": "name",
    "balancing": "method",
    "dense_optimizer": "name",
    "embedding_optimizer": "name",
    "interaction": "name",
    "kind": "name",
    "relation": "name",
}


@dataclasses.dataclass(frozen=True)
class Mark:
    """A place in a file: line and column from 1; line 0 stands for the command line."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}" if self.line else "--set"


@dataclasses.dataclass
class Document:
    """What a YAML file holds, and where.

    Attributes:
        name: The file's path, for messages.
        content: Plain mappings, lists and scalars.
        problems: What is wrong with the YAML itself.
    """

    name: str
    content: dict[str, Any]
    values: dict[Path, Mark]
    keys: dict[Path, Mark]
    problems: list[Problem]

    def locate(self, problem: Problem) -> Mark:
        """Where `problem` lies: its key, its value, or the nearest thing around it."""
        first, second = (self.keys, self.values) if problem.at_key else (self.values, self.keys)
        named = _NAMED.match(problem.message)  # A message about a field begins with its name.
        whole = (*problem.path, named[1]) if named and not problem.at_key else problem.path
        for length in range(len(whole), -1, -1):
            path = whole[:length]
            mark = first.get(path) or second.get(path)
            if mark:
                return mark
        return Mark(1, 1)

    def override(self, assignment: str) -> None:
        """Applies one `training.epochs=2`: the right side is YAML, a list index is a number."""
        dotted, equals, text = assignment.partition("=")
        path = tuple(int(part) if part.isdigit() else part for part in dotted.strip().split("."))
        if not equals or not all(str(part) for part in path):
            message = f"`--set` must be like training.epochs=2, got {assignment!r}."
            self.problems.append(Problem((), message))
            return
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            self.problems.append(Problem((), f"`--set {assignment}` is not YAML on its right side: {error}"))
            return
        if isinstance(value, datetime.date):
            value = text.strip()  # As in a file: a date is the text that it was written as.
        path = self._assign(path, value, assignment)
        for marks in (self.values, self.keys):
            for known in [known for known in marks if known[: len(path)] == path]:
                del marks[known]
            marks[path] = Mark(0, 0)

    def _assign(self, path: Path, value: object, assignment: str) -> Path:
        """Puts `value` in its place; returns `path` with list items by index, as all other places are known."""
        place: Any = self.content
        found: list[str | int] = []
        for depth, name in enumerate(path):
            key: str | int | None = name
            if isinstance(place, list):
                key = self._index(place, name)
            if key is None or not isinstance(place, (dict, list)):
                why = (
                    f"`{name}` is no item of that list; use an index or a name."
                    if isinstance(place, list)
                    else (f"`{path[depth - 1]}` is a single value, so it has no `{name}`.")
                )
                self.problems.append(Problem((), f"`--set {assignment}`: {why}"))
                return path
            found.append(key)
            if depth == len(path) - 1:
                place[key] = value  # type: ignore[index]  # An index of a list or a key of a mapping.
            else:
                place = self._step(place, key)
        return tuple(found)

    @staticmethod
    def _step(place: Any, key: str | int) -> Any:
        """The mapping or list under `key`, made where there is none."""
        if isinstance(place, dict):
            place.setdefault(key, {})
            if isinstance(place[key], str) and key in _BARE_NAMES:
                place[key] = {_BARE_NAMES[str(key)]: place[key]}
        return place[key]

    @staticmethod
    def _index(items: list[Any], part: str | int) -> int | None:
        if isinstance(part, int):
            return part if part < len(items) else None
        named = [i for i, item in enumerate(items) if isinstance(item, dict) and item.get("name") == part]
        return named[0] if named else None


def read_document(path: str) -> Document:
    """Reads a YAML file; problems of the YAML itself are in the document, not raised."""
    document = Document(name=path, content={}, values={}, keys={}, problems=[])
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        document.problems.append(
            Problem((), f"the file cannot be read: {error.strerror}. Give the path of a YAML file.")
        )
        return document
    except UnicodeDecodeError:
        document.problems.append(Problem((), "the file is not UTF-8 text."))
        return document
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        document.values[()] = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        document.problems.append(Problem((), f"this is not YAML: {error.problem or error.context}."))
        return document
    if not isinstance(node, yaml.MappingNode):
        document.problems.append(
            Problem((), "the file must hold a mapping with `data`, `features`, `tasks` and so on.")
        )
        return document
    document.content = _plain(node, (), document)
    return document


def _plain(node: yaml.Node, path: Path, document: Document) -> Any:
    document.values[path] = Mark(node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), document) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        read = _scalar(key_node)
        key = str(read)
        if isinstance(read, (int, float)) and not isinstance(read, bool) and key != key_node.value:
            message = f"`{key_node.value}` is the number {key} to YAML: put it in quotes."
            document.problems.append(Problem((*path, key), message, at_key=True))
        if key in found:
            document.problems.append(Problem((*path, key), f"`{key}` is written twice: keep one.", at_key=True))
        document.keys[(*path, key)] = Mark(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        found[key] = _plain(value_node, (*path, key), document)
    return found


def _scalar(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node, deep=True)
    finally:
        loader.dispose()
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(node.value)
