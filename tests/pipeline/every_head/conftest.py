"""A pipeline with every head and several relations, run once on rows that lack nine in ten of the negatives."""

import dataclasses
import pathlib

import pytest

from components.pusher.folder import versions
from pipeline.config import PipelineConfig, load_config
from tests.pipeline.every_head.shop import write_shop


@dataclasses.dataclass(frozen=True)
class Shop:
    """A pipeline that has run."""

    path: str
    folder: pathlib.Path
    config: PipelineConfig
    run_id: str


@pytest.fixture(scope="session")
def shop(tmp_path_factory) -> Shop:
    """The shop's pipeline after one run."""
    from pipeline.local import new_run_id, run_locally

    folder = tmp_path_factory.mktemp("shop")
    path = write_shop(folder)
    config, run_id = load_config(path), new_run_id()
    run_locally(config, run_id=run_id)
    return Shop(path, folder, config, run_id)


@pytest.fixture(scope="session")
def exported(shop):
    """Asks a signature of the pushed model through the session loader, as a model server does."""
    import tensorflow as tf

    (version,) = versions(shop.config.serving_directory)
    session = tf.compat.v1.Session(graph=tf.Graph())
    folder = str(pathlib.Path(shop.config.serving_directory, str(version)))
    loaded = tf.compat.v1.saved_model.load(session, ["serve"], folder)

    def ask(signature, **inputs):
        definition = loaded.signature_def[signature]
        feeds = {definition.inputs[name].name: values for name, values in inputs.items()}
        return session.run({name: tensor.name for name, tensor in definition.outputs.items()}, feeds)

    yield ask
    session.close()


@pytest.fixture(scope="session")
def record(shop):
    """What the run left, as reports read it."""
    from pipeline.report import read_run

    config = shop.config
    store = str(pathlib.Path(config.home, "metadata.sqlite"))
    return read_run(store, shop.run_id, pipeline=config.name, graph=config.trained_graph, configuration="name: shop\n")
