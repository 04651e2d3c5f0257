"""The rows that were judged, with the candidate's predictions, in a file: by it fusion weights are judged again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

import apache_beam as beam
import numpy as np
import pyarrow as pa
import tensorflow_model_analysis as tfma
from apache_beam.io.filesystems import FileSystems
from apache_beam.io.parquetio import WriteToParquetBatched
from typing_extensions import override

from components.evaluator.grouping import clusters, ids
from components.evaluator.plan import EvaluatorPlan
from components.evaluator.raw_columns import numbers_of, raw_columns, texts_of
from components.fusion.rows_file import ROWS_FILE, head_column, id_column, raw_column, slice_column
from models.heads import Multiclass
from models.tasks import known_column, label_column

__all__ = ["KeepRows", "WriteRows", "schema_of", "table_of"]

_SUFFIX: Final = ".parquet"

_Extracts = Mapping[str, Any]  # TFMA's: nested dicts of arrays.


@final
class KeepRows(beam.PTransform):
    """Batches of extracts to tables, `model` naming whose predictions are kept."""

    def __init__(self, plan: EvaluatorPlan, model: str) -> None:
        super().__init__()
        self._plan, self._model = plan, model

    @override
    def expand(self, input_or_inputs: beam.PCollection) -> beam.PCollection:
        """See the class."""
        return input_or_inputs | "Table" >> beam.Map(table_of, self._plan, self._model)


@final
class WriteRows(beam.PTransform):
    """Tables to one file in `folder`."""

    def __init__(self, plan: EvaluatorPlan, folder: str) -> None:
        super().__init__()
        self._plan, self._folder = plan, folder

    @override
    def expand(self, input_or_inputs: beam.PCollection) -> beam.PCollection:
        """See the class."""
        path = FileSystems.join(self._folder, ROWS_FILE.removesuffix(_SUFFIX))
        return input_or_inputs | WriteToParquetBatched(
            path, schema_of(self._plan), file_name_suffix=_SUFFIX, num_shards=1, shard_name_template=""
        )


def schema_of(plan: EvaluatorPlan) -> pa.Schema:
    """The file's columns: predictions, labels and masks of outputs, ids of groups, columns of slices and formulas."""
    fields = [(name, pa.float32()) for name in _numbers_of(plan)]
    fields += [(id_column(column), pa.uint64()) for column in _grouping(plan)]
    fields += [(slice_column(column), pa.string()) for column in _sliced(plan)]
    fields += [(raw_column(name), pa.string() if is_text else pa.float32()) for name, is_text in _raw(plan).items()]
    return pa.schema(fields)


def table_of(extracts: _Extracts, plan: EvaluatorPlan, model: str) -> pa.Table:
    """The rows of a batch."""
    features, num_rows = extracts[tfma.FEATURES_KEY], len(extracts[tfma.INPUT_KEY])
    columns: dict[str, Any] = {}
    for output in plan.tasks.outputs:
        if not isinstance(output.kind, Multiclass):
            columns[head_column(output.name)] = extracts[tfma.PREDICTIONS_KEY][model][output.name]
        columns[label_column(output.name)] = extracts[tfma.LABELS_KEY][output.name]
        columns[known_column(output.name)] = extracts[tfma.EXAMPLE_WEIGHTS_KEY][output.name]
    columns = {name: np.asarray(values, np.float32).reshape(-1) for name, values in columns.items()}
    for column in _grouping(plan):
        is_cluster = column == plan.cluster
        found = clusters(features, column, extracts[tfma.INPUT_KEY]) if is_cluster else ids(features, column, num_rows)
        columns[id_column(column)] = found
    for name in _sliced(plan):
        columns[slice_column(name)] = texts_of(features, name, num_rows, missing=None)
    for name, is_text in _raw(plan).items():
        given = texts_of(features, name, num_rows, missing="") if is_text else numbers_of(features, name, num_rows)
        columns[raw_column(name)] = given
    return pa.table(columns, schema=schema_of(plan))


def _numbers_of(plan: EvaluatorPlan) -> list[str]:
    found = []
    for output in plan.tasks.outputs:
        found += [] if isinstance(output.kind, Multiclass) else [head_column(output.name)]
        found += [label_column(output.name), known_column(output.name)]
    return found


def _grouping(plan: EvaluatorPlan) -> list[str]:
    """Columns whose values tell which rows belong together."""
    own = [] if plan.cluster is None else [plan.cluster]
    return list(dict.fromkeys([*own, *plan.groups.values()]))


def _sliced(plan: EvaluatorPlan) -> list[str]:
    return list(dict.fromkeys(column for columns in plan.slices for column in columns))


def _raw(plan: EvaluatorPlan) -> dict[str, bool]:
    """Columns of formulas, of the segment and of propensities, and whether they hold texts."""
    found = raw_columns(plan.fusion)
    return found if plan.propensity is None else {**found, plan.propensity: False}
