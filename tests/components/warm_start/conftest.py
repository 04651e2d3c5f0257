"""A served version of a small trained model, with the state of its training beside it."""

import dataclasses
import pathlib
import shutil

import pytest
import tensorflow as tf

from components.trainer.build import build_model, model_input
from components.trainer.export import export
from components.trainer.plan import InputPlan, TrainerPlan
from components.trainer.settings import TrainingSettings
from components.warm_start.beginning import Beginning
from components.warm_start.start import Start
from models.architectures import SharedBottom
from models.balancers import FAMO
from models.expression import ColumnType
from models.heads import Binary
from models.settings import ModelSettings
from models.tasks import Task
from tests.models.warm_start.earlier import spoil

PLAN = TrainerPlan(
    tasks=(Task(name="click", kind=Binary(), label="c"), Task(name="like", kind=Binary(), label="l")),
    inputs=(
        InputPlan(name="city", dim=2, table="city", fixed_ids=2, vocabulary="cities"),
        InputPlan(name="hour", dim=2, table="hour", fixed_ids=5, ids="hash"),
        InputPlan(name="price", dim=0),
    ),
    columns={"price": ColumnType.NUMBER},
    model=ModelSettings(architecture=SharedBottom(expert=(3,)), tower=(2,)),
    balancing=FAMO(),
    training=TrainingSettings(epochs=1),
    watched_split="eval",
    checkpoint_root="unused",
)
ENTRIES = {"city": [b"paris", b"rome", b"oslo"]}
VERSION = 100


class Transform(tf.Module):
    """Stands for Transform's layer; what the model says is not asked here."""

    def __call__(self, raw):
        price = tf.sparse.to_dense(raw["price"])[:, 0]
        return {"price": price, **{name: tf.zeros(tf.shape(price), tf.int64) for name in ("city", "hour")}}


@dataclasses.dataclass(frozen=True)
class Served:
    """A served folder, the model in it, and its plan."""

    directory: str
    version: str
    model: object


def model_of(plan, entries):
    return build_model(plan, tuple(model_input(column, {"cities": len(entries["city"])}) for column in plan.inputs))


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """Written once; tests that spoil it take `served`."""
    directory = tmp_path_factory.mktemp("kept")
    model = model_of(PLAN, ENTRIES)
    spoil(model)
    version = str(directory / str(VERSION))
    spec = {"price": tf.io.VarLenFeature(tf.float32)}
    export(model, Transform(), spec, columns=PLAN.columns, folder=version)
    Beginning(Start(point="", learned="rows of monday"), PLAN, ENTRIES).keep(model, version)
    return Served(str(directory), version, model)


@pytest.fixture
def served(kept, tmp_path):
    """A copy of its own."""
    directory = tmp_path / "served"
    shutil.copytree(kept.directory, directory)
    return Served(str(directory), str(pathlib.Path(directory, str(VERSION))), kept.model)
