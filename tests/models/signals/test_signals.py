"""What holds for every signal: it is balanced like a task's loss, or looked at without a trace."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.architectures import CGC, PLE, Routing, SharedBottom
from models.balancers import GradVac, PCGrad, Scope, Static
from models.errors import ConfigError
from models.gradients.forward import forward
from models.inputs import DenseInput
from models.losses.terms import loss_terms
from models.signals import SIGNALS, Contrastive, Position, Reconstruction
from models.tasks import Role, TaskGraph
from tests.models.gradients.fixed import Fixed
from tests.models.samples import FUNNEL, INPUTS, SMALL, TAGS, features_of, model_of
from tests.models.signals.samples import BATCH, OBSERVED, PLACE, SIGNALS_OF_ALL_KINDS, batch_of, signal_model, trained

SCOPES = {
    "no gradients": None,
    **{scope.value: Fixed(factors=(1.0,) * 5, scope=scope) for scope in Scope},
}


def weights_by_name(model):
    return {weight.name: weight.numpy() for weight in model.trainable_weights}


def moved(model):
    model.compile(optimizer=tf.keras.optimizers.SGD(1.0))
    before = weights_by_name(model)
    model.train_step(BATCH)
    return {name: before[name] - value for name, value in weights_by_name(model).items()}


def test_samples_cover_the_catalogue():
    assert {type(signal) for signal in SIGNALS_OF_ALL_KINDS} == set(SIGNALS.values())
    assert {signal.kind for signal in SIGNALS_OF_ALL_KINDS} == set(SIGNALS)


def test_losses_of_signals_come_after_those_of_tasks_as_auxiliary_ones():
    graph = TaskGraph(FUNNEL.tasks, SIGNALS_OF_ALL_KINDS)
    assert graph.losses[: len(FUNNEL.losses)] == FUNNEL.losses
    assert [(loss.name, loss.role, loss.loss_weight) for loss in graph.losses[len(FUNNEL.losses) :]] == [
        ("views", Role.AUXILIARY, 0.5),
        ("rebuilt", Role.AUXILIARY, 0.1),
    ]
    assert graph.outputs == FUNNEL.outputs
    observed = TaskGraph(FUNNEL.tasks, OBSERVED)
    assert observed.losses == FUNNEL.losses
    assert [loss.name for loss in observed.watched[len(FUNNEL.losses) :]] == ["views", "rebuilt", "bias"]


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_adds_a_signals_gradient_as_a_plain_tape_tells_it(scope):
    architecture = CGC(num_shared=1, num_specific=1, expert=(5,))
    found = moved(signal_model(SIGNALS_OF_ALL_KINDS, architecture, balancer=SCOPES[scope]))
    model = signal_model(SIGNALS_OF_ALL_KINDS, architecture)
    model.signals.see(BATCH[0])
    with tf.GradientTape() as tape:
        sums, counts = loss_terms(model.tasks, model.logits(BATCH[0], training=True), BATCH[1])
        factors = tf.constant([loss.loss_weight for loss in model.tasks.losses])
        total = tf.reduce_sum(factors * sums / counts)
    for weight, gradient in zip(model.trainable_weights, tape.gradient(total, model.trainable_weights), strict=True):
        np.testing.assert_allclose(found[weight.name], tf.convert_to_tensor(gradient), atol=2e-6, err_msg=weight.name)


@pytest.mark.slow
@pytest.mark.parametrize(
    "balancer",
    [None, PCGrad(seed=3), GradVac(scope=Scope.REPRESENTATION)],
    ids=repr,
)
def test_what_is_observed_leaves_every_other_weight_bit_equal(balancer):
    # Dropout draws by counts in variables, which a further pass through the network would move.
    settings = {"balancer": balancer, "dropout": 0.2}
    plain, observing = signal_model((), **settings), signal_model(OBSERVED, **settings)
    fresh = weights_by_name(observing)
    trained(plain)
    history = trained(observing)
    found = weights_by_name(observing)
    for name, value in weights_by_name(plain).items():
        np.testing.assert_array_equal(found.pop(name), value, err_msg=name)
    # What is left are its own: they learn, or it would tell of its first, random reading and not of the network.
    assert found
    for name, value in found.items():
        assert (value != fresh[name]).any(), name
    assert {"views_loss", "rebuilt_loss", "bias_loss"} <= set(history)


@pytest.mark.slow
def test_a_look_sees_the_gradients_of_observed_signals_too():
    model = signal_model(OBSERVED[:2])
    model.train_by(look_every=1)
    trained(model, steps=2)
    (_, sample) = model.looked_at()
    assert list(sample.losses) == [loss.name for loss in model.tasks.watched]
    place = list(sample.losses).index("views")
    total = sum(sample.grams.values())
    assert total[place, place] > 0
    assert total[place, 0] != 0
    assert sample.weights["views"] == 0


def test_a_step_takes_no_gradient_of_an_observed_signal_into_the_network():
    model = signal_model(OBSERVED)
    model.compile(optimizer="sgd")
    passed = forward(model, *BATCH)
    beside = passed.of_regularisation()[0]
    names = [part.variable.name for part in passed.sources.parts]
    reached = {name for name, one in zip(names, beside, strict=False) if one is not None}
    assert reached
    assert all(name.startswith("signals/") for name in reached)


@pytest.mark.slow
def test_in_parts_a_reconstruction_learns_what_the_whole_batch_teaches():
    signals = SIGNALS_OF_ALL_KINDS[1:2]
    whole, parts = signal_model(signals), signal_model(signals)
    parts.train_by(num_parts=2)
    moved_in_parts = moved(parts)
    for name, value in moved(whole).items():
        np.testing.assert_allclose(moved_in_parts[name], value, atol=2e-6, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_all_signals(policy):
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        model = signal_model(SIGNALS_OF_ALL_KINDS, balancer=PCGrad(seed=0))
        history = trained(model, steps=20)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    assert {weight.dtype for weight in model.trainable_weights} == {tf.float32}
    assert all(np.isfinite(values).all() for values in history.values())
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.slow
def test_signals_that_are_declared_again_with_the_same_weights_say_the_same():
    model = signal_model(SIGNALS_OF_ALL_KINDS)
    trained(model)
    again = type(model).from_config(model.get_config())
    again.compile(optimizer="sgd")
    again.set_weights(model.get_weights())
    wanted = model.test_on_batch(*BATCH, return_dict=True)
    found = again.test_on_batch(*BATCH, return_dict=True)
    assert found == pytest.approx(wanted, rel=1e-6)
    for name, values in model(BATCH[0]).items():
        np.testing.assert_array_equal(again(BATCH[0])[name], values)


@pytest.mark.slow
def test_views_of_lists_and_of_a_hundred_steps_teach_the_network():
    signals = (Contrastive(name="views", loss_weight=1.0, temperature=0.5),)
    model = signal_model(signals, SharedBottom(expert=(6, 5)), inputs=(*INPUTS, TAGS))
    batch = features_of(32, with_tags=True), BATCH[1]
    model.compile(optimizer=tf.keras.optimizers.Adam(0.02))
    losses = model.fit(tf.data.Dataset.from_tensors(batch).repeat(20), epochs=5, verbose=0).history["views_loss"]
    assert losses[-1] < 0.9 * losses[0]


def test_views_repeat_elsewhere_and_change_from_step_to_step_in_training():
    model = signal_model(SIGNALS_OF_ALL_KINDS[:1])
    calm = [model.logits(BATCH[0], training=False)["views"].numpy() for _ in range(2)]
    drawn = [model.logits(BATCH[0], training=True)["views"].numpy() for _ in range(2)]
    np.testing.assert_array_equal(*calm)
    assert (drawn[0] != drawn[1]).any()


def test_reconstruction_is_the_mean_of_a_squared_error_and_a_cross_entropy():
    model = signal_model(SIGNALS_OF_ALL_KINDS[1:2])
    for weight in model.trainable_weights:
        if weight.name.startswith("signals/rebuilt/rebuilt_logits"):
            weight.assign(tf.zeros_like(weight))
    # Of logits that are all 0: the number is told as 0, and each of 50 users has the chance 1 / 50.
    age = BATCH[0]["age"].numpy()
    found = model.logits(BATCH[0], training=False)["rebuilt"]
    np.testing.assert_allclose(found, (age**2 + np.log(50)) / 2, rtol=1e-5)


WRONG = {
    "temperature": (
        lambda: Contrastive(name="views", temperature=0.0),
        r"`temperature` must be positive, got 0.0. Leave it out for 0.1.",
    ),
    "one view": (
        lambda: Contrastive(name="views", masking=0.0, dropout=0.0),
        r"`masking` or `dropout` must be above 0, got 0 for both: the two views would be one.",
    ),
    "masking": (
        lambda: Contrastive(name="views", masking=1.0),
        r"`masking` must be at least 0 and under 1, got 1.0.",
    ),
    "rate": (lambda: Contrastive(name="views", rate=0.0), r"`rate` must be above 0 and at most 1, got 0.0."),
    "name": (lambda: Contrastive(name="Views"), r"`name` must be a lower-case word .* got 'Views'."),
    "factor": (lambda: Contrastive(name="v", loss_weight=-1.0), r"`loss_weight` must be 0 or positive, got -1.0."),
    "no inputs": (lambda: Reconstruction(name="r", inputs=()), r"`inputs` must name at least one input, got none."),
    "twice": (
        lambda: Reconstruction(name="r", inputs=("age", "age")),
        r"`inputs` must name each input once, got \['age', 'age'\].",
    ),
    "no tasks": (
        lambda: Position(name="p", input="place", tasks=()),
        r"`tasks` must name at least one task, each once, got \[\].",
    ),
    "left out": (
        lambda: Position(name="p", input="place", tasks=("click",), dropout=1.0),
        r"`dropout` must be at least 0 and under 1, got 1.0.",
    ),
    "named like a task": (
        lambda: TaskGraph(FUNNEL.tasks, (Contrastive(name="click"),)),
        r"`name` must be no task's, output's or other signal's, got 'click': rename it.",
    ),
    "named like a product": (
        lambda: TaskGraph(FUNNEL.tasks, (Contrastive(name="click_and_buy"),)),
        r"`name` must be no task's, output's or other signal's, got 'click_and_buy'",
    ),
    "named like another": (
        lambda: TaskGraph(FUNNEL.tasks, (Contrastive(name="v"), Contrastive(name="v"))),
        r"`name` must be no task's, output's or other signal's, got 'v'",
    ),
    "no such task": (
        lambda: TaskGraph(FUNNEL.tasks, (Position(name="p", input="place", tasks=("clik", "spend")),)),
        r"must be a binary task, got 'clik'. Did you mean `click`\?.* must be a binary task, got 'spend'.",
    ),
    "no such item": (
        lambda: signal_model((Contrastive(name="v", item="age"),)),
        r"`item` must name a categorical input of one value a row, got 'age'.",
    ),
    "no such input": (
        lambda: signal_model((Reconstruction(name="r", inputs=("agee",)),)),
        r"must be an input of the model, got 'agee'. Did you mean `age`\?",
    ),
    "a list": (
        lambda: signal_model((Reconstruction(name="r", inputs=("tags",)),), inputs=(*INPUTS, TAGS)),
        r"must have one value a row, got the multi-valued 'tags': leave it out.",
    ),
    "an input that is not served": (
        lambda: signal_model((SIGNALS_OF_ALL_KINDS[2], Reconstruction(name="r", inputs=("place",)))),
        r"must be an input of the model, got 'place'.",
    ),
    "no such position": (
        lambda: model_of(SMALL, tasks=TaskGraph(FUNNEL.tasks, SIGNALS_OF_ALL_KINDS[2:])),
        r"must be a declared feature, got 'place'.",
    ),
    "a shared table": (
        lambda: signal_model(SIGNALS_OF_ALL_KINDS[2:], inputs=(*INPUTS, dataclasses.replace(PLACE, name="last_place"))),
        r"must have a table of its own, got 'place', which shares it with 'last_place'.",
    ),
    "routes": (
        lambda: signal_model((Contrastive(name="v"),), Routing(num_blocks=2, expert=(5,))),
        r"must not be routing by policy gradient with the contrastive signal 'v'",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_learnt_is_refused_with_the_way_out(case):
    make, message = WRONG[case]
    with pytest.raises(ConfigError, match=message):
        make()


def test_a_table_of_more_ids_than_a_softmax_can_tell_is_refused():
    inputs = (dataclasses.replace(INPUTS[0], num_ids=10_001), DenseInput(name="age"))
    with pytest.raises(ConfigError, match=r"must have at most 10,000 ids, got 'user' with 10,001: leave it out."):
        signal_model((Reconstruction(name="r", inputs=("user",)),), inputs=inputs)


@pytest.mark.slow
def test_views_alone_teach_the_tables_through_two_levels():
    architecture = PLE(num_levels=2, num_shared=1, num_specific=1, expert=(5,))
    balancer = Fixed(factors=(0.0, 0.0, 0.0, 1.0, 0.0), scope=Scope.PARAMETERS)
    found = moved(signal_model(SIGNALS_OF_ALL_KINDS, architecture, balancer=balancer))
    assert (found["multi_task_model/inputs/table_item:0"] != 0).any()


def test_a_batch_of_one_row_adds_nothing():
    features, _ = batch_of(1)
    assert signal_model(SIGNALS_OF_ALL_KINDS[:1]).logits(features, training=True)["views"].numpy() == [0.0]


def test_static_sums_signals_as_declared():
    assert Static().problems(TaskGraph(FUNNEL.tasks, SIGNALS_OF_ALL_KINDS).losses) == []
