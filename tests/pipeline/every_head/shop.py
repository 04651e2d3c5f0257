"""Rows with labels for every head, nine in ten of the negatives left out, and a configuration over them."""

import numpy as np
import pyarrow as pa
import pyarrow.csv

from pipeline.simulate import SimulateConfig
from pipeline.simulate.world import World

KEPT = 0.1  # Of the impressions without a click.
NUM_IMPRESSIONS = 30_000

SHOP = """\
name: shop
root: {folder}/runs
data:
  format: csv
  path: {folder}/rows.csv
  split: {{by: hash, eval_share: 0.3, columns: [user_id]}}
features:
  category_0: {{kind: categorical, top_k: 20, dim: 4}}
  category_1: {{kind: categorical, hash_buckets: 20, dim: 4}}
  number_0: {{kind: numeric}}
  number_1: {{kind: numeric}}
  place: {{kind: categorical, hash_buckets: 10, dim: 2}}
tasks:
  - {{name: click, kind: binary, label: click, kept_negatives: {kept}}}
  - {{name: cart, kind: binary, label: cart, given: click, product: ctcar}}
  - name: buy
    kind: binary
    label: conversion
    given: click
    relation: {{name: esm2, through: cart}}
    product: ctcvr
  - {{name: subscribe, kind: binary, label: subscribe, given: click, relation: {{name: aitm, penalty: 0.6}}}}
  - {{name: rating, kind: {{name: ordinal, num_levels: 5}}, label: rating, given: click}}
  - {{name: topic, kind: {{name: multiclass, num_classes: 3}}, label: topic, tower: [16, 8]}}
  - {{name: spend, kind: zero_inflated_lognormal, label: spend, role: auxiliary, loss_weight: 0.3}}
  - {{name: dwell, kind: {{name: quantile, levels: [0.1, 0.5, 0.9]}}, label: dwell}}
signals:
  - {{name: views, kind: contrastive, item: category_0, observed: true}}
  - {{name: rebuilt, kind: reconstruction, inputs: [number_0, category_1], loss_weight: 0.001}}
  - {{name: bias, kind: position, input: place, tasks: [click]}}
model:
  architecture: {{name: mmoe, num_experts: 2, expert: [16]}}
  tower: [8]
training:
  epochs: 6
  batch_size: 64
  dense_optimizer: {{name: adam, learning_rate: 0.003}}
evaluation:
  slices: [[device]]
gate:
  inconclusive: pass_with_warning
  parity: {{process: same}}
  rules:
    - {{output: click, metric: auc, min: 0.6, margin: 0.4}}
    - {{output: click, metric: calibration, min: 0.7, max: 1.4}}
    - {{output: ctcvr, metric: log_loss, max: 0.5}}
    - {{output: rating, metric: mae, max: 2}}
    - {{output: topic, metric: accuracy, min: 0.4, margin: 0.5}}
    - {{output: topic, metric: log_loss, max: 1.2}}
    - {{output: spend, metric: calibration, min: 0.1, max: 10}}
    - {{output: dwell, metric: mae, max: 100, margin: 10}}
push:
  directory: {folder}/served
"""

WORLD = SimulateConfig(
    num_rows=NUM_IMPRESSIONS, num_users=2_000, num_values=15, num_categorical=2, num_numeric=2, click_rate=0.1,
    conversion_rate=0.4, mean_spend=20.0,
)  # fmt: skip


def impressions(first, stop):
    """Rows of one world, nothing left out, with labels for every head."""
    columns = World(WORLD).rows(first, stop)
    draw = np.random.default_rng(first)
    click, buy, size = columns["click"], columns["conversion"], stop - first
    number_0, number_1 = columns["number_0"].astype(float), columns["number_1"].astype(float)
    columns["device"] = np.where(draw.random(size) < 0.3, "app", "web")
    columns["cart"] = click * (draw.random(size) < np.where(buy == 1, 0.85, 0.25))
    columns["subscribe"] = click * (draw.random(size) < 1 / (1 + np.exp(1.0 - number_0)))
    rating = np.clip(np.round(3 + number_0 + 0.7 * draw.normal(size=size)), 1, 5)
    columns["rating"] = np.where(click == 1, rating, np.nan)  # Nobody rates what they did not open.
    scores = np.stack([number_0, number_1, columns["category_0"] % 3 - 1.0]) + 0.5 * draw.normal(size=[3, size])
    columns["topic"] = np.argmax(scores, axis=0)
    # Those who click stay much longer: among the rows kept dwell time is not that of all impressions.
    columns["dwell"] = np.exp(1.0 + 0.3 * number_0 + 1.5 * click + 0.3 * draw.normal(size=size))
    columns["place"] = draw.integers(1, 6, size)
    return columns


def write_shop(folder):
    """The rows kept, and a configuration over them; returns its path."""
    columns = impressions(0, NUM_IMPRESSIONS)
    kept = (columns["click"] == 1) | (np.random.default_rng(1).random(NUM_IMPRESSIONS) < KEPT)
    written = {name: column[kept] for name, column in columns.items() if not name.startswith("true_")}
    pa.csv.write_csv(pa.table(written), folder / "rows.csv")
    path = folder / "shop.yaml"
    path.write_text(SHOP.format(folder=folder, kept=KEPT))
    return str(path)


def raw_columns(columns):
    """The raw columns that the model takes, as its signature wants them."""
    texts = {name: columns[name].astype(str).astype(object) for name in ("category_0", "category_1")}
    return texts | {name: columns[name].astype(np.float32) for name in ("number_0", "number_1")}
