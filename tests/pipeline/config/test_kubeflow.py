"""The section `kubeflow`: what a cluster is told, and all that is wrong with it at once."""

import pytest

from models.errors import ConfigError
from pipeline.config.kubeflow import (
    KubeflowConfig,
    NodeSettings,
    Secret,
    SqliteMetadata,
    Toleration,
    TolerationOperator,
    Volume,
)

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


def test_all_that_is_wrong_with_a_section_is_said_at_once():
    with pytest.raises(ConfigError) as caught:
        section(image="", config="config.yaml", overrides=("training.epochs", "9", "kubeflow.image"))
    assert caught.value.problems == (
        "`image` must name a container image, got ''.",
        "`config` must be this file's absolute path in the containers, got 'config.yaml'.",
        "`overrides` must hold keys such as training.epochs, got '9'.",
        "`overrides` must not hold 'kubeflow.image': what a run's containers are is compiled.",
    )


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Volume(claim="", path="/mnt"), "`claim` must be the name of a persistent volume claim, got ''"),
        (lambda: Volume(claim="c", path="/"), "`path` must be a folder such as /mnt/evenkeel, got '/'"),
        (lambda: Volume(claim="c", path="mnt"), "`path` must be a folder such as /mnt/evenkeel, got 'mnt'"),
        (lambda: Secret(name="s"), "`env` or `path` must say how the secret is given, got neither"),
        (lambda: Secret(name="s", path="key"), "`path` must be absolute, got 'key'"),
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
