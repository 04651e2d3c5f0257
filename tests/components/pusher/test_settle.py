"""What follows a push: TF Serving is told, and what nobody needs goes."""

import os
import shutil

import pytest
from google.protobuf import text_format

from components.pusher.errors import ServedFolderError
from components.pusher.folder import STAGING_PREFIX, alone, versions
from components.pusher.models_config import MODELS_CONFIG, models_config
from components.pusher.policy import PushPolicy, Serve
from components.pusher.rollback import roll_back
from components.pusher.settle import settle

CANARY = {"serve": Serve.CANARY}


def told(folder):
    from tensorflow_serving.config import model_server_config_pb2

    text = (folder / MODELS_CONFIG).read_text()
    (config,) = text_format.Parse(text, model_server_config_pb2.ModelServerConfig()).model_config_list.config
    return config


@pytest.mark.slow  # TF Serving's own messages import TensorFlow.
def test_tensorflow_serving_is_told_the_newest_version(served):
    config = told(served(3, 5, 8))
    assert (config.name, config.base_path, config.model_platform) == ("shop", "/models/shop", "tensorflow")
    assert list(config.model_version_policy.specific.versions) == [8]
    assert not config.version_labels


@pytest.mark.slow
def test_the_canary_is_the_newest_and_what_a_label_leaves_is_still_loaded(served, policy):
    expected = {1: ([1], (1, 1)), 2: ([1, 2], (1, 2)), 3: ([1, 2, 3], (2, 3)), 4: ([2, 3, 4], (3, 4))}
    for number, (loaded, labels) in expected.items():
        config = told(served(number, **CANARY))
        assert list(config.model_version_policy.specific.versions) == loaded
        assert (config.version_labels["stable"], config.version_labels["canary"]) == labels
    # What was put back was stable before: nobody is asked to try what it replaced.
    folder = served()
    roll_back(str(folder), policy(**CANARY), now_s=5)
    assert dict(told(folder).version_labels) == {"stable": 5, "canary": 5}
    assert dict(told(served(6, **CANARY)).version_labels) == {"stable": 5, "canary": 6}


@pytest.mark.slow
def test_any_name_is_quoted_as_protocol_buffers_do(served, policy):
    folder = served(1)
    odd = 'a "quoted" \\ path\nof café'
    (folder / MODELS_CONFIG).write_text(models_config(str(folder), policy(server_path=odd)))
    assert told(folder).base_path == odd


def test_the_newest_are_kept_and_the_rest_go(served):
    assert versions(str(served(*range(1, 8), keep=3))) == [5, 6, 7]


@pytest.mark.parametrize(("anchor", "stay"), [("oldest", [1, 6, 7]), (2, [2, 6, 7]), (3, [6, 7]), (None, [6, 7])])
def test_what_the_gate_counts_from_is_never_removed(served, policy, anchor, stay):
    folder = served(1, 2, 6, 7)
    with alone(str(folder)):
        settle(str(folder), policy(keep=2, anchor=anchor))
    assert versions(str(folder)) == stay


def test_what_is_loaded_is_never_removed(served):
    assert versions(str(served(*range(1, 8), keep=2, **CANARY))) == [5, 6, 7]


def test_servers_are_told_before_a_version_goes_and_it_goes_at_once(served, monkeypatch):
    folder, seen, rmtree = served(1, keep=1), [], shutil.rmtree

    def spy(path, **named):
        seen.append(((folder / MODELS_CONFIG).read_text(), versions(str(folder))))
        rmtree(path, **named)

    monkeypatch.setattr(shutil, "rmtree", spy)
    served(2, keep=1)
    ((told, there),) = seen  # As the first of its files goes.
    assert "versions: 2\n" in told and there == [2]


def test_what_a_killed_push_left_is_cleared_by_the_next(served):
    folder = served(1)
    left = folder / f"{STAGING_PREFIX}of-a-killed-push"
    left.mkdir()
    (left / "saved_model.pb").write_text("half")
    served(2)
    assert sorted(entry.name for entry in folder.iterdir()) == [".pushing", "1", "2", MODELS_CONFIG]


def test_what_was_interrupted_is_completed_by_settling_again(served, policy, monkeypatch):
    folder = served(1)

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full_disk)
        with pytest.raises(ServedFolderError, match=r"could not be: .*No space left.* What served there still"):
            served(2)
    assert "versions: 1\n" in (folder / MODELS_CONFIG).read_text()
    with alone(str(folder)):
        settle(str(folder), policy())
    assert "versions: 2\n" in (folder / MODELS_CONFIG).read_text()


def test_a_policy_survives_the_way_to_the_node(policy):
    told_to_node = policy(serve=Serve.CANARY, anchor="oldest", copy_to="s3://bucket/served/shop")
    assert PushPolicy.from_json(told_to_node.to_json()) == told_to_node
