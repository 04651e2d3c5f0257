"""Parity, drift and what the gate makes of them, in a pipeline that has run twice on the same rows."""

import os
import pathlib

import pytest
import tensorflow as tf

from components.gate.decision import Outcome
from components.parity.asking import ask
from components.parity.compare import compare
from components.parity.config import Process
from components.parity.golden import GOLDEN_FILE, Golden
from components.shift.report import LEARNED_FROM, ShiftStatus
from pipeline.parity import ASKER

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.


@pytest.fixture
def reports(funnel):
    """What the gate left in each of the two runs."""
    from pipeline.report import read_run

    store = os.path.join(funnel.config.home, "metadata.sqlite")
    return [read_run(store, run, pipeline=funnel.config.name, graph=funnel.config.graph).gate for run in funnel.run_ids]


@pytest.fixture
def kept(funnel):
    """The golden batch of the first training, and the model it is of."""
    (path, *_) = sorted(pathlib.Path(funnel.config.home, "artifacts", "Trainer", "model_run").glob(f"*/{GOLDEN_FILE}"))
    model = pathlib.Path(funnel.config.home, "artifacts", "Trainer", "model", path.parent.name, "Format-Serving")
    return Golden.from_json(path.read_text()), model


def test_the_export_answers_as_the_trained_model_in_every_run(reports):
    for report in reports:
        assert report.parity.agrees
        assert report.parity.rows == 64
        assert {answer.output for answer in report.parity.answers} == {
            *("click", "conversion", "ctcvr"),
            *("score", "score/main", "score/other"),
        }
        assert {answer.route for answer in report.parity.answers} >= {"signature", "gRPC, by columns", "REST"}
        assert report.together[0].name == "parity"


def test_drift_is_measured_from_the_statistics_that_the_first_run_pushed(reports, funnel):
    first, second = (report.shift.drift for report in reports)
    assert first.status is ShiftStatus.NOTHING_SERVES
    assert [a.outcome for a in reports[0].together if a.name == "drift"] == [Outcome.OBSERVED]
    assert (second.status, second.against) == (ShiftStatus.MEASURED, str(funnel.pushed[0]))
    assert {column.column: column.distance for column in second.columns} == dict.fromkeys(
        ("category_0", "category_1", "number_0", "number_1"), 0.0
    )
    for version in funnel.pushed:
        assert os.path.isfile(os.path.join(funnel.config.serving_directory, str(version), LEARNED_FROM))


def test_a_process_of_its_own_finds_a_tower_that_was_changed_after_training(kept, tmp_path):
    golden, model = kept
    assert compare(golden, ask(str(model), golden, asker=ASKER, process=Process.FRESH)).agrees

    loaded = tf.saved_model.load(str(model))
    (biases,) = [weight for weight in loaded.weights if "towers/logits/bias" in weight.name]
    biases.assign_add([[[0.0]], [[0.5]]])  # Of click and of conversion.
    tf.saved_model.save(loaded, str(tmp_path / "changed"), signatures=loaded.signatures)
    report = compare(golden, ask(str(tmp_path / "changed"), golden, asker=ASKER, process=Process.SAME))
    wrong = {answer.output for answer in report.answers if not answer.agrees and answer.route == "signature"}
    assert wrong == {"conversion", "ctcvr", "score", "score/main"}  # The other formula reads clicks alone.
