"""A small funnel with known truth, and a pipeline that has run on it twice."""

import dataclasses
import pathlib

import pytest

from components.pusher.folder import versions
from pipeline.config import PipelineConfig, load_config
from pipeline.simulate import SimulateConfig, simulate

FUNNEL = """\
name: funnel
root: {folder}/runs
data:
  format: csv
  path: {folder}/rows.csv
  split: {{by: hash, eval_share: 0.3, columns: [user_id]}}
features:
  category_0: {{kind: categorical, top_k: 20, dim: 4}}
  category_1: {{kind: categorical, hash_buckets: 20, dim: 4}}
  number_0: {{kind: numeric}}
  number_1: {{kind: numeric, scaling: buckets, buckets: 4, dim: 4}}
tasks:
  - {{name: click, kind: binary, label: click}}
  - {{name: conversion, kind: binary, label: conversion, given: click, relation: esmm, product: ctcvr}}
model:
  architecture: {{name: mmoe, num_experts: 2, expert: [8]}}
  tower: [8]
training:
  epochs: 3
  batch_size: 32
  dense_optimizer: {{name: adam, learning_rate: 0.01}}
evaluation:
  slices: [[category_0]]
fusion:
  served: main
  label: ctcvr
  formulas:
    main: {{kind: power_product, weights: {{click: 1, conversion: 0.5, number_1: 0}}}}
    other: {{kind: formula, expression: "click + w * number_1", weights: {{w: 0.1}}}}
  columns: {{number_1: {{missing: 1, least: 0.01}}}}
  segment: {{column: category_1, weights: {{v1: {{main: {{click: 2}}}}}}}}
gate:
  inconclusive: pass_with_warning
  parity: {{process: same}}
  drift: {{default: 0.1, beyond: block}}
  rules:
    - {{output: click, metric: auc, min: 0.55, margin: 0.4}}
    - {{output: score, metric: auc, margin: 0.2}}
push:
  directory: {folder}/served
"""


@dataclasses.dataclass(frozen=True)
class Ran:
    """A pipeline that has run twice; `pushed` is what was served then."""

    path: str
    folder: pathlib.Path
    config: PipelineConfig
    run_ids: tuple[str, ...]
    pushed: tuple[int, ...]


def write_funnel(folder: pathlib.Path, *, rows: int = 3_000) -> str:
    """Simulated rows and a configuration over them; returns its path."""
    simulate(
        SimulateConfig(
            num_rows=rows, num_users=500, num_values=15, num_categorical=2, num_numeric=2, click_rate=0.4,
            conversion_rate=0.4, signal=2.0,
        ),
        str(folder / "rows.csv"),
    )  # fmt: skip
    path = folder / "funnel.yaml"
    path.write_text(FUNNEL.format(folder=folder))
    return str(path)


@pytest.fixture(scope="session")
def funnel(tmp_path_factory) -> Ran:
    """The funnel's pipeline after two runs, the second against the model the first pushed, and against twins."""
    from pipeline.local import new_run_id, run_locally

    folder = tmp_path_factory.mktemp("funnel")
    path = write_funnel(folder)
    run_ids = []
    for overrides in (["training.seed=1"], ["training.seed=2", "twins.every=1"]):
        config = load_config(path, overrides)
        run_ids.append(new_run_id())
        run_locally(config, run_id=run_ids[-1])
    return Ran(path, folder, config, tuple(run_ids), tuple(versions(config.serving_directory)))
