"""The raw columns that formulas read, from TFMA's feature values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from components.comparison.rows import MISSING
from components.evaluator.grouping import memberships
from models.fusion import FusionConfig

__all__ = ["numbers_of", "raw_columns", "raw_values", "texts_of"]


def raw_columns(fusion: FusionConfig | None) -> dict[str, bool]:
    """Columns of formulas and of the segment, and whether they hold texts."""
    names = fusion.inputs if fusion is not None else ()
    declared = fusion.columns if fusion is not None else {}
    return {name: name not in declared or declared[name].is_text for name in names}


def raw_values(features: Mapping[str, Any], columns: Mapping[str, bool], num_rows: int) -> dict[str, np.ndarray]:
    """By column, `[rows]` float32 with NaN, or bytes with "", where there is none; see `models.fusion.score_rows`.

    Args:
        features: TFMA's feature values by column; `Any`, since they come dense, as dense with None, or sparse.
        columns: See `raw_columns`.
        num_rows: Of the batch.
    """
    return {
        name: np.array([text.encode() for text in texts_of(features, name, num_rows, missing="")], object)
        if is_text
        else numbers_of(features, name, num_rows)
        for name, is_text in columns.items()
    }


def texts_of(features: Mapping[str, Any], column: str, num_rows: int, *, missing: Any) -> list[Any]:
    """The values, by the names of slices; `missing`, a text or None, where there is none."""
    (found,) = memberships(features, [(column,)], num_rows)
    names = [missing if name[0][1] == MISSING else name[0][1] for name in found.names]
    return [names[code] for code in found.codes.tolist()]


def numbers_of(features: Mapping[str, Any], column: str, num_rows: int) -> np.ndarray:
    """`[rows]`, the first of several values, NaN where there is none."""
    values = features.get(column)
    if values is None:
        return np.full(num_rows, np.nan, np.float32)
    if hasattr(values, "indices"):  # Sparse: TFMA's VarLenTensorValue.
        rows, first = np.unique(np.asarray(values.indices)[:, 0], return_index=True)
        found = np.full(num_rows, np.nan, np.float32)
        found[rows] = np.asarray(values.values)[first]
        return found
    dense = np.asarray(values)
    return pd.to_numeric(pd.Series(dense[:, 0] if dense.ndim > 1 else dense)).to_numpy(np.float32)
