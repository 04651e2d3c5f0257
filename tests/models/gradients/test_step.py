import numpy as np
import pytest
import tensorflow as tf

from models.architectures import SNRAver, SNRTrans
from models.balancers import TaskParameters
from models.experts.style import Activation
from models.losses.terms import loss_terms
from tests.models.gradients.fixed import Fixed
from tests.models.samples import (
    ARCHITECTURE_SAMPLES,
    FUNNEL,
    PAIR,
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


@pytest.mark.parametrize("alone", TaskParameters)
@pytest.mark.parametrize("tasks", [FUNNEL, PAIR], ids=["funnel", "pair"])
@pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES, ids=repr)
def test_the_gram_matrix_and_the_update_are_those_of_the_whole_jacobian(architecture, tasks, alone):
    factors = tuple(0.5 + place for place in range(len(tasks.losses)))
    model, moved = stepped(Fixed(factors=factors, task_parameters=alone), architecture, tasks)
    jacobians, beside = jacobian(architecture, tasks)
    gram = np.zeros([len(factors)] * 2)
    is_drawn = isinstance(architecture, (SNRTrans, SNRAver))
    for weight, found, of_losses, rest in zip(model.trainable_weights, moved, jacobians, beside, strict=True):
        name = weight.name.replace("experts_", "drawn_experts_") if is_drawn else weight.name
        counts = reached(of_losses, name)
        shared = np.where(counts > 1, of_losses, 0.0).reshape(len(factors), -1).astype(np.float64)
        gram += shared @ shared.T
        by_weight = np.where(counts > 1, True, alone is TaskParameters.WEIGHTED)
        wide = np.reshape(factors, [-1] + [1] * found.ndim)
        expected = np.where(by_weight, (wide * of_losses).sum(axis=0), of_losses.sum(axis=0))
        np.testing.assert_allclose(found, expected + rest, rtol=1e-4, atol=2e-6, err_msg=weight.name)
    seen = next(weight for weight in model.weights if weight.name.startswith("seen")).numpy()[0]
    np.testing.assert_allclose(seen, gram, rtol=1e-4, atol=1e-5 * np.trace(gram))
