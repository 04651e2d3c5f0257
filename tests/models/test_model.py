import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.architectures import MMoE, Routing, SharedBottom, SNRAver
from models.architectures.gated import GateSettings
from models.errors import ConfigError
from models.experts import Activation
from models.heads import Binary
from models.interactions import DIN, Attention, Concat, DCNv2
from models.model import MultiTaskModel
from models.optimizers import Adagrad, Adam, build
from models.relations import AITM, DBMTL, ESCM2DR, ESCM2IPW, Conditional, Monotone
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph, label_column
from tests.models.samples import (
    ARCHITECTURE_SAMPLES,
    EVERYTHING,
    FUNNEL,
    INPUTS,
    SMALL,
    TAGS,
    features_of,
    funnel_targets,
    model_of,
    pair_targets,
    targets_of,
)

ROWS = 16
HEADS = tuple({task.kind.name: task.kind for task in EVERYTHING.tasks}.values())
# A routing network's step leaves the blocks alone that it has not drawn.
ALL_LEARN = [architecture for architecture in ARCHITECTURE_SAMPLES if not isinstance(architecture, Routing)]
each_architecture = pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES, ids=repr)


@st.composite
def task_graphs(draw):
    """Random forests of tasks: binary parents, any head, any relation."""
    tasks = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from([Binary(), *HEADS]))
        given = draw(st.sampled_from([None, *(task.name for task in tasks if task.kind.is_binary)]))
        relations = [None, Conditional()] if given else [None]
        if given and kind.is_binary:
            relations += [AITM(), DBMTL(), ESCM2DR(), ESCM2IPW(), Monotone()]
        relation = draw(st.sampled_from(relations))
        tower = draw(st.sampled_from([None, (), (3,)]))
        tasks.append(Task(name=f"task_{number}", kind=kind, label="y", given=given, relation=relation, tower=tower))
    return TaskGraph(tuple(draw(st.permutations(tasks))))


@each_architecture
def test_every_output_of_the_graph_comes_by_name_in_float32(architecture):
    outputs = model_of(architecture)(features_of(ROWS))
    assert set(outputs) == {output.name for output in FUNNEL.outputs}
    for output in outputs.values():
        assert output.shape == [ROWS]
        assert output.dtype == tf.float32
    np.testing.assert_allclose(outputs["click_and_buy"], outputs["click"] * outputs["buy"], rtol=1e-6)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)  # Each example builds a model.
@given(tasks=task_graphs(), architecture=st.sampled_from(ALL_LEARN))
def test_any_graph_trains_every_weight(tasks, architecture):
    # A layer this small may be all below zero on these rows, where ReLU would teach it nothing.
    model = model_of(architecture, tasks=tasks, activation=Activation.TANH)
    # By a rate at which a gradient as small as those of the first of three levels moves a weight in float32.
    model.compile(optimizer=tf.keras.optimizers.SGD(learning_rate=1e3))
    targets = {label_column(loss.name): tf.ones([ROWS]) for loss in tasks.losses}
    before = [weight.numpy() for weight in model.trainable_weights]
    results = model.train_step((features_of(ROWS), targets))
    assert all(np.isfinite(value) for value in results.values())
    for weight, initial in zip(model.trainable_weights, before, strict=True):
        assert (weight.numpy() != initial).any(), f"{weight.name} did not move"


@pytest.mark.parametrize("phase", ["train_step", "test_step"])
def test_python_that_hangs_on_a_tensor_is_refused_rather_than_rewritten(monkeypatch, phase):
    model = model_of(SMALL)
    model.compile(optimizer="sgd")

    def branching():
        return tf.zeros([]) if tf.reduce_sum(tf.ones([2])) > 1 else tf.ones([])

    monkeypatch.setattr(model, "regularisation", branching)
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        tf.function(getattr(model, phase))((features_of(ROWS), funnel_targets(ROWS)))


def test_a_graph_of_every_head_and_relation_serves_what_it_names_after_a_save(tmp_path):
    model, features = model_of(SMALL, tasks=EVERYTHING, seed=1), features_of(ROWS)
    copy = MultiTaskModel.from_config(model_of(SMALL, tasks=EVERYTHING, seed=2).get_config())
    model.save_weights(str(tmp_path / "weights.h5"))
    copy.load_weights(str(tmp_path / "weights.h5"))
    outputs = model(features)
    assert tuple(outputs) == EVERYTHING.served
    for name, output in outputs.items():
        assert output.dtype == tf.float32
        np.testing.assert_array_equal(copy(features)[name], output)


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_graph_of_every_head_and_relation_learns(jit_compile):
    # XLA compiles the whole graph for two minutes; its first half has a relation of each form.
    tasks = TaskGraph(EVERYTHING.tasks[:6]) if jit_compile else EVERYTHING
    model = model_of(SMALL, tasks=tasks)
    model.compile(optimizer=build(Adam(learning_rate=0.01), Adagrad(learning_rate=0.1)), jit_compile=jit_compile)
    batch = features_of(ROWS), targets_of(tasks, ROWS)
    losses = model.fit(tf.data.Dataset.from_tensors(batch).repeat(10), epochs=6, verbose=0).history
    assert losses["loss"][-1] < losses["loss"][0]
    assert all(np.isfinite(losses[f"{loss.name}_loss"]).all() for loss in tasks.losses)
    results = model.evaluate(tf.data.Dataset.from_tensors(batch), verbose=0, return_dict=True)
    assert {"click_auc", "share_auc"} <= set(results)
    assert jit_compile or {"reason_accuracy", "rating_rmse"} <= set(results)


@each_architecture
def test_rows_do_not_see_each_other(architecture):
    model, features = model_of(architecture), features_of(ROWS)
    together = model(features)
    alone = model({name: column[3:4] for name, column in features.items()})
    for name, output in alone.items():
        np.testing.assert_allclose(output[0], together[name][3], rtol=1e-5)


@each_architecture
def test_saved_weights_give_the_same_outputs(architecture, tmp_path):
    model, features = model_of(architecture, inputs=(*INPUTS, TAGS), seed=1), features_of(ROWS, with_tags=True)
    copy = model_of(architecture, inputs=(*INPUTS, TAGS), seed=2)
    assert (copy(features)["click"].numpy() != model(features)["click"].numpy()).any()
    model.save_weights(str(tmp_path / "weights.h5"))
    copy.load_weights(str(tmp_path / "weights.h5"))
    for name, output in model(features).items():
        np.testing.assert_array_equal(copy(features)[name], output)


@each_architecture
def test_a_model_made_from_its_config_is_the_same_model(architecture):
    model = model_of(architecture, interaction=DCNv2(num_layers=1), seed=4)
    copy = MultiTaskModel.from_config(model.get_config())
    features = features_of(ROWS)
    for name, output in model(features).items():
        np.testing.assert_array_equal(copy(features)[name], output)


def test_the_seed_decides_every_initial_weight():
    one, same, other = (model_of(interaction=DCNv2(num_layers=1), seed=seed).get_weights() for seed in (1, 1, 2))
    for weight, repeated, changed in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(weight, repeated)
        assert not weight.any() or not np.isclose(weight, changed).all()  # Biases start at 0.


def test_weights_exist_and_are_counted_from_the_start():
    model = model_of(SharedBottom(expert=(6, 5)))
    tables = 50 * 4 + 30 * 3
    bottom = (4 + 3 + 3 + 1 + 1) * 6 + (6 + 1) * 5
    towers = 3 * ((5 + 1) * 4 + (4 + 1))
    assert model.count_params() == tables + bottom + towers


def test_gate_weights_are_there_for_gates_and_empty_without():
    features = features_of(ROWS)
    weights = model_of(MMoE(num_experts=3, expert=(4,))).gate_weights(features)
    assert {name: share.shape.as_list() for name, share in weights.items()} == {
        f"level_1/{task}": [ROWS, 3] for task in ("click", "buy", "spend")
    }
    assert model_of(SharedBottom(expert=(4,))).gate_weights(features) == {}


def test_logits_are_the_log_odds_of_what_is_served():
    model, features = model_of(), features_of(ROWS)
    logits, outputs = model.logits(features), model(features)
    np.testing.assert_allclose(tf.sigmoid(logits["buy"]), outputs["buy"], rtol=1e-6)
    np.testing.assert_array_equal(logits["spend"], outputs["spend"])


@pytest.mark.slow
def test_fit_evaluate_and_predict_in_ten_lines():
    rows = 512
    features = features_of(rows, with_tags=True)
    targets = {**funnel_targets(rows), "label/click": tf.cast(features["user"] < 25, tf.float32)}
    dataset = tf.data.Dataset.from_tensor_slices((features, targets))
    model = model_of(inputs=(*INPUTS, TAGS), dropout=0.1, l2=1e-5)
    model.compile(optimizer=build(Adam(learning_rate=0.01), Adagrad(learning_rate=0.3)))
    history = model.fit(dataset.batch(64), epochs=4, verbose=0, validation_data=dataset.batch(64)).history
    assert history["loss"][-1] < history["loss"][0]
    assert history["val_click_auc"][-1] > 0.9
    results = model.evaluate(dataset.batch(100), verbose=0, return_dict=True)
    np.testing.assert_allclose(results["loss"], history["val_loss"][-1], rtol=1e-4)
    assert set(results) == {
        "loss", "click_loss", "click_and_buy_loss", "spend_loss",
        "click_auc", "buy_auc", "click_and_buy_auc", "spend_rmse",
    }  # fmt: skip
    assert model.predict(dataset.batch(100), verbose=0)["click_and_buy"].shape == (rows,)


@pytest.mark.slow
def test_an_exported_signature_computes_the_same(tmp_path):
    model, features = model_of(), features_of(ROWS)
    signature = tf.function(lambda columns: model(columns, training=False)).get_concrete_function(
        {name: tf.TensorSpec([None], column.dtype, name=name) for name, column in features.items()}
    )
    tf.saved_model.save(model, str(tmp_path), signatures={"serving_default": signature})
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"](**features)
    for name, output in model(features).items():
        np.testing.assert_allclose(served[name], output, rtol=1e-6)


def test_targets_of_another_graph_are_named():
    model = model_of()
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=r"`targets` must hold 'label/click_and_buy'"):
        model.train_step((features_of(ROWS), pair_targets(ROWS)))


@pytest.mark.parametrize("argument", ["loss", "metrics", "loss_weights", "weighted_metrics"])
def test_losses_and_metrics_that_a_task_graph_declares_are_refused(argument):
    with pytest.raises(ValueError, match=rf"`{argument}` must not be given, got \['mse'\]: .* declare them there"):
        model_of().compile(optimizer="sgd", **{argument: ["mse"]})


def test_slots_exist_once_a_model_is_compiled():
    model = model_of(SharedBottom(expert=(4,)))
    model.compile(optimizer=build(Adam(), Adagrad()))
    num_tables = 2
    num_dense = len(model.trainable_variables) - num_tables
    # Two moments of each dense weight, one sum of each table, and the step counter.
    assert len(model.optimizer.variables) == 2 * num_dense + num_tables + 1


@pytest.mark.parametrize(
    "interaction", [Concat(), DIN(attention=(Attention(sequence="tags", query="item"),))], ids=repr
)
def test_gates_read_the_inputs_named_besides_by_their_embeddings(interaction):
    gate = GateSettings(inputs=("tags", "age"))
    inputs = (*INPUTS, TAGS)
    model = model_of(MMoE(num_experts=2, expert=(4,), gate=gate), inputs=inputs, interaction=interaction)
    features = features_of(ROWS, with_tags=True)
    encoded, beside = model._encode(model._encoder(features))
    table, age = model._encoder.tables["tag"].numpy(), features["age"].numpy()
    means = [table[ids].mean(axis=0) if ids else np.zeros(3) for ids in features["tags"].to_list()]
    np.testing.assert_allclose(beside, np.column_stack([means, age]), rtol=1e-5)
    weights = model.gate_weights(features)["level_1/click"]
    np.testing.assert_array_equal(weights, model._network.gate_weights(encoded, beside)["level_1/click"])
    assert not np.isclose(weights, model._network.gate_weights(encoded, beside + 1.0)["level_1/click"]).any()


def test_gates_that_read_nothing_besides_are_given_nothing():
    assert model_of()._encode(model_of()._encoder(features_of(ROWS)))[1] is None


def test_a_gate_input_that_is_not_there_is_named_with_the_nearest():
    architecture = MMoE(gate=GateSettings(inputs=("users",)))
    with pytest.raises(ConfigError, match=r"gates must read inputs of the model, got 'users'\. Did you mean `user`\?"):
        model_of(architecture)
    (problem,) = ModelSettings(architecture=architecture, tower=(4,)).input_problems(INPUTS)
    assert problem.path == ("architecture", "gate", "inputs", 0)


def test_a_model_shows_the_connections_and_routes_of_its_network():
    sparse = model_of(SNRAver(num_levels=2, num_experts=2, expert=(4,)))
    assert [shares.takers for shares in sparse.connection_map().values()] == [
        ("shared 1", "shared 2"),
        ("click", "buy", "spend"),
    ]
    open_probability = sparse.settings.architecture.hard_concrete.open_probability(tf.constant(2.5))
    assert {level: float(count) for level, count in sparse.num_open().items()} == pytest.approx(
        {"level_1": 4 * float(open_probability), "level_2": 6 * float(open_probability)}, rel=1e-6
    )
    routed = model_of(Routing(num_blocks=3, expert=(4,)))
    (shares,) = routed.routes().values()
    assert shares.takers == ("click", "buy", "spend")
    np.testing.assert_allclose(shares.values, 1 / 3)
    assert routed.connection_map() == routed.num_open() == sparse.routes() == {}


def test_a_network_that_draws_is_told_each_tasks_share_of_the_objective_and_whether_all_was_known(monkeypatch):
    # buy takes part in the product's loss alone, click in that and its own, spend in its own; no spend is known.
    seen = {}

    def policy_loss(losses, active):
        seen.update(losses=losses.numpy(), active=active.numpy())
        return tf.zeros([])

    heard = TaskGraph((dataclasses.replace(FUNNEL.tasks[0], loss_weight=3.0), *FUNNEL.tasks[1:]))
    model = model_of(Routing(num_blocks=2, expert=(4,)), tasks=heard)
    model.compile(optimizer="sgd", run_eagerly=True)
    monkeypatch.setattr(model._network, "policy_loss", policy_loss)
    unknown = {"known/spend": tf.zeros([ROWS])}
    results = model.train_step((features_of(ROWS), {**funnel_targets(ROWS), **unknown}))
    click, both = (float(results[f"{name}_loss"]) for name in ("click", "click_and_buy"))
    np.testing.assert_allclose(seen["losses"], [3 * click + both, both, 0.0], rtol=1e-6)
    assert seen["active"].tolist() == [True, True, False]
