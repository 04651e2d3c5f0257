import numpy as np
import pytest
import tensorflow as tf

from models.architectures import Routing
from models.balancers import FAMO, MGDA, After, GradVac, PCGrad, Scope, Static, Uncertainty
from models.errors import ConfigError
from tests.models.samples import FUNNEL, INPUTS, SMALL, TAGS, features_of, funnel_targets, model_of

ROWS = 50  # Of three parts the last is smaller.
BALANCERS = (
    Static(),
    Uncertainty(learning_rate=0.1, cap=5.0),
    FAMO(after=After.SAME_BATCH),
    PCGrad(),
    GradVac(scope=Scope.GROUP),
)


def trained(balancer, num_parts, *, rows=ROWS):
    model = model_of(SMALL, tasks=FUNNEL, inputs=(*INPUTS, TAGS), balancer=balancer, l2=0.01)
    model.compile(optimizer=tf.keras.optimizers.SGD(0.2))
    if num_parts > 1:
        model.train_by(num_parts=num_parts)
    step = tf.function(lambda features, targets: model.train_step((features, targets)))
    results = [step(features_of(rows, seed=seed, with_tags=True), funnel_targets(rows, seed=seed)) for seed in range(3)]
    return model, results[-1]


@pytest.mark.parametrize("balancer", BALANCERS, ids=repr)
def test_a_batch_in_parts_gives_the_update_of_the_whole(balancer):
    (whole, reported), (parts, reported_too) = trained(balancer, 1), trained(balancer, 3)
    for weight, twin in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_allclose(weight, twin, rtol=1e-3, atol=2e-6, err_msg=weight.name)
    for name, value in reported.items():
        np.testing.assert_allclose(value, reported_too[name], rtol=1e-4, err_msg=name)


def test_more_parts_than_rows_are_no_harm():
    (whole, _), (parts, _) = trained(PCGrad(), 1, rows=3), trained(PCGrad(), 4, rows=3)
    for weight, twin in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_allclose(weight, twin, rtol=1e-3, atol=2e-6, err_msg=weight.name)


def test_what_parts_cannot_do_is_refused():
    model = model_of(tasks=FUNNEL, balancer=MGDA(scope=Scope.REPRESENTATION))
    with pytest.raises(
        ConfigError, match=r"`balancing.scope` must be parameters or group with batches in several parts"
    ):
        model.train_by(num_parts=2)
    model = model_of(Routing(num_blocks=2, expert=(4,)), tasks=FUNNEL)
    with pytest.raises(ConfigError, match=r"must not be routing by policy gradient with batches in several parts"):
        model.train_by(num_parts=2)
