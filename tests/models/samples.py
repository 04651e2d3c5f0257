"""Small declarations and batches that many model tests share."""

import numpy as np
import tensorflow as tf

from models.architectures import (
    CGC,
    PLE,
    CrossStitch,
    DSelectK,
    GateSettings,
    MMoE,
    OMoE,
    Routing,
    SharedBottom,
    SingleTask,
    SNRAver,
    SNRTrans,
    SoftSharing,
)
from models.experts import ExpertKind
from models.experts.routers import RouterTraining
from models.expression import Column
from models.heads import (
    Binary,
    Multiclass,
    Ordinal,
    Quantile,
    Regression,
    RegressionLoss,
    ZeroInflatedLognormal,
)
from models.inputs import Combiner, DenseInput, EmbeddingInput
from models.model import MultiTaskModel
from models.relations import AITM, DBMTL, ESCM2DR, ESCM2IPW, ESM2, Conditional, Monotone
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph
from models.tasks.columns import derive_columns

INPUTS = (
    EmbeddingInput(name="user", table="user", num_ids=50, dim=4),
    EmbeddingInput(name="item", table="item", num_ids=30, dim=3),
    EmbeddingInput(name="last_item", table="item", num_ids=30, dim=3),
    DenseInput(name="age"),
)
TAGS = EmbeddingInput(name="tags", table="tag", num_ids=9, dim=3, combiner=Combiner.MEAN)

FUNNEL = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="c"),
        Task(name="buy", kind=Binary(), label="b", given="click"),
        Task(name="spend", kind=Regression(), label="s", given="buy", loss_weight=0.1),
    )
)
# Every head and every relation at once, with towers of several sizes.
EVERYTHING = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="c", kept_negatives=0.5),
        Task(name="cart", kind=Binary(), label="a", given="click", tower=(3, 2)),
        Task(name="buy", kind=Binary(), label="b", given="click", relation=ESM2(through="cart")),
        Task(name="share", kind=Binary(), label="h", given="click", relation=AITM()),
        Task(name="reshare", kind=Binary(), label="r", given="share", relation=DBMTL(units=(3,)), tower=(6,)),
        Task(name="like", kind=Binary(), label="l", given="click", relation=ESCM2DR(), tower=()),
        Task(name="follow", kind=Binary(), label="f", given="click", relation=ESCM2IPW()),
        Task(name="comment", kind=Binary(), label="m", given="click", relation=Monotone()),
        Task(name="hide", kind=Binary(), label="d", given="click", relation=Conditional()),
        Task(name="spend", kind=ZeroInflatedLognormal(), label="s"),
        Task(name="rating", kind=Ordinal(num_levels=5), label="g", given="click"),
        Task(name="reason", kind=Multiclass(num_classes=3), label="n"),
        Task(name="dwell", kind=Quantile(), label="w", tower=(6,)),
        Task(name="delay", kind=Regression(loss=RegressionLoss.HUBER), label="y"),
    )
)
PAIR = TaskGraph(
    (Task(name="click", kind=Binary(), label="c"), Task(name="like", kind=Binary(), label="l")),
)

# One at least for each entry of the catalogue; a test says so.
ARCHITECTURE_SAMPLES = (
    SingleTask(expert=(6, 5)),
    SharedBottom(expert=(6, 5)),
    MMoE(num_experts=3, expert=(6, 5)),
    PLE(num_levels=1, num_shared=2, num_specific=1, expert=(6, 5)),
    PLE(num_levels=2, num_shared=1, num_specific=2, expert=(6, 5)),
    PLE(num_levels=3, num_shared=2, num_specific=0, expert=(5,)),
    CGC(num_shared=2, num_specific=2, expert=(6, 5), kinds=(ExpertKind.MLP, ExpertKind.CROSS)),
    OMoE(num_experts=3, expert=(6, 5), kinds=(ExpertKind.CROSS,), gate=GateSettings(temperature=0.5, hidden=(3,))),
    SoftSharing(expert=(6, 5), distance=0.01),
    CrossStitch(expert=(6, 5)),
    SNRTrans(num_levels=2, num_experts=2, expert=(6, 5)),
    SNRAver(num_levels=3, num_experts=2, expert=(5,)),
    DSelectK(num_experts=3, num_selected=2, expert=(6, 5)),
    Routing(num_blocks=3, expert=(6, 5)),
    Routing(num_blocks=2, expert=(6, 5), training=RouterTraining.GUMBEL_SOFTMAX),
)

SMALL = MMoE(num_experts=2, expert=(5,))  # Where a step is traced or compiled and the network is not the point.


def features_of(rows: int, *, seed: int = 0, with_tags: bool = False) -> dict[str, tf.Tensor]:
    """A batch for `INPUTS`, and `TAGS` if asked."""
    draws = np.random.default_rng(seed)
    features = {
        "user": tf.constant(draws.integers(0, 50, rows)),
        "item": tf.constant(draws.integers(0, 30, rows)),
        "last_item": tf.constant(draws.integers(0, 30, rows)),
        "age": tf.constant(draws.normal(size=rows), tf.float32),
    }
    if with_tags:
        lengths = draws.integers(0, 4, rows)
        features["tags"] = tf.RaggedTensor.from_row_lengths(draws.integers(0, 9, lengths.sum()), lengths)
    return features


def funnel_targets(rows: int, *, seed: int = 0) -> dict[str, tf.Tensor]:
    """Clicks, some of which buy, some of which spend; the columns that ExampleGen would add."""
    draws = np.random.default_rng(seed + 1)
    click = draws.random(rows) < 0.6
    buy = click & (draws.random(rows) < 0.5)
    columns = {
        "label/click": click,
        "label/buy": buy,
        "known/buy": click,
        "label/click_and_buy": buy,
        "label/spend": buy * draws.exponential(2.0, rows),
        "known/spend": buy,
    }
    return {name: tf.constant(column, tf.float32) for name, column in columns.items()}


def targets_of(tasks: TaskGraph, rows: int, *, seed: int = 0) -> dict[str, tf.Tensor]:
    """The columns that ExampleGen would add for labels that the heads allow, known on most rows."""
    draws, labels = np.random.default_rng(seed + 3), {}
    for task in tasks.tasks:
        low, high = task.kind.label_range
        drawn = draws.integers(max(int(low), 0) if low > -1 else 0, int(min(high, 9)) + 1, rows)
        labels[task.name] = Column(drawn.astype(np.float64), draws.random(rows) < 0.9)
    columns = derive_columns(tasks, labels, {})
    return {name: tf.constant(column) for name, column in columns.items()}


def pair_targets(rows: int, *, seed: int = 0) -> dict[str, tf.Tensor]:
    """Fair coins for `PAIR`."""
    draws = np.random.default_rng(seed + 2)
    return {f"label/{name}": tf.constant(draws.integers(0, 2, rows), tf.float32) for name in ("click", "like")}


def model_of(architecture=ARCHITECTURE_SAMPLES[4], *, tasks=FUNNEL, inputs=INPUTS, balancer=None, **settings):
    """A small model."""
    declared = ModelSettings(**{"architecture": architecture, "tower": (4,), **settings})
    return MultiTaskModel(declared, inputs, tasks, balancer)
