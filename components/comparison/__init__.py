"""Two models on the same rows: differences, with what they can be told from chance by."""

from __future__ import annotations

from components.comparison.cell import Cell, Comparison, Reference, Slice, Status
from components.comparison.estimate import Estimate
from components.comparison.groups import GroupSums
from components.comparison.kinds import Gain, Kind
from components.comparison.metrics import COMPARED
from components.comparison.paired import PairedSums
from components.comparison.plan import OutputPlan
from components.comparison.rows import NO_ID, Membership, Rows, cluster_ids, membership

__all__ = [
    "COMPARED",
    "NO_ID",
    "Cell",
    "Comparison",
    "Estimate",
    "Gain",
    "GroupSums",
    "Kind",
    "Membership",
    "OutputPlan",
    "PairedSums",
    "Reference",
    "Rows",
    "Slice",
    "Status",
    "cluster_ids",
    "membership",
]
