import numpy as np
import pytest
import tensorflow as tf

from models.balancers import IMTLL, Uncertainty
from models.errors import ConfigError
from models.heads import Binary, Multiclass, Ordinal, Quantile, Regression, ZeroInflatedLognormal
from models.relations import ESCM2DR
from tests.models.balancers.runs import weights_over
from tests.models.balancers.seen import losses_named
from tests.models.samples import PAIR, features_of, model_of, pair_targets

ERROR, LIKELIHOOD = Regression(), Binary()
RATE = 0.05


def objective(log_variance, loss, kind):
    """The paper's two forms, of one task."""
    if kind is ERROR:
        return 0.5 * np.exp(-log_variance) * loss + 0.5 * log_variance
    return np.exp(-log_variance) * loss + 0.5 * log_variance


def slope(function, at, step=1e-6):
    return (function(at + step) - function(at - step)) / (2 * step)


def by_definition(losses, kinds):
    """Float64: descends the objective over s = log sigma^2, its derivatives taken by differences."""
    weights, log_variances = [], [0.0] * len(kinds)
    for row in losses:
        parts = list(zip(row, kinds, strict=True))
        # What multiplies a loss in the objective.
        weights.append(
            [slope(lambda x, s=s, k=k: objective(s, x, k), v) for s, (v, k) in zip(log_variances, parts, strict=True)]
        )
        log_variances = [
            s - RATE * slope(lambda x, v=v, k=k: objective(x, v, k), s)
            for s, (v, k) in zip(log_variances, parts, strict=True)
        ]
    return np.array(weights)


def test_weights_descend_the_published_objective_in_both_its_forms():
    losses, kinds = np.random.default_rng(1).lognormal(size=(40, 3)), (LIKELIHOOD, ERROR, LIKELIHOOD)
    weights = weights_over(Uncertainty(learning_rate=RATE), losses, kinds=kinds)
    np.testing.assert_allclose(weights, by_definition(losses, kinds)[:-1], rtol=1e-5)


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (Binary(), 1.0),
        (Multiclass(num_classes=3), 1.0),
        (Ordinal(num_levels=3), 1.0),
        (ZeroInflatedLognormal(), 1.0),
        (Regression(), 0.5),
        (Quantile(), 0.5),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_form_follows_from_what_a_task_predicts(kind, first):
    np.testing.assert_allclose(weights_over(Uncertainty(), [[1.0], [1.0]], kinds=[kind]), [[first]])


def test_under_constant_losses_each_weight_comes_to_rest_at_half_of_one_over_the_loss():
    losses = np.tile([0.108, 0.006, 2.0, 7.0], (400, 1))
    weights = weights_over(Uncertainty(learning_rate=0.2), losses, kinds=(LIKELIHOOD, LIKELIHOOD, ERROR, ERROR))
    np.testing.assert_allclose(weights[-1], [1 / 0.216, 1 / 0.012, 0.25, 1 / 14], rtol=1e-4)


def test_equal_losses_keep_equal_weights():
    shared = np.random.default_rng(2).lognormal(size=(30, 1))
    weights = weights_over(Uncertainty(learning_rate=0.3), np.repeat(shared, 2, axis=1))
    np.testing.assert_array_equal(weights[:, 0], weights[:, 1])
    assert np.ptp(weights[:, 0]) > 0.1


def test_the_weight_of_an_absent_task_stays_as_it_was():
    active = np.array([[1, 1], [1, 0], [1, 0], [1, 1], [1, 1]], bool)
    weights = weights_over(Uncertainty(learning_rate=0.3), np.full((5, 2), 5.0), active)
    assert weights[3, 1] == weights[1, 0] != weights[0, 0]


def test_a_capped_weight_stays_at_its_cap_and_leaves_it_when_its_loss_asks_for_less():
    losses = np.concatenate([np.full((60, 1), 0.01), np.full((3, 1), 5.0)])
    weights = weights_over(Uncertainty(learning_rate=0.2, cap=3.0), losses)[:, 0]
    assert weights.max() == pytest.approx(3.0)
    np.testing.assert_allclose(weights[40:61], 3.0, rtol=1e-6)
    assert weights[61] < 3.0 / 2


def test_a_cap_below_the_first_weight_holds_from_the_first_step():
    np.testing.assert_allclose(weights_over(Uncertainty(cap=0.25), [[1e-3], [1e-3], [1e-3]]), 0.25, rtol=1e-6)


def test_a_loss_of_0_counts_as_the_floor():
    weights = weights_over(Uncertainty(learning_rate=0.9, floor=0.05), np.zeros((200, 1)))
    assert weights[-1, 0] == pytest.approx(1 / (2 * 0.05), rel=1e-4)


def test_one_huge_loss_does_not_silence_a_task_for_ever():
    losses = np.array([1e6] + [1.0] * 200)[:, None]
    weights = weights_over(Uncertainty(learning_rate=0.1), losses)
    assert weights[1, 0] == pytest.approx(np.exp(-1.0))
    assert weights[-1, 0] == pytest.approx(0.5, rel=1e-3)


@pytest.mark.slow
def test_scales_are_neither_trained_nor_read_by_predictions():
    model = model_of(tasks=PAIR, balancer=Uncertainty())
    names = [weight.name for weight in model.non_trainable_weights]
    assert sum("log_weights" in name for name in names) == 1
    assert not any("log_weights" in weight.name for weight in model.trainable_weights)
    served = tf.function(model).get_concrete_function(features_of(2))
    read = {variable.name for variable in served.graph.variables}
    assert read
    assert not any("log_weights" in name for name in read)


@pytest.mark.slow
def test_neither_weight_decay_nor_clipping_reaches_the_scales():
    model = model_of(tasks=PAIR, balancer=Uncertainty(learning_rate=0.5))
    model.compile(optimizer=tf.keras.optimizers.AdamW(weight_decay=100.0, clipnorm=1e-6))
    scale = next(weight for weight in model.non_trainable_weights if "log_weights" in weight.name)
    results = model.train_step((features_of(16), pair_targets(16)))
    losses = np.array([results["click_loss"], results["like_loss"]])
    np.testing.assert_allclose(scale, 0.5 * (0.5 - losses), rtol=1e-5)


@pytest.mark.parametrize("method", [Uncertainty, IMTLL])
def test_binary_losses_without_a_cap_are_warned_of(method):
    (warning,) = method().warnings(losses_named("click", "buy"))
    assert "`cap` is not set" in warning
    assert "`click`, `buy` outweighs all others" in warning
    assert method(cap=10.0).warnings(losses_named("click", "buy")) == []
    assert method().warnings(losses_named("spend", kind=Regression())) == []


def test_losses_that_may_be_negative_are_warned_of():
    (warning,) = Uncertainty(cap=1.0).warnings(losses_named("spend", kind=ZeroInflatedLognormal()))
    assert warning.startswith("the loss `spend` may be negative, being minus a log density: below `floor`")
    (loss,) = losses_named("buy")
    robust = loss.__class__(**{**vars(loss), "relation": ESCM2DR()})
    (warning,) = Uncertainty(cap=1.0).warnings([robust])
    assert "being a doubly robust estimate" in warning


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(ConfigError) as error:
        Uncertainty(learning_rate=0.0, cap=-1.0, floor=float("inf"))
    assert error.value.problems == (
        "`learning_rate` must be positive, got 0.0.",
        "`cap` must be positive, got -1.0.",
        "`floor` must be positive, got inf.",
    )
