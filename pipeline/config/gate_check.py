"""What can be wrong between the gate's rules and what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.gate.config import GateConfig, Rule
from components.gate.metrics import Metric, metrics_of
from models.binding import Path, Problem, nearest
from models.heads import HeadConfig
from models.tasks import Role, Task
from models.tasks.check import product_name
from pipeline.config.run import EvaluationConfig

__all__ = ["gate_problems", "gate_warnings"]

_NEEDS = {Metric.GAUC: "user", Metric.NDCG: "list"}  # Fields of the section `evaluation`.


def gate_problems(
    gate: GateConfig, tasks: Sequence[Task | None], evaluation: EvaluationConfig | None
) -> Iterator[Problem]:
    """Whether outputs, metrics and slices of the rules are there, and whether any of them can stop a candidate.

    Args:
        gate: As declared.
        tasks: None for one that could not be read: then no output is said to be missing.
        evaluation: None if it could not be read.
    """
    owners = _owners(tasks)
    for index, rule in enumerate(gate.rules):
        path: Path = ("gate", "rules", index)
        yield from _output_problems(rule, owners, path=path, complete=None not in tasks)
        if evaluation is not None:
            yield from _evaluation_problems(rule, evaluation, path)
    for output in gate.fused_loss.weights if gate.fused_loss else ():
        if output not in owners and None not in tasks:
            message = f"no task or product is called `{output}`. {nearest(output, owners)}"
            yield Problem(("gate", "fused_loss", "weights", output), message, at_key=True)
    if not gate.fused_loss and not gate.at_least_one_superior and not any(rule.can_stop for rule in gate.rules):
        message = "must hold a rule that can stop a candidate, got only such as observe: write a `margin` or a `min`."
        yield Problem(("gate", "rules"), message)


def gate_warnings(gate: GateConfig, tasks: Sequence[Task]) -> list[str]:
    """What the gate lets happen unasked, in sentences."""
    judged = {rule.output for rule in gate.rules if rule.resolved.value != "observe"}
    unguarded = [
        task.name
        for task in tasks
        if task.role is Role.MAIN and not judged & {task.name, *((product_name(task),) if task.given else ())}
    ]
    found = []
    if unguarded:
        names = ", ".join(f"`{name}`" for name in unguarded)
        found.append(f"no rule of the gate compares {names} with what serves: it may get worse from push to push.")
    if gate.anchor is None and judged:
        found.append("the gate has no `anchor`: losses within the margins may add up from push to push.")
    return found


def _owners(tasks: Sequence[Task | None]) -> dict[str, Task]:
    """By output, its task."""
    owners: dict[str, Task] = {}
    for task in tasks:
        if task is not None:
            owners[task.name] = task
            if task.given and task.kind.is_binary:
                owners[product_name(task)] = task
    return owners


def _output_problems(rule: Rule, owners: Mapping[str, Task], *, path: Path, complete: bool) -> Iterator[Problem]:
    task = owners.get(rule.output)
    if task is None:
        if complete:
            message = f"no task or product is called `{rule.output}`. {nearest(rule.output, owners)}"
            yield Problem((*path, "output"), message)
        return
    if rule.metric not in metrics_of(task.kind):
        yield Problem((*path, "metric"), _wrong_metric(rule.metric, task.kind))
    if task.role is Role.MAIN and rule.rule is None and not rule.can_stop:
        message = f"asks nothing of main task {task.name!r}: write a `margin`, a `min` or `max`, or `rule: observe`."
        yield Problem(path, message)


def _wrong_metric(metric: Metric, head: HeadConfig) -> str:
    *others, last = (known.value for known in metrics_of(head))
    choice = f"{', '.join(others)} or {last}" if others else last
    return f"`{metric.value}` is no metric of a {head.name} output: use {choice}."


def _evaluation_problems(rule: Rule, evaluation: EvaluationConfig, path: Path) -> Iterator[Problem]:
    field = _NEEDS.get(rule.metric)
    if field is not None and field not in evaluation.group_columns:
        message = f"`{rule.metric.value}` needs `evaluation.{field}`, within whose values it ranks: write the column."
        yield Problem((*path, "metric"), message)
    declared = {", ".join(columns) for columns in evaluation.slices}
    for place, columns in enumerate(rule.slices):
        if columns not in evaluation.slices:
            name = ", ".join(columns)
            known = nearest(name, declared) if declared else "None is declared there."
            yield Problem((*path, "slices", place), f"[{name}] is not among `evaluation.slices`. {known}")
