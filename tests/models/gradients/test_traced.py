"""What a traced step holds, and the same step on a GPU where there is one."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import BALANCERS, MGDA, GramBalancer, PCGrad, Scope, Segments
from models.inputs import EmbeddingInput
from models.optimizers import Adagrad, Adam, build
from models.tasks import Role, TaskGraph
from tests.models.samples import INPUTS, PAIR, features_of, model_of, pair_targets

pytestmark = pytest.mark.slow

ROWS, NUM_IDS, DIM = 24, 1237, 3
REQUIRED = {
    "dwa": {"window": 2},
    "schedule": {"period": 2},
    "stch": {"mu": 0.1},
    "personal": {"features": ("item",), "segments": Segments(feature="item"), "scope": Scope.REPRESENTATION},
}
TASKS = TaskGraph((PAIR.tasks[0], dataclasses.replace(PAIR.tasks[1], role=Role.AUXILIARY)))
COLUMNS = (EmbeddingInput(name="user", table="user", num_ids=NUM_IDS, dim=DIM), *INPUTS[1:4])
BY_METHOD = [(key, BALANCERS[key](**REQUIRED.get(key, {}))) for key in sorted(BALANCERS)]
EACH = [
    *BY_METHOD,
    *(
        (f"{key}, {scope.value}", type(balancer)(scope=scope))
        for key, balancer in BY_METHOD
        if isinstance(balancer, GramBalancer) and not balancer.compares_one_layer and key != "personal"
        for scope in (Scope.REPRESENTATION, Scope.GROUP)
    ),
]
GPUS = tf.config.list_physical_devices("GPU")
on_gpu = pytest.mark.skipif(not GPUS, reason="needs a GPU, and TensorFlow sees none")


def traced(balancer, *, policy="float32"):
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        model = model_of(tasks=TASKS, inputs=COLUMNS, balancer=balancer, l2=0.1)
        optimizer = build(Adam(), Adagrad(), clip_norm=1.0)
        if policy == "mixed_float16":
            optimizer = tf.keras.mixed_precision.LossScaleOptimizer(optimizer)
        model.compile(optimizer=optimizer)
        step = tf.function(lambda features, targets: model.train_step((features, targets)))
        step.get_concrete_function(features_of(ROWS), pair_targets(ROWS))
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    return model, step


def operations(step):
    """Those of the step and of all functions that it calls."""
    graph = step.get_concrete_function(features_of(ROWS), pair_targets(ROWS)).graph
    inner = [node for function in graph.as_graph_def().library.function for node in function.node_def]
    return [*graph.as_graph_def().node, *inner], graph


@pytest.mark.parametrize(
    "balancer",
    [
        *(PCGrad(scope=scope) for scope in Scope),
        PCGrad(update_every=2),
        MGDA(scope=Scope.REPRESENTATION, segments=Segments(feature="item")),
    ],
    ids=repr,
)
def test_a_step_calls_no_python_and_makes_no_table_dense(balancer):
    nodes, graph = operations(traced(balancer)[1])
    assert [node.name for node in nodes if "PyFunc" in node.op or "NumpyFunction" in node.op] == []
    whole = [op.name for op in graph.get_operations() for out in op.outputs if out.shape == [NUM_IDS, DIM]]
    assert whole == []


@on_gpu
@pytest.mark.parametrize("balancer", [balancer for _, balancer in EACH], ids=[name for name, _ in EACH])
def test_a_gpu_trains_in_float16_without_a_number_that_is_none(balancer):
    model, step = traced(balancer, policy="mixed_float16")
    for seed in range(20):
        step(features_of(ROWS, seed=seed), pair_targets(ROWS, seed=seed))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@on_gpu
@pytest.mark.parametrize("balancer", [balancer for _, balancer in EACH], ids=[name for name, _ in EACH])
def test_a_gpu_trains_as_a_cpu_does(balancer):
    found = []
    tf.config.experimental.enable_tensor_float_32_execution(False)  # Ten bits of mantissa would hide what is compared.
    try:
        for device in ("GPU:0", "CPU:0"):
            with tf.device(device):
                model, step = traced(balancer)
                step(features_of(ROWS), pair_targets(ROWS))
                found.append(model.get_weights())
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(True)
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-2, atol=1e-3)
