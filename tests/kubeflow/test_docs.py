"""What docs/kubeflow.md shows is valid."""

import re

import yaml

from kubeflow.command import COMMANDS
from models.binding import bind_or_raise
from pipeline.config.kubeflow import KubeflowConfig
from tests.kubeflow.conftest import ROOT

TEXT = (ROOT / "docs" / "kubeflow.md").read_text()


def test_the_section_it_shows_is_one():
    shown, besides = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    written = yaml.safe_load(shown.replace("8f43…", "0" * 64))["kubeflow"]
    section = bind_or_raise(KubeflowConfig, written | yaml.safe_load(besides)["kubeflow"])
    assert section.bucket is not None and section.bucket.url == "gs://shop-ml/evenkeel"
    trainer = section.settings_of("Trainer")
    assert (trainer.gpus, trainer.gpu_type, trainer.cpu, trainer.timeout_s) == (1, "nvidia.com/gpu", "2", 14400)


def test_it_shows_every_command():
    assert set(re.findall(r"evenkeel kubeflow (\w+) ", TEXT)) == set(COMMANDS)


def test_the_statuses_it_tells_are_those_of_the_entry_point():
    from kubeflow import run_node

    rows = dict(re.findall(r"^\| (\d) \| (.*?) \|$", TEXT, flags=re.MULTILINE))
    assert sorted(map(int, rows)) == [run_node.DONE, run_node.RETRY, run_node.FINAL]
