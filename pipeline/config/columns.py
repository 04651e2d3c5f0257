"""Which raw columns a configuration reads, as what, and what for."""

from __future__ import annotations

import csv
import dataclasses
import glob
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence

from components.fusion_tuner.config import FusionTuneConfig
from models.binding import Path, Problem
from models.errors import ConfigError
from models.expression import ColumnType, parse
from models.fusion import FusionConfig
from models.tasks import Task
from pipeline.config.features import CrossFeature, Feature, NumericFeature
from pipeline.config.run import EvaluationConfig

__all__ = ["ColumnUse", "Resolved", "csv_header", "feature_columns", "label_columns", "resolve_columns"]


@dataclasses.dataclass(frozen=True)
class ColumnUse:
    """One place that reads a raw column.

    Attributes:
        column: The raw column.
        path: Where in the configuration.
        type: As what; None where any type would do.
        strict: Whether another type would be wrong, rather than converted.
    """

    column: str
    path: Path
    type: ColumnType | None
    strict: bool


@dataclasses.dataclass(frozen=True)
class Resolved:
    """All raw columns with their types, and what contradicts."""

    types: dict[str, ColumnType]
    uses: tuple[ColumnUse, ...]
    problems: tuple[Problem, ...]


def feature_columns(name: str, feature: Feature) -> tuple[str, ...]:
    """The raw columns a feature reads."""
    if isinstance(feature, CrossFeature):
        return feature.of
    return (feature.column or name,)


def label_columns(task: Task) -> frozenset[str]:
    """The raw columns a task's label reads and that must not be inputs, nor may the one that tells when it came."""
    return (frozenset(parse(task.label).columns) - frozenset(task.also_input)) | frozenset(
        filter(None, [task.label_time])
    )


def resolve_columns(
    features: Mapping[str, Feature],
    tasks: Sequence[Task | None],
    evaluation: EvaluationConfig | None,
    fusion: FusionConfig | None = None,
    tune: FusionTuneConfig | None = None,
) -> Resolved:
    """Finds every raw column's type: a number where anything computes with it, else a string.

    Args:
        features: By name.
        tasks: As declared; None for one that could not be read.
        evaluation: Its slices and groups of rows read columns too.
        fusion: So do its formulas.
        tune: So does its propensity.
    """
    uses = [*_feature_uses(features), *_task_uses(tasks), *_evaluation_uses(evaluation), *_fusion_uses(fusion, tune)]
    types: dict[str, ColumnType] = {}
    problems = []
    for use in uses:
        if use.type is None or not use.strict:
            continue
        if types.setdefault(use.column, use.type) is not use.type:
            message = (
                f"column `{use.column}` is read as a {use.type.value} here and as a {types[use.column].value} "
                "elsewhere: compare it with values of one type."
            )
            problems.append(Problem(use.path, message))
    for use in uses:
        types.setdefault(use.column, use.type or ColumnType.STRING)
    return Resolved(types, tuple(uses), tuple(problems))


def _feature_uses(features: Mapping[str, Feature]) -> Iterator[ColumnUse]:
    for name, feature in features.items():
        numeric = isinstance(feature, NumericFeature)
        for column in feature_columns(name, feature):
            kind = ColumnType.NUMBER if numeric else ColumnType.STRING
            yield ColumnUse(column, ("features", name), kind, strict=numeric)


def _task_uses(tasks: Sequence[Task | None]) -> Iterator[ColumnUse]:
    for index, task in enumerate(tasks):
        if task is None:
            continue
        labelled = "label" if task.prefer is None else "prefer"
        for field, text in ((labelled, task.label), ("weight", task.weight)):
            for column, kind in (parse(text).columns if text else {}).items():
                yield ColumnUse(column, ("tasks", index, field), kind, strict=kind is not None)
        if task.kind.list_column:
            # As a number long ids would be rounded to the same.
            yield ColumnUse(task.kind.list_column, ("tasks", index, "kind"), ColumnType.STRING, strict=True)
        if task.label_time:
            yield ColumnUse(task.label_time, ("tasks", index, "label_time"), None, strict=False)


def _evaluation_uses(evaluation: EvaluationConfig | None) -> Iterator[ColumnUse]:
    for index, columns in enumerate(evaluation.slices if evaluation else ()):
        for place, column in enumerate(columns):
            yield ColumnUse(column, ("evaluation", "slices", index, place), None, strict=False)
    for field, column in (evaluation.group_columns if evaluation else {}).items():
        yield ColumnUse(column, ("evaluation", field), None, strict=False)


def _fusion_uses(fusion: FusionConfig | None, tune: FusionTuneConfig | None) -> Iterator[ColumnUse]:
    for name, column in (fusion.columns if fusion else {}).items():
        kind = ColumnType.STRING if column.is_text else ColumnType.NUMBER
        yield ColumnUse(name, ("fusion", "columns", name), kind, strict=True)
    if fusion is not None and fusion.segment is not None:
        yield ColumnUse(fusion.segment.column, ("fusion", "segment", "column"), ColumnType.STRING, strict=True)
    if tune is not None and tune.propensity is not None:
        path = ("fusion", "tune", "propensity", "column")
        yield ColumnUse(tune.propensity.column, path, ColumnType.NUMBER, strict=True)


def csv_header(pattern: str, delimiter: str) -> tuple[str, ...] | None:
    """The names in the first line of the first CSV file of `pattern`; None where there is no such file."""
    files = sorted(glob.glob(pattern))
    if not files:
        return None
    try:
        with open(files[0], "rb") as raw:
            stream = gzip.GzipFile(fileobj=raw) if files[0].endswith(".gz") else raw
            with io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="") as text:  # type: ignore[type-var]
                return tuple(name.strip() for name in next(csv.reader(text, delimiter=delimiter), []))
    except (OSError, EOFError, csv.Error) as error:
        raise ConfigError("data", [f"`{files[0]}` cannot be read: {error}. Check that it is whole."]) from error
