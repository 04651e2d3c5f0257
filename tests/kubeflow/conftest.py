"""A MySQL server, and a configuration that says how it runs on a cluster."""

import pathlib

import pytest

from tests.kubeflow import mysql as server
from tests.kubeflow.api import Api, serve

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of the taxi configuration: trials on rows that judge no model, in a run as any other.
SEARCHED = (
    "data.split.validation_share=0.2",
    "model.tower={value: [16], search: {choices: [[16], [32, 16]]}}",
    "search={trials: 6, finalists: 2, seeds: 2, when: every_run}",
)
IMAGE = "registry.example/evenkeel@sha256:" + "0" * 64


@pytest.fixture(scope="session")
def mysql(tmp_path_factory):
    """A MySQL server for all tests; each names a database of its own, which ML Metadata makes."""
    with server.running(tmp_path_factory.mktemp("mysql")) as running:
        yield running


@pytest.fixture
def api():
    """Kubeflow Pipelines' API, as far as it is asked."""
    found = Api()
    serving = serve(found)
    yield found
    serving.shutdown()
    serving.server_close()


def cluster_section(**changed):
    """The section `kubeflow`, as assignments."""
    section = {
        "image": IMAGE,
        "config": "/opt/evenkeel/config.yaml",
        "volume": "{claim: evenkeel, path: /mnt/evenkeel}",
        "metadata": "{kind: mysql, host: mysql, database: metadata}",
        **changed,
    }
    return [f"kubeflow.{name}={value}" for name, value in section.items()]
