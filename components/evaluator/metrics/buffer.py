"""Rows that TFMA brings one by one, collected to be added by the thousand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, final

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types

from components.comparison.cell import Cell
from components.comparison.groups import GroupSums
from components.comparison.kinds import Kind
from components.comparison.metrics import COMPARED
from components.comparison.mixing import combined
from components.comparison.paired import PairedSums
from components.comparison.plan import OutputPlan
from components.comparison.rows import NO_ID, Rows, cluster_ids
from components.evaluator.batches import join, losses_and_hits

__all__ = ["Buffer", "Subject"]

FULL: Final = 4_096  # Rows.

_Row = tuple[float, float, list[Any], str, str]  # Label, weight, scores by model, cluster, group.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """What one combiner measures.

    Attributes:
        plan: One metric of one output, without slices: TFMA makes them.
        models: Names in TFMA's extracts, the candidate first, then the baseline if there is one.
        output: Name in TFMA's extracts.
        weighted: Whether a row of weight 0 is not known, and others stand for as many rows.
        cluster_key: The feature whose rows depend on each other; None takes rows as independent.
        group_key: The feature within whose values a metric of groups ranks; else None.
    """

    plan: OutputPlan
    models: tuple[str, ...]
    output: str
    weighted: bool
    cluster_key: str | None
    group_key: str | None


@final
class Buffer:
    """A combiner's state. A metric of users or lists keeps all its rows, some hundred bytes each, until its end.

    TFMA's own grouping by `query_key` would spare that memory, but takes a user with one row in a slice for a user all
    of whose rows are in it.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._rows: list[_Row] = []
        self._kept: list[tuple[Rows, np.ndarray]] = []
        self._sums = PairedSums(subject.plan)

    def add(self, row: Mapping[str, Any]) -> None:
        """Sees TFMA's `StandardMetricInputs` of one row."""
        subject, inputs = self._subject, metric_types.StandardMetricInputs(row)
        label = inputs.get_labels(subject.models[0], subject.output)
        weight = inputs.get_example_weights(subject.models[0], subject.output) if subject.weighted else 1.0
        scores = [inputs.get_predictions(model, subject.output) for model in subject.models]
        features = row.get(tfma.FEATURES_KEY, {})
        cluster, group = (_text(features.get(key)) if key else "" for key in (subject.cluster_key, subject.group_key))
        self._rows.append((_number(label), 1.0 if weight is None else _number(weight), scores, cluster, group))
        if len(self._rows) >= FULL:
            self._flush()

    def merge(self, other: Buffer) -> None:
        """Sees what `other` saw; `other` is not to be used any more."""
        other._flush()
        self._kept += other._kept
        self._sums.merge(other._sums)

    def compact(self) -> None:
        """Makes it travel faster."""
        self._flush()
        self._sums.compact()

    def cell(self) -> Cell:
        """What was measured."""
        self._flush()
        subject = self._subject
        if subject.group_key is None:
            return self._sums.cells()[0]
        sums = GroupSums(subject.plan, subject.plan.metrics[0])
        if self._kept:
            rows, groups = zip(*self._kept, strict=True)
            sums.add(join(rows), np.concatenate(groups))
        return sums.cells()[0]

    def _flush(self) -> None:
        if not self._rows:
            return
        subject = self._subject
        labels, weights, scores, clusters, groups = zip(*self._rows, strict=True)
        self._rows = []
        values = [np.stack([np.ravel(own) for own in of_model]) for of_model in zip(*scores, strict=True)]
        hits = None
        if subject.plan.kind is Kind.CLASSES:
            stacked, hits = losses_and_hits(np.asarray(labels), values)
        else:
            stacked = np.stack([own[:, 0].astype(np.float64) for own in values])
        rows = Rows(
            labels=np.asarray(labels, np.float64),
            scores=stacked,
            hits=hits,
            clusters=_clusters(clusters, np.stack([labels, weights, *stacked])) if subject.cluster_key else None,
            known=np.asarray(weights, np.float64),
        )
        if COMPARED[subject.plan.metrics[0]].by_group:
            self._kept.append((rows, cluster_ids(np.array(groups, dtype=object))))
        else:
            self._sums.add(rows)


def _clusters(names: tuple[str, ...], numbers: np.ndarray) -> np.ndarray:
    """`[rows]` ids; a row without a name is a cluster of its own, told by its numbers, `[numbers, rows]`."""
    found = cluster_ids(np.array(names, dtype=object))
    return np.where(found == NO_ID, combined(np.asarray(numbers, np.float64).view(np.uint64)), found)


def _number(value: Any) -> float:
    return float(np.ravel(value)[0])


def _text(value: Any) -> str:
    values = np.ravel(getattr(value, "values", value)) if value is not None else np.zeros(0)
    if not len(values) or values[0] is None:
        return ""
    return values[0].decode(errors="replace") if isinstance(values[0], bytes) else str(values[0])
