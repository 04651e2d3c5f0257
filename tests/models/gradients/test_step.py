import dataclasses
import functools

import numpy as np
import pytest
import tensorflow as tf

from models.architectures import CGC, SharedBottom, SingleTask, SNRAver, SNRTrans, SoftSharing
from models.balancers import MGDA, GradNorm, GradVac, PCGrad, Scope, TaskParameters
from models.experts import ExpertKind
from models.experts.style import Activation
from models.gradients.forward import forward
from models.gradients.gram import gram_by_layer, layer_of
from models.gradients.sources import Frontier, Sources, by_weight
from models.heads import Binary
from models.inputs import EmbeddingInput
from models.inputs.encoder import Lookup
from models.interactions import DCNv2
from models.losses.terms import loss_terms
from models.optimizers import Adagrad, Adam, build
from models.relations import ESCM2DR, ESCM2IPW
from models.tasks import Task, TaskGraph
from tests.models.gradients.fixed import Alternating, Fixed, OneLayer
from tests.models.samples import (
    ARCHITECTURE_SAMPLES,
    EVERYTHING,
    FUNNEL,
    INPUTS,
    PAIR,
    SMALL,
    TAGS,
    features_of,
    funnel_targets,
    model_of,
    pair_targets,
    targets_of,
)

ROWS = 64
SMOOTH = {"activation": Activation.TANH}  # A ReLU that never opens would pass for a weight that no loss reaches.


def batch(tasks, *, with_tags=False):
    targets = {id(FUNNEL): funnel_targets, id(PAIR): pair_targets}.get(id(tasks), lambda rows: targets_of(tasks, rows))
    return features_of(ROWS, with_tags=with_tags), targets(ROWS)


def stepped(balancer, architecture, tasks=FUNNEL, **settings):
    """A model after one plain step of SGD, and how far each weight went."""
    model = model_of(architecture, tasks=tasks, balancer=balancer, **{**SMOOTH, **settings})
    model.compile(optimizer=tf.keras.optimizers.SGD(1.0))
    before = [weight.numpy() for weight in model.trainable_weights]
    model.train_step(batch(tasks, with_tags=TAGS in model.input_specs))
    return model, [old - weight.numpy() for old, weight in zip(before, model.trainable_weights, strict=True)]


@functools.cache  # One for all balancers that are compared with it.
def jacobian(architecture, tasks=FUNNEL, **settings):
    """By variable: dense gradients of each loss, `[losses, ...]`, and of the regularisation, by plain tapes."""
    model = model_of(architecture, tasks=tasks, **{**SMOOTH, **settings})
    features, targets = batch(tasks, with_tags=TAGS in model.input_specs)
    with tf.GradientTape(persistent=True) as tape:
        sums, counts = loss_terms(tasks, model.logits(features, training=True), targets)
        factors = [loss.loss_weight for loss in tasks.losses]
        means = tf.unstack(tf.math.divide_no_nan(sums, counts) * tf.constant(factors))
        regularisation = tf.add_n(model.losses) if model.losses else tf.zeros([])
    beside = tape.gradient(regularisation, model.trainable_weights, unconnected_gradients="zero")
    found = [tape.gradient(mean, model.trainable_weights, unconnected_gradients="zero") for mean in means]
    stacks = [np.stack([tf.convert_to_tensor(one).numpy() for one in of_all]) for of_all in zip(*found, strict=True)]
    return stacks, [tf.convert_to_tensor(one).numpy() for one in beside]


def reached(of_losses, name):
    """How many losses reach each row of a weight, or all of a table, `[rows]`, to be laid beside its gradients.

    Told by gradients that are not 0. Function blocks and the experts of SNR are drawn or closed by chance, so that a
    loss may miss one in this step: all losses can reach any of them.
    """
    axes = tuple(range(2, of_losses.ndim))
    by_row = (of_losses != 0).any(axis=axes) if axes else of_losses != 0
    is_stack = any(part in name for part in ("kernel_", "bias_", "shares", "log_alpha", "connections_"))
    counts = by_row.sum(axis=0) if is_stack else np.full(by_row.shape[1], by_row.any(axis=1).sum())
    if any(part in name for part in ("blocks_", "drawn_experts")):
        counts = np.full_like(counts, len(of_losses))
    return counts.reshape(-1, *[1] * len(axes))


def memory_of(model, name):
    return next(weight for weight in model.weights if weight.name.startswith(name)).numpy()


# A scope finds its own matrix; what a task's own parameters receive is told apart before, by the tasks and the network.
@pytest.mark.parametrize(
    ("tasks", "scope", "alone"),
    [
        (FUNNEL, Scope.PARAMETERS, TaskParameters.UNWEIGHTED),
        (FUNNEL, Scope.REPRESENTATION, TaskParameters.WEIGHTED),
        (FUNNEL, Scope.GROUP, TaskParameters.UNWEIGHTED),
        (PAIR, Scope.PARAMETERS, TaskParameters.WEIGHTED),
        (PAIR, Scope.REPRESENTATION, TaskParameters.UNWEIGHTED),
        (PAIR, Scope.GROUP, TaskParameters.WEIGHTED),
    ],
    ids=["funnel", "funnel, representation", "funnel, group", "pair", "pair, representation", "pair, group"],
)
@pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES, ids=repr)
def test_the_gram_matrix_and_the_update_are_those_of_the_whole_jacobian(architecture, tasks, scope, alone):
    assert_whole_jacobian(architecture, tasks, scope, alone=alone, rtol=1e-4, atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "scope"),
    [*((ARCHITECTURE_SAMPLES[6], scope) for scope in Scope), (ARCHITECTURE_SAMPLES[4], Scope.PARAMETERS)],
    ids=repr,
)
def test_so_they_are_for_a_dozen_losses_of_every_kind(architecture, scope):
    settings = {"inputs": (*INPUTS, TAGS), "interaction": DCNv2(num_layers=1), "l2": 0.01}
    # Their gradients differ by orders of magnitude, so that small ones are lost in float32 sums of large ones.
    alone = TaskParameters.UNWEIGHTED
    assert_whole_jacobian(architecture, EVERYTHING, scope, alone=alone, rtol=2e-3, atol=2e-5, **settings)


def assert_whole_jacobian(architecture, tasks, scope, *, alone, rtol, atol, **settings):
    factors = tuple(0.5 + 0.25 * place for place in range(len(tasks.losses)))
    balancer = Fixed(factors=factors, scope=scope, task_parameters=alone)
    model, moved = stepped(balancer, architecture, tasks, **settings)
    jacobians, beside = jacobian(architecture, tasks, **settings)
    gram = np.zeros([len(factors)] * 2)
    lower = tuple(f"gate_{level}_" for level in range(1, getattr(architecture, "num_levels", 1)))
    is_drawn = isinstance(architecture, (SNRTrans, SNRAver))
    for weight, found, of_losses, rest in zip(model.trainable_weights, moved, jacobians, beside, strict=True):
        name = weight.name.replace("experts_", "drawn_experts_") if is_drawn else weight.name
        counts = reached(of_losses, name)
        shared = np.where(counts > 1, of_losses, 0.0).reshape(len(factors), -1).astype(np.float64)
        gram += shared @ shared.T
        is_beyond = not weight.name.split("/")[-2].startswith(lower)
        weighted = np.where(counts > 1, True, alone is TaskParameters.WEIGHTED or not is_beyond)
        wide = np.reshape(factors, [-1] + [1] * found.ndim)
        expected = np.where(weighted, (wide * of_losses).sum(axis=0), of_losses.sum(axis=0))
        np.testing.assert_allclose(found, expected + rest, rtol=rtol, atol=atol, err_msg=weight.name)
    if scope is Scope.REPRESENTATION:
        return  # Its matrix is of other gradients; see below.
    seen = memory_of(model, "seen").sum(axis=0)
    np.testing.assert_allclose(seen, gram, rtol=1e-4, atol=1e-5 * np.trace(gram))


def test_scope_representation_compares_gradients_by_the_shared_experts_outputs():
    factors = (1.0, 2.0)
    model, _ = stepped(Fixed(factors=factors, scope=Scope.REPRESENTATION), SharedBottom(expert=(6, 5)), PAIR)
    twin = model_of(SharedBottom(expert=(6, 5)), tasks=PAIR, **SMOOTH)
    features, targets = batch(PAIR)
    with tf.GradientTape(persistent=True) as tape:
        encoded, _ = twin._encode(twin._encoder(features))
        outputs = twin._network(encoded)[0]
        logits = twin._towers(tf.stack([outputs, outputs]))
        losses = [
            tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets[f"label/{name}"], logits[name]))
            for name in ("click", "like")
        ]
    rows = np.stack([tape.gradient(loss, outputs).numpy().ravel() for loss in losses]).astype(np.float64)
    np.testing.assert_allclose(memory_of(model, "seen")[0], rows @ rows.T, rtol=1e-5)


def test_scope_group_has_a_matrix_for_each_layer_and_table():
    model, _ = stepped(Fixed(factors=(1.0, 1.0), scope=Scope.GROUP), SharedBottom(expert=(6, 5)), PAIR)
    groups = model._step.balance.groups
    assert groups[:2] == ("table_user", "table_item")
    assert {"experts/experts_1/0", "experts/experts_1/1", "towers/0", "towers/logits/0"} <= set(groups)
    traces = dict(zip(groups, np.trace(memory_of(model, "seen"), axis1=1, axis2=2), strict=True))
    assert {group for group, trace in traces.items() if trace == 0} == {"towers/0", "towers/logits/0"}


@pytest.mark.parametrize("scope", Scope)
def test_between_two_decisions_the_last_weights_hold(scope):
    model = model_of(SMALL, tasks=PAIR, balancer=Alternating(scope=scope, update_every=3))
    model.compile(optimizer=tf.keras.optimizers.SGD(0.1))
    rows = batch(PAIR)
    step = tf.function(lambda features, targets: model.train_step((features, targets)))
    seen = []
    for _ in range(7):
        step(*rows)
        seen.append(memory_of(model, "balance/weights")[0].tolist())
    assert seen == [[1, 2]] * 3 + [[2, 3]] * 3 + [[3, 4]]
    assert memory_of(model, "times") == 3


@pytest.mark.parametrize("scope", [Scope.PARAMETERS, Scope.REPRESENTATION])
def test_a_step_between_two_decisions_is_the_one_of_its_weights(scope):
    # The second step of one that decides every other step is the second one of one that always decides the same.
    often, seldom = (
        model_of(SMALL, balancer=Fixed(factors=(1.0, 3.0, 0.5), scope=scope, update_every=every), **SMOOTH)
        for every in (1, 2)
    )
    for model in (often, seldom):
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        step = tf.function(lambda features, targets, model=model: model.train_step((features, targets)))
        for _ in range(2):
            step(*batch(FUNNEL))
    for one, other in zip(often.trainable_weights, seldom.trainable_weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6, err_msg=one.name)


@pytest.mark.parametrize("scope", Scope)
def test_a_compiled_step_is_the_plain_one(scope):
    plain, compiled = (model_of(SMALL, balancer=Fixed(factors=(1.0, 3.0, 0.5), scope=scope)) for _ in range(2))
    for model, by_xla in ((plain, False), (compiled, True)):
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        step = tf.function(lambda f, t, model=model: model.train_step((f, t)), jit_compile=by_xla)
        step(*batch(FUNNEL))
        step(*batch(FUNNEL))
        assert step.experimental_get_tracing_count() == 1
    for one, other in zip(plain.weights, compiled.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-6, err_msg=one.name)


def test_values_of_one_row_are_summed_before_they_are_multiplied():
    # By hand: two values of one row, gradients (1, 0) and (0, 1) for the one loss and (1, 0) twice for the other, are
    # (1, 1) and (2, 0), of product 2; by values it would be 1.
    table = tf.Variable(tf.zeros([5, 2]), name="table_x")
    vectors = tf.constant([[0.0, 0.0], [0.0, 0.0]])
    by_loss = [[tf.constant([[1.0, 0.0], [0.0, 1.0]])], [tf.constant([[1.0, 0.0], [1.0, 0.0]])]]
    sources = Sources((), {"x": Lookup(table, tf.constant([3, 3]), vectors)}, Frontier((), ()))
    gradients = by_weight(by_loss, sources, tf.ones([]))
    np.testing.assert_array_equal(gram_by_layer(gradients, 2)["table_x"], [[2.0, 2.0], [2.0, 4.0]])


def test_every_head_and_relation_can_be_balanced():
    number = len(EVERYTHING.losses)
    model = model_of(SMALL, tasks=EVERYTHING, inputs=(*INPUTS, TAGS), balancer=Fixed(factors=(1.0,) * number))
    model.compile(optimizer=tf.keras.optimizers.SGD(0.1))
    plain = model_of(SMALL, tasks=EVERYTHING, inputs=(*INPUTS, TAGS))
    plain.compile(optimizer=tf.keras.optimizers.SGD(0.1))
    rows = batch(EVERYTHING, with_tags=True)
    for one in (model, plain):
        one.train_step(rows)
    for one, other in zip(model.trainable_weights, plain.trainable_weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5, err_msg=one.name)


METHODS = (PCGrad(), GradVac(scope=Scope.GROUP), MGDA(scope=Scope.REPRESENTATION), GradNorm(update_every=2))


@pytest.mark.parametrize("balancer", METHODS, ids=repr)
def test_a_run_taken_up_again_goes_on_bit_by_bit(balancer, tmp_path):
    def compiled():
        model = model_of(SMALL, balancer=balancer)
        model.compile(optimizer=build(Adam(learning_rate=0.05), Adagrad(learning_rate=0.5)))
        return model, tf.function(lambda features, targets: model.train_step((features, targets)))

    unbroken, step = compiled()
    for seed in range(3):
        step(features_of(ROWS, seed=seed), funnel_targets(ROWS, seed=seed))
    path = tf.train.Checkpoint(model=unbroken).write(str(tmp_path / "kept"))
    resumed, other_step = compiled()
    tf.train.Checkpoint(model=resumed).read(path).assert_existing_objects_matched()
    for seed in range(3, 6):
        step(features_of(ROWS, seed=seed), funnel_targets(ROWS, seed=seed))
        other_step(features_of(ROWS, seed=seed), funnel_targets(ROWS, seed=seed))
    for weight, twin in zip(unbroken.weights, resumed.weights, strict=True):
        np.testing.assert_array_equal(weight, twin, err_msg=weight.name)


@pytest.mark.parametrize("balancer", [PCGrad(), MGDA(), MGDA(scope=Scope.REPRESENTATION)], ids=repr)
def test_a_task_without_a_label_in_the_batch_leaves_the_problem(balancer):
    # With one task left there is nothing to balance: its shared gradient counts in full.
    features, targets = batch(PAIR)
    nothing = {**targets, "known/like": tf.zeros([ROWS])}
    moved = []
    for used in (balancer, None):
        model = model_of(tasks=PAIR, balancer=used)
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        model.train_step((features, nothing))
        moved.append(model.trainable_weights)
    for weight, twin in zip(*moved, strict=True):
        np.testing.assert_allclose(weight, twin, rtol=1e-5, atol=1e-7, err_msg=weight.name)


@pytest.mark.parametrize("scope", Scope)
def test_a_loss_of_factor_0_is_watched_and_trains_nothing(scope):
    watched = TaskGraph((PAIR.tasks[0], dataclasses.replace(PAIR.tasks[1], loss_weight=0.0)))
    features, targets = batch(PAIR)
    model = model_of(tasks=watched, balancer=PCGrad(scope=scope))
    alone = model_of(tasks=PAIR)
    for one, labels in ((model, targets), (alone, {**targets, "known/like": tf.zeros([ROWS])})):
        one.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        one.train_by(look_every=1)
        one.train_step((features, labels))
    for weight, twin in zip(model.trainable_weights, alone.trainable_weights, strict=True):
        np.testing.assert_allclose(weight, twin, rtol=1e-5, atol=1e-7, err_msg=weight.name)
    assert np.diag(model.looked_at()[0].grams["table_user"]).min() > 0
    assert np.diag(alone.looked_at()[0].grams["table_user"]).min() == 0


def test_the_layer_that_gradnorm_compares_is_the_last_that_all_losses_reach():
    model, _ = stepped(OneLayer(factors=(1.0, 1.0)), SharedBottom(expert=(6, 5)), PAIR)
    twin, _ = stepped(Fixed(factors=(1.0, 1.0), scope=Scope.GROUP), SharedBottom(expert=(6, 5)), PAIR)
    place = twin._step.balance.groups.index("experts/experts_1/1")
    np.testing.assert_allclose(memory_of(model, "seen")[0], memory_of(twin, "seen")[place], rtol=1e-6)


def test_a_layer_that_is_not_shared_is_refused():
    with pytest.raises(
        ValueError, match=r"`layer` must be a layer that several losses reach, got 'towers/0'. There are"
    ):
        stepped(GradNorm(layer="towers/0"), SharedBottom(expert=(6, 5)), PAIR)
    with pytest.raises(ValueError, match="take an architecture with shared experts"):
        stepped(GradNorm(), SingleTask(expert=(6, 5)), PAIR)


ESMM = TaskGraph((PAIR.tasks[0], Task(name="buy", kind=Binary(), label="b", given="click")))


@pytest.mark.parametrize("tasks", [PAIR, ESMM], ids=["pair", "esmm"])
@pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES[1:], ids=repr)
def test_gradnorm_compares_the_last_layer_of_experts(architecture, tasks):
    if isinstance(architecture, SoftSharing):
        return  # It has none that several losses reach.
    model = model_of(architecture, tasks=tasks, balancer=OneLayer(factors=(1.0, 1.0)), **SMOOTH)
    model.compile(optimizer=tf.keras.optimizers.SGD(1.0))
    features = features_of(ROWS)
    labels = funnel_targets(ROWS)
    tf.function(lambda f, t: model.train_step((f, t)))(features, labels | pair_targets(ROWS))
    layers = [layer_of(weight) for weight in model.trainable_weights]
    experts = [layer for layer in layers if layer.startswith(("experts/experts_", "experts/blocks_"))]
    level = max(layer.split("/")[1] for layer in experts)
    dense = [layer for layer in experts if layer.split("/")[1] == level and "/cross_" not in layer]
    # Of experts of two kinds either's last layer will do.
    of_bank = {}
    for layer in sorted(dense):
        of_bank[layer.rsplit("/", 1)[0]] = layer
    assert model._step.balance.compared_layer in of_bank.values()


@pytest.mark.parametrize("scope", [Scope.PARAMETERS, Scope.REPRESENTATION])
def test_an_overflow_decides_nothing_and_the_next_step_does(scope):
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = model_of(SMALL, tasks=PAIR, balancer=MGDA(scope=scope, update_every=8))
        optimizer = tf.keras.optimizers.SGD(0.1)
        model.compile(optimizer=tf.keras.mixed_precision.LossScaleOptimizer(optimizer, initial_scale=2.0**24))
        step = tf.function(lambda features, targets: model.train_step((features, targets)))
        seen = []
        for _ in range(12):
            step(*batch(PAIR))
            seen.append((memory_of(model, "balance/weights")[0].tolist(), bool(memory_of(model, "balance/overdue"))))
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    assert seen[0] == ([1.0, 1.0], True)
    decided = [weights for weights, is_overdue in seen if not is_overdue]
    assert decided and decided[0] != [1.0, 1.0] and decided[0] != [0.5, 0.5]


@pytest.mark.parametrize("scope", Scope)
def test_a_single_task_is_trained_as_it_is(scope):
    alone = TaskGraph(PAIR.tasks[:1])
    balanced = model_of(tasks=alone, balancer=MGDA(scope=scope))
    plain = model_of(tasks=alone)
    for model in (balanced, plain):
        model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
        model.train_step(batch(PAIR))
    for weight, twin in zip(balanced.trainable_weights, plain.trainable_weights, strict=True):
        np.testing.assert_allclose(weight, twin, rtol=1e-5, atol=1e-7, err_msg=weight.name)


@pytest.mark.parametrize("relation", [ESCM2IPW(), ESCM2DR()], ids=repr)
def test_a_loss_over_all_rows_without_one_known_label_has_left_the_problem(relation):
    # It is divided by all impressions, of which there are some though none was clicked.
    buy = Task(name="buy", kind=Binary(), label="b", given="click", relation=relation)
    tasks = TaskGraph((PAIR.tasks[0], buy))
    names = [loss.name for loss in tasks.losses]
    model = model_of(tasks=tasks)
    model.compile(optimizer=tf.keras.optimizers.SGD(0.5))
    targets = dict(funnel_targets(ROWS)) | {"label/click": tf.zeros([ROWS]), "known/buy": tf.zeros([ROWS])}
    targets["label/buy"] = tf.zeros([ROWS])
    active = dict(zip(names, forward(model, features_of(ROWS), targets).seen.active.numpy(), strict=True))
    assert active["click"] and not active["buy"]
    some = {**targets, "known/buy": tf.one_hot(3, ROWS)}
    assert forward(model, features_of(ROWS), some).seen.active.numpy().all()


def test_layers_are_told_apart():
    architecture = CGC(num_shared=2, num_specific=1, expert=(6, 5), kinds=(ExpertKind.MLP, ExpertKind.CROSS))
    names = [layer_of(weight) for weight in model_of(architecture, tasks=PAIR).trainable_weights]
    assert {"experts/experts_1/experts_1_cross/cross_0", "experts/experts_1/experts_1_cross/0"} <= set(names)
    tables = {"a": "bias", "b": "x_kernel"}
    inputs = tuple(EmbeddingInput(name=name, table=table, num_ids=5, dim=2) for name, table in tables.items())
    model = model_of(SharedBottom(expert=(3,)), tasks=PAIR, inputs=inputs)
    assert [layer_of(weight) for weight in model.trainable_weights[:2]] == ["table_bias", "table_x_kernel"]
