"""From counts to the report on rows and labels."""

from __future__ import annotations

from collections.abc import Sequence

from components.example_gen.label_report import Finding, LabelReport, Maturity, OutputCounts
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.split import iso_text, split_names
from components.example_gen.tally import Count, Tally

__all__ = ["as_of", "contradiction", "num_rows", "summarize"]


def summarize(plan: ExampleGenPlan, tally: Tally) -> LabelReport:
    """What was counted, by the names of `plan`."""
    graph, splits = plan.tasks, split_names(plan.data.split)
    weighted = [task.name for task in graph.tasks if task.weight]
    return LabelReport(
        rows={split: tally.get(Count.ROWS, split) for split in splits},
        outputs={output.name: _output_counts(tally, output.name, splits) for output in graph.outputs},
        contradictions={task.name: contradiction(tally, task.name) for task in graph.tasks if task.given},
        unusable_weights={name: _finding(tally, Count.UNUSABLE_WEIGHT, name, num_rows(tally)) for name in weighted},
        missing={column: tally.get(Count.MISSING, column) for column in plan.needed},
        not_finite={column: tally.get(Count.NOT_FINITE, column) for column in tally.names(Count.NOT_FINITE)},
        maturity={task.name: _maturity(tally, task.name, splits) for task in graph.waiting},
        as_of=as_of(plan, tally),
    )


def as_of(plan: ExampleGenPlan, tally: Tally) -> str | None:
    """The moment at which the age of rows was told, as ISO text; None where no label is waited for."""
    if plan.clock is None:
        return None
    moment = tally.newest if plan.clock.as_of is None else plan.clock.as_of_us
    return None if moment is None else iso_text(moment)


def contradiction(tally: Tally, task: str) -> Finding:
    """The positives of `task` whose parent is negative, out of all its positives."""
    return _finding(tally, Count.CONTRADICTION, task, tally.get(Count.TASK_POSITIVE, task))


def num_rows(tally: Tally) -> int:
    """Rows in all splits."""
    return sum(tally.get(Count.ROWS, split) for split in tally.names(Count.ROWS))


def _output_counts(tally: Tally, output: str, splits: Sequence[str]) -> dict[str, OutputCounts]:
    return {
        split: OutputCounts(
            known=tally.get(Count.KNOWN, output, split), positive=tally.get(Count.POSITIVE, output, split)
        )
        for split in splits
    }


def _maturity(tally: Tally, task: str, splits: Sequence[str]) -> Maturity:
    positive = tally.get(Count.TASK_POSITIVE, task)
    return Maturity(
        open={split: tally.get(Count.OPEN, task, split) for split in splits},
        late=_finding(tally, Count.LATE, task, positive),
        untimed=_finding(tally, Count.UNTIMED, task, positive),
        early=_finding(tally, Count.EARLY, task, positive),
    )


def _finding(tally: Tally, count: Count, name: str, out_of: int) -> Finding:
    rows = tally.get(count, name)
    return Finding(rows=rows, share=rows / out_of if rows else 0.0, first=tally.first(count, name))
