"""All objectives of a score, on rows laid out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import final

import numpy as np

from components.comparison import NO_ID
from components.errors import UnusableInputError
from components.fusion_tuner.goals import Objective
from components.fusion_tuner.metrics import Gauc, Metric, Ndcg, RankMetric
from components.fusion_tuner.propensity import Propensity, stands_for
from components.fusion_tuner.ranking import Layout, Ranking
from components.fusion_tuner.rows import TunerRows
from components.gauc_weight import GaucWeight
from models.binding import nearest

__all__ = ["Judge"]


@final
class Judge:
    """Ranks a score once in each layout; what tells nothing of any objective is left out of these.

    Attributes:
        rows: Those given.
        metrics: By objective, its metric and the rows of its layout among those given.
    """

    def __init__(
        self,
        rows: TunerRows,
        objectives: Sequence[Objective],
        *,
        propensity: Propensity | None = None,
        gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS,
        ndcg_at: int = 10,
    ) -> None:
        problems = [problem for objective in objectives for problem in _problems(rows, objective)]
        if problems:
            raise UnusableInputError(problems)
        self.rows = rows
        count = np.ones(len(rows))
        if rows.propensities is not None:
            count = stands_for(rows.propensities, propensity or Propensity())
        self._layouts: dict[bytes, tuple[Layout, np.ndarray]] = {}
        self.metrics: dict[Objective, tuple[Metric, np.ndarray]] = {}
        telling = _telling_users(rows, [one.output for one in objectives if one.metric is RankMetric.GAUC])
        for objective in objectives:
            labels = np.asarray(rows.labels[objective.output], np.float64)
            metric: Metric
            if objective.metric is RankMetric.GAUC:
                layout, kept = self._laid_out(rows.users, telling)
                metric = Gauc(layout, labels[kept], count[kept], weight=gauc_weight)
            else:
                lists = _lists(rows)
                layout, kept = self._laid_out(lists, (lists != NO_ID) & ~np.isnan(labels))
                metric = Ndcg(layout, labels[kept], count[kept], at=ndcg_at)
            self.metrics[objective] = metric, kept

    def values(self, scores: np.ndarray) -> dict[str, float]:
        """By objective's name.

        Args:
            scores: `[rows]`.
        """
        rankings = self._rankings(scores)
        return {one.name: metric.mean(rankings[id(metric.layout)]) for one, (metric, _) in self.metrics.items()}

    def by_group(self, scores: np.ndarray) -> dict[Objective, np.ndarray]:
        """`[groups]` values of each objective; its weights and its layout are in `metrics`."""
        rankings = self._rankings(scores)
        return {one: metric.values(rankings[id(metric.layout)]) for one, (metric, _) in self.metrics.items()}

    def _rankings(self, scores: np.ndarray) -> Mapping[int, Ranking]:
        return {id(layout): layout.rank(scores[kept]) for layout, kept in self._layouts.values()}

    def _laid_out(self, groups: np.ndarray, which: np.ndarray) -> tuple[Layout, np.ndarray]:
        kept = np.flatnonzero(which)
        key = groups[kept].tobytes() + kept.tobytes()
        if key not in self._layouts:
            self._layouts[key] = Layout(groups[kept]), kept
        return self._layouts[key]


def _problems(rows: TunerRows, objective: Objective) -> Iterator[str]:
    name = objective.output
    if name not in rows.labels:
        yield f"`{objective.name}` must be of an output with labels, got `{name}`. {nearest(name, rows.labels)}"
        return
    is_known = ~np.isnan(np.asarray(rows.labels[name], np.float64))
    is_positive = rows.labels[name] > 0
    positives, known = int(np.count_nonzero(is_positive)), int(np.count_nonzero(is_known))
    if objective.metric is RankMetric.GAUC and not 0 < positives < known:
        yield f"`labels.{name}` must be of both classes, got {positives} positives among {known} known."
    elif objective.metric is RankMetric.GAUC and not _telling_users(rows, [name]).any():
        yield f"`{objective.name}` needs a user with both classes, got none among {known} rows: take more rows."
    elif objective.metric is RankMetric.NDCG and rows.lists is None:
        yield f"`lists` must say what `{objective.name}` ranks within, got None."
    elif objective.metric is RankMetric.NDCG and not (is_positive & (_lists(rows) != NO_ID)).any():
        yield f"`{objective.name}` needs a list with a label above 0, got none among {known} rows: take more rows."


def _lists(rows: TunerRows) -> np.ndarray:
    return np.full(len(rows), NO_ID) if rows.lists is None else rows.lists


def _telling_users(rows: TunerRows, outputs: Sequence[str]) -> np.ndarray:
    """`[rows]`: whether the row is of a user who has both classes of one of the outputs."""
    users, codes = np.unique(rows.users, return_inverse=True)
    found = np.zeros(len(users), bool)
    for name in outputs:
        positives, negatives = (
            np.bincount(codes, weights=own, minlength=len(users))
            for own in (rows.labels[name] > 0, rows.labels[name] <= 0)
        )
        found |= (positives > 0) & (negatives > 0)
    return np.asarray(found[codes] & (rows.users != NO_ID))
