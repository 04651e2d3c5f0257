"""Everything the Evaluator must know, as plain values."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Final

from components.comparison.cell import Reference
from components.comparison.kinds import Kind
from components.comparison.metrics import COMPARED
from components.comparison.plan import OutputPlan
from components.gauc_weight import GaucWeight
from models.binding import bind_or_raise, unbind
from models.fusion import FusionConfig
from models.tasks import Output, TaskGraph, known_column, label_column

__all__ = ["PLAN_KEY", "EvaluatorPlan"]

PLAN_KEY: Final = "plan"  # The execution property that holds a plan as JSON.


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluatorPlan:
    """What is evaluated, and by which columns rows belong together.

    Attributes:
        tasks: Their outputs are what is compared.
        split: The split of the examples that is scored.
        slices: Each a list of raw columns.
        cluster: The raw column whose rows depend on each other; None takes rows as independent.
        user: The raw column within whose values GAUC ranks; None leaves GAUC out.
        list: The raw column within whose values NDCG ranks; None leaves NDCG out.
        gauc_weight: What a user counts for in GAUC.
        ndcg_at: How many places of a list NDCG looks at.
        batch_size: Rows scored at once.
        fusion: Whose scores are compared too, where it has a label for them, and whose rows are kept.
        propensity: The raw column of numbers that is kept with them, by which a search for weights weights rows.
        code: A fingerprint of the code that evaluates, so that a cached result is not taken for that of newer code.
    """

    tasks: TaskGraph
    split: str
    slices: tuple[tuple[str, ...], ...] = ()
    cluster: str | None = None
    user: str | None = None
    list: str | None = None
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    ndcg_at: int = 10
    batch_size: int = 1_000
    fusion: FusionConfig | None = None
    propensity: str | None = None
    code: str = ""

    def to_json(self) -> str:
        """One line, the same for the same plan."""
        return json.dumps(unbind(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> EvaluatorPlan:
        """Reads what `to_json` wrote."""
        return bind_or_raise(cls, json.loads(text))

    @property
    def groups(self) -> dict[str, str]:
        """The metrics that rank within groups of rows, and the column that tells the group."""
        columns = {"gauc": self.user, "ndcg": self.list}
        return {metric: column for metric, column in columns.items() if column is not None}

    @property
    def judged(self) -> dict[str, Output]:
        """All that is compared, and the output whose label it is compared by: scores have that of another."""
        found = {output.name: output for output in self.tasks.outputs}
        if self.fusion is not None and self.fusion.label is not None:
            found |= dict.fromkeys(self.fusion.judged, found[self.fusion.label])
        return found

    def output_plan(
        self, name: str, *, kind: Kind, metrics: Sequence[str], references: Sequence[Reference]
    ) -> OutputPlan:
        """How one of `judged` is compared; of the metrics those are left out whose rows are not grouped."""
        return OutputPlan(
            output=name,
            kind=kind,
            metrics=tuple(metric for metric in metrics if metric in self.groups or not COMPARED[metric].by_group),
            references=tuple(references),
            slicings=self.slices,
            clustered=self.cluster is not None,
            weighted=any(task.kept_negatives < 1 for task in self.tasks.tasks),
            gauc_weight=self.gauc_weight,
            ndcg_at=self.ndcg_at,
        )

    @property
    def clustered_groups(self) -> frozenset[str]:
        """The metrics within groups that are not the clusters themselves."""
        return frozenset(metric for metric, column in self.groups.items() if self.cluster not in (None, column))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of an example that are read beside what the models read themselves."""
        found: dict[str, None] = dict.fromkeys(column for columns in self.slices for column in columns)
        found.update(dict.fromkeys(self.groups.values()))
        if self.cluster is not None:
            found[self.cluster] = None
        if self.fusion is not None:
            found.update(dict.fromkeys(self.fusion.inputs))
        if self.propensity is not None:
            found[self.propensity] = None
        for output in self.tasks.outputs:
            found.update(dict.fromkeys((label_column(output.name), known_column(output.name))))
        return tuple(found)
