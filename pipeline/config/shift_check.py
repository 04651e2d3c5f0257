"""What can be wrong between thresholds of columns and the columns there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.gate.config import GateConfig
from models.binding import Path, Problem, nearest
from pipeline.config.columns import feature_columns
from pipeline.config.features import Feature
from pipeline.config.run import EvaluationConfig

__all__ = ["shift_problems"]


def shift_problems(
    gate: GateConfig, features: Mapping[str, Feature], evaluation: EvaluationConfig | None
) -> Iterator[Problem]:
    """Whether every column with a threshold is among those whose statistics there are.

    Args:
        gate: As declared.
        features: All of them.
        evaluation: None if it could not be read: then nothing is said to be missing.
    """
    if evaluation is None:
        return
    known = {column for name, feature in features.items() for column in feature_columns(name, feature)}
    known |= {column for columns in evaluation.slices for column in columns}
    known |= set(evaluation.group_columns.values())
    for section, shift in (("drift", gate.drift), ("skew", gate.skew)):
        for column in shift.columns if shift is not None else ():
            if column not in known:
                path: Path = ("gate", section, "columns", column)
                message = f"no feature, slice or group reads a column `{column}`. {nearest(column, known)}"
                yield Problem(path, message, at_key=True)
