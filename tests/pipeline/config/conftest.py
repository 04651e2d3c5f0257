"""A small valid configuration, and a way to spoil it."""

import textwrap

import pytest

from pipeline.config import load_config

VALID = """\
name: shop
data:
  format: csv
  path: {rows}
  split: {{by: hash, eval_share: 0.2, columns: [user]}}
features:
  item: {{kind: categorical, top_k: 100, dim: 4}}
  price: {{kind: numeric, scaling: log}}
tasks:
  - name: click
    kind: binary
    label: clicked
  - name: buy
    kind: binary
    label: bought == "yes"
    given: click
    product: ctcvr
model:
  architecture: shared_bottom
  tower: [8]
training:
  epochs: 1
gate:
  rules:
    - {{output: click, metric: auc, min: 0.5}}
push:
  directory: {folder}/served
"""


@pytest.fixture
def write(tmp_path):
    """Writes the valid configuration with some text replaced and returns its path."""
    rows = tmp_path / "rows.csv"
    rows.write_text("user,item,price,clicked,bought\nu,i,1.5,1,no\n")

    def write_config(*replacements, rows_path=None):
        text = VALID.format(rows=rows_path or rows, folder=tmp_path)
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, textwrap.dedent(new))
        path = tmp_path / "shop.yaml"
        path.write_text(text)
        return str(path)

    return write_config


@pytest.fixture
def load(write):
    """Reads the valid configuration with some text replaced."""

    def load_with(*replacements, overrides=()):
        return load_config(write(*replacements), overrides)

    return load_with
