import itertools

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import PCGrad
from models.balancers.visiting import visiting_order
from models.errors import ConfigError
from tests.models.balancers.seen import losses_named

NAMES = ("click", "like", "cart", "buy")


def order_of(names, *, seed=0, step=0):
    """`{task: the tasks in the order in which it meets them}`."""
    rows = visiting_order(seed, tf.constant(step, tf.int64), losses_named(*names)).numpy()
    return {name: [names[place] for place in row] for name, row in zip(names, rows, strict=True)}


def orders(num_steps, *, seed=0, jit=False):
    """`[steps, tasks, tasks]`."""
    draw = tf.function(lambda step: visiting_order(seed, step, losses_named(*NAMES)), jit_compile=jit)
    return np.stack([draw(tf.constant(step, tf.int64)) for step in range(num_steps)])


def test_each_task_meets_every_task_once():
    np.testing.assert_array_equal(np.sort(orders(50), axis=2), np.broadcast_to(range(4), (50, 4, 4)))


def test_the_order_of_declaration_does_not_count():
    assert order_of(NAMES, seed=5, step=9) == order_of(NAMES[::-1], seed=5, step=9)


def test_other_tasks_do_not_count():
    whole, part = order_of(NAMES, step=3), order_of(("click", "cart", "buy"), step=3)
    assert part == {name: [met for met in whole[name] if met != "like"] for name in part}


def test_orders_differ_between_steps_seeds_and_tasks():
    found = orders(20)
    assert len({row.tobytes() for row in found}) > 15
    assert (found != orders(20, seed=1)).any(axis=(1, 2)).mean() > 0.7
    assert any(order_of(NAMES, step=step)["click"] != order_of(NAMES, step=step)["buy"] for step in range(5))


@pytest.mark.slow
def test_all_orders_are_as_likely():
    num_steps = 3000
    found = orders(num_steps, seed=-7)
    for task in range(4):
        counts = {order: 0 for order in itertools.permutations(range(4))}
        for row in found[:, task]:
            counts[tuple(row)] += 1
        # 24 orders, 125 each on average: chi-square with 23 degrees of freedom is above 50 once in 1,000.
        assert sum((count - num_steps / 24) ** 2 for count in counts.values()) / (num_steps / 24) < 50


@pytest.mark.slow
def test_xla_draws_the_same():
    np.testing.assert_array_equal(orders(30, seed=2**31 - 1, jit=True), orders(30, seed=2**31 - 1))


def test_draws_are_those_of_splitmix64():
    def mixed(bits):
        bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % 2**64
        return bits ^ bits >> 31

    assert mixed(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF  # SplitMix64's first number for seed 0.
    start = mixed(11 + mixed(2**64 - 3))
    crcs = (0x8CE129CB, 0x15E87871)  # printf 'a\0a' | gzip | tail --bytes=8 | od --format=x4, and of 'a\0b'.
    same, other = (mixed(start + crc) for crc in crcs)
    found = visiting_order(-3, tf.constant(11, tf.int64), losses_named("a", "b")).numpy()[0]
    assert found.tolist() == ([0, 1] if same < other else [1, 0])


@pytest.mark.parametrize("seed", [2**31, -(2**31) - 1])
def test_a_seed_beyond_an_int32_is_refused(seed):
    with pytest.raises(ConfigError, match=rf"`seed` must be an int32, got {seed}\."):
        PCGrad(seed=seed)
