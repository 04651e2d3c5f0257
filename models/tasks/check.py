"""What can be wrong between declared tasks."""

from __future__ import annotations

from collections.abc import Sequence

from models.binding import Problem, nearest
from models.relations import Product
from models.tasks.task import Role, Task

__all__ = ["graph_problems", "product_name", "served_names"]


def product_name(task: Task) -> str:
    """What the product output of `task` is called; it has one if it is binary and given another."""
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
    problems += _other_parent_problems(tasks, elsewhere)
    problems += _list_problems(tasks)
    if not elsewhere and not any(task.role is Role.MAIN for task in tasks):
        problems.append(Problem((), "`role` must be main for at least one task, got only auxiliary ones."))
    return problems


def _name_clashes(tasks: Sequence[Task]) -> list[Problem]:
    problems, taken = [], {task.name for task in tasks}
    for index, task in enumerate(tasks):
        if task.name in {other.name for other in tasks[:index]}:
            message = f"`name` must be unique among tasks, got {task.name!r} more than once: rename one."
            problems.append(Problem((index, "name"), message))
        if task.given and task.kind.is_binary:
            name = product_name(task)
            if name in taken:
                message = f"`product` must be a name of its own, got {name!r}, which is taken: declare another."
                problems.append(Problem((index, "product"), message))
            taken.add(name)
    for index, task in enumerate(tasks):
        for name in served_names(task)[1:]:
            if name in taken:
                message = (
                    f"`name` must leave {name!r} free, which this task's {task.kind.name} head serves: rename one."
                )
                problems.append(Problem((index, "name"), message))
            taken.add(name)
    return problems


def served_names(task: Task) -> tuple[str, ...]:
    """The tensors that its head serves, the main one first."""
    return (task.name, *(f"{task.name}_{suffix}" for suffix in task.kind.suffixes))


def _parent_problems(tasks: Sequence[Task], elsewhere: Sequence[str]) -> list[Problem]:
    known = {task.name: task for task in tasks}
    problems = []
    for index, task in enumerate(tasks):
        if task.given is None or task.given in elsewhere:
            continue
        if task.given not in known:
            message = f"`given` of task {task.name!r} names no task: {task.given!r}. {nearest(task.given, known)}"
            problems.append(Problem((index, "given"), message))
        elif not known[task.given].kind.is_binary:
            kind = known[task.given].kind.name
            message = (
                f"`given` of task {task.name!r} must name a binary task, got {task.given!r}, a {kind} task: "
                "only a binary task has positives to be given."
            )
            problems.append(Problem((index, "given"), message))
    return problems


def _cycles(tasks: Sequence[Task]) -> list[Problem]:
    names = [task.name for task in tasks]
    parents = {task.name: task.given for task in tasks if names.count(task.name) == 1}
    problems, reported = [], set()
    for index, task in enumerate(tasks):
        if task.name not in parents:  # Of two tasks of one name none is anyone's parent.
            continue
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


def _other_parent_problems(tasks: Sequence[Task], elsewhere: Sequence[str]) -> list[Problem]:
    known = {task.name: task for task in tasks}
    problems = []
    for index, task in enumerate(tasks):
        other = task.relation.other_parent if task.relation else None
        if other is None or other in elsewhere:
            continue
        siblings = [name for name, sibling in known.items() if sibling is not task and _can_be_passed(sibling, task)]
        if other not in siblings:
            wanted = f"another binary task given {task.given!r} by the relation product"
            way_out = nearest(other, siblings) if siblings else "declare one, or take the relation product."
            message = f"`through` of task {task.name!r} must name {wanted}, got {other!r}: {way_out}"
            problems.append(Problem((index, "relation"), message))
    return problems


def _list_problems(tasks: Sequence[Task]) -> list[Problem]:
    ranking = [(index, task) for index, task in enumerate(tasks) if task.kind.list_column is not None]
    return [
        Problem(
            (index, "kind"),
            f"`list` must be one column for all ranking tasks, since batches hold whole lists, got "
            f"{task.kind.list_column!r} here and {ranking[0][1].kind.list_column!r} of task {ranking[0][1].name!r}.",
        )
        for index, task in ranking
        if task.kind.list_column != ranking[0][1].kind.list_column
    ]


def _can_be_passed(sibling: Task, task: Task) -> bool:
    """Whether `task` may happen by way of `sibling`: of the same parent, and its product trained."""
    return (
        sibling.given == task.given
        and sibling.kind.is_binary
        and isinstance(sibling.how, Product)  # The rest may clip its rate, train it elsewhere or close a circle.
    )
