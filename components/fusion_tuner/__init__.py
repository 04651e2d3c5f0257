"""The search for fusion weights on held-out rows, checked on rows the search never saw."""

from __future__ import annotations

from components.fusion_tuner.goals import Goal, Objective, Pareto, Sum, Within
from components.fusion_tuner.metrics import RankMetric
from components.fusion_tuner.propensity import Propensity, of_positions
from components.fusion_tuner.result import Checked, FusionTuning
from components.fusion_tuner.rows import TunerRows
from components.fusion_tuner.search import Tried
from components.fusion_tuner.space import Bounds
from components.fusion_tuner.stacking import Stacked, stack
from components.fusion_tuner.tune import Tuning, tune

__all__ = [
    "Bounds",
    "Checked",
    "FusionTuning",
    "Goal",
    "Objective",
    "Pareto",
    "Propensity",
    "RankMetric",
    "Stacked",
    "Sum",
    "Tried",
    "TunerRows",
    "Tuning",
    "Within",
    "of_positions",
    "stack",
    "tune",
]
