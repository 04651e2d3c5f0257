"""Reads a configuration file and reports everything that is wrong with it at once."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Sequence
from typing import Any

from components.fusion_tuner.config import FusionTuneConfig
from models.binding import Path, Problem, bind, closest, nearest
from models.signals import SignalConfig
from models.tasks import Task
from pipeline.config.check import cross_problems
from pipeline.config.config import NO_SECTIONS, PipelineConfig
from pipeline.config.document import Document, read_document
from pipeline.config.features import Feature
from pipeline.config.search import dotted, extract, meant, search_problems
from pipeline.errors import ConfigFileError

__all__ = ["load_config"]


def load_config(path: str, overrides: Sequence[str] = ()) -> PipelineConfig:
    """Reads, overrides, checks.

    Args:
        path: A YAML file.
        overrides: Assignments such as `training.epochs=2`; they win over the file.

    Returns:
        The configuration.

    Raises:
        ConfigFileError: Holds every problem with its line and column.
    """
    document = read_document(path)
    if not document.problems:
        for assignment in overrides:
            document.override(assignment)
    if document.problems and not document.content:
        raise _error(document, document.problems)
    content, searched, problems = extract(document.content)
    sections, found = _read(content)
    unwritten = [one.path for one in problems]  # Values that are missing here are no second mistake.
    problems += document.problems
    problems += [one for one in found if not any(one.path[: len(path)] == path for path in unwritten)]
    if not problems:
        problems += search_problems(sections, content, searched, read=_read)
    if problems:
        raise _error(document, problems)
    space = {dotted(one.path, content): meant(one, content, read=_read) for one in searched}
    return PipelineConfig(**sections, search_space=space)


def _read(content: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """All sections, and all that is wrong with them."""
    sections, problems = _bind_sections(content)
    return sections, [*problems, *cross_problems(sections, content)]


def _error(document: Document, problems: Sequence[Problem]) -> ConfigFileError:
    marked = [(document.locate(problem), problem) for problem in problems]
    marked.sort(key=lambda pair: (pair[0].line, pair[0].column))
    unique = dict.fromkeys((str(mark), f"{_dotted(problem)}{problem.message}") for mark, problem in marked)
    return ConfigFileError(document.name, list(unique))


def _dotted(problem: Problem) -> str:
    path = problem.path[:-1] if problem.at_key else problem.path
    return f"{'.'.join(map(str, path))}: " if path else ""


def _bind_sections(content: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Binds each section alone, so that one wrong section does not hide what is wrong in the next."""
    hints = typing.get_type_hints(PipelineConfig)
    fields = {field.name: field for field in dataclasses.fields(PipelineConfig) if field.name not in NO_SECTIONS}
    problems = [
        Problem((key,), f"`{key}` is not a section. {nearest(key, fields)}", at_key=True)
        for key in content
        if key not in fields
    ]
    meant = {closest(key, fields) for key in content if key not in fields}
    sections: dict[str, Any] = {}
    content, tune = _without_tune(content)
    if tune is not None:
        sections["fusion_tune"], found = bind(FusionTuneConfig, tune, ("fusion", "tune"))
        problems += found
    for name, field in fields.items():
        if name in content:
            sections[name], found = _bind_section(name, hints[name], content[name])
            problems += found
        elif field.default is field.default_factory is dataclasses.MISSING and name not in meant:
            problems.append(Problem((), f"section `{name}` is missing: it has no default, so write it."))
    return sections, problems


def _without_tune(content: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """The section `fusion` without `tune`, and that: weights are searched for beside what is served."""
    fusion = content.get("fusion")
    if not isinstance(fusion, dict) or "tune" not in fusion:
        return content, None
    return {**content, "fusion": {key: given for key, given in fusion.items() if key != "tune"}}, fusion["tune"]


def _bind_section(name: str, hint: Any, given: Any) -> tuple[Any, list[Problem]]:
    """Features, tasks and signals are bound one by one: a wrong one is None and the others can still be checked."""
    problems: list[Problem] = []
    if name == "features" and isinstance(given, dict):
        bound_features = {key: _collect(Feature, item, (name, key), problems) for key, item in given.items()}
        return {key: item for key, item in bound_features.items() if item is not None}, problems
    if name == "tasks" and isinstance(given, list):
        return tuple(_collect(Task, item, (name, index), problems) for index, item in enumerate(given)), problems
    if name == "signals" and isinstance(given, list):
        return tuple(
            _collect(SignalConfig, item, (name, place), problems) for place, item in enumerate(given)
        ), problems
    value, found = bind(hint, given, (name,))
    return value, found


def _collect(hint: Any, given: Any, path: Path, problems: list[Problem]) -> Any:
    value, found = bind(hint, given, path)
    problems += found
    return value
