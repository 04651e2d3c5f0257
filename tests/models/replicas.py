"""Trains the same rows on one device and on two, in a process of its own, and prints what came out as JSON."""

import json
import sys

import numpy as np
import tensorflow as tf

from models.balancers import MGDA, GradNorm, GradVac, PCGrad, Scope, Uncertainty
from models.optimizers import SGD, Adagrad, Adam, build
from models.signals.frequency import Frequency
from tests.models.samples import INPUTS, SMALL, TAGS, features_of, funnel_targets, model_of

ROWS = 32
NUM_IDS = 40  # More than come.
FREQUENCY = "frequency"
DEVICES = ["CPU:0", "CPU:1"]
# Of each: the optimizer, the format and the balancer.
CASES = {
    "adam": (Adam(learning_rate=0.05), "float32", None),
    "adagrad": (Adagrad(learning_rate=0.5), "float32", None),
    "adagrad in float16": (Adagrad(learning_rate=0.5), "mixed_float16", None),
    "uncertainty": (SGD(learning_rate=0.1), "float32", Uncertainty(learning_rate=0.1, cap=10.0)),
    "gradvac by group": (SGD(learning_rate=0.5), "float32", GradVac(scope=Scope.GROUP)),
    "mgda by representation": (SGD(learning_rate=0.5), "float32", MGDA(scope=Scope.REPRESENTATION)),
    "gradnorm, every other step": (SGD(learning_rate=0.5), "float32", GradNorm(update_every=2)),
    "pcgrad in float16": (Adagrad(learning_rate=0.5), "mixed_float16", PCGrad()),
}


def uneven_targets(seed):
    """Clicks are known everywhere, spend on the first replica's half alone."""
    targets = funnel_targets(ROWS, seed=seed)
    first_half = tf.cast(tf.range(ROWS) < ROWS // len(DEVICES), tf.float32)
    return {**targets, "known/spend": targets["known/spend"] * first_half}


def dataset():
    def rows(seed):
        return tf.data.Dataset.from_tensor_slices((features_of(ROWS, seed=seed, with_tags=True), uneven_targets(seed)))

    return rows(0).concatenate(rows(1)).concatenate(rows(2)).batch(ROWS)


def small_model(balancer):
    return model_of(SMALL, inputs=(*INPUTS, TAGS), l2=0.01, balancer=balancer)


def trained(strategy, optimizer, policy, balancer):
    tf.keras.mixed_precision.set_global_policy(policy)
    with strategy.scope():
        model = small_model(balancer)
        model.compile(optimizer=build(optimizer, optimizer, clip_norm=0.5))
    history = model.fit(dataset(), epochs=2, verbose=0).history
    tf.keras.mixed_precision.set_global_policy("float32")
    return model, {"train": history, "test": model.evaluate(dataset(), verbose=0, return_dict=True)}


def compared(strategies, optimizer, policy, balancer):
    """How far one device and two end apart, how far they came, and what they report."""
    one, reported = trained(strategies[0], optimizer, policy, balancer)
    two, reported_too = trained(strategies[1], optimizer, policy, balancer)
    initial = small_model(balancer)
    return {
        "names": [weight.name for weight in one.weights],
        "apart": differences(one, two),
        "moved": differences(one, initial),
        "one": reported,
        "two": reported_too,
    }


def differences(model, other):
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return [float(np.abs(np.float64(weight) - np.float64(twin)).max()) for weight, twin in pairs]


def noted(strategy):
    """What `Frequency` knows of every id after batches of which each replica sees its part; the last are uneven."""
    ids = np.random.default_rng(0).zipf(1.5, 5 * ROWS + 3) % NUM_IDS
    with strategy.scope():
        frequency = Frequency(num_ids=NUM_IDS, rate=0.3)
    see = tf.function(lambda part: strategy.run(frequency.see, args=(part,)))
    for batch in strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices(ids).batch(ROWS)):
        see(batch)
    return [weight.tolist() for weight in (*frequency.get_weights(), frequency.log_q(tf.range(NUM_IDS)).numpy())]


def main():
    physical = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(physical, [tf.config.LogicalDeviceConfiguration()] * len(DEVICES))
    # A second MirroredStrategy would number its collective operations as the first did, and meet their shapes.
    strategies = tf.distribute.OneDeviceStrategy(DEVICES[0]), tf.distribute.MirroredStrategy(DEVICES)
    found = {name: compared(strategies, *case) for name, case in CASES.items()}
    json.dump({**found, FREQUENCY: [noted(strategy) for strategy in strategies]}, sys.stdout)


if __name__ == "__main__":
    main()
