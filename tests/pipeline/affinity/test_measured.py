"""On rows: a twin gets what the task itself gets, and a coin neither gives nor gets anything beyond the noise."""

import numpy as np
import pytest
import tensorflow as tf

import components.affinity.run as affinity_run
from components.trainer.build import build_model
from components.trainer.plan import InputPlan, TrainerPlan
from components.trainer.rows import RowStore, Split, row_format
from components.trainer.settings import TrainingSettings
from models.architectures import SharedBottom
from models.balancers import Static
from models.expression import ColumnType
from models.heads import Binary
from models.inputs import DenseInput, EmbeddingInput
from models.optimizers import Adam
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph
from pipeline.affinity.effect import Advice, Sign
from pipeline.affinity.record import judged

pytestmark = pytest.mark.slow

NAMES = ("one", "twin", "coin")
TASKS = TaskGraph(tuple(Task(name=name, kind=Binary(), label=name) for name in NAMES))
COLUMNS = (InputPlan(name="city", dim=4, table="city", fixed_ids=20), InputPlan(name="price", dim=0))
INPUTS = (EmbeddingInput(name="city", table="city", num_ids=20, dim=4), DenseInput(name="price"))


def rows(count, seed):
    draws = np.random.default_rng(seed)
    city, price = draws.integers(0, 20, count), draws.normal(size=count)
    one = draws.random(count) < 1 / (1 + np.exp(-(city / 5 - 2 + price)))
    labels = {"one": one, "twin": one, "coin": draws.random(count) < 0.5}
    columns = {"city": city, "price": np.float32(price)}
    for name, label in labels.items():
        columns |= {f"label/{name}": np.float32(label), f"known/{name}": np.ones(count, np.float32)}
        columns[f"weight/{name}"] = np.ones(count, np.float32)
    form = row_format(COLUMNS, TASKS)
    return Split(RowStore([form.pack({name: tf.constant(value) for name, value in columns.items()})], 100_000), form)


@pytest.fixture(scope="module")
def measured():
    """Of a shared network whose towers all start alike, so that a twin has the gradients of the task itself."""

    def with_like_towers(plan, inputs):
        model = build_model(plan, inputs)
        for one in model.trainable_variables:
            if "/towers/" in one.name:
                one.assign(tf.repeat(one[:1], one.shape[0], axis=0))
        return model

    training = TrainingSettings(epochs=1, batch_size=128, dense_optimizer=Adam(learning_rate=0.01))
    plan = TrainerPlan(
        tasks=TASKS.tasks,
        inputs=COLUMNS,
        columns={"city": ColumnType.STRING, "price": ColumnType.NUMBER},
        model=ModelSettings(architecture=SharedBottom(expert=(8,)), tower=(4,)),
        balancing=Static(),
        training=training,
        watched_split="eval",
        checkpoint_root="",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(affinity_run, "build_model", with_like_towers)
        return affinity_run.measure(plan, INPUTS, rows(6_000, 1), rows(4_000, 2), steps=80, seed=5)


def test_every_look_and_run_is_kept(measured):
    assert measured.losses == NAMES
    # After 16 steps of warm-up 64 are left, of which every second is looked at.
    assert measured.looks.shape == (32, 3, 3)
    assert measured.alone.shape == (3, 3)
    assert measured.probed.shape == (3, 3, 3)
    assert np.isfinite(measured.looks).all()
    assert len(np.unique(measured.alone[:, 0])) == 3  # Each seed draws other weights.


def test_a_twin_gets_what_the_task_itself_gets(measured):
    np.testing.assert_allclose(measured.looks[:, 0, 1], measured.looks[:, 0, 0], rtol=1e-3)
    np.testing.assert_allclose(measured.probed[:, 0, 1], measured.probed[:, 0, 0], rtol=1e-4)
    record = judged(measured, TASKS, run_id="", steps=80, seed=5)
    assert record.pairs[0].advice is Advice.SHARE


def test_a_coin_stays_inside_the_noise(measured):
    record = judged(measured, TASKS, run_id="", steps=80, seed=5)
    for name in ("one", "twin"):
        for pair in ((name, "coin"), ("coin", name)):
            effect = record.effect(*pair)
            assert abs(effect.lookahead.value) < effect.lookahead.noise
            assert effect.sign is Sign.UNKNOWN
    assert record.effect("one", "one").lookahead.is_clear
