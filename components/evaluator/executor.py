"""Opens the models, runs the Beam pass, and leaves a comparison."""

from __future__ import annotations

import dataclasses
import logging
import os
from typing import Final, final

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tfx import types
from tfx.components.util import tfxio_utils
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, path_utils

from components.artifacts import Artifacts, Properties
from components.baseline.published import Published
from components.comparison.cell import Reference
from components.evaluator.assembling import Header
from components.evaluator.errors import UnusableModelError
from components.evaluator.fused import FusedTwin
from components.evaluator.lineup import Opponent, line_up
from components.evaluator.models import OpenModel, open_model
from components.evaluator.plan import PLAN_KEY, EvaluatorPlan
from components.evaluator.scoring import extractors, model_specs
from components.evaluator.source import batches_of, first_rows
from components.evaluator.stage import comparison_evaluator, comparison_writer
from models.fusion.beside import read_weights

__all__ = ["CANDIDATE", "REFERENCES", "Executor"]

CANDIDATE: Final = "candidate"
# The component's inputs by reference.
REFERENCES: Final = {
    Reference.BASELINE: "baseline_model",
    Reference.ANCHOR: "anchor_model",
    Reference.TWINS: "twins_model",
}

_TRIED_ROWS: Final = 256  # Scored before the Beam job, to know which models can.
_PARTITION_BYTES: Final = 1 << 20  # Of compressed examples: some ten thousand rows.
_MIN_PARTITIONS: Final = 16
_LOG: Final = logging.getLogger(__name__)


@final
class Executor(base_beam_executor.BaseBeamExecutor):
    """Raises `UnusableModelError` if the candidate cannot be evaluated; a reference that cannot is said to be so."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Fills the ModelEvaluation artifact."""
        self._log_startup(input_dict, output_dict, exec_properties)
        plan = EvaluatorPlan.from_json(exec_properties[PLAN_KEY])
        examples = input_dict[standard_component_specs.EXAMPLES_KEY]
        schema_folder = artifact_utils.get_single_uri(input_dict[standard_component_specs.SCHEMA_KEY])
        schema = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(schema_folder))
        columns = frozenset(feature.name for feature in schema.feature)
        rows = first_rows(examples, split=plan.split, num_rows=_TRIED_ROWS)
        model = artifact_utils.get_single_instance(input_dict[standard_component_specs.MODEL_KEY])
        candidate = open_model(CANDIDATE, _path(model), rows, columns=columns)
        twin = _twin(plan, candidate)
        opponents = _Opponents(plan, columns, twin)
        for reference, key in REFERENCES.items():
            for artifact in input_dict.get(key, []):
                opponents.add(reference, artifact, rows)
        lineups = line_up(plan, candidate, opponents.found)
        models = [candidate, *opponents.models]
        source = batches_of(examples, split=plan.split, schema=schema, columns=plan.columns)
        folder = artifact_utils.get_single_uri(output_dict[standard_component_specs.EVALUATION_KEY])
        with self._make_beam_pipeline() as pipeline:
            _ = (
                pipeline
                | "Read" >> source.BeamSource(plan.batch_size)
                | "Compare"
                >> tfma.ExtractEvaluateAndWriteResults(
                    eval_shared_model=candidate.shared,  # That, and the next, only tell TFMA to work on batches.
                    eval_config=model_specs(plan, CANDIDATE),
                    extractors=extractors(plan, models, representations=source.TensorRepresentations(), twin=twin),
                    evaluators=[comparison_evaluator(plan, lineups, num_partitions=_partitions(examples, plan.split))],
                    writers=[comparison_writer(opponents.header, plan, lineups, folder=folder)],
                )
            )


@dataclasses.dataclass
class _Opponents:
    """What the candidate is compared with, artifact by artifact."""

    plan: EvaluatorPlan
    columns: frozenset[str]
    twin: FusedTwin | None = None
    found: dict[Reference, Opponent] = dataclasses.field(default_factory=dict)
    models: list[OpenModel] = dataclasses.field(default_factory=list)
    names: dict[Reference, str] = dataclasses.field(default_factory=dict)
    missing: dict[Reference, str] = dataclasses.field(default_factory=dict)
    empty: list[Reference] = dataclasses.field(default_factory=list)

    def add(self, reference: Reference, artifact: types.Artifact, rows: list[bytes]) -> None:
        """Opens it, or says why not."""
        published = Published.read(artifact)
        if published.nothing_serves:
            self.empty.append(reference)
            return
        if published.is_empty:
            self.missing[reference] = published.reason
            return
        version = published.version or artifact.uri
        self.names[reference] = f"{version} ({published.fingerprint})" if published.fingerprint else version
        try:
            model = open_model(reference.value, _path(artifact), rows, columns=self.columns)
        except UnusableModelError as error:
            _LOG.warning("The %s, %s, cannot be compared with: %s", reference.value, version, error)
            self.found[reference] = f"The {reference.value}, {version}, cannot be compared with: {error}."
            return
        if reference is Reference.TWINS and self.twin is not None:
            model = self.twin.of(model)
        self.models.append(model)
        self.found[reference] = dict.fromkeys(model.widths, model)

    @property
    def header(self) -> Header:
        """What the comparison says of them."""
        return Header(
            cluster_column=self.plan.cluster,
            references=self.names,
            missing=self.missing,
            empty=tuple(self.empty),
            gauc_weight=self.plan.gauc_weight,
        )


def _twin(plan: EvaluatorPlan, candidate: OpenModel) -> FusedTwin | None:
    """None where no score is judged."""
    if plan.fusion is None or plan.fusion.label is None:
        return None
    return FusedTwin(plan=plan, weights=read_weights(candidate.path))


def _path(model: types.Artifact) -> str:
    return str(path_utils.serving_model_path(model.uri, path_utils.is_old_model_artifact(model)))


def _partitions(examples: list[types.Artifact], split: str) -> int:
    """As many as keep a partition of users or lists small, whatever the number of rows."""
    patterns, _ = tfxio_utils.get_file_format_and_patterns(examples, split)
    files = [path for pattern in patterns for path in tf.io.gfile.glob(pattern)]
    num_bytes = sum(tf.io.gfile.stat(os.fspath(path)).length for path in files)
    return int(max(_MIN_PARTITIONS, num_bytes // _PARTITION_BYTES))
