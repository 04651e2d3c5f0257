"""The rows that the Evaluator kept, as the tuner reads them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa

from components.errors import UnusableInputError
from components.fusion.rows_file import columns_of, head_column, id_column, numbers_of, raw_column, values_of
from components.fusion_tuner.config import Logged, LoggedPropensity
from components.fusion_tuner.own import own_weights
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.propensity import of_positions
from components.fusion_tuner.rows import TunerRows
from models.arrays import NUMPY
from models.fusion import FlatWeights
from models.tasks import known_column, label_column

__all__ = ["KeptRows", "columns_to_tune", "tuner_rows"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class KeptRows:
    """Rows to search and to check on.

    Attributes:
        rows: Scored with the weights that segments have now.
        segments: `[rows]` values of the segment's column as bytes; None without one.
        left_out: Rows whose propensity is not known.
    """

    rows: TunerRows
    segments: np.ndarray | None
    left_out: int


def columns_to_tune(plan: FusionTunerPlan) -> list[str]:
    """Of the file of rows, those that `tuner_rows` reads."""
    found = [*columns_of(plan.fusion), id_column(plan.user)]
    found += [] if plan.list is None else [id_column(plan.list)]
    found += [column for output in plan.tune.outputs for column in (label_column(output), known_column(output))]
    found += [] if plan.tune.stacking is None else map(head_column, plan.tune.stacking.heads)
    found += [] if plan.tune.propensity is None else [raw_column(plan.tune.propensity.column)]
    return list(dict.fromkeys(found))


def tuner_rows(plan: FusionTunerPlan, batch: pa.RecordBatch, weights: FlatWeights) -> KeptRows:
    """Rows with what the formula reads, labels and groups.

    Args:
        plan: Which columns are read.
        batch: All rows of the file, of the columns that `columns_to_tune` names.
        weights: Of all keys, as they serve now.

    Raises:
        UnusableInputError: No row has a propensity.
    """
    given = values_of(plan.fusion, batch)
    heads = () if plan.tune.stacking is None else plan.tune.stacking.heads
    values = {name: _numbers(batch, head_column(name)) for name in heads} | plan.fusion.prepare(given, NUMPY)
    segment = plan.fusion.segment
    segments = None if segment is None else given[segment.column]
    propensities = None if plan.tune.propensity is None else _propensities(plan.tune.propensity, batch)
    rows = TunerRows(
        values=values,
        labels={output: _labels(batch, output) for output in plan.tune.outputs},
        users=_ids(batch, plan.user),
        lists=None if plan.list is None else _ids(batch, plan.list),
        propensities=None if propensities is None else np.nan_to_num(propensities, nan=1.0),
        own={} if segments is None else own_weights(plan.name, segments, weights),
    )
    if propensities is None:
        return KeptRows(rows=rows, segments=segments, left_out=0)
    known = ~np.isnan(propensities)
    return KeptRows(
        rows=rows.take(known),
        segments=None if segments is None else segments[known],
        left_out=int(np.count_nonzero(~known)),
    )


def _numbers(batch: pa.RecordBatch, column: str) -> np.ndarray:
    return numbers_of(batch[column]).astype(np.float64)


def _ids(batch: pa.RecordBatch, column: str) -> np.ndarray:
    return numbers_of(batch[id_column(column)]).astype(np.uint64, copy=False)


def _labels(batch: pa.RecordBatch, output: str) -> np.ndarray:
    """NaN where the label is not known."""
    return np.where(_numbers(batch, known_column(output)) > 0, _numbers(batch, label_column(output)), np.nan)


def _propensities(logged: LoggedPropensity, batch: pa.RecordBatch) -> np.ndarray:
    """`[rows]`, NaN where there is none that can be used."""
    given = _numbers(batch, raw_column(logged.column))
    with np.errstate(invalid="ignore"):
        known = (given >= 1) & np.isfinite(given) if logged.holds is Logged.POSITION else (given > 0) & (given <= 1)
    if not known.any():
        wanted = "a position, 1 or more" if logged.holds is Logged.POSITION else "a chance above 0 and at most 1"
        raise UnusableInputError(
            [f"`propensity.column` must hold {wanted}, got none in {len(given):,} rows of `{logged.column}`."]
        )
    usable = np.where(known, given, 1.0)
    found = of_positions(usable, logged.weighting) if logged.holds is Logged.POSITION else usable
    return np.where(known, np.maximum(found, np.finfo(np.float64).tiny), np.nan)
