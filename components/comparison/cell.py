"""What a comparison found, cell by cell: one output, one metric, one slice, one reference."""

from __future__ import annotations

import dataclasses
import enum

from components.comparison.estimate import Estimate
from components.gauc_weight import GaucWeight

__all__ = ["Cell", "Comparison", "Reference", "Slice", "Status"]

Slice = tuple[tuple[str, str], ...]  # Columns and their values; empty: all rows.


class Reference(enum.Enum):
    """What a candidate is compared with."""

    BASELINE = "baseline"  # What serves now.
    ANCHOR = "anchor"  # A pinned earlier version.
    TWINS = "twins"  # One network a task, of the same budget.


class Status(enum.Enum):
    """Whether a cell can be judged."""

    MEASURED = "measured"
    NO_ROWS = "no rows"
    ONE_CLASS = "one class"
    TOO_FEW = "too few"  # Measured, with an interval, or a value without one, that is not to be trusted.
    NOT_FINITE = "not finite"
    NOT_COMPARABLE = "not comparable"  # The reference has no such output, or cannot be loaded.
    NO_INTERVAL = "no interval"  # A metric of which only the value is claimed.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """One metric of one output in one slice.

    Attributes:
        output: A task or a product.
        metric: Key of the catalogue of compared metrics.
        slice: Columns and values; empty: all rows.
        status: Of the candidate's value, and of the difference where there is a reference.
        reason: Why it is not `MEASURED`; else empty.
        rows: Of the output's sample space, with a known label.
        positives: Rows with label 1; of regressions 0.
        clusters: Clusters with such rows; of GAUC users with both classes.
        candidate: Its value; None where there is none.
        against: What the candidate is compared with; None where nothing is.
        reference: That model's value on the same rows.
        difference: Candidate less reference, paired.
        shortfall: How many times the rows would have to be there, with as many positives and clusters each, for the
            candidate's interval to be trusted, whatever `status` says of a reference; at most 1 where they are enough.
        ungrouped: Of GAUC and NDCG, rows with a known label but no user or list: they take no part, nor are in `rows`.
    """

    output: str
    metric: str
    slice: Slice = ()
    status: Status = Status.MEASURED
    reason: str = ""
    rows: int = 0
    positives: int = 0
    clusters: int = 0
    candidate: Estimate | None = None
    against: Reference | None = None
    reference: Estimate | None = None
    difference: Estimate | None = None
    shortfall: float = 1.0
    ungrouped: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """All cells of one evaluation.

    Attributes:
        cells: By output, metric, slice and reference, in declared order.
        cluster_column: The column whose rows are taken to depend on each other; None takes rows as independent.
        references: What was there to compare with, and its fingerprint or version for the reader.
        missing: What was asked for and is not there, with the reason.
        empty: What was asked for and is known never to have been: nothing serves yet.
        left_out: Rows in slices beyond those that are judged, by the slicing's columns, such as "country, device".
        gauc_weight: What a user counts for in GAUC.
    """

    cells: tuple[Cell, ...]
    cluster_column: str | None = None
    references: dict[Reference, str] = dataclasses.field(default_factory=dict)
    missing: dict[Reference, str] = dataclasses.field(default_factory=dict)
    empty: tuple[Reference, ...] = ()
    left_out: dict[str, int] = dataclasses.field(default_factory=dict)
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
