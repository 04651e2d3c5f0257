"""The shipped taxi configuration, compiled for a cluster of the tests' own."""

import dataclasses
import os
import pathlib
import shutil

import pytest

from components.pusher.folder import versions
from kubeflow.store import connection_of, open_store
from pipeline.config import load_config
from tests.kubeflow import warm
from tests.kubeflow.cluster import Cluster, Pod
from tests.kubeflow.conftest import IMAGE, ROOT, cluster_section
from tests.kubeflow.mysql import PASSWORD, USER

LIMIT_S = 300
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")}
# What the forks cannot take from a container's environment any more: it is read as libraries load.
LOADED = {**ONE_THREAD, "PYTHONHASHSEED": "0", "TF_USE_LEGACY_KERAS": "1"}
LOGIN = {"EVENKEEL_METADATA_USER": USER, "EVENKEEL_METADATA_PASSWORD": PASSWORD}


@dataclasses.dataclass
class Taxi:
    """The pipeline, where it runs, and what its runs came to."""

    folder: pathlib.Path
    cluster: Cluster
    text: str
    assignments: list[str]
    variables: dict[str, str]
    pods: dict[str, list[Pod]] = dataclasses.field(default_factory=dict)
    pushed: dict[str, list[int]] = dataclasses.field(default_factory=dict)

    @property
    def volume(self):
        return self.folder / "claim"

    @property
    def store(self):
        return open_store(connection_of(load_config(f"{self.volume}/taxi.yaml", self.assignments), LOGIN))

    def run(self, run_id, **options):
        self.pods[run_id] = self.cluster.run(self.text, run_id, **options)
        self.pushed[run_id] = versions(str(self.volume / "runs" / "served" / "chicago_taxi"))
        return self.pods[run_id]

    def report(self, run_id):
        """What `evenkeel kubeflow report` says where the volume is mounted as in a pod."""
        mount, said = self.folder / "mnt", self.folder / "said"
        words = [f"{mount}/taxi.yaml", *(f"--set={one}" for one in self.assignments), f"--run-id={run_id}"]
        mount.symlink_to(self.volume)
        try:
            warm.call(_write_report, words, self.variables, str(said))
        finally:
            mount.unlink()
        return said.read_text()


def taxi_on(mysql, folder, assignments, *, database, secret=None, **section):
    """Compiles it for a volume at `folder`.

    Args:
        secret: What containers are given as variables, beside the login of the metadata store.
    """
    (folder / "claim").mkdir(exist_ok=True)
    shutil.copy(ROOT / "configs" / "chicago_taxi.yaml", folder / "claim" / "taxi.yaml")
    variables = {**LOGIN, **(secret or {})}
    named = ", ".join(f"{name}: {name}" for name in variables)
    assignments = [
        *cluster_section(
            config=f"{folder}/mnt/taxi.yaml",
            volume=f"{{claim: evenkeel, path: {folder}/mnt}}",
            metadata=f"{{kind: mysql, host: {mysql.host}, port: {mysql.port}, database: {database}}}",
            secrets=f"[{{name: login, env: {{{named}}}}}]",
            **section,
        ),
        *assignments,
    ]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LOADED.items():
            patch.setenv(name, value)
        warm.call(compile_to, f"{folder}/claim/taxi.yaml", assignments, f"{folder}/pipeline.yaml")
    cluster = Cluster(
        images={IMAGE: ROOT},
        claims={"evenkeel": folder / "claim"},
        secrets={"login": variables},
        path=f"{ROOT}/.venv/bin:{os.defpath}",
        machine=ONE_THREAD,
        start=warm.Forked,
    )
    return Taxi(folder, cluster, (folder / "pipeline.yaml").read_text(), assignments, variables)


def compile_to(path, assignments, output):
    """Compiles in a process of its own."""
    from kubeflow.compile import compile_yaml

    pathlib.Path(output).write_text(compile_yaml(load_config(path, assignments), assignments))


def _write_report(words, variables, output):
    from click.testing import CliRunner

    from pipeline.cli import evenkeel

    os.environ.update(variables)  # The process is a fork of one that another test may have started, without these.
    done = CliRunner().invoke(evenkeel, ["kubeflow", "report", *words], catch_exceptions=False)
    pathlib.Path(output).write_text(done.output)
