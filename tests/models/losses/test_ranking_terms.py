"""A ranking task among others: its loss is told of lists, theirs of rows."""

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import PCGrad
from models.binding import bind_or_raise, unbind
from models.errors import ConfigError
from models.heads import Binary, Ranking
from models.losses.terms import loss_rows
from models.optimizers import Adagrad, Adam, build
from models.ranking import BPR, ListMLE
from models.tasks import LIST_COLUMN, Task, TaskGraph
from tests.models.samples import SMALL, features_of, model_of

ORDER = Ranking(list="session", loss=BPR())
GRAPH = TaskGraph((Task(name="click", kind=Binary(), label="c"), Task(name="order", kind=ORDER, label="g")))
# Rows 0 to 2 are a list, of which one label is not known; 3 and 4 have equal labels; 5 has no list.
TARGETS = {
    "label/click": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
    "label/order": [2.0, 1.0, 3.0, 1.0, 1.0, 3.0],
    "known/order": [1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
    "weight/order": [2.0, 4.0, 7.0, 1.0, 1.0, 1.0],
}
LISTS = [2**40, 2**40, 2**40, 2**40 + 1, 2**40 + 1, -1]  # In float32 all would be one list.
LOGITS = {"click": tf.zeros([6]), "order": tf.constant([0.5, 2.0, -9.0, 1.0, 4.0, 3.0])}


def targets(**others):
    columns = {name: tf.constant(values) for name, values in TARGETS.items()}
    return columns | {LIST_COLUMN: tf.constant(LISTS, tf.int64)} | others


def test_rows_without_an_order_count_in_other_losses_alone():
    click, order = loss_rows(GRAPH, LOGITS, targets()).losses
    np.testing.assert_allclose(click, np.full(6, np.log(2.0)), rtol=1e-6)
    of_list = np.log1p(np.exp(2.0 - 0.5))
    np.testing.assert_allclose(order, [2 * of_list, 4 * of_list, 0, 0, 0, 0], rtol=1e-6)
    rows = loss_rows(GRAPH, LOGITS, targets())
    np.testing.assert_array_equal(rows.counts, [6.0, 6.0])  # By chance: six rows, and weights of 2 and 4.
    np.testing.assert_array_equal(rows.weights[1], [2.0, 4.0, 0.0, 0.0, 0.0, 0.0])


def test_lists_must_be_there_and_whole_numbers():
    without = targets()
    del without[LIST_COLUMN]
    with pytest.raises(ValueError, match=r"`targets` must hold 'list/rows'\."):
        loss_rows(GRAPH, LOGITS, without)
    with pytest.raises(ValueError, match=r"`targets\['list/rows'\]` must hold integers, got float32\."):
        loss_rows(GRAPH, LOGITS, targets(**{LIST_COLUMN: tf.zeros([6])}))


def test_all_ranking_tasks_have_one_list_column_and_one_is_no_parent():
    other = Task(name="other", kind=Ranking(list="day"), label="g")
    with pytest.raises(
        ConfigError, match=r"`list` must be one column for all ranking tasks.* got 'day' here and 'sess"
    ):
        TaskGraph((*GRAPH.tasks, other))
    child = Task(name="buy", kind=Binary(), label="b", given="order")
    with pytest.raises(ConfigError, match="must name a binary task, got 'order', a ranking task"):
        TaskGraph((*GRAPH.tasks, child))
    assert GRAPH.list_column == "session"


def test_a_declaration_survives_being_written():
    graph = TaskGraph((*GRAPH.tasks, Task(name="best", kind=ORDER, prefer="buy = cart > click > impression")))
    assert bind_or_raise(TaskGraph, unbind(graph)) == graph


@pytest.mark.slow
def test_a_model_learns_an_order_beside_clicks_and_serves_a_score():
    rows = 64
    features = features_of(rows)
    age = features["age"].numpy()
    graph = TaskGraph((GRAPH.tasks[0], Task(name="order", kind=Ranking(list="s", loss=ListMLE()), label="g")))
    columns = {
        "label/click": tf.constant(age > 0, tf.float32),
        "label/order": tf.constant(np.digitize(age, [-0.5, 0.5]), tf.float32),
        LIST_COLUMN: tf.constant(np.arange(rows) // 8),
    }
    model = model_of(SMALL, tasks=graph, balancer=PCGrad())
    model.compile(optimizer=build(Adam(learning_rate=0.02), Adagrad(learning_rate=0.02)))
    before = float(model.test_step((features, columns))["order_loss"])
    for metric in model.metrics:
        metric.reset_state()
    step = tf.function(lambda: model.train_step((features, columns)))
    for _ in range(60):
        step()
    for metric in model.metrics:
        metric.reset_state()
    results = model.test_step((features, columns))
    assert float(results["order_loss"]) < 0.6 * before
    assert "click_auc" in results
    served = model(features)["order"].numpy()
    assert served.min() < 0 or served.max() > 1  # A score, no probability.
    place = np.argsort(np.argsort(served))
    assert np.corrcoef(place, age)[0, 1] > 0.8
