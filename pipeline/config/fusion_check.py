"""What can be wrong between fusion formulas and the outputs and columns that they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.gate.config import GateConfig, RuleName
from models.binding import Problem, nearest
from models.fusion import SCORE, VERSION, ExpressionFormula, FusionConfig
from models.heads import Binary, HeadConfig, Multiclass, Ordinal, ZeroInflatedLognormal
from models.tasks import Task
from models.tasks.check import product_name, served_names
from pipeline.config.columns import label_columns

__all__ = ["fusion_problems", "fusion_warnings", "outputs_of"]

_ABOVE_0 = (Binary, Ordinal, ZeroInflatedLognormal)  # Heads whose prediction has a logarithm.


def fusion_problems(fusion: FusionConfig, tasks: Sequence[Task]) -> Iterator[Problem]:
    """Whether outputs are there and can be used so, and columns are known when a row is asked for.

    Args:
        fusion: As declared.
        tasks: All of them.
    """
    outputs = outputs_of(tasks)
    taken = {name for task in tasks for name in served_names(task)} | set(outputs)
    for name in sorted(taken & {SCORE, VERSION}):
        yield Problem(("fusion",), f"serves `{name}`, as a task or product is called: rename that.")
    for title, formula in fusion.formulas.items():
        path = ("fusion", "formulas", title)
        for name in formula.reads:
            if name in fusion.columns:
                continue
            head = outputs.get(name)
            if head is None:
                own = ", entry of its `weights`" if isinstance(formula, ExpressionFormula) else ""
                message = f"no task, product{own} or entry of `fusion.columns` is called `{name}`. "
                yield Problem(path, message + nearest(name, [*outputs, *fusion.columns]))
            elif isinstance(head, Multiclass):
                yield Problem(path, f"`{name}` has a probability for each class, of which none is its score.")
            elif formula.in_logs and not isinstance(head, _ABOVE_0):
                yield Problem(path, f"`{name}`, {head.name}, may be below 0, so no power of it is taken: {_WAY_OUT}")
    yield from _column_problems(fusion, tasks, outputs)
    if fusion.label is not None and fusion.label not in outputs:
        message = f"`label` must name a task or product, got {fusion.label!r}. {nearest(fusion.label, outputs)}"
        yield Problem(("fusion",), message)
    elif fusion.label is not None and not outputs[fusion.label].is_binary:
        kind = outputs[fusion.label].name
        yield Problem(("fusion",), f"`label` must name a binary task or product, got {fusion.label!r}, {kind}.")


def fusion_warnings(fusion: FusionConfig | None, gate: GateConfig) -> list[str]:
    """What becomes of scores unasked, in sentences."""
    if fusion is None:
        return []
    if fusion.label is None:
        return ["nothing tells how well the served scores rank: `fusion.label` names no output that they are to rank."]
    if any(rule.output == SCORE and rule.resolved is not RuleName.OBSERVE for rule in gate.rules):
        return []
    return [f"no rule of the gate compares `{SCORE}` with what serves: the order may get worse from push to push."]


_WAY_OUT = "use weighted_sum, or a formula."


def _column_problems(fusion: FusionConfig, tasks: Sequence[Task], outputs: dict[str, HeadConfig]) -> Iterator[Problem]:
    of_labels = {column: task.name for task in tasks for column in label_columns(task)}
    for name in fusion.columns:
        if name in outputs:
            message = f"`{name}` is an output, which formulas read by that name: leave it out, or rename the column."
            yield Problem(("fusion", "columns", name), message, at_key=True)
    for name in fusion.inputs:
        if name in of_labels and name not in outputs:
            message = (
                f"column `{name}` is read by the label of task {of_labels[name]!r}, so it is not known when asked."
            )
            yield Problem(("fusion", "columns", name), message)


def outputs_of(tasks: Sequence[Task]) -> dict[str, HeadConfig]:
    """The heads of tasks and products, by name."""
    found = {task.name: task.kind for task in tasks}
    return found | {product_name(task): task.kind for task in tasks if task.given and task.kind.is_binary}
