"""What can be wrong between declared tasks."""

from __future__ import annotations

from collections.abc import Sequence

from models.binding import Problem, nearest
from models.tasks.task import Kind, Role, Task

__all__ = ["graph_problems", "product_name"]


def product_name(task: Task) -> str:
    """What the product output of `task` is called."""
    return task.product or f"{task.given}_and_{task.name}"


def graph_problems(tasks: Sequence[Task], *, elsewhere: Sequence[str] = ()) -> list[Problem]:
    """All that is wrong between `tasks`: names, parents, circles, roles.

    Args:
        tasks: As declared.
        elsewhere: Names of tasks that exist but could not be read; nothing is said of them.

    Returns:
        Problems whose path is the task's index and the field.
    """
    if not tasks and not elsewhere:
        return [Problem((), "`tasks` must hold at least one task, got none.")]
    problems = [*_name_clashes(tasks), *_parent_problems(tasks, elsewhere)]
    problems += _cycles(tasks)
    if not elsewhere and not any(task.role is Role.MAIN for task in tasks):
        problems.append(Problem((), "`role` must be main for at least one task, got only auxiliary ones."))
    return problems


def _name_clashes(tasks: Sequence[Task]) -> list[Problem]:
    problems, taken = [], {task.name for task in tasks}
    for index, task in enumerate(tasks):
        if task.name in {other.name for other in tasks[:index]}:
            message = f"`name` must be unique among tasks, got {task.name!r} more than once: rename one."
            problems.append(Problem((index, "name"), message))
        if task.given and task.kind is Kind.BINARY:
            name = product_name(task)
            if name in taken:
                message = f"`product` must be a name of its own, got {name!r}, which is taken: declare another."
                problems.append(Problem((index, "product"), message))
            taken.add(name)
    return problems


def _parent_problems(tasks: Sequence[Task], elsewhere: Sequence[str]) -> list[Problem]:
    known = {task.name: task for task in tasks}
    problems = []
    for index, task in enumerate(tasks):
        if task.given is None or task.given in elsewhere:
            continue
        if task.given not in known:
            message = f"`given` of task {task.name!r} names no task: {task.given!r}. {nearest(task.given, known)}"
            problems.append(Problem((index, "given"), message))
        elif known[task.given].kind is not Kind.BINARY:
            message = (
                f"`given` of task {task.name!r} must name a binary task, got {task.given!r}, a regression: "
                "only a binary task has positives to be given."
            )
            problems.append(Problem((index, "given"), message))
    return problems


def _cycles(tasks: Sequence[Task]) -> list[Problem]:
    parents = {task.name: task.given for task in tasks}
    problems, reported = [], set()
    for index, task in enumerate(tasks):
        line = [task.name]
        while (parent := parents.get(line[-1])) is not None and parent not in line:
            line.append(parent)
        if parent is None:
            continue
        circle = line[line.index(parent) :]
        if frozenset(circle) in reported:
            continue
        reported.add(frozenset(circle))
        path = " -> ".join([*circle, parent])
        message = f"`given` must not go round in a circle, got {path}: leave `given` out of one of them."
        problems.append(Problem((index, "given"), message))
    return problems
