"""What a baseline's answers come to by the formulas of the model that it is judged beside."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.fusion import SCORE, FusionConfig, score_name, score_rows
from models.fusion.beside import read_declaration, read_weights

__all__ = ["fused_columns", "fused_scores"]


def fused_columns(fusion: FusionConfig | None) -> tuple[str, ...]:
    """The raw columns that `fused_scores` needs; none where no score is judged."""
    return () if fusion is None or fusion.label is None else fusion.inputs


def fused_scores(
    folder: str, answers: Mapping[str, np.ndarray], raw: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """By served name, `[rows]`; none where the model serves no scores, or a head that they read is missing.

    Args:
        folder: Of the model's SavedModel, whose formulas and weights are taken.
        answers: The baseline's, by output.
        raw: By raw column: text as str, "" where missing, or numbers, NaN where missing.
    """
    fusion = read_declaration(folder)
    if fusion is None or fusion.label is None or not set(fusion.heads) <= set(answers):
        return {}
    weights = read_weights(folder)
    values = {name: answers[name] for name in fusion.heads} | {name: _as_read(raw[name]) for name in fusion.inputs}
    found = {score_name(name): score_rows(fusion, name, values, weights=weights) for name in fusion.formulas}
    return {SCORE: found[score_name(fusion.served)], **found}


def _as_read(column: np.ndarray) -> np.ndarray:
    """Texts as bytes, numbers as they are."""
    return np.array([text.encode() for text in column], object) if column.dtype == object else column
