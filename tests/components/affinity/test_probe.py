"""A probe trains what is shared by one loss, or by none, and every task's own parameters by its own."""

import numpy as np
import pytest

from components.affinity.probe import Probe
from models.architectures import PLE, SharedBottom
from tests.components.affinity.conftest import NAMES

pytestmark = pytest.mark.slow

ONE, TWIN, COIN = (NAMES.index(name) for name in ("one", "twin", "coin"))


def test_in_the_run_of_none_only_the_towers_move(model_of, batch, monkeypatch):
    model = model_of(l2=0.1)
    probe, before = Probe(model), {one.name: one.numpy() for one in model.trainable_variables}
    after = {}
    monkeypatch.setattr(probe, "_terms", _Then(lambda: after.update(_values(model))))
    probe.losses_after(None, [batch(seed=seed) for seed in range(3)], [batch(seed=9)])
    moved = {name for name, value in after.items() if not np.array_equal(value, before[name])}
    assert moved == {name for name in before if "/towers/" in name}


def test_the_loss_that_trains_moves_what_is_shared_and_not_the_experts_of_others(model_of, batch, monkeypatch):
    model = model_of(PLE(num_levels=1, num_shared=1, num_specific=1, expert=(6,)))
    probe, before, runs = Probe(model), _values(model), []
    monkeypatch.setattr(probe, "_terms", _Then(lambda: runs.append(_values(model))))
    batches = [batch(seed=seed) for seed in range(3)]
    for trained in (None, ONE, COIN):
        probe.losses_after(trained, batches, [batch(seed=9)])
    (kernel,) = [name for name in before if "experts_1/kernel_0" in name]
    none, by_one, by_coin = (run[kernel] for run in runs)
    # The experts of the four tasks, then the shared one.
    assert np.array_equal(none[-1], before[kernel][-1])
    assert not np.array_equal(by_one[-1], before[kernel][-1])
    assert not np.array_equal(by_one[-1], by_coin[-1])
    assert not np.array_equal(none[TWIN], before[kernel][TWIN])


def test_each_run_starts_from_the_same_weights(model_of, batch):
    model = model_of(dropout=0.3)
    probe, before = Probe(model), [one.numpy() for one in [*model.variables, *model.optimizer.variables]]
    batches, watched = [batch(seed=seed) for seed in range(3)], [batch(seed=9)]
    first = probe.losses_after(ONE, batches, watched)
    probe.losses_after(COIN, batches, watched)
    np.testing.assert_array_equal(probe.losses_after(ONE, batches, watched), first)
    for one, kept in zip([*model.variables, *model.optimizer.variables], before, strict=True):
        np.testing.assert_array_equal(one, kept)


def test_a_twin_gains_as_much_as_the_task_that_trains(model_of, batch):
    probe = Probe(model_of(SharedBottom(expert=(6,)), rate=0.03))
    batches, watched = [batch(seed=seed) for seed in range(40)], [batch(rows=2_000, seed=99)]
    alone, by_one = probe.losses_after(None, batches, watched), probe.losses_after(ONE, batches, watched)
    assert by_one[ONE] < alone[ONE] - 0.05
    assert by_one[TWIN] == pytest.approx(by_one[ONE], abs=1e-5)
    assert abs(by_one[COIN] - alone[COIN]) < 0.01


def test_a_loss_that_no_watched_row_knows_is_not_a_number(model_of, batch):
    features, targets = batch()
    unknown = features, targets | {"known/coin": 0 * targets["label/coin"]}
    found = Probe(model_of()).losses_after(ONE, [batch()], [unknown])
    assert [place for place, value in enumerate(found) if np.isnan(value)] == [COIN]


def _values(model):
    return {one.name: one.numpy() for one in model.trainable_variables}


class _Then:
    """Stands in for the losses, and looks at the model when they are asked for."""

    def __init__(self, look):
        self._look = look

    def __call__(self, features, targets):
        self._look()
        return _Fixed()


class _Fixed:
    def numpy(self):
        return np.ones([2, len(NAMES)])
