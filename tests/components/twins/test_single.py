"""Each output's twin is a task alone, trained on the rows where its label is known."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from components.trainer.plan import InputPlan
from components.twins.single import twin_of, twin_rows
from models.expression import parse
from models.heads import Binary, Ranking, Regression
from models.losses.terms import loss_rows
from models.relations import ESM2, Conditional
from models.tasks import Role, Task, TaskGraph

INPUTS = (InputPlan(name="price", dim=0),)
CLICK = Task(name="click", kind=Binary(), label="a", kept_negatives=0.25)
GRAPH = TaskGraph(
    (
        CLICK,
        Task(name="cart", kind=Binary(), label="b", given="click", relation=Conditional(), kept_negatives=0.5),
        Task(name="buy", kind=Binary(), label="c", given="click", relation=ESM2(through="cart_too"), tower=(3,)),
        Task(name="cart_too", kind=Binary(), label="b", given="click"),
        Task(name="spend", kind=Regression(), label="d", given="buy", role=Role.AUXILIARY, loss_weight=0.1),
    )
)
OUTPUTS = {output.name: output for output in GRAPH.outputs}


def twin(name, graph=GRAPH):
    return twin_of({output.name: output for output in graph.outputs}[name], graph, expert=(4,))


def test_every_output_has_a_twin_without_parents_factor_or_role():
    for name, output in OUTPUTS.items():
        task = twin(name).task
        assert (task.name, task.kind, task.given, task.role, task.loss_weight) == (
            name, output.kind, None, Role.MAIN, 1.0,
        )  # fmt: skip
        assert [loss.name for loss in TaskGraph((task,)).losses] == [name]
        assert list(parse(task.label).columns) == [f"label/{name}"]
    assert twin("buy").task.tower == (3,)


def test_how_a_task_is_balanced_or_related_is_nothing_to_its_twin():
    other = TaskGraph(tuple(dataclasses.replace(task, loss_weight=3.0, role=Role.MAIN) for task in GRAPH.tasks))
    conditional = dataclasses.replace(GRAPH.by_name["buy"], relation=Conditional())
    related = TaskGraph(tuple(conditional if task.name == "buy" else task for task in GRAPH.tasks))
    assert twin("spend", other) == twin("spend")
    assert twin("buy", related) == twin("buy")
    assert twin("click_and_buy", related) == twin("click_and_buy")


def test_negatives_that_were_left_out_shift_odds_at_the_top_and_weigh_in_products():
    assert twin("click").task.kept_negatives == 0.25
    assert twin("cart").task.kept_negatives == 1.0  # Its weights hold them, as in the multi-task model.
    product = twin("click_and_cart")
    assert (product.task.kept_negatives, product.sampled, product.kept_negatives) == (1.0, "click", 0.25)
    assert (product.weights, twin("cart").sampled, twin("click").sampled) == ("weight/cart", None, None)


def read(name, columns, graph=GRAPH):
    """Targets of the twin of `name`, by way of packed rows."""
    rows = twin_rows(twin(name, graph), INPUTS)
    given = {"price": np.zeros(3)} | columns
    parsed = {column: tf.constant(given[column], tf.float32) for column in (*rows.numbers, *rows.targets)}
    _, targets = rows.unpack(tf.constant(rows.pack(parsed)))
    return {column: values.numpy().tolist() for column, values in targets.items()}


def test_a_products_twin_reads_its_own_label_and_the_weights_of_its_task():
    columns = {
        "label/click_and_cart": [0, 0, 1], "known/click_and_cart": [4, 2, 1], "weight/cart": [3, 6, 3],
        "label/click": [0, 1, 1], "known/click": [4, 1, 1],
    }  # fmt: skip
    assert read("click_and_cart", columns) == {
        "label/click_and_cart": [0, 0, 1],
        "known/click_and_cart": [4, 2, 1],
        # The row without a click stands for four; the other negative's two are in its weight already.
        "weight/click_and_cart": [12, 6, 3],
    }


def test_where_all_rows_are_there_a_product_needs_no_label_of_another_task():
    graph = TaskGraph((dataclasses.replace(CLICK, kept_negatives=1.0), *GRAPH.tasks[1:]))
    rows = twin_rows(twin("click_and_cart", graph), INPUTS)
    assert rows.targets == ("label/click_and_cart", "known/click_and_cart", "weight/cart")


def test_a_conditionals_twin_reads_its_own_columns_alone():
    rows = twin_rows(twin("cart"), INPUTS)
    assert rows.targets == ("label/cart", "known/cart", "weight/cart")
    assert rows.derive is None


@pytest.mark.parametrize("outside", [0.0, 1.0, 77.0])
def test_labels_outside_a_conditionals_space_do_not_enter_its_loss(outside):
    graph = TaskGraph((twin("cart").task,))
    targets = {"label/cart": [1.0, 0.0, outside], "known/cart": [1.0, 1.0, 0.0], "weight/cart": [2.0, 1.0, 5.0]}
    found = loss_rows(graph, {"cart": tf.zeros(3)}, {name: tf.constant(values) for name, values in targets.items()})
    np.testing.assert_allclose(found.losses[0], [2 * np.log(2), np.log(2), 0.0], rtol=1e-6)
    assert found.counts.numpy().tolist() == [3.0]


def test_a_twin_that_ranks_is_trained_on_whole_lists_and_no_other_is():
    order = Task(name="order", kind=Ranking(list="visit"), prefer="buy > click > impression")
    graph = TaskGraph((Task(name="click", kind=Binary(), label="c"), order))
    assert twin("order", graph).task.kind == order.kind
    assert twin_rows(twin("order", graph), INPUTS).has_lists
    assert not twin_rows(twin("click", graph), INPUTS).has_lists
