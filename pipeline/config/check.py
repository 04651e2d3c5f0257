"""What can be wrong between the sections of a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.example_gen.source import DataConfig, Format
from components.example_gen.split import VALIDATION, split_names, validation_field
from components.trainer.settings import CheckpointRule, TrainingSettings
from models.balancers.in_parts import parts_problems
from models.binding import Problem, nearest
from models.errors import ConfigError
from models.fusion import FusionConfig
from models.signals import SignalConfig
from models.tasks import Task
from models.tasks.check import graph_problems
from models.tasks.task import NAME_PATTERN
from pipeline.config.balancing_check import balancing_problems
from pipeline.config.columns import ColumnUse, csv_header, feature_columns, label_columns, resolve_columns
from pipeline.config.features import CategoricalFeature, Feature, MultivaluedFeature
from pipeline.config.fusion_check import fusion_problems
from pipeline.config.fusion_reading import readable_formulas
from pipeline.config.fusion_tune_check import fusion_tune_problems
from pipeline.config.gate_check import gate_problems
from pipeline.config.gate_reading import asked_rules, readable_gate
from pipeline.config.inputs import served_features
from pipeline.config.model_check import model_problems
from pipeline.config.ranking_check import ranking_problems
from pipeline.config.run import EvaluationConfig
from pipeline.config.serving_check import serving_problems
from pipeline.config.shift_check import shift_problems
from pipeline.config.signals_check import readable, signals_problems

__all__ = ["cross_problems"]


def cross_problems(sections: Mapping[str, Any], content: Mapping[str, Any]) -> list[Problem]:
    """Checks sections against each other, as far as they could be read.

    Args:
        sections: Typed sections; None for one that could not be read. `tasks` may hold None.
        content: The plain document, for the names in what could not be read.
    """
    features: Mapping[str, Feature] = sections.get("features") or {}
    tasks: Sequence[Task | None] = sections.get("tasks") or ()
    fusion, tune = sections.get("fusion"), sections.get("fusion_tune")
    resolved = resolve_columns(features, tasks, sections.get("evaluation"), fusion, tune)
    problems = [*_name_problems(sections), *_graph(tasks, content), *resolved.problems]
    problems += _leaks(features, tasks)
    problems += _tables(features)
    if not features and isinstance(content.get("features"), dict) and not content["features"]:
        problems.append(Problem(("features",), "must declare at least one feature, got none."))
    data = sections.get("data")
    if data is not None:
        problems += [*_unknown_columns(data, resolved.uses), *_clock_problems(data, tasks)]
    if isinstance(content.get("model"), dict) and "seed" in content["model"]:
        problems.append(
            Problem(("model", "seed"), "must be left out: `training.seed` draws the weights too.", at_key=True)
        )
    training = sections.get("training")
    all_features, all_tasks = _whole(sections, content)
    declared: Sequence[SignalConfig | None] = sections.get("signals") or ()
    problems += signals_problems(
        declared,
        all_tasks,
        all_features,
        model=sections.get("model"),
        training=training,
        fusion=sections.get("fusion"),
    )
    signals = readable(declared)
    served = None if all_features is None else served_features(all_features, signals)
    if sections.get("model") is not None:
        problems += model_problems(sections["model"], served, all_tasks)
    if sections.get("balancing") is not None:
        problems += balancing_problems(sections["balancing"], all_tasks, served, signals=signals)
    if training is not None and sections.get("model") is not None and sections.get("balancing") is not None:
        for message in parts_problems(training.batch_parts, sections["model"].architecture, sections["balancing"]):
            problems.append(Problem(("training", "batch_parts"), message))
    if training is not None and training.compile_xla:
        problems += _lists_under_xla(features)
    if training is not None and data is not None:
        problems += _choice_without_validation(data, training)
    problems += _fusion(fusion, content, all_tasks)
    if sections.get("serving") is not None and served is not None:
        problems += serving_problems(sections["serving"], served, fusion)
    evaluation = sections.get("evaluation", EvaluationConfig())
    problems += fusion_tune_problems(tune, fusion, all_tasks, evaluation=evaluation, given=content.get("fusion"))
    gate, hidden = readable_gate(content.get("gate"))
    problems += hidden
    asked = asked_rules(content.get("gate"), knows_scores=fusion is not None or content.get("fusion") is None)
    problems += gate_problems(gate, asked, tasks, evaluation=evaluation, fusion=fusion)
    problems += ranking_problems(tasks, data=data, training=training, evaluation=evaluation, gate=gate)
    if gate is not None and all_features is not None:
        problems += shift_problems(gate, all_features, evaluation)
    return problems


def _fusion(fusion: FusionConfig | None, content: Mapping[str, Any], tasks: Sequence[Task] | None) -> Iterator[Problem]:
    """Each formula, though something else in the section is wrong."""
    read = readable_formulas(content.get("fusion")) if fusion is None else [fusion]
    for one in read if tasks is not None else ():
        yield from fusion_problems(one, tasks or ())


def _choice_without_validation(data: DataConfig, training: TrainingSettings) -> Iterator[Problem]:
    if training.keep is CheckpointRule.LAST or VALIDATION in split_names(data.split):
        return
    why = "the eval rows judge the model, so they must not choose its epoch"
    declare = f"Declare `{validation_field(data.split)}` in data.split"
    message = (
        f"must be `last` without a validation split, got {training.keep.value!r}: {why}. {declare}, or write last."
    )
    yield Problem(("training", "keep"), message)
    if training.patience is not None:
        message = f"must be left out without a validation split, got {training.patience!r}: {why}. {declare}."
        yield Problem(("training", "patience"), message)


def _clock_problems(data: DataConfig, tasks: Sequence[Task | None]) -> Iterator[Problem]:
    waiting = [index for index, task in enumerate(tasks) if task is not None and task.matures_after is not None]
    if data.clock is None:
        message = "`matures_after` needs `data.event_time`, got none: name the column that tells when each event was."
        yield from (Problem(("tasks", index), message) for index in waiting)
    if data.event_time is not None and not waiting and None not in tasks:
        message = "`event_time` is read by no task: declare `matures_after` of a task, or leave it out."
        yield Problem(("data",), message)


def _whole(
    sections: Mapping[str, Any], content: Mapping[str, Any]
) -> tuple[Mapping[str, Feature] | None, Sequence[Task] | None]:
    """Features and tasks, each None where one of them could not be read."""
    features, tasks = sections.get("features"), sections.get("tasks")
    all_features = features if features and len(features) == len(content["features"]) else None
    return all_features, tasks if tasks and None not in tasks else None


def _name_problems(sections: Mapping[str, Any]) -> Iterator[Problem]:
    name = sections.get("name")
    if name is not None and not NAME_PATTERN.fullmatch(name):
        yield Problem(("name",), f"must be a lower-case word of letters, digits and _, got {name!r}.")


def _graph(tasks: Sequence[Task | None], content: Mapping[str, Any]) -> Iterator[Problem]:
    if "tasks" not in content:
        return
    places = [index for index, task in enumerate(tasks) if task is not None]
    raw = content["tasks"] if isinstance(content["tasks"], list) else []
    unread = [str(item.get("name")) for index, item in enumerate(raw) if index not in places and isinstance(item, dict)]
    for problem in graph_problems([task for task in tasks if task is not None], elsewhere=unread):
        path = (places[problem.path[0]], *problem.path[1:]) if problem.path else ()  # type: ignore[index]
        yield Problem(("tasks", *path), problem.message)


def _leaks(features: Mapping[str, Feature], tasks: Sequence[Task | None]) -> Iterator[Problem]:
    for name, feature in features.items():
        for column in feature_columns(name, feature):
            for task in tasks:
                if task is not None and column in label_columns(task):
                    tells, way_out = "is read by", ", or list the column in that task's `also_input`"
                    if column == task.label_time:
                        tells, way_out = "is the time of", ""
                    message = (
                        f"column `{column}` {tells} the label of task {task.name!r}, so as an input it would give "
                        f"the label away: remove the feature{way_out}."
                    )
                    yield Problem(("features", name), message)


def _lists_under_xla(features: Mapping[str, Feature]) -> Iterator[Problem]:
    for name, feature in features.items():
        if isinstance(feature, MultivaluedFeature):
            message = (
                f"must be false with the multi-valued feature `{name}`, got true: "
                "XLA would compile the step again for every count of values."
            )
            yield Problem(("training", "compile_xla"), message)


def _tables(features: Mapping[str, Feature]) -> Iterator[Problem]:
    first: dict[str, tuple[str, tuple[int | None, ...]]] = {}
    for name, feature in features.items():
        if not isinstance(feature, (CategoricalFeature, MultivaluedFeature)):
            continue
        shape = (feature.top_k, feature.oov_buckets, feature.hash_buckets, feature.dim)
        owner, wanted = first.setdefault(feature.table or name, (name, shape))
        if shape != wanted:
            message = (
                f"shares table `{feature.table or name}` with feature `{owner}`, so `top_k`, `oov_buckets`, "
                f"`hash_buckets` and `dim` must be {wanted}, got {shape}."
            )
            yield Problem(("features", name), message)


def _unknown_columns(data: DataConfig, uses: Sequence[ColumnUse]) -> Iterator[Problem]:
    try:
        known = _known_columns(data)
    except ConfigError as error:
        yield from (Problem(("data", "path"), message) for message in error.problems)
        return
    if known is None:
        return
    of_split = [ColumnUse(column, ("data", "split"), None, strict=False) for column in data.split.reads]
    of_groups = [ColumnUse(column, ("data", "group_columns"), None, strict=False) for column in data.group_columns]
    of_time = [ColumnUse(data.event_time.column, ("data", "event_time"), None, strict=False)] if data.event_time else []
    for use in (*uses, *of_split, *of_groups, *of_time):
        if use.column not in known:
            yield Problem(use.path, f"the data has no column `{use.column}`. {nearest(use.column, known)}")


def _known_columns(data: DataConfig) -> tuple[str, ...] | None:
    if data.format is not Format.CSV:
        return None
    return data.columns or csv_header(data.local_pattern, data.delimiter)
