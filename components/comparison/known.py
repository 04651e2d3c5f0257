"""The rows of a batch that are judged."""

from __future__ import annotations

import dataclasses

import numpy as np

from components.comparison.kinds import Kind
from components.comparison.plan import OutputPlan
from components.comparison.rows import Membership, Rows
from components.comparison.table import Table

__all__ = ["known_rows"]


def known_rows(rows: Rows, plan: OutputPlan) -> tuple[Table, list[Membership]]:
    """Rows with a known label as a table, with scores that cannot be one as NaN; and their slices."""
    labels = np.asarray(rows.labels, np.float64)
    scores = np.asarray(rows.scores, np.float64)
    is_fine = np.isfinite(scores)
    if plan.kind is Kind.BINARY:
        is_fine &= (scores >= 0) & (scores <= 1)
    scores = np.where(is_fine, scores, np.nan)
    hits = np.zeros((0, len(labels))) if rows.hits is None else np.asarray(rows.hits, np.float64)
    clusters = np.zeros(len(labels), np.uint64) if rows.clusters is None else np.asarray(rows.clusters, np.uint64)
    known = np.ones(len(labels)) if rows.known is None else np.asarray(rows.known, np.float64)
    is_known = known > 0
    weights = known if plan.weighted else is_known.astype(np.float64)
    table = Table(labels, scores, hits, weights, clusters, np.zeros((0, len(labels)), np.int64))
    if rows.known is None:
        return table, list(rows.slices)
    kept = [dataclasses.replace(found, codes=found.codes[is_known]) for found in rows.slices]
    return table.take(is_known), kept
