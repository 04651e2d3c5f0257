"""What it costs that every node of a run is a process of its own: seconds until a node begins, of those it takes.

`python -m benchmarks.node_startup` runs the compiled pipeline of a small funnel, a container for each node, each begun
anew as Kubeflow does, with its metadata in a file. What takes long is to import TFX, whose `tfx.components` brings all
its components with it, TFMA, Beam, KerasTuner and Kubernetes' client among them, whichever the node is.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import statistics
import tempfile
from typing import Final

from kubeflow.compile import compile_yaml
from pipeline.config import load_config
from tests.kubeflow.cluster import Cluster, Pod
from tests.kubeflow.conftest import IMAGE, ROOT, cluster_section
from tests.pipeline.conftest import write_funnel

__all__ = ["main", "told"]

_BEGAN: Final = re.compile(r"begins after ([0-9.]+) s of start-up")
_ENDED: Final = re.compile(r"is done after ([0-9.]+) s")


def main() -> None:
    """Prints a line a node, of the first run and of one that finds its work done."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory(prefix="node-startup-") as name:
        folder = pathlib.Path(name)
        volume = folder / "claim"
        volume.mkdir()
        config = pathlib.Path(write_funnel(volume, rows=2_000))
        text = config.read_text().replace(f"root: {volume}/", "root: ")
        config.write_text(text.replace(f"directory: {volume}/", "directory: "))
        assignments = cluster_section(
            config=f"{folder}/mnt/funnel.yaml", volume=f"{{claim: data, path: {folder}/mnt}}", metadata="{kind: sqlite}"
        )
        assignments.append(f"data.path={folder}/mnt/rows.csv")
        pipeline = compile_yaml(load_config(str(config), assignments), assignments)
        cluster = Cluster(
            images={IMAGE: ROOT}, claims={"data": volume}, secrets={}, path=f"{ROOT}/.venv/bin:{os.defpath}"
        )
        nodes = [told(pod) for pod in cluster.run(pipeline, "once")]
        for node, began_s, ended_s in nodes:
            print(f"{node:24} begins after {began_s:5.1f} s, {began_s / ended_s:4.0%} of what it takes")
        share = sum(began_s for _, began_s, _ in nodes) / sum(ended_s for _, _, ended_s in nodes)
        middle = statistics.median(began_s for _, began_s, _ in nodes)
        print(f"median {middle:.1f} s; all nodes: {share:.0%} of what they take")


def told(pod: Pod) -> tuple[str, float, float]:
    """The node, and after how many seconds it began and was done, by its own log."""
    began, ended = _BEGAN.search(pod.output), _ENDED.search(pod.output)
    if began is None or ended is None:
        raise RuntimeError(f"The node {pod.task} must end well to be timed, got status {pod.status}:\n{pod.output}")
    return pod.task, float(began[1]), float(ended[1])


if __name__ == "__main__":
    main()
