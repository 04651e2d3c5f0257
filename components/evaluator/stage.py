"""The comparison as a stage of TFMA: batched extracts in, files in the evaluation's folder out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, final

import apache_beam as beam
import tensorflow_model_analysis as tfma
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from typing_extensions import override

from components.comparison.stored import COMPARISON_FILE, comparison_text
from components.evaluator.assembling import Header, compare, figures_of
from components.evaluator.batches import rows_of, without_clusters
from components.evaluator.combining import CombineGroups, CombineRows, GroupsOf, RowsOf
from components.evaluator.grouping import ids
from components.evaluator.kept_rows import KeepRows, WriteRows
from components.evaluator.lineup import Lineup
from components.evaluator.plan import EvaluatorPlan
from components.evaluator.record import FIGURES_FILE, figures_text
from components.evaluator.regrouping import CutByGroup, join_groups
from components.evaluator.scoring import LAST_STAGE

__all__ = ["comparison_evaluator", "comparison_writer"]

_SUMS: Final = "comparison"  # The key of TFMA's evaluations.
_ROWS: Final = "rows"
_GROUPS: Final = "groups"
_KEPT: Final = "kept_rows"  # The key of TFMA's evaluations of rows that fusion weights are judged by.

_Extracts = Mapping[str, Any]  # TFMA's: nested dicts of arrays.
_Evaluation = dict[str, beam.PCollection]


def comparison_evaluator(
    plan: EvaluatorPlan, lineups: Mapping[str, Lineup], *, num_partitions: int
) -> tfma.evaluators.Evaluator:
    """Accumulates every output's rows; its result are the sums, one element for each output and metric of groups.

    Args:
        plan: What is evaluated.
        lineups: By output.
        num_partitions: Into how many parts users or lists are divided; a worker holds one at once.
    """
    stage = _Accumulate(plan, lineups, num_partitions)
    return tfma.evaluators.Evaluator(stage_name="AccumulateComparison", run_after=LAST_STAGE, ptransform=stage)


def comparison_writer(
    header: Header, plan: EvaluatorPlan, lineups: Mapping[str, Lineup], *, folder: str
) -> tfma.writers.Writer:
    """Makes one comparison of all sums and writes it with a report's figures, and rows that are kept, into `folder`."""
    return tfma.writers.Writer(stage_name="WriteComparison", ptransform=_Write(header, plan, lineups, folder=folder))


@final
class _Accumulate(beam.PTransform):
    def __init__(self, plan: EvaluatorPlan, lineups: Mapping[str, Lineup], num_partitions: int) -> None:
        super().__init__()
        self._plan, self._lineups, self._num_partitions = plan, lineups, num_partitions

    @override
    def expand(self, input_or_inputs: beam.PCollection) -> _Evaluation:
        """Batches to sums."""
        parts = [
            input_or_inputs
            | "Rows" >> beam.FlatMap(_keyed_rows, self._plan, self._lineups)
            | "CombineRows" >> beam.CombinePerKey(CombineRows(self._lineups))
            | "NameRows" >> beam.Map(_named, _ROWS)
        ]
        if any(metric in self._plan.groups for lineup in self._lineups.values() for metric in lineup.plan.metrics):
            parts.append(
                input_or_inputs
                | "Groups" >> beam.FlatMap(_grouped_rows, self._plan, self._lineups)
                | "Cut" >> beam.ParDo(CutByGroup(self._num_partitions))
                | "Regroup" >> beam.GroupByKey()
                | "Join" >> beam.Map(join_groups)
                | "CombineGroups" >> beam.CombinePerKey(CombineGroups(self._lineups))
                | "NameGroups" >> beam.Map(_named, _GROUPS)
            )
        found = {_SUMS: parts | "Sums" >> beam.Flatten()}
        if self._plan.fusion is not None:
            candidate = next(iter(self._lineups.values())).models[0]
            found[_KEPT] = input_or_inputs | "Keep" >> KeepRows(self._plan, candidate)
        return found


@final
class _Write(beam.PTransform):
    def __init__(self, header: Header, plan: EvaluatorPlan, lineups: Mapping[str, Lineup], *, folder: str) -> None:
        super().__init__()
        self._header, self._plan, self._lineups, self._folder = header, plan, lineups, folder

    @override
    def expand(self, input_or_inputs: _Evaluation) -> beam.PCollection:
        """Sums to files, and rows to theirs."""
        if _KEPT in input_or_inputs:
            _ = input_or_inputs[_KEPT] | "WriteRows" >> WriteRows(self._plan, self._folder)
        return (
            input_or_inputs[_SUMS]
            | "Gather" >> beam.CombineGlobally(beam.combiners.ToListCombineFn())
            | "Write" >> beam.Map(_write, self._header, self._lineups, self._folder)
        )


def _keyed_rows(
    extracts: _Extracts, plan: EvaluatorPlan, lineups: Mapping[str, Lineup]
) -> Iterator[tuple[str, RowsOf]]:
    for output, rows in rows_of(extracts, plan, lineups):
        yield output, RowsOf(output, rows)


def _grouped_rows(extracts: _Extracts, plan: EvaluatorPlan, lineups: Mapping[str, Lineup]) -> Iterator[GroupsOf]:
    num_rows = len(extracts[tfma.INPUT_KEY])
    groups = {metric: ids(extracts[tfma.FEATURES_KEY], column, num_rows) for metric, column in plan.groups.items()}
    for output, rows in rows_of(extracts, plan, lineups):
        for metric in lineups[output].plan.metrics:
            if metric in groups:
                kept = rows if metric in lineups[output].clustered_groups else without_clusters(rows)
                yield GroupsOf(output, metric, kept, groups[metric])


def _named(element: tuple[Any, Any], kind: str) -> tuple[str, Any, Any]:
    key, sums = element
    return kind, key, sums


def _write(found: Iterable[tuple[str, Any, Any]], header: Header, lineups: Mapping[str, Lineup], folder: str) -> None:
    by_kind: dict[str, dict[Any, Any]] = {_ROWS: {}, _GROUPS: {}}
    for kind, key, sums in found:
        by_kind[kind][key] = sums
    comparison = compare(header, lineups, sums=by_kind[_ROWS], groups=by_kind[_GROUPS])
    _write_text(FileSystems.join(folder, FIGURES_FILE), figures_text(figures_of(lineups, by_kind[_ROWS])))
    _write_text(FileSystems.join(folder, COMPARISON_FILE), comparison_text(comparison))


def _write_text(path: str, text: str) -> None:
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as stream:
        stream.write(text.encode())
