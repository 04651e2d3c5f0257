"""The gate's node inside TFX, and the Pusher behind it."""

import os

import pytest

from components.comparison.stored import write_comparison
from components.gate.report import REPORT_FILE, report_from_json

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

MODEL_ID = 41


@pytest.fixture
def artifacts(tmp_path):
    """The candidate, its evaluation, and what the gate fills."""
    from tfx.types import standard_artifacts

    from components.gate.artifacts import GateReportArtifact

    types = {
        "model": standard_artifacts.Model, "evaluation": standard_artifacts.ModelEvaluation,
        "blessing": standard_artifacts.ModelBlessing, "report": GateReportArtifact,
    }  # fmt: skip
    made = {name: of_type() for name, of_type in types.items()}
    for name, artifact in made.items():
        artifact.uri = str(tmp_path / name)
        os.makedirs(artifact.uri)
    made["model"].id = MODEL_ID
    served = tmp_path / "model" / "Format-Serving"
    served.mkdir()
    (served / "saved_model.pb").write_bytes(b"a model")
    return made


@pytest.fixture
def gate(artifacts, policy, comparison, cell):
    """Runs the gate on a candidate that is better, or worse, by so much."""

    def judge(gain):
        from components.gate.component import TaskGate

        write_comparison(artifacts["evaluation"].uri, comparison(cell(gain)))
        TaskGate.test_call(**artifacts, policy=policy({"margin": 0.01}).to_json(), code="")
        return artifacts

    return judge


@pytest.fixture
def push(tmp_path):
    """Runs the Pusher that the pipeline has; gives the versions that are served then."""

    def go(artifacts, *, executor=None):
        from tfx.types import standard_artifacts

        from components.pusher.executor import Executor
        from components.pusher.folder import versions

        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(tmp_path / "pushed")
        served = tmp_path / "served"
        destination = f'{{"filesystem": {{"base_directory": "{served}"}}}}'
        nothing = standard_artifacts.Model()
        nothing.set_int_custom_property("is_empty", 1)
        inputs = {"model": [artifacts["model"]], "served": [nothing]}
        if artifacts["blessing"] is not None:
            inputs["model_blessing"] = [artifacts["blessing"]]
        (executor or Executor)().Do(inputs, {"pushed_model": [pushed]}, {"push_destination": destination})
        return versions(str(served))

    return go


def test_a_blessed_model_is_pushed_by_ours_and_by_tfxs_pusher(gate, push):
    from tfx.components.pusher.executor import Executor as StockPusher

    made = gate(0.0)
    assert made["blessing"].get_int_custom_property("blessed") == 1
    assert os.listdir(made["blessing"].uri) == ["BLESSED"]
    assert len(push(made)) == 1
    assert len(push(made, executor=StockPusher)) in (1, 2)  # A version a second.


def test_a_refused_model_is_not_pushed(gate, push):
    made = gate(-0.05)
    assert made["blessing"].get_int_custom_property("blessed") == 0
    assert os.listdir(made["blessing"].uri) == ["NOT_BLESSED"]
    assert push(made) == []


def test_without_the_gates_word_nothing_is_pushed(gate, push):
    from tfx.types import standard_artifacts

    made = gate(0.0)
    removed = standard_artifacts.ModelBlessing()  # As where the gate never ran.
    removed.uri = made["blessing"].uri
    assert push(made | {"blessing": removed}) == []
    assert push(made | {"blessing": None}) == []  # TFX's own would push what nobody judged.
    del made["blessing"].mlmd_artifact.custom_properties["blessed"]
    assert push(made) == []


@pytest.mark.parametrize(("gain", "found"), [(0.0, [MODEL_ID]), (-0.05, [])])
def test_tfx_finds_the_latest_blessed_model_by_it(gate, gain, found):
    from tfx.dsl.input_resolution.strategies.latest_blessed_model_strategy import LatestBlessedModelStrategy

    made = gate(gain)
    models = {"model": [made["model"]], "model_blessing": [made["blessing"]]}
    resolved = LatestBlessedModelStrategy().resolve_artifacts(None, models)
    assert [artifact.id for artifact in resolved["model"]] == found


def test_the_report_and_its_artifact_say_the_same(gate):
    made = gate(-0.05)
    with open(os.path.join(made["report"].uri, REPORT_FILE), encoding="utf-8") as stream:
        report = report_from_json(stream.read())
    for artifact in (made["report"], made["blessing"]):
        assert artifact.get_string_custom_property("reason") == report.reason
        assert artifact.get_string_custom_property("status") == report.status.value == "failed"
    assert made["blessing"].get_int_custom_property("current_model_id") == MODEL_ID


@pytest.mark.parametrize("text", [None, "{}", "not json"], ids=["absent", "of another layout", "no json"])
def test_an_evaluation_that_cannot_be_read_blesses_nothing(artifacts, policy, text):
    from components.gate.component import TaskGate

    if text is not None:
        with open(os.path.join(artifacts["evaluation"].uri, "comparison.json"), "w", encoding="utf-8") as stream:
            stream.write(text)
    with pytest.raises((OSError, ValueError)):
        TaskGate.test_call(**artifacts, policy=policy({"margin": 0.01}).to_json(), code="")
    assert os.listdir(artifacts["blessing"].uri) == []


def test_in_a_pipeline_the_pusher_hangs_on_the_gate_alone(policy):
    from tfx.components import Pusher
    from tfx.proto import pusher_pb2
    from tfx.types import channel, standard_artifacts

    from components.gate.component import TaskGate

    node = TaskGate(
        evaluation=channel.Channel(type=standard_artifacts.ModelEvaluation),
        model=channel.Channel(type=standard_artifacts.Model),
        policy=policy({"margin": 0.01}).to_json(),
    )
    assert node.id == "TaskGate"
    assert node.outputs["report"].type_name == "evenkeel.GateReport"
    pusher = Pusher(
        model=channel.Channel(type=standard_artifacts.Model),
        model_blessing=node.outputs["blessing"],
        push_destination=pusher_pb2.PushDestination(),
    )
    assert pusher.inputs["model_blessing"].producer_component_id == "TaskGate"
