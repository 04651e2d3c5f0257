"""What can be wrong between the gate's rules and what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.gate.config import GateConfig, Rule, RuleName, WithoutReference
from components.gate.metrics import SCORE_METRICS, Metric, metrics_of
from models.binding import Problem, nearest
from models.fusion import SCORE, FusionConfig
from models.heads import HeadConfig
from models.tasks import Role, Task
from models.tasks.check import product_name
from pipeline.config.gate_reading import AskedRule
from pipeline.config.run import EvaluationConfig

__all__ = ["gate_problems", "gate_warnings"]

_MAY_LOSE = (RuleName.NON_INFERIOR, RuleName.NOT_SIGNIFICANTLY_WORSE)
_NEEDS = {Metric.GAUC: "user", Metric.NDCG: "list"}  # Fields of the section `evaluation`.


def gate_problems(
    gate: GateConfig | None,
    asked: Sequence[AskedRule],
    tasks: Sequence[Task | None],
    *,
    evaluation: EvaluationConfig | None,
    fusion: FusionConfig | None = None,
) -> Iterator[Problem]:
    """Whether outputs, metrics and slices of the rules are there, and whether any of them can stop a candidate.

    Args:
        gate: What can be read of it; None where nothing can.
        asked: All its rules, as far as they can be read.
        tasks: None for one that could not be read: then no output is said to be missing.
        evaluation: None if it could not be read.
        fusion: Its scores have rules too, where it has a label for them.
    """
    owners = _owners(tasks)
    for rule in asked:
        if fusion is not None and rule.output in fusion.scores:
            yield from _score_problems(rule, fusion)
        else:
            scores = () if fusion is None else fusion.judged
            yield from _output_problems(rule, owners, scores=scores, complete=None not in tasks)
        if evaluation is not None:
            yield from _evaluation_problems(rule, evaluation)
    if gate is None:
        return
    for output in gate.fused_loss.weights if gate.fused_loss else ():
        if output not in owners and None not in tasks:
            message = f"no task or product is called `{output}`. {nearest(output, owners)}"
            yield Problem(("gate", "fused_loss", "weights", output), message, at_key=True)
    if gate.at_least_one_superior and None not in tasks:
        main = {output for output, task in owners.items() if task.role is Role.MAIN}
        compared = {one.output for one in asked if one.rule is None or _is_compared(one.rule)}
        if not main & compared:
            message = "must have a rule that compares an output of a main task with what serves, got none: write one."
            yield Problem(("gate", "at_least_one_superior"), message)
    can_stop = any(rule.rule is None or rule.rule.can_stop for rule in asked)  # One that is wrong may be meant to.
    if not gate.fused_loss and not gate.at_least_one_superior and not can_stop:
        message = "must hold a rule that can stop a candidate, got only such as observe: write a `margin` or a `min`."
        yield Problem(("gate", "rules"), message)


def _is_compared(rule: Rule) -> bool:
    """Over all rows."""
    return rule.resolved is not RuleName.OBSERVE and not rule.only_slices


def gate_warnings(gate: GateConfig, tasks: Sequence[Task]) -> list[str]:
    """What the gate lets happen unasked, in sentences."""
    judged = {rule.output for rule in gate.rules if rule.resolved is not RuleName.OBSERVE and not rule.only_slices}
    unguarded = [
        task.name
        for task in tasks
        if task.role is Role.MAIN and not judged & {task.name, *((product_name(task),) if task.given else ())}
    ]
    found = []
    if unguarded:
        names = ", ".join(f"`{name}`" for name in unguarded)
        found.append(f"no rule of the gate compares {names} with what serves: it may get worse from push to push.")
    if gate.first_run is WithoutReference.BOUNDS and not any(rule.has_bounds for rule in gate.rules):
        found.append(
            "no rule of the gate has a `min` or `max`: while nothing serves, any candidate is pushed, unless "
            "`first_run` is block."
        )
    if gate.anchor is None and judged:
        found.append("the gate has no `anchor`: losses within the margins may add up from push to push.")
    unbounded = [
        f"`{rule.output} {rule.metric.value}`"
        for rule in gate.rules
        if rule.resolved in _MAY_LOSE and rule.total_margin is None and not rule.only_slices
    ]
    if gate.anchor is not None and unbounded:
        found.append(
            f"no `total_margin` bounds {', '.join(unbounded)}: what each push may lose of it adds up, whatever the "
            "`anchor` is."
        )
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


def _output_problems(
    asked: AskedRule, owners: Mapping[str, Task], *, scores: Sequence[str], complete: bool
) -> Iterator[Problem]:
    if asked.output is None:
        return
    task = owners.get(asked.output)
    if task is None:
        if complete:
            kinds = "task, product or judged score" if scores else "task or product"
            message = f"no {kinds} is called `{asked.output}`. {nearest(asked.output, [*owners, *scores])}"
            yield Problem((*asked.path, "output"), message)
        return
    if asked.metric is not None and asked.metric not in metrics_of(task.kind):
        yield Problem((*asked.path, "metric"), _wrong_metric(asked.metric, task.kind))
    rule = asked.rule
    if rule is not None and task.role is Role.MAIN and rule.rule is None and not rule.can_stop:
        message = f"asks nothing of main task {task.name!r}: write a `margin`, a `min` or `max`, or `rule: observe`."
        yield Problem(asked.path, message)


def _score_problems(asked: AskedRule, fusion: FusionConfig) -> Iterator[Problem]:
    if asked.output not in fusion.judged:
        way_out = f"write `{SCORE}`, which it is" if fusion.label is not None else "name what it is to rank"
        message = f"`{asked.output}` is not judged by `fusion.label`, {fusion.label!r}: {way_out}."
        yield Problem((*asked.path, "output"), message)
    elif asked.metric is not None and asked.metric not in SCORE_METRICS:
        known = ", ".join(metric.value for metric in SCORE_METRICS)
        message = f"`{asked.metric.value}` is no metric of a score, which is no probability: use one of {known}."
        yield Problem((*asked.path, "metric"), message)


def _wrong_metric(metric: Metric, head: HeadConfig) -> str:
    *others, last = (known.value for known in metrics_of(head))
    choice = f"{', '.join(others)} or {last}" if others else last
    why = "" if head.list_column is None else ", which is a score within lists, no probability and no amount"
    return f"`{metric.value}` is no metric of a {head.name} output{why}: use {choice}."


def _evaluation_problems(asked: AskedRule, evaluation: EvaluationConfig) -> Iterator[Problem]:
    field = None if asked.metric is None else _NEEDS.get(asked.metric)
    if asked.metric is not None and field is not None and field not in evaluation.group_columns:
        message = f"`{asked.metric.value}` needs `evaluation.{field}`, within whose values it ranks: write the column."
        yield Problem((*asked.path, "metric"), message)
    declared = {", ".join(columns) for columns in evaluation.slices}
    for place, columns in asked.slices.items():
        if columns and columns not in evaluation.slices:  # An empty one is said to be that.
            name = ", ".join(columns)
            known = nearest(name, declared) if declared else "None is declared there."
            yield Problem((*asked.path, "slices", place), f"[{name}] is not among `evaluation.slices`. {known}")
