"""Each compared metric, named in a configuration of TFMA's, says what the Evaluator's pass says."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from components.comparison.cell import Reference
from components.comparison.metrics import COMPARED
from components.evaluator.plan import EvaluatorPlan
from components.gauc_weight import GaucWeight
from tests.components.evaluator.conftest import ALL_OUTPUTS, GRAPH, write_examples

# TFX and TFMA warn of themselves.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

MODULE = "components.evaluator.metrics"
CLUSTERED = {"cluster_key": "user"}
BY_CLICKS = {"user_key": "user", "weight": "clicks"}
ASKED = {
    "click": {
        "PairedAUC": CLUSTERED, "PairedLogLoss": CLUSTERED, "PairedNormalisedEntropy": CLUSTERED,
        "PairedCalibration": CLUSTERED, "PairedCalibrationError": CLUSTERED, "PairedGAUC": BY_CLICKS,
        "PairedNDCG": {"list_key": "user", "at": 3},
    },
    "buy": {"PairedAUC": CLUSTERED, "PairedGAUC": BY_CLICKS},
    "spend": {"PairedMSE": CLUSTERED, "PairedMAE": CLUSTERED, "PairedMeanRatio": CLUSTERED},
    "topic": {"PairedClassLogLoss": CLUSTERED, "PairedAccuracy": CLUSTERED},
}  # fmt: skip
PLAN = EvaluatorPlan(
    tasks=GRAPH, split="eval", slices=(("device",),), cluster="user", user="user", gauc_weight=GaucWeight.CLICKS,
    list="user", ndcg_at=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def few(world):
    """Rows that TFMA can do one by one."""
    return type(world)({name: values[:300] for name, values in world.columns.items()})


def analyse(folder, world, saved, config):
    """TFMA's own evaluation with its own evaluator; by slice, output, metric and key a value and its interval."""
    import tensorflow_model_analysis as tfma
    from apache_beam.options.pipeline_options import PipelineOptions

    write_examples(folder, world)
    shared = [
        tfma.default_eval_shared_model(
            f"{saved[spec.name]}/Format-Serving", model_name=spec.name, eval_config=config, tags=["serve"]
        )
        for spec in config.model_specs
    ]
    tfma.run_model_analysis(
        eval_shared_model=shared if len(shared) > 1 else shared[0],
        eval_config=config,
        data_location=str(folder / "Split-eval" / "*.gz"),
        output_path=str(folder / "evaluation"),
        pipeline_options=PipelineOptions(["--runner=FnApiRunner"]),
    )
    found = {}
    for of_slice in tfma.load_metrics(str(folder / "evaluation")):
        where = tuple((key.column, key.bytes_value.decode()) for key in of_slice.slice_key.single_slice_keys)
        for item in of_slice.metric_keys_and_values:
            key = item.key
            found[where, key.output_name, key.name, key.model_name, key.is_diff] = item
    return found


def config_of(models, asked, *, outputs=ALL_OUTPUTS):
    import tensorflow_model_analysis as tfma  # noqa: F401  # Its messages come with it.
    from tensorflow_model_analysis.proto import config_pb2

    keys = {
        "signature_name": "serving_default",
        "model_type": "tf_generic",
        "label_keys": {output: f"label/{output}" for output in outputs},
        "example_weight_keys": {output: f"known/{output}" for output in outputs},
    }
    specs = [config_pb2.ModelSpec(name=name, is_baseline=name == "baseline", **keys) for name in models]
    return config_pb2.EvalConfig(
        model_specs=specs,
        slicing_specs=[config_pb2.SlicingSpec(), config_pb2.SlicingSpec(feature_keys=["device"])],
        metrics_specs=[
            config_pb2.MetricsSpec(
                output_names=[output],
                metrics=[
                    config_pb2.MetricConfig(class_name=name, module=MODULE, config=json.dumps(given))
                    for name, given in metrics.items()
                ],
                example_weights=config_pb2.ExampleWeightOptions(weighted=True),
            )
            for output, metrics in asked.items()
        ],
    )  # fmt: skip


def test_every_metric_says_what_the_pass_says_with_the_same_interval(few, saved, evaluate, tmp_path):
    import tfx  # noqa: F401  # On Python 3.11 TFMA lacks names until tfx puts stand-ins there.

    from components.evaluator.metrics import METRICS

    comparison, _ = evaluate(PLAN, few, {"model": saved["candidate"], "baseline_model": saved["baseline"]})
    found = analyse(tmp_path, few, saved, config_of(("candidate", "baseline"), ASKED))
    assert comparison.gauc_weight is GaucWeight.CLICKS
    wanted = {
        (cell.output, cell.metric, cell.slice): cell for cell in comparison.cells if cell.against is Reference.BASELINE
    }
    checked = set()
    for (where, output, name, model, is_diff), item in found.items():
        (metric,) = [made for made in METRICS.values() if name in made.__init__.__defaults__]
        cell = wanted[output, metric.metric, where]
        estimate = cell.difference if is_diff else cell.candidate if model == "candidate" else cell.reference
        value = math.nan if estimate is None else estimate.value
        assert item.value.double_value.value == pytest.approx(value, abs=1e-9, nan_ok=True), (where, output, name)
        if estimate is not None and math.isfinite(estimate.std_error):
            interval = item.confidence_interval
            bounds = interval.lower_bound.double_value.value, interval.upper_bound.double_value.value
            whole = dataclasses.replace(estimate, dof=max(int(min(estimate.dof, 1e6)), 1))  # All that TFMA takes.
            assert bounds == pytest.approx(whole.interval(0.95), abs=1e-9)
        checked.add((output, metric.__name__, where, model, is_diff))
    num_slices = 3
    assert len(checked) == 3 * num_slices * sum(len(metrics) for metrics in ASKED.values())


def test_every_compared_metric_has_a_class_and_none_is_left_untested():
    import tfx  # noqa: F401

    from components.evaluator.metrics import METRICS

    assert {metric.metric for metric in METRICS.values()} == set(COMPARED)
    assert {name for metrics in ASKED.values() for name in metrics} == set(METRICS)


def test_a_model_alone_is_measured_without_a_difference(few, saved, tmp_path):
    import tfx  # noqa: F401

    asked = {"click": {"PairedAUC": {}, "PairedGAUC": {"user_key": "user"}}}
    found = analyse(tmp_path, few, saved, config_of(("candidate",), asked))
    assert {(name, is_diff) for (_, _, name, _, is_diff) in found} == {("paired_auc", False), ("paired_gauc", False)}


def test_grouping_by_tfma_is_refused_since_it_mistakes_slices():
    import tfx  # noqa: F401

    from components.evaluator.metrics import PairedGAUC

    with pytest.raises(
        ValueError, match="`query_key` must be left out of PairedGAUC, got 'user': it groups rows itself"
    ):
        PairedGAUC(user_key="user").computations(query_key="user")


def test_users_count_by_what_is_known():
    import tfx  # noqa: F401

    from components.evaluator.metrics import PairedGAUC

    with pytest.raises(ValueError, match=r"^`weight` must be impressions or clicks, got 'rows'\.$"):
        PairedGAUC(user_key="user", weight="rows")


def test_a_change_threshold_finds_the_difference(few, saved, tmp_path):
    import tensorflow_model_analysis as tfma
    import tfx  # noqa: F401

    config = config_of(("candidate", "baseline"), {"click": {"PairedAUC": CLUSTERED}})
    threshold = config.metrics_specs[0].metrics[0].threshold.change_threshold
    threshold.absolute.value, threshold.direction = 0.5, 2  # A rise of at least 0.5, which there is not.
    analyse(tmp_path, few, saved, config)
    result = tfma.load_validation_result(str(tmp_path / "evaluation"))
    assert not result.validation_ok
    (overall,) = [item for item in result.metric_validations_per_slice if not item.slice_key.single_slice_keys]
    assert overall.failures[0].metric_key.is_diff
