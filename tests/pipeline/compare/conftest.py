"""Rows in which the scores of models lie, a configuration over them, and exported models that read them out."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pytest

from pipeline.config import PipelineConfig, load_config

NUM_ROWS = 3_000
CONFIG = """\
name: clicks
root: {folder}/runs
data:
  format: csv
  path: {folder}/nowhere-*.csv
  split: {{by: files, eval_path: {folder}/neither-*.csv}}
features:
  good: {{kind: numeric}}
  bad: {{kind: numeric}}
tasks:
  - {{name: click, kind: binary, label: click}}
  - {{name: buy, kind: binary, label: buy, given: click}}
  - {{name: topic, kind: {{name: multiclass, num_classes: 3}}, label: topic}}
model:
  architecture: {{name: shared_bottom, expert: [4]}}
  tower: [4]
training: {{epochs: 1, batch_size: 32, dense_optimizer: {{name: adam, learning_rate: 0.01}}}}
evaluation:
  slices: [[device]]
  cluster: user
  user: user
gate:
  rules:
    - {{output: click, metric: auc, margin: 0.01}}
    - {{output: buy, metric: auc, rule: observe}}
    - {{output: topic, metric: log_loss, rule: observe}}
push:
  directory: {folder}/served
"""


@dataclasses.dataclass(frozen=True)
class World:
    """Where rows and models lie.

    Attributes:
        folder: Of all.
        rows: A CSV file.
        columns: What is in it.
        path: Of its configuration.
        config: The same, read.
    """

    folder: pathlib.Path
    rows: pathlib.Path
    columns: dict[str, np.ndarray]
    path: pathlib.Path
    config: PipelineConfig


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    """Users with ten rows each; `good` knows more of a click than `bad`, and both miss some values."""
    folder = tmp_path_factory.mktemp("compare")
    rng = np.random.default_rng(5)
    user = rng.integers(0, 300, NUM_ROWS)
    logit = rng.normal(size=NUM_ROWS) + rng.normal(size=300)[user]
    click = (rng.random(NUM_ROWS) < sigmoid(logit)).astype(int)
    columns = {
        "user": np.char.add("u", user.astype(str)),
        "device": rng.choice(["app", "web", "watch"], NUM_ROWS, p=[0.5, 0.49, 0.01]),
        "good": np.round(logit + 0.3 * rng.normal(size=NUM_ROWS), 4),
        "bad": np.round(logit + 1.5 * rng.normal(size=NUM_ROWS), 4),
        "click": click,
        "buy": click * (rng.random(NUM_ROWS) < 0.5),
        "topic": np.clip(np.round(logit + 1), 0, 2).astype(int),
    }
    rows = folder / "rows.csv"
    lines = zip(*(values.tolist() for values in columns.values()), strict=True)
    rows.write_text("\n".join([",".join(columns), *(",".join(map(str, line)) for line in lines)]) + "\n")
    path = folder / "clicks.yaml"
    path.write_text(CONFIG.format(folder=folder))
    return World(folder, rows, columns, path, load_config(str(path)))


def export(folder: pathlib.Path, column: str, outputs: tuple[str, ...], *, dense: bool = False) -> str:
    """A model whose scores are made of `column`, taken from serialized tf.Examples or by its name."""
    import tensorflow as tf

    def scores(logit):
        found = {"click": tf.sigmoid(logit), "buy": tf.sigmoid(logit - 1.0)[:, None], "odd": logit}
        found["topic"] = tf.nn.softmax(-tf.square(logit[:, None] + 1.0 - tf.range(3.0)[None]))
        return {output: found[output] for output in outputs}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def of_examples(examples):
        return scores(tf.io.parse_example(examples, {column: tf.io.FixedLenFeature([], tf.float32)})[column])

    @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float64, name=column)])
    def of_column(values):
        return scores(tf.cast(values[:, 0], tf.float32))

    tf.saved_model.save(tf.Module(), str(folder), signatures={"serving_default": of_column if dense else of_examples})
    return str(folder)


@pytest.fixture(scope="session")
def saved(world) -> dict[str, str]:
    """Folders of exported models."""
    every = ("click", "buy", "topic")
    return {
        "good": export(world.folder / "good", "good", every),
        "bad": export(world.folder / "bad", "bad", every),
        "dense": export(world.folder / "dense", "good", every, dense=True),
        "other": export(world.folder / "versions" / "7", "bad", ("click", "odd")).removesuffix("/7"),
    }
