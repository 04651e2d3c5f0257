"""Without a blessing nothing is pushed by any of TFX's runners; the cluster's is in tests/kubeflow/test_run.py."""

import pytest

from components.pusher.folder import versions

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

BLESSED = {"blessed": 1}
NOT_BLESSED = ({"blessed": 0}, {}, {"not_blessed": 1})  # The last is what TFX's Evaluator writes beside the first.


def local():
    from tfx.orchestration.local.local_dag_runner import LocalDagRunner

    return LocalDagRunner()


def beam():
    from tfx.orchestration.beam.beam_dag_runner import BeamDagRunner

    return BeamDagRunner(beam_orchestrator_args=["--direct_running_mode=in_memory"])


@pytest.fixture
def pushed(tmp_path, saved, policy):
    """Runs a Pusher whose model has a blessing that says so, and gives the versions that serve."""
    from tfx.dsl.components.common.importer import Importer
    from tfx.orchestration import metadata, pipeline
    from tfx.proto import pusher_pb2
    from tfx.types import standard_artifacts

    from components.pusher.component import VersionPusher

    served = tmp_path / "served"
    model = tmp_path / "model"
    model.mkdir()
    (model / "Format-Serving").symlink_to(saved("candidate"))
    learned_from = tmp_path / "statistics" / "Split-train"
    learned_from.mkdir(parents=True)
    (learned_from / "FeatureStats.pb").write_bytes(b"")

    def imported(name, kind, uri, **said):
        return Importer(source_uri=str(uri), artifact_type=kind, custom_properties=said, reimport=True).with_id(name)

    def run(runner, run_id, said):
        (tmp_path / "nothing").mkdir(exist_ok=True)
        nodes = {
            "model": imported("model", standard_artifacts.Model, model),
            "model_blessing": imported("gate", standard_artifacts.ModelBlessing, tmp_path / "nothing", **said),
            "served": imported("serves", standard_artifacts.Model, tmp_path / "nothing", is_empty=1, nothing_serves=1),
            "statistics": Importer(
                source_uri=str(learned_from.parent),
                artifact_type=standard_artifacts.ExampleStatistics,
                properties={"split_names": '["train"]'},
            ).with_id("statistics"),
        }
        folder = pusher_pb2.PushDestination.Filesystem(base_directory=str(served))
        pusher = VersionPusher(
            **{name: node.outputs["result"] for name, node in nodes.items()},
            push_destination=pusher_pb2.PushDestination(filesystem=folder),
            policy=policy(),
        )
        made = pipeline.Pipeline(
            pipeline_name=run_id,
            pipeline_root=str(tmp_path / "artifacts" / run_id),
            metadata_connection_config=metadata.sqlite_metadata_connection_config(str(tmp_path / "mlmd.sqlite")),
            components=[*nodes.values(), pusher],
            enable_cache=False,
        )
        runner().run(made)
        return versions(str(served))

    return run


@pytest.mark.parametrize("runner", [local, beam])
def test_nothing_is_pushed_without_a_blessing_and_with_one_it_is(pushed, runner):
    for place, said in enumerate(NOT_BLESSED):
        assert pushed(runner, f"not-blessed-{place}", said) == []
    assert len(pushed(runner, "blessed", BLESSED)) == 1
