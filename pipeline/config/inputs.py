"""The model inputs that Transform will make of declared features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from components.trainer.plan import InputPlan
from models.inputs import DenseInput, EmbeddingInput, Input
from models.signals import SignalConfig
from pipeline.config.features import (
    CategoricalFeature,
    CrossFeature,
    Feature,
    MultivaluedFeature,
    NumericFeature,
    Scaling,
)

__all__ = ["input_plans", "largest_inputs", "segment_inputs", "served_features", "vocabulary_name"]


def input_plans(features: Mapping[str, Feature]) -> Iterator[InputPlan]:
    """The model input that Transform makes of each feature."""
    for name, feature in features.items():
        if isinstance(feature, CrossFeature):
            ids = f"hash of {' and '.join(feature.of)}"
            yield InputPlan(name=name, dim=feature.dim, table=name, fixed_ids=feature.hash_buckets + 1, ids=ids)
        elif isinstance(feature, NumericFeature) and feature.scaling is Scaling.BUCKETS:
            fixed = feature.buckets + 1
            yield InputPlan(name=name, dim=feature.dim, table=name, fixed_ids=fixed, ids="quantiles")
        elif isinstance(feature, NumericFeature):
            yield InputPlan(name=name, dim=0)
        else:
            fixed = feature.hash_buckets or feature.oov_buckets
            yield InputPlan(
                name=name,
                dim=feature.dim,
                table=feature.table or name,
                fixed_ids=fixed + 1,
                vocabulary=None if feature.hash_buckets else vocabulary_name(name, feature),
                combiner=feature.combiner if isinstance(feature, MultivaluedFeature) else None,
                ids="hash" if feature.hash_buckets else "",
            )


def largest_inputs(features: Mapping[str, Feature]) -> tuple[Input, ...]:
    """The model's inputs if every learned vocabulary is as long as it may be, which only Transform will know."""
    return tuple(_largest(plan, features[plan.name]) for plan in input_plans(features))


def _largest(plan: InputPlan, feature: Feature) -> Input:
    if not plan.dim:
        return DenseInput(name=plan.name)
    top_k = feature.top_k if isinstance(feature, (CategoricalFeature, MultivaluedFeature)) else None
    num_ids = plan.fixed_ids + (top_k or 0)
    return EmbeddingInput(name=plan.name, table=plan.table, num_ids=num_ids, dim=plan.dim, combiner=plan.combiner)


def segment_inputs(features: Mapping[str, Feature], slices: Sequence[Sequence[str]]) -> dict[str, str]:
    """Slices of one column that a feature with a learned vocabulary reads, and that feature, which names its values."""
    readers = {
        feature.column or name: name
        for name, feature in features.items()
        if isinstance(feature, CategoricalFeature) and feature.top_k is not None
    }
    return {columns[0]: readers[columns[0]] for columns in slices if len(columns) == 1 and columns[0] in readers}


def served_features(features: Mapping[str, Feature], signals: Sequence[SignalConfig]) -> dict[str, Feature]:
    """All but those that signals read in training alone: what the model reads when it serves."""
    hidden = {name for signal in signals for name in signal.training_inputs}
    return {name: feature for name, feature in features.items() if name not in hidden}


def vocabulary_name(name: str, feature: CategoricalFeature | MultivaluedFeature) -> str:
    """Transform's name for a learned vocabulary: features of one table share it."""
    return f"vocabulary_{feature.table or name}"
