"""Models of a few bytes, policies, and a served folder with versions of them."""

import pathlib

import pytest

from components.pusher.policy import PushPolicy, Serve
from components.pusher.publish import publish_version


@pytest.fixture
def saved(tmp_path):
    """Writes a model whose bytes tell it apart, and returns its folder."""

    def save(name):
        folder = tmp_path / "models" / name
        (folder / "variables").mkdir(parents=True, exist_ok=True)
        (folder / "saved_model.pb").write_text(name)
        (folder / "variables" / "variables.index").write_bytes(b"weights")
        return str(folder)

    return save


@pytest.fixture
def policy():
    """A policy that keeps everything, changed."""

    def make(**changed):
        plain = {"name": "shop", "server_path": "/models/shop", "serve": Serve.NEWEST, "keep": 100}
        return PushPolicy(**{**plain, **changed})

    return make


@pytest.fixture
def served(tmp_path, saved, policy):
    """Pushes the model "1" as version 1 and so on, each with its policy, and returns the folder."""

    def push(*numbers, **changed):
        folder = tmp_path / "served" / "shop"
        for number in numbers:
            publish_version(saved(str(number)), str(folder), now_s=number, policy=policy(**changed))
        return folder

    return push


@pytest.fixture
def model_of():
    """The name of the model that a version holds."""
    return lambda folder, version: pathlib.Path(folder, str(version), "saved_model.pb").read_text()
