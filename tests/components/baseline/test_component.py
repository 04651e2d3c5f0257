"""The node asks anew in every run, and its artifact says what it holds."""

import os

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.


@pytest.fixture
def run(tmp_path):
    """Runs the node in a pipeline of its own, cache on; returns the artifact of that run."""
    from tfx.dsl.compiler import compiler, constants
    from tfx.orchestration import metadata
    from tfx.orchestration import pipeline as tfx_pipeline
    from tfx.orchestration.portable import runtime_parameter_utils

    from components.baseline.component import ServedModel
    from pipeline.launch import launch_node, node_ids

    def ask(run_id, which="highest"):
        node = ServedModel(str(tmp_path / "served"), which=which)
        store = metadata.sqlite_metadata_connection_config(str(tmp_path / "metadata.sqlite"))
        ir = compiler.Compiler().compile(
            tfx_pipeline.Pipeline(
                pipeline_name="shop",
                pipeline_root=str(tmp_path / "artifacts"),
                metadata_connection_config=store,
                components=[node],
                enable_cache=True,
            )
        )
        parameters = {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id}
        runtime_parameter_utils.substitute_runtime_parameter(ir, parameters)
        for name in node_ids(ir):
            launch_node(ir, name)
        with metadata.Metadata(store) as handler:
            artifacts = handler.store.get_artifacts_by_type("Model")
        newest = max(artifacts, key=lambda artifact: artifact.id)
        properties = {
            name: getattr(value, value.WhichOneof("value")) for name, value in newest.custom_properties.items()
        }
        return newest.uri, properties, len(artifacts)

    return ask


def push(tmp_path, version, content):
    folder = tmp_path / "served" / str(version)
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(content)


def test_every_run_asks_again_what_serves(run, tmp_path):
    uri, properties, _ = run("first")
    assert (properties["is_empty"], properties["nothing_serves"]) == (1, 1)
    assert "nothing serves yet" in properties["reason"]
    assert not os.path.exists(os.path.join(uri, "Format-Serving"))

    push(tmp_path, 5, b"old")
    uri, properties, _ = run("second")
    assert (properties["is_empty"], properties["version"]) == (0, "5")
    with open(os.path.join(uri, "Format-Serving", "saved_model.pb"), "rb") as file:
        assert file.read() == b"old"
    fingerprint = properties["fingerprint"]

    push(tmp_path, 6, b"new")
    _, properties, _ = run("third")
    assert properties["version"] == "6"
    assert properties["fingerprint"] not in ("", fingerprint)

    _, properties, num_artifacts = run("fourth", which="5")
    assert (properties["version"], properties["fingerprint"]) == ("5", fingerprint)

    _, properties, num_artifacts = run("fifth", which="7")
    assert (properties["is_empty"], properties["nothing_serves"]) == (1, 0)
    assert num_artifacts == 5
