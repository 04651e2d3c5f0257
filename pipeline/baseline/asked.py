"""What trees are asked to learn; what is wrong with that is known before anything is loaded."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from components.trees.objective import LAMBDAMART, Objective, objective_of
from models.binding import nearest
from models.errors import raise_if_any
from models.heads import Binary, HeadConfig, Ordinal, Ranking
from models.tasks import Output, TaskGraph
from pipeline.config import PipelineConfig

__all__ = ["Boosting", "check_asked", "objective_for", "own_outputs"]


class Boosting(enum.Enum):
    """Which trees.

    `GBDT`: each output's own loss; a product is the product of its chain's answers.
    `LAMBDAMART`: the order within lists. Its scores are no probabilities, so that a product has trees of its own.
    """

    GBDT = "gbdt"
    LAMBDAMART = "lambdamart"


def check_asked(config: PipelineConfig, boosting: Boosting, *, tasks: Sequence[str], lists: str | None) -> str | None:
    """What can be known before anything is loaded.

    Returns:
        The column that tells lists: `lists`, else that of ranking tasks, of the evaluation, or its user; of GBDT, whose
        rows are not ranked against each other, its cluster before these; None without any of them.

    Raises:
        ConfigError: A task is not there or cannot be learnt, or there is no such column.
    """
    graph, problems = config.graph, []
    names = [task.name for task in config.tasks]
    problems += [
        f"`--task` must name a task of CONFIG, got {name!r}. {nearest(name, names)}"
        for name in tasks
        if name not in names
    ]
    outputs, notes = own_outputs(graph, boosting, tasks)
    if not problems and not outputs:
        problems.append(f"`{boosting.value}` must have a task to learn, got none: {' '.join(notes)}")
    evaluation = config.evaluation
    declared = [lists, graph.list_column, evaluation.list, evaluation.user]
    if boosting is Boosting.GBDT:
        declared.insert(0, evaluation.cluster)
    column = next((name for name in declared if name is not None), None)
    kept = config.kept_columns
    if lists is not None and lists not in kept:
        problems.append(
            f"`--list` must name a raw column that examples keep, got {lists!r}. {nearest(lists, list(kept))} "
            "Else declare it as `evaluation.list`, and run the pipeline again."
        )
    if boosting is Boosting.LAMBDAMART and column is None:
        problems.append(
            "`--list` must name the raw column whose values are lists, such as the request's, got none, and CONFIG "
            "declares no `evaluation.list` and no `evaluation.user`: name one."
        )
    raise_if_any("baseline", problems)
    return column


def own_outputs(graph: TaskGraph, boosting: Boosting, tasks: Sequence[str]) -> tuple[list[Output], list[str]]:
    """The outputs that get trees of their own, and why others of `tasks` do not; no tasks means all."""
    found, notes = [], []
    for output in graph.outputs:
        if tasks and output.task not in tasks:
            continue
        if boosting is Boosting.GBDT and output.is_product:
            continue
        if objective_for(boosting, output.kind) is None:
            ranked = "it is a ranking, which is for lambdamart" if output.kind.list_column else "it has several classes"
            why = "its labels are no grades" if boosting is Boosting.LAMBDAMART else ranked
            notes.append(f"`{output.name}` has no trees: {why}.")
            continue
        found.append(output)
    return found, notes


def objective_for(boosting: Boosting, head: HeadConfig) -> Objective | None:
    """What the trees of an output minimise; None where they cannot learn it."""
    if boosting is Boosting.GBDT:
        return objective_of(head) if head.list_column is None else None
    return LAMBDAMART if isinstance(head, Binary | Ordinal | Ranking) else None
