"""What TFX compiles for Vertex AI of a configuration in a bucket."""

import json

import pytest

from models.errors import ConfigError
from pipeline.config import load_config
from tests.kubeflow.conftest import IMAGE, ROOT, cluster_section

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.

TAXI = str(ROOT / "configs" / "chicago_taxi.yaml")


def compiled(path, **section):
    from kubeflow.vertex import compile_vertex

    return compile_vertex(load_config(TAXI, cluster_section(volume=f"{{claim: none, path: {path}}}", **section)))


def test_every_node_runs_in_the_image_with_artifacts_in_the_bucket_and_no_cache():
    text = compiled("/gcs/bucket/evenkeel")
    job = json.loads(text)
    assert compiled("/gcs/bucket/evenkeel") == text
    assert job["runtimeConfig"]["gcsOutputDirectory"] == "gs://bucket/evenkeel/runs/chicago_taxi/artifacts"
    spec = job["pipelineSpec"]
    assert spec["pipelineInfo"]["name"] == "chicago-taxi"
    assert {"Trainer", "TaskGate", "Pusher"} <= set(spec["root"]["dag"]["tasks"])
    for task in spec["root"]["dag"]["tasks"].values():
        assert not task.get("cachingOptions", {}).get("enableCache", False)
    images = {executor["container"]["image"] for executor in spec["deploymentSpec"]["executors"].values()}
    assert images == {IMAGE}
    assert "/gcs/bucket/evenkeel/runs/served/chicago_taxi" in text


@pytest.mark.parametrize("path", ["/mnt/evenkeel", "/gcs/"])
def test_a_volume_outside_of_buckets_is_refused(path):
    with pytest.raises(ConfigError, match=r"`volume\.path` must be /gcs/<bucket> on Vertex AI, .* got '/"):
        compiled(path)


def test_a_bucket_is_not_declared_twice():
    with pytest.raises(ConfigError, match=r"`bucket` must be left out on Vertex AI, got 's3://shop': its nodes share"):
        compiled("/gcs/bucket/evenkeel", bucket="{url: 's3://shop'}")
