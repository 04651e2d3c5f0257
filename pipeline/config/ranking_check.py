"""What can be wrong between ranking tasks and the rows, the training and the evaluation they are declared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.example_gen.source import DataConfig
from components.example_gen.split import HashSplit
from components.gate.config import GateConfig
from components.trainer.list_check import list_problems
from components.trainer.settings import TrainingSettings
from models.binding import Problem
from models.tasks import Task
from pipeline.config.run import EvaluationConfig

__all__ = ["ranking_problems", "ranking_warnings"]


def ranking_problems(
    tasks: Sequence[Task | None],
    *,
    data: DataConfig | None,
    training: TrainingSettings | None,
    evaluation: EvaluationConfig | None,
    gate: GateConfig | None,
) -> Iterator[Problem]:
    """Whether lists stay whole, and whether what is asked of a ranking output can be told; None could not be read."""
    ranking = {
        index: task for index, task in enumerate(tasks) if task is not None and task.kind.list_column is not None
    }
    column = next((task.kind.list_column for task in ranking.values()), None)
    if training is not None and (column is not None or None not in tasks):
        for field, message in list_problems(training, column):
            yield Problem(("training", field), message)
    if column is None:
        return
    if data is not None and isinstance(data.split, HashSplit) and not data.split.columns:
        message = f"must hash the columns that tell lists apart, got all columns: write columns: [{column}]"
        yield Problem(("data", "split"), f"{message}, or rows of a list would lie in several splits.")
    if evaluation is not None and evaluation.list is None:
        for index, task in ranking.items():
            message = f"ranking task {task.name!r} is judged by NDCG, which needs `evaluation.list`"
            yield Problem(("tasks", index), f"{message}: write list: {column} there.")
    names = {task.name for task in ranking.values()}
    for output in gate.fused_loss.weights if gate is not None and gate.fused_loss else ():
        if output in names:
            message = f"`{output}` ranks rows within lists and has no loss a row: leave it out, and rule by ndcg."
            yield Problem(("gate", "fused_loss", "weights", output), message, at_key=True)


def ranking_warnings(tasks: Sequence[Task], evaluation: EvaluationConfig) -> list[str]:
    """What is learnt in other lists than it is judged in, in a sentence."""
    column = next((task.kind.list_column for task in tasks if task.kind.list_column is not None), None)
    if column is None or evaluation.list in (None, column):
        return []
    return [
        f"NDCG is of the lists of `evaluation.list: {evaluation.list}`, while tasks learn to rank those of `{column}`."
    ]
