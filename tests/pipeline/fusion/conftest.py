"""A version that serves scores, as a run leaves it, of a model of a few bytes."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.comparison.rows import cluster_ids
from components.fusion.rows_file import ROWS_FILE
from components.pusher.publish import publish_version
from models.fusion import weights_text
from models.fusion.beside import write_declaration
from models.fusion.weights import FILE
from pipeline.config import load_config
from pipeline.config.push import push_policy

CONFIG = """\
name: shop
data:
  format: csv
  path: {folder}/rows.csv
  split: {{by: hash, eval_share: 0.2, columns: [user]}}
features:
  item: {{kind: categorical, top_k: 100, dim: 4}}
tasks:
  - {{name: click, kind: binary, label: clicked}}
  - {{name: buy, kind: binary, label: bought, given: click, product: ctcvr}}
model: {{architecture: shared_bottom, tower: [8]}}
training: {{epochs: 1}}
evaluation: {{user: user, cluster: user, slices: [[country], [item]]}}
fusion:
  served: main
  label: ctcvr
  formulas:
    main: {{kind: power_product, weights: {{click: 1.0, buy: 1.0, price: 0}}}}
    other: {{kind: weighted_sum, weights: {{click: 1.0, buy: 1.0}}}}
  columns: {{price: {{missing: 1.0}}}}
  segment: {{column: country, weights: {{US: {{main: {{click: 1.5}}}}}}}}
gate:
  anchor: oldest
  rules:
    - {{output: click, metric: auc, margin: 0.1}}
    - output: score
      metric: auc
      margin: 0.01
      total_margin: 0.015
      slices: [[country]]
      inconclusive: pass_with_warning
    - {{output: score, metric: gauc, rule: not_significantly_worse}}
push: {{directory: {folder}/served}}
"""

TUNE = """\
  tune:
    goal: {{kind: sum, shares: {{click.gauc: 2, ctcvr.gauc: 1}}}}
    bounds: {{buy: {{least: 0, most: 3}}, price: {{least: -0.5, most: 0.5}}}}
    trials: 60
"""


def draw_rows(num_rows=12_000):
    """Clicks and purchases by known rates; the product of the predictions is the best order there is."""
    draws = np.random.default_rng(0)
    click, buy = draws.beta(1, 2, num_rows), draws.beta(1, 2, num_rows)
    clicked = draws.uniform(size=num_rows) < click
    bought = clicked & (draws.uniform(size=num_rows) < buy)
    columns = {"candidate/click": click, "candidate/buy": buy, "candidate/ctcvr": click * buy}
    columns |= {"label/ctcvr": bought, "known/ctcvr": np.ones(num_rows), "column/price": draws.uniform(-1, 9, num_rows)}
    columns |= {"label/click": clicked, "known/click": np.ones(num_rows), "label/buy": bought, "known/buy": clicked}
    columns = {name: values.astype(np.float32) for name, values in columns.items()}
    countries = np.array(["US", "NL", ""])[draws.integers(3, size=num_rows)]
    columns["column/country"] = countries.tolist()
    columns["slice/country"] = [country or None for country in countries.tolist()]
    return columns | {"id/user": cluster_ids(draws.integers(1_500, size=num_rows))}


TUNED = ("gate:\n", f"{TUNE}gate:\n")


@pytest.fixture
def shop(tmp_path):
    """The configuration; its version 7 serves the weights that it declares."""

    def make(*replacements):
        text = CONFIG
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "shop.yaml"
        path.write_text(text.format(folder=tmp_path))
        config = load_config(str(path))
        model = tmp_path / "model"
        (model / "assets").mkdir(parents=True)
        (model / "saved_model.pb").write_text("a graph")
        (model / FILE).write_text(weights_text(config.fusion.declared))
        write_declaration(str(model), config.fusion)
        pq.write_table(pa.table(draw_rows()), model / "assets.extra" / ROWS_FILE)
        publish_version(str(model), config.serving_directory, now_s=7, policy=push_policy(config), run="a run")
        return config

    return make
