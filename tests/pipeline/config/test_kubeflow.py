"""The section `kubeflow`: what a cluster is told, and all that is wrong with it at once."""

import pytest

from models.errors import ConfigError
from pipeline.config.kubeflow import Bucket, KubeflowConfig, MysqlMetadata, Secret, SqliteMetadata, Volume
from pipeline.config.node_settings import NodeSettings, Toleration, TolerationOperator

DIGEST = "registry.example/evenkeel@sha256:" + "0a" * 32


def section(**changed):
    usual = {
        "image": DIGEST,
        "config": "/opt/evenkeel/config.yaml",
        "volume": Volume(claim="evenkeel", path="/mnt/evenkeel"),
        "metadata": SqliteMetadata(),
    }
    return KubeflowConfig(**{**usual, **changed})


@pytest.mark.parametrize("image", ["evenkeel:1.2", "evenkeel@sha256:12", "evenkeel"])
def test_in_production_an_image_is_named_by_its_digest(image):
    assert section(image=image).image == image
    assert section(production=True).image == DIGEST
    said = rf"kubeflow: `image` must be name@sha256:<64 digits> in production, .* got '{image}': write the digest"
    with pytest.raises(ConfigError, match=said):
        section(production=True, image=image)


def test_a_node_has_its_own_settings_then_those_of_every_node_then_the_usual_ones():
    found = section(
        every=NodeSettings(memory="4Gi", cpu="2", retries=5), nodes={"Trainer": NodeSettings(memory="16Gi", retries=0)}
    )
    trainer, other = found.settings_of("Trainer"), found.settings_of("Transform")
    assert (trainer.memory, trainer.cpu, trainer.retries, trainer.backoff_s) == ("16Gi", "2", 0, 60)
    assert (other.memory, other.cpu, other.retries, other.backoff_s) == ("4Gi", "2", 5, 60)


def test_a_node_that_trains_is_given_what_the_trainer_is_and_its_time_for_each_training():
    found = section(
        every=NodeSettings(memory="4Gi", timeout_s=60),
        nodes={"Trainer": NodeSettings(gpus=1, cpu="8", timeout_s=100), "Tuner": NodeSettings(cpu="4")},
    )
    tuner = found.settings_of("Tuner", trainings=7)
    assert (tuner.gpus, tuner.gpu_type, tuner.cpu, tuner.memory) == (1, "nvidia.com/gpu", "4", "4Gi")
    assert tuner.timeout_s == 700
    assert section(every=NodeSettings(timeout_s=60)).settings_of("Tuner", trainings=2).timeout_s == 120
    assert section().settings_of("Tuner", trainings=2).timeout_s is None
    assert section(nodes={"Tuner": NodeSettings(timeout_s=5)}).settings_of("Tuner", trainings=2).timeout_s == 5


def test_all_that_is_wrong_with_a_section_is_said_at_once():
    with pytest.raises(ConfigError) as caught:
        section(image="", config="config.yaml", overrides=("training.epochs", "9", "kubeflow.image", "search.when"))
    assert caught.value.problems == (
        "`image` must name a container image, got ''.",
        "`config` must be this file's absolute path in the containers, got 'config.yaml'.",
        "`overrides` must hold keys such as training.epochs, got '9'.",
        "`overrides` must not hold 'kubeflow.image': what a run's containers are is compiled.",
        "`overrides` must not hold 'search.when': which nodes a run has is compiled. Set it when you compile.",
    )


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Volume(claim="", path="/mnt"), "`claim` must be the name of a persistent volume claim, got ''"),
        (lambda: Volume(claim="c", path="/"), "`path` must be a folder such as /mnt/evenkeel, got '/'"),
        (lambda: Volume(claim="c", path="mnt"), "`path` must be a folder such as /mnt/evenkeel, got 'mnt'"),
        (lambda: Secret(name="s"), "`env` or `path` must say how the secret is given, got neither"),
        (lambda: Secret(name="s", path="key"), "`path` must be absolute, got 'key'"),
        (lambda: Secret(name="", path="/key"), "`name` must be that of a secret, got ''"),
        (lambda: NodeSettings(cpu="much"), "`cpu` must be a Kubernetes quantity such as \"2\" or 500m, got 'much'"),
        (lambda: NodeSettings(memory="4GB"), "`memory` must be a Kubernetes quantity such as 4Gi, got '4GB'"),
        (lambda: NodeSettings(timeout_s=0), "`timeout_s` must be at least 1, got 0"),
        (lambda: NodeSettings(retries=-1), "`retries` must be at least 0, got -1"),
        (lambda: Toleration(key="k", value="v"), "`value` must go with `operator`, got 'v'"),
        (lambda: Toleration(key="k", operator=TolerationOperator.EQUAL), "`value` must go with `operator`, got None"),
    ],
)
def test_a_part_that_no_cluster_could_take_is_refused(made, said):
    with pytest.raises(ConfigError) as caught:
        made()
    assert said in str(caught.value)


@pytest.mark.parametrize("url", ["shop/team", "s3:/shop", "s3:///team", "ftp://shop/team", "s3://"])
def test_a_bucket_is_one_of_a_store_that_is_known(url):
    with pytest.raises(ConfigError) as caught:
        Bucket(url=url, path="scratch", keep_every_s=0)
    assert caught.value.problems == (
        "`path` must be a folder such as /scratch, got 'scratch'.",
        f"`url` must be a URL such as gs://bucket/evenkeel, got {url!r}: stores known are gs://, s3://, abfss://.",
        "`keep_every_s` must be positive, got 0.",
    )


@pytest.mark.parametrize("path", ["/mnt", "/mnt/evenkeel", "/mnt/evenkeel/scratch", "/mnt//evenkeel/"])
def test_a_pods_own_folder_is_apart_from_what_all_share_and_no_database_is_kept_in_a_bucket(path):
    with pytest.raises(ConfigError) as caught:
        section(bucket=Bucket(url="gs://shop", path=path))
    assert caught.value.problems == (
        "`metadata` must be of kind mysql or grpc beside `bucket`, got sqlite: no database can be kept in an object "
        "store.",
        "`bucket.path` must not lie on the volume, nor the volume below it, "
        f"got {path!r} and '/mnt/evenkeel': it is the pod's own folder.",
    )


def test_a_bucket_beside_the_volume():
    store = MysqlMetadata(host="mysql", database="metadata")
    assert (
        section(bucket=Bucket(url="gs://shop", path="/mnt/evenkeel2"), metadata=store).bucket.path == "/mnt/evenkeel2"
    )
