"""TFX's own Evaluator on the same models and rows: one that it blesses wrongly, one that it refuses wrongly."""

import json

import numpy as np
import pytest
from scipy.stats import norm

from components.evaluator.plan import EvaluatorPlan
from components.gate.config import GateConfig, Rule
from components.gate.decide import decide
from components.gate.metrics import Metric
from components.gate.policy import Policy
from components.gate.report import GateStatus
from tests.components.evaluator.conftest import CLICK, World, save_model, write_examples

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFMA takes long, and warns of itself.

AUC = 0.75
CORRELATION = 0.8  # Of two models' scores within a class.
LUCKY, UNLUCKY = 18, 2  # Seeds, the first of 30 and 3 of the first 10 that come out so.
ONE_RUNNER = ("--runner=components.beam_runner.InProcessRunner", "--beam_plugin=tfx")
THRESHOLDS = """{
    "model_specs": [
        {"name": "candidate", "signature_name": "serving_default", "prediction_key": "click",
         "label_key": "label/click"},
        {"name": "baseline", "signature_name": "serving_default", "prediction_key": "click",
         "label_key": "label/click", "is_baseline": true}],
    "slicing_specs": [{}],
    "metrics_specs": [{"metrics": [{"class_name": "AUC", "config": "\\"num_thresholds\\": 10000", "threshold": {
        "value_threshold": {"lower_bound": 0.5},
        "change_threshold": {"direction": "HIGHER_IS_BETTER", "absolute": 0}}}]}]}"""


def world_of(seed, *, rows, candidate):
    """Labels, and scores of a candidate of a known AUC and of a baseline of AUC 0.75."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(rows) < 0.3).astype(np.float64)
    noise = generator.standard_normal((2, rows))
    noise[0] = CORRELATION * noise[1] + np.sqrt(1 - CORRELATION**2) * noise[0]
    scores = norm.cdf(noise + np.sqrt(2) * np.outer(norm.ppf([candidate, AUC]), labels) - 1)
    users = np.array([f"user {row}" for row in range(rows)], dtype=object)
    columns = {"user": users, "label/click": labels, "known/click": np.ones(rows)}
    return World(columns | {"candidate/click": scores[0], "baseline/click": scores[1]})


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two_models")
    names = {"model": "candidate", "baseline_model": "baseline"}
    return {key: save_model(folder / name, name, {"click": 0}) for key, name in names.items()}


def tfx_blesses(world, models, folder):
    """What TFX's Evaluator, asked for a gain of 0 or more, makes of both models on these rows."""
    from tfx.components.evaluator.executor import Executor
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.types import artifact_utils, standard_artifacts

    write_examples(folder / "examples", world)
    made = {"examples": standard_artifacts.Examples(), "evaluation": standard_artifacts.ModelEvaluation()}
    made |= {"blessing": standard_artifacts.ModelBlessing()}
    made |= {key: standard_artifacts.Model() for key in models}
    for key, artifact in made.items():
        artifact.uri = models.get(key, str(folder / key))
    made["examples"].split_names = artifact_utils.encode_split_names(["eval"])
    for name, value in (("file_format", "tfrecords_gzip"), ("payload_format", "FORMAT_TF_EXAMPLE")):
        made["examples"].set_string_custom_property(name, value)
    inputs = {key: [made[key]] for key in ("examples", *models)}
    outputs = {key: [made[key]] for key in ("evaluation", "blessing")}
    properties = {"eval_config": json.dumps(json.loads(THRESHOLDS)), "example_splits": "null"}
    context = BaseBeamExecutor.Context(beam_pipeline_args=list(ONE_RUNNER), tmp_dir=str(folder / "t"), unique_id="1")
    Executor(context).Do(inputs, outputs, properties)
    return made["blessing"].get_int_custom_property("blessed") == 1


def report_of(world, models, evaluate):
    """What the gate makes of both models on these rows, with a margin of 0.01."""
    plan = EvaluatorPlan(tasks=CLICK, split="eval")
    comparison, _ = evaluate(plan, world, models)
    rule = Rule(output="click", metric=Metric.AUC, margin=0.01)
    main = {"main_outputs": ("click",), "verdict_metrics": {"click": Metric.AUC}, "fused_metrics": {}}
    return decide(Policy(gate=GateConfig(rules=(rule,)), **main), comparison)


def test_a_worse_model_that_is_lucky_is_blessed_there_and_not_here(models, evaluate, tmp_path):
    world = world_of(LUCKY, rows=2_000, candidate=AUC - 0.015)
    assert tfx_blesses(world, models, tmp_path)
    report = report_of(world, models, evaluate)
    assert (report.blessed, report.status) == (False, GateStatus.INCONCLUSIVE)
    assert report.rows_to_settle > 2_000


def test_an_equal_model_that_is_unlucky_is_refused_there_and_passes_here(models, evaluate, tmp_path):
    world = world_of(UNLUCKY, rows=8_000, candidate=AUC)
    assert not tfx_blesses(world, models, tmp_path)
    report = report_of(world, models, evaluate)
    assert report.decisions[0].value < 0
    assert (report.blessed, report.status) == (True, GateStatus.PASSED)
