"""Prints what the Evaluator takes, intervals included, over what TFX's own takes for point metrics alone."""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

from benchmarks.evaluator_speed_stock import run_stock
from benchmarks.quiet import load_tensorflow
from pipeline.config import PipelineConfig, load_config

__all__ = ["main"]

CONFIG: Final = "configs/census_income.yaml"
SLICES: Final = "evaluation.slices=[[sex],[race]]"  # Two and five values: with all rows eight slices.
WANTED: Final = 1.0
GOAL: Final = 0.5
LAST: Final = "Trainer"

Cost = tuple[float, float]  # Wall seconds and seconds of CPU.


@dataclasses.dataclass(frozen=True)
class Inputs:
    """What both sides are given, as TFX artifacts, which carry no types.

    Attributes:
        config: Of the run that made them.
        artifacts: By the name of an Evaluator's input.
    """

    config: PipelineConfig
    artifacts: dict[str, list[Any]]


def main() -> None:
    """Reads the command line, trains two models, measures both sides in turns, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="census-income.test.gz")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="keeps examples and models from one call to the next")
    arguments = parser.parse_args()
    load_tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        inputs = _inputs(arguments.data, pathlib.Path(arguments.folder or folder).resolve())
        _measure(inputs, pathlib.Path(folder), rounds=arguments.rounds)


def _measure(inputs: Inputs, folder: pathlib.Path, *, rounds: int) -> None:
    sides: dict[str, Callable[[pathlib.Path], int]] = {
        "TFX's Evaluator, 4 point metrics": lambda out: run_stock(inputs.config, inputs.artifacts, out),
        "PairedEvaluator, 5 metrics with intervals": lambda out: _run_ours(inputs, out),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for turn in range(rounds + 1):  # The first is a warm-up, which is not counted.
        for place, (name, run) in enumerate(sides.items()):
            cost = _timed(run, folder / f"{turn}-{place}")
            if turn:
                costs[name].append(cost)
    stock, ours = costs.values()
    for name, found in costs.items():
        walls, cpus = zip(*found, strict=True)
        print(f"{name}: {statistics.median(walls):.1f} s, {statistics.median(cpus):.1f} s of CPU (medians of {rounds})")
    for unit, which in (("wall", 0), ("CPU", 1)):
        turns = sorted(own[which] / other[which] for own, other in zip(ours, stock, strict=True))
        middle = statistics.median(turns)
        print(f"ratio, {unit}: {middle:.2f} ({turns[0]:.2f} to {turns[-1]:.2f}; wanted {WANTED}, the goal is {GOAL})")


def _timed(run: Callable[[pathlib.Path], int], folder: pathlib.Path) -> Cost:
    folder.mkdir()
    wall, cpu = time.perf_counter(), time.process_time()
    num_slices = run(folder)
    cost = time.perf_counter() - wall, time.process_time() - cpu
    if num_slices != 8:
        raise SystemExit(f"the rows must fall into 8 slices, got {num_slices}: is the data complete?")
    return cost


def _run_ours(inputs: Inputs, folder: pathlib.Path) -> int:
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.types import standard_artifacts

    from components.comparison.stored import read_comparison
    from components.evaluator.executor import Executor
    from pipeline.evaluation import evaluator_plan

    evaluation = standard_artifacts.ModelEvaluation()
    evaluation.uri = str(folder)
    arguments = list(inputs.config.beam.pipeline_args)
    context = BaseBeamExecutor.Context(beam_pipeline_args=arguments, tmp_dir=str(folder / "tmp"), unique_id="1")
    plan = evaluator_plan(inputs.config).to_json()
    Executor(context).Do(inputs.artifacts, {"evaluation": [evaluation]}, {"plan": plan})
    return len({cell.slice for cell in read_comparison(str(folder)).cells})


def _inputs(data: str, folder: pathlib.Path) -> Inputs:
    """Examples, and two models of different seeds trained for one epoch, by the nodes up to the Trainer."""
    from pipeline.launch import compile_pipeline, launch_node, node_ids
    from pipeline.local import new_run_id

    for seed in (1, 2):
        overrides = [f"data.path={pathlib.Path(data).resolve()}", f"root={folder}", "training.epochs=1", SLICES]
        config = load_config(CONFIG, [*overrides, f"training.seed={seed}"])
        (folder / config.name).mkdir(parents=True, exist_ok=True)
        pipeline = compile_pipeline(config, new_run_id())
        nodes = node_ids(pipeline)
        for node in nodes[: nodes.index(LAST) + 1]:
            launch_node(pipeline, node)
    return Inputs(config, _artifacts(config))


def _artifacts(config: PipelineConfig) -> dict[str, list[Any]]:
    """The last of each, and of models the last two: it does not matter to the time which of them is which."""
    from tfx.orchestration import metadata
    from tfx.types import artifact_utils

    store = metadata.sqlite_metadata_connection_config(config.metadata_file)
    with metadata.Metadata(store) as handler:
        found = {}
        for name in ("Examples", "Schema", "Model"):
            of_type = handler.store.get_artifact_type(name)
            made = sorted(handler.store.get_artifacts_by_type(name), key=lambda artifact: artifact.id)
            found[name] = [artifact_utils.deserialize_artifact(of_type, artifact) for artifact in made]
    raw = [artifact for artifact in found["Examples"] if "/Transform/" not in artifact.uri]
    return {
        "examples": raw[-1:],
        "schema": [artifact for artifact in found["Schema"] if "/Transform/" not in artifact.uri][-1:],
        "model": found["Model"][-1:],
        "baseline_model": found["Model"][-2:-1],
    }


if __name__ == "__main__":
    main()
