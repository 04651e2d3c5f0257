"""A click and a purchase, their transformed examples, and what stands for Transform's graph."""

import gzip

import numpy as np
import pytest
import tensorflow as tf

from components.example_gen.tfrecord import framed
from components.trainer.plan import InputPlan
from components.trainer.settings import TrainingSettings
from components.twins.plan import TwinsPlan
from components.twins.single import twin_of
from models.architectures import SingleTask
from models.expression import ColumnType
from models.heads import Binary
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="clicked"),
        Task(name="buy", kind=Binary(), label="bought", given="click"),
    )
)
NUM_ROWS = 120


class Transformed:
    """As `tft.TFTransformOutput`, of raw columns that need no more than a cast."""

    def raw_feature_spec(self):
        return {name: tf.io.FixedLenFeature([], tf.float32) for name in ("city", "price")}

    def transform_features_layer(self):
        class Layer(tf.Module):
            def __call__(self, raw):
                return {"city": tf.cast(raw["city"], tf.int64), "price": raw["price"]}

        return Layer()


@pytest.fixture(scope="session")
def plan(tmp_path_factory):
    """Twins of every output."""
    return TwinsPlan(
        twins=tuple(twin_of(output, GRAPH, expert=(6,)) for output in GRAPH.outputs),
        inputs=(InputPlan(name="city", dim=4, table="city", fixed_ids=5), InputPlan(name="price", dim=0)),
        columns={"city": ColumnType.NUMBER, "price": ColumnType.NUMBER},
        model=ModelSettings(architecture=SingleTask(), tower=(4,), seed=3),
        training=TrainingSettings(epochs=1, batch_size=50, look_every_steps=0),
        watched_split="eval",
        checkpoint_root=str(tmp_path_factory.mktemp("twins") / "checkpoints"),
    )


@pytest.fixture(scope="session")
def transformed():
    return Transformed()


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """Writes transformed examples; `edits` may spoil columns. Returns the patterns of files of train and eval."""

    def write(**edits):
        rng = np.random.default_rng(0)
        city, price = rng.integers(0, 5, NUM_ROWS), rng.normal(size=NUM_ROWS)
        click = (rng.random(NUM_ROWS) < 1 / (1 + np.exp(-(city - 2 + price)))).astype(np.float32)
        buy = click * (rng.random(NUM_ROWS) < 0.5)
        ones = np.ones(NUM_ROWS)
        columns = {
            "price": price, "label/click": click, "known/click": ones, "weight/click": ones, "label/buy": buy,
            "known/buy": click, "weight/buy": ones, "label/click_and_buy": buy, "known/click_and_buy": ones,
        }  # fmt: skip
        columns |= {name.replace("__", "/"): edit(columns) for name, edit in edits.items()}
        folder = tmp_path_factory.mktemp("examples")
        with gzip.open(folder / "rows.gz", "wb") as file:
            for row in range(NUM_ROWS):
                features = {name: floats(values[row]) for name, values in columns.items()}
                features["city"] = tf.train.Feature(int64_list=tf.train.Int64List(value=[city[row]]))
                example = tf.train.Example(features=tf.train.Features(feature=features))
                file.write(framed(example.SerializeToString()))
        return [str(folder / "*")], [str(folder / "*")]

    return write


def floats(*values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def raw_rows(rows=8):
    """Serialized raw examples."""
    for row in range(rows):
        features = tf.train.Features(feature={"city": floats(row % 5), "price": floats(row / 3 - 1)})
        yield tf.train.Example(features=features).SerializeToString()
