"""Kills the pods of a compiled run at random moments, retries them, and compares the end with an unbroken run's.

`python -m benchmarks.cluster_kills --kills 20` needs a MySQL server (`apt-get install mariadb-server`).
"""

from __future__ import annotations

import argparse
import os
import pathlib
import random
import signal
import tempfile
import threading
import time

import numpy as np

from components.pusher.folder import versions
from kubeflow.store import connection_of, node_executions, open_store
from pipeline.config import load_config
from tests.kubeflow import mysql, warm
from tests.kubeflow.cluster import Cluster, Pod
from tests.kubeflow.conftest import IMAGE, ROOT, cluster_section
from tests.kubeflow.taxi import LOGIN, compile_to
from tests.pipeline.conftest import write_funnel

RETRIES = 30
QUIET = {"TF_USE_LEGACY_KERAS": "1", "PYTHONHASHSEED": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}


class Place:
    """A volume and a database for one run of the pipeline."""

    def __init__(self, folder: pathlib.Path, database: str, server: mysql.Mysql) -> None:
        self.volume = folder / "claim"
        self.volume.mkdir(parents=True)
        config = pathlib.Path(write_funnel(self.volume, rows=2_000))
        text = config.read_text().replace(f"root: {self.volume}/", "root: ")
        config.write_text(text.replace(f"directory: {self.volume}/", "directory: "))
        metadata = f"{{kind: mysql, host: {server.host}, port: {server.port}, database: {database}}}"
        # One mount path for both places, or their pipelines would not be the same.
        mount = folder.parent / "mnt"
        self.assignments = cluster_section(
            config=f"{mount}/funnel.yaml",
            volume=f"{{claim: data, path: {mount}}}",
            metadata=metadata,
            secrets=f"[{{name: login, env: {{{', '.join(f'{name}: {name}' for name in LOGIN)}}}}}]",
            every=f"{{retries: {RETRIES}, backoff_s: 0}}",
        )
        self.assignments += [f"data.path={mount}/rows.csv", "training.checkpoint_every_steps=5"]
        self.config = load_config(str(config), self.assignments)
        open_store(connection_of(self.config, LOGIN))  # A kill while tables are made leaves a store to be dropped.
        warm.call(compile_to, str(config), self.assignments, str(folder / "pipeline.yaml"))
        self.text = (folder / "pipeline.yaml").read_text()
        self.cluster = Cluster(
            images={IMAGE: ROOT},
            claims={"data": self.volume},
            secrets={"login": LOGIN},
            path=f"{ROOT}/.venv/bin:{os.defpath}",
            start=warm.Forked,
        )

    @property
    def served(self) -> pathlib.Path:
        """The served folder."""
        return self.volume / "served" / "funnel"

    def states(self, run_id: str, pods: list[Pod]) -> set[str]:
        """What the store says of the nodes, one execution each."""
        from ml_metadata.proto import metadata_store_pb2

        store = open_store(connection_of(self.config, LOGIN))
        names = {pod.output.partition(" node=")[2].partition(" ")[0] for pod in pods if pod.status == 0}
        found = [node_executions(store, pipeline="funnel", run_id=run_id, node=name) for name in names]
        assert all(len(executions) == 1 for executions in found)
        return {metadata_store_pb2.Execution.State.Name(items[0].last_known_state) for items in found}


class Reader(threading.Thread):
    """Looks at the newest version all the time, as a model server does, and keeps every state it saw."""

    def __init__(self, served: pathlib.Path) -> None:
        super().__init__(daemon=True)
        self.served, self.seen, self.stopped = served, set(), threading.Event()

    def run(self) -> None:
        """Notes names and sizes of all files of the newest version."""
        while not self.stopped.wait(0.002):
            for version in versions(str(self.served))[-1:]:
                files = [path for path in (self.served / str(version)).rglob("*") if path.is_file()]
                self.seen.add((version, tuple(sorted((str(path), path.stat().st_size) for path in files))))


def weights(folder: pathlib.Path) -> dict[str, np.ndarray]:
    """A version's weights by name."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map() if "VARIABLE_VALUE" in name}


def killer(kills: int, seconds: dict[str, float], rng: random.Random, killed: list[str]) -> object:
    """Kills each node's first pods, at random moments of the time that it took unbroken, until so many are killed."""
    each = -(-kills // len(seconds))

    def on_pod(pod: Pod) -> None:
        if len(killed) < kills and killed.count(pod.task) < each:
            time.sleep(rng.uniform(0, 0.9 * seconds[pod.task]))  # Past its end there is nothing to kill.
            if pod.status is None:
                pod.process.send_signal(signal.SIGKILL)
                killed.append(pod.task)

    return on_pod


def main() -> None:
    """Prints what the end of the broken run is, beside the unbroken one's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.update(QUIET)
    with tempfile.TemporaryDirectory() as name, mysql.running(_made(pathlib.Path(name, "mysql"))) as server:
        unbroken = Place(pathlib.Path(name, "unbroken"), "unbroken", server)
        starts: list[tuple[str, float]] = []
        unbroken.cluster.run(unbroken.text, "run", on_pod=lambda pod: starts.append((pod.task, time.monotonic())))
        ends = [start for _, start in starts[1:]] + [time.monotonic()]
        seconds = {task: end - start for (task, start), end in zip(starts, ends, strict=True)}

        broken = Place(pathlib.Path(name, "broken"), "broken", server)
        reader, killed = Reader(broken.served), []
        reader.start()
        on_pod = killer(options.kills, seconds, random.Random(options.seed), killed)
        pods = broken.cluster.run(broken.text, "run", on_pod=on_pod)
        reader.stopped.set()
        reader.join()
        again = broken.cluster.run(broken.text, "next")

        expected = weights(unbroken.served / str(versions(str(unbroken.served))[0]))
        pushed = versions(str(broken.served))
        found = weights(broken.served / str(pushed[-1]))
        equal = expected.keys() == found.keys() and all(np.array_equal(found[key], expected[key]) for key in expected)
        print(f"killed {len(killed)}: {', '.join(killed)}")
        print(f"statuses of the last attempts: {sorted({pods[-1].status, again[-1].status})}")
        print(f"states in the store: {sorted(broken.states('run', pods))}, of the next run "
              f"{sorted(broken.states('next', again))}")  # fmt: skip
        print(f"versions: {len(pushed)}; states of the newest that a reader saw: {len(reader.seen)}")
        print(f"weights equal the unbroken run's to the bit: {equal}")
        print(f"seconds of nodes, unbroken: { {task: round(value, 1) for task, value in seconds.items()} }")


def _made(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
