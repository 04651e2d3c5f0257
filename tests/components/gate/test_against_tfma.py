"""One model that TFX's threshold blesses wrongly and one that it refuses wrongly, both decided rightly here."""

import numpy as np
import pytest
from scipy.stats import norm

from components.comparison import Kind, OutputPlan, PairedSums, Reference, Rows
from components.gate.decide import decide
from components.gate.report import GateStatus

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.

AUC = 0.75
CORRELATION = 0.8  # Of two models' scores within a class.
LUCKY, UNLUCKY = 18, 2  # Seeds, the first of 30 and 3 of the first 10 that come out so.


def rows_of(seed, *, rows, candidate):
    """Labels, and scores of a candidate of a known AUC and of a baseline of AUC 0.75."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(rows) < 0.3).astype(np.float64)
    noise = generator.standard_normal((2, rows))
    noise[0] = CORRELATION * noise[1] + np.sqrt(1 - CORRELATION**2) * noise[0]
    scores = norm.cdf(noise + np.sqrt(2) * np.outer(norm.ppf([candidate, AUC]), labels) - 1)
    return labels, scores


def tfma_blesses(cell):
    """What TFX's Evaluator, asked for a gain of 0 or more, makes of the two AUCs: TFMA's own validation."""
    import tfx.types  # noqa: F401  # Puts the stand-in in place that TFDV needs, which TFMA imports.
    from google.protobuf import text_format
    from tensorflow_model_analysis.evaluators import metrics_validator
    from tensorflow_model_analysis.metrics.metric_types import MetricKey
    from tensorflow_model_analysis.proto import config_pb2

    config = text_format.Parse(
        """
        model_specs {name: "candidate" label_key: "label"}
        model_specs {name: "baseline" label_key: "label" is_baseline: true}
        slicing_specs {}
        metrics_specs {
          model_names: ["candidate", "baseline"]
          metrics {class_name: "AUC" threshold {
            value_threshold {lower_bound {value: 0.5}}
            change_threshold {direction: HIGHER_IS_BETTER absolute {value: 0}}}}}
        """,
        config_pb2.EvalConfig(),
    )
    measured = {
        MetricKey("auc", model_name="candidate"): cell.candidate.value,
        MetricKey("auc", model_name="baseline"): cell.reference.value,
        MetricKey("auc", model_name="candidate", is_diff=True): cell.difference.value,
    }
    found = metrics_validator.validate_metrics(((), measured), config)
    assert found.validation_details.slicing_details, "the thresholds were looked at"
    return found.validation_ok


def cell_of(labels, scores):
    plan = OutputPlan(
        output="click", kind=Kind.BINARY, metrics=("auc",), references=(Reference.BASELINE,), clustered=False
    )
    sums = PairedSums(plan)
    sums.add(Rows(labels=labels, scores=scores))
    (cell,) = sums.cells()
    return cell


def test_a_worse_model_that_is_lucky_is_blessed_there_and_not_here(policy, comparison):
    cell = cell_of(*rows_of(LUCKY, rows=2_000, candidate=AUC - 0.015))
    assert tfma_blesses(cell)
    report = decide(policy({"margin": 0.01}), comparison(cell))
    assert (report.blessed, report.status) == (False, GateStatus.INCONCLUSIVE)
    assert report.rows_to_settle > 2_000


def test_an_equal_model_that_is_unlucky_is_refused_there_and_passes_here(policy, comparison):
    cell = cell_of(*rows_of(UNLUCKY, rows=8_000, candidate=AUC))
    assert not tfma_blesses(cell)
    report = decide(policy({"margin": 0.01}), comparison(cell))
    assert report.decisions[0].value < 0
    assert (report.blessed, report.status) == (True, GateStatus.PASSED)
