"""TFMA's extractors from Arrow batches to labels, weights and the scores of every model."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.extractors import (
    example_weights_extractor,
    features_extractor,
    labels_extractor,
    predictions_extractor,
)
from tensorflow_model_analysis.proto import config_pb2
from tensorflow_model_analysis.utils import model_util
from typing_extensions import override

from components.comparison.cell import Reference
from components.evaluator.fused import FusedTwin
from components.evaluator.models import MODEL_TYPE, SIGNATURE, OpenModel
from components.evaluator.plan import EvaluatorPlan
from models.tasks import known_column, label_column

__all__ = ["LAST_STAGE", "extractors", "model_specs"]

LAST_STAGE: Final = "ExtractScores"  # After it a batch holds all that is compared.

_LOG: Final = logging.getLogger(__name__)
_Extracts = dict[str, Any]  # TFMA's: nested dicts of arrays.


def model_specs(plan: EvaluatorPlan, name: str) -> config_pb2.EvalConfig:
    """What TFMA is told of one model: its signature, and the columns of labels and weights, the same for all models."""
    spec = config_pb2.ModelSpec(
        name=name,
        signature_name=SIGNATURE,
        model_type=MODEL_TYPE,
        label_keys={name: label_column(output.name) for name, output in plan.judged.items()},
        example_weight_keys={name: known_column(output.name) for name, output in plan.judged.items()},
    )
    return config_pb2.EvalConfig(model_specs=[spec])


def extractors(
    plan: EvaluatorPlan,
    models: Sequence[OpenModel],
    *,
    representations: Mapping[str, Any],
    twin: FusedTwin | None = None,
) -> list[tfma.extractors.Extractor]:
    """In the order in which a batch passes them; none takes rows one by one.

    Args:
        plan: What is compared.
        models: The candidate first.
        representations: How columns become tensors; `Any`, since protobuf's generated classes carry no types.
        twin: What gives twins among the models their fused scores; None gives none.
    """
    candidate, *references = models
    alone = model_specs(plan, candidate.name)
    found = [
        features_extractor.FeaturesExtractor(alone, tensor_representations=representations),
        labels_extractor.LabelsExtractor(alone),
        example_weights_extractor.ExampleWeightsExtractor(alone),
        predictions_extractor.PredictionsExtractor(
            alone, candidate.shared, output_keypath=(tfma.PREDICTIONS_KEY, candidate.name)
        ),
    ]
    for model in references:
        stage = beam.ParDo(_ReferenceScores(model))
        found.append(tfma.extractors.Extractor(stage_name=f"ExtractScoresOf[{model.name}]", ptransform=stage))
    last = beam.Map(_named, widths={model.name: model.widths for model in models}, twin=twin)
    return [*found, tfma.extractors.Extractor(stage_name=LAST_STAGE, ptransform=last)]


@final
class _ReferenceScores(model_util.ModelSignaturesDoFn):
    """Scores of a model to compare with; where it fails on a batch they are NaN, and the run goes on.

    The candidate's own failure ends the run. That of a model which serves, or did once, must not keep a candidate from
    being judged, and shows in the comparison as rows whose score is not finite.
    """

    def __init__(self, model: OpenModel) -> None:
        super().__init__(
            model_specs=[model.spec],
            eval_shared_models={"": model.shared},
            output_keypath=[tfma.PREDICTIONS_KEY, model.name],
            signature_names={"": [SIGNATURE]},
            prefer_dict_outputs=True,
        )
        self._name, self._widths = model.name, model.widths

    @override
    def process(self, element: _Extracts) -> Sequence[_Extracts]:
        """One batch."""
        try:
            return list(self._batch_reducible_process(element))
        except Exception as error:  # Whatever a foreign graph raises; the next lines say so.
            _LOG.warning("%s could not score a batch: %s", self._name, error)
            rows = len(element[tfma.INPUT_KEY])
            missing = {
                output: np.full([rows, width] if width else [rows], np.nan) for output, width in self._widths.items()
            }
            predictions = {**element[tfma.PREDICTIONS_KEY], self._name: missing}
            return [{**element, tfma.PREDICTIONS_KEY: predictions}]


def _named(element: _Extracts, widths: Mapping[str, Mapping[str, int]], twin: FusedTwin | None) -> _Extracts:
    """Gives a model's only output its name back, which TFMA takes away, and twins their scores."""
    predictions = element[tfma.PREDICTIONS_KEY]
    named = {
        model: given if isinstance(given, Mapping) else {next(iter(widths[model])): given}
        for model, given in predictions.items()
    }
    found = {**element, tfma.PREDICTIONS_KEY: named}
    name = Reference.TWINS.value
    return found if twin is None or name not in named else twin.scored(found, name)
