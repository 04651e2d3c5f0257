"""What docs/ranking.md shows, done."""

import pathlib
import re

import pytest
import tensorflow as tf

from models.ranking import RANKING_LOSSES, LambdaLoss
from pipeline.config import load_config

TEXT = (pathlib.Path(__file__).resolve().parents[1] / "docs" / "ranking.md").read_text()
AROUND = """\
name: docs
features: {{item: {{kind: categorical, top_k: 100}}}}
model: {{architecture: mmoe, tower: [8]}}
training: {{epochs: 1}}
push: {{directory: served}}
{shown}
"""


def test_its_configuration_is_valid(tmp_path):
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    rows, path = tmp_path / "rows.csv", tmp_path / "docs.yaml"
    rows.write_text("item,session,buy,cart,click\n")
    path.write_text(AROUND.format(shown=shown.replace("data:\n", f"data:\n  format: csv\n  path: {rows}\n")))
    order = load_config(str(path)).graph.by_name["order"]
    assert order.kind.loss == LambdaLoss(at=10)
    assert order.label == "3 if buy else 2 if cart else 1 if click else 0"


def test_its_table_is_the_catalogue():
    (table,) = re.findall(r"\| loss \|.*?\n\n", TEXT, flags=re.DOTALL)
    assert re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE) == list(RANKING_LOSSES)


@pytest.mark.slow
def test_its_program_runs():
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    place = {"tf": tf, "scores": tf.constant([0.5, 1.0, 0.0]), "labels": tf.constant([2.0, 0.0, 1.0])}
    exec(program, place | {"sessions": tf.constant([7, 7, 9])}, shown := {})  # Our own page.
    # Rows 0 and 1 are a list: exchanged, NDCG goes from 1 / log2(3) to 1.
    assert float(shown["loss"]) == pytest.approx((1 - 0.6309298) * 0.9740770, rel=1e-5)
