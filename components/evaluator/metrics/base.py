"""What every compared metric is to TFMA."""

from __future__ import annotations

import abc
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, final

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2
from tensorflow_model_analysis.utils import model_util
from typing_extensions import override

from components.comparison.cell import Reference
from components.comparison.estimate import Estimate
from components.comparison.kinds import Kind
from components.comparison.plan import OutputPlan
from components.evaluator.metrics.buffer import Buffer, Subject
from components.gauc_weight import GaucWeight

__all__ = ["PairedMetric"]

_MANY: Final = 1_000_000  # Degrees of freedom that are as good as infinitely many; TFMA wants a whole number.


class PairedMetric(metric_types.Metric):
    """A metric of each model, and, where the configuration has a baseline, of the candidate less the baseline.

    Each comes with its interval, as TFMA writes those of its bootstrap; the difference under the candidate's key with
    `is_diff`, so that a `change_threshold` finds it. TFMA must not resample it besides.

    Attributes:
        metric: Key of `COMPARED`.
    """

    metric: ClassVar[str]

    def __init__(self, **kwargs: Any) -> None:
        # TFMA makes it again from these; they are its configuration's `config`.
        super().__init__(_no_computations, **kwargs)

    @abc.abstractmethod
    def _kind(self) -> Kind:
        """What the outputs are."""

    def _group_key(self) -> str | None:
        """The feature within whose values it ranks."""
        return None

    def _gauc_weight(self) -> GaucWeight:
        """What a group of GAUC counts for."""
        return GaucWeight.IMPRESSIONS

    def _places(self) -> int:
        """How many places of a list count."""
        return 10

    @property
    @override
    def compute_confidence_interval(self) -> bool:
        return False

    @override
    def computations(
        self,
        eval_config: config_pb2.EvalConfig | None = None,
        schema: Any = None,
        model_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        sub_keys: Any = None,
        aggregation_type: Any = None,
        class_weights: Any = None,
        example_weighted: bool = False,
        query_key: str | None = None,
    ) -> list[metric_types.MetricComputation]:
        """One a candidate and output, which measures the baseline too."""
        if query_key:
            message = (
                f"`query_key` must be left out of {type(self).__name__}, got {query_key!r}: it groups rows itself."
            )
            raise ValueError(message)
        spec = model_util.get_baseline_model_spec(eval_config) if eval_config is not None else None
        baseline = spec.name if spec is not None else None
        candidates = [name for name in model_names or [""] if name != baseline] or [baseline or ""]
        return [
            self._computation(
                (candidate,) if baseline in (None, candidate) else (candidate, str(baseline)), output, example_weighted
            )
            for candidate in candidates
            for output in output_names or [""]
        ]

    def _computation(self, models: tuple[str, ...], output: str, weighted: bool) -> metric_types.MetricComputation:
        cluster_key, group_key = self.kwargs.get("cluster_key"), self._group_key()
        plan = OutputPlan(
            output=output,
            kind=self._kind(),
            metrics=(self.metric,),
            references=(Reference.BASELINE,) if len(models) > 1 else (),
            clustered=cluster_key is not None,
            weighted=weighted,
            gauc_weight=self._gauc_weight(),
            ndcg_at=self._places(),
        )
        subject = Subject(
            plan=plan, models=models, output=output, weighted=weighted, cluster_key=cluster_key, group_key=group_key
        )
        keys = [
            metric_types.MetricKey(name=self.name, model_name=model, output_name=output, example_weighted=weighted)
            for model in models
        ]
        keys += [keys[0].make_diff_key()] if len(models) > 1 else []
        features = [key for key in (cluster_key, group_key) if key is not None]
        preprocessors = [metric_types.FeaturePreprocessor(features)] if features else None
        return metric_types.MetricComputation(keys=keys, preprocessors=preprocessors, combiner=_Combine(subject, keys))


@final
class _Combine(beam.CombineFn):
    def __init__(self, subject: Subject, keys: Sequence[metric_types.MetricKey]) -> None:
        self._subject, self._keys = subject, list(keys)

    @override
    def create_accumulator(self) -> Buffer:
        return Buffer(self._subject)

    @override
    def add_input(self, accumulator: Buffer, element: Mapping[str, Any]) -> Buffer:
        accumulator.add(element)
        return accumulator

    @override
    def merge_accumulators(self, accumulators: Iterable[Buffer]) -> Buffer:
        merged, *others = accumulators
        for other in others:
            merged.merge(other)
        return merged

    @override
    def compact(self, accumulator: Buffer) -> Buffer:
        accumulator.compact()
        return accumulator

    @override
    def extract_output(self, accumulator: Buffer) -> dict[metric_types.MetricKey, Any]:
        """By key: the candidate's value, the baseline's, and the difference."""
        cell = accumulator.cell()
        estimates = (cell.candidate, cell.reference, cell.difference)
        return {key: _value(estimate) for key, estimate in zip(self._keys, estimates, strict=False)}


def _value(estimate: Estimate | None) -> Any:
    """With its interval where there is one; not a number where there is no value."""
    if estimate is None:
        return math.nan
    if not math.isfinite(estimate.std_error):
        return estimate.value
    return tfma.types.ValueWithTDistribution(
        sample_mean=estimate.value,
        sample_standard_deviation=estimate.std_error,
        sample_degrees_of_freedom=max(int(min(estimate.dof, _MANY)), 1),
        unsampled_value=estimate.value,
    )


def _no_computations() -> list[metric_types.MetricComputation]:
    """What the base class is told: `computations` is overridden as a whole."""
    return []
