"""What a fresh model takes over, what not, and that it then goes on as if training had never stopped."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.balancers import FAMO, GradNorm
from models.inputs import DenseInput, EmbeddingInput
from models.optimizers import SGD, Adagrad, Adam, build
from models.warm_start.carry import carry
from models.warm_start.layout import Table
from models.warm_start.names import slots_by_name, weights_by_name
from models.warm_start.record import Fate, RowCounts
from tests.models.samples import SMALL, features_of, funnel_targets, model_of
from tests.models.warm_start.earlier import Earlier, layout_of, spoil

BEFORE, NOW = (b"a", b"b", b"c", b"d"), (b"d", b"new", b"b", b"newer", b"a")
TABLE = "inputs/table_city"


def compiled(model, dense=None, rows=None):
    model.compile(optimizer=build(dense or Adam(), rows or Adagrad()))
    return model


def small(entries=BEFORE, **options):
    """A model that embeds a city by vocabulary, and its layout; missing, entries, two buckets."""
    inputs = (EmbeddingInput(name="city", table="city", num_ids=3 + len(entries), dim=4), DenseInput(name="age"))
    model = compiled(model_of(SMALL, inputs=options.pop("inputs", inputs), seed=3, **options))
    words = Table(ids="vocabulary", num_own=2, dim=4)
    tables = layout_of(model).tables
    return model, layout_of(model, tables={**tables, **({"city": words} if "city" in tables else {})})


def earlier(**options):
    model, layout = small(**options)
    spoil(model)
    return Earlier(model, layout, {"city": BEFORE})


def by_name(found):
    return {one.name: one for one in found}


def test_rows_and_slots_of_a_changed_vocabulary_are_carried_bit_by_bit():
    kept = earlier()
    fresh, _ = small(NOW)
    model, layout = small(NOW)
    found = by_name(carry(model, kept, layout=layout, entries={"city": NOW}))
    # By hand. Before: missing, a, b, c, d, 5, 6. Now: missing, d, new, b, newer, a, 6, 7.
    old, new = [0, 4, 2, 1, 5, 6], [0, 1, 3, 5, 6, 7]
    for get in (weights_by_name, lambda one: {TABLE: slots_by_name(one)[TABLE]["accumulator"]}):
        after, untouched = get(model)[TABLE].numpy(), get(fresh)[TABLE].numpy()
        before = kept.weights[TABLE] if get is weights_by_name else kept.slots[TABLE]["accumulator"]
        assert after[new].tobytes() == before[old].tobytes()
        assert after[[2, 4]].tobytes() == untouched[[2, 4]].tobytes()
    assert found[TABLE].fate is Fate.BY_ROW
    assert found[TABLE].rows == RowCounts(carried=6, new=2, dropped=1)
    assert (found[TABLE].slots, found[TABLE].fresh_slots) == (("accumulator",), ())
    for name, weight in weights_by_name(model).items():
        if name != TABLE:
            assert weight.numpy().tobytes() == kept.weights[name].tobytes()
            assert found[name].fate is Fate.CARRIED
            for slot, value in slots_by_name(model)[name].items():
                assert value.numpy().tobytes() == kept.slots[name][slot].tobytes()
    assert int(model.optimizer.iterations) == 17


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_replicas_and_short_numbers_carry_the_same_bits(policy):
    kept = earlier()
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
            model, layout = small()
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    found = carry(model, kept, layout=layout, entries={"city": BEFORE})
    assert {one.fate for one in found} == {Fate.CARRIED}
    for name, weight in weights_by_name(model).items():
        assert weight.numpy().tobytes() == kept.weights[name].tobytes()
        for slot, value in slots_by_name(model)[name].items():
            assert value.numpy().tobytes() == kept.slots[name][slot].tobytes()
    assert model.optimizer.iterations.numpy() == 17


@pytest.mark.slow
@pytest.mark.parametrize(("balancer", "rows"), [(FAMO(), Adam()), (GradNorm(), Adagrad())], ids=["famo", "gradnorm"])
def test_training_goes_on_as_if_it_had_never_stopped(balancer, rows):
    batches = [(features_of(32, seed=seed), funnel_targets(32, seed=seed)) for seed in range(4)]
    unbroken = compiled(model_of(SMALL, balancer=balancer), rows=rows)
    for batch in batches:
        unbroken.train_step(batch)
    first = compiled(model_of(SMALL, balancer=balancer), rows=rows)
    for batch in batches[:2]:
        first.train_step(batch)
    second = compiled(model_of(SMALL, balancer=balancer, seed=9), rows=rows)
    carry(second, Earlier(first, layout_of(first), {}), layout=layout_of(second), entries={})
    for batch in batches[2:]:
        second.train_step(batch)
    for name, weight in weights_by_name(unbroken).items():
        np.testing.assert_array_equal(weights_by_name(second)[name].numpy(), weight.numpy(), err_msg=name)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"inputs": ("age", "city")}, "inputs were city, age, and are age, city"),
        ({"tasks": ("buy", "click", "spend")}, "tasks were click, buy, spend, and are buy, click, spend"),
        ({"architecture": "ple"}, "the architecture was 'mmoe', and is 'ple'"),
        ({"interaction": "fm"}, "the interaction was 'concat', and is 'fm'"),
    ],
)
def test_where_places_stand_for_other_things_only_tables_are_carried(changes, reason):
    kept = earlier()
    model, layout = small()
    before = {name: weight.numpy() for name, weight in weights_by_name(model).items()}
    found = by_name(carry(model, kept, layout=dataclasses.replace(layout, **changes), entries={"city": BEFORE}))
    assert found.pop(TABLE).fate is Fate.CARRIED
    for name, one in found.items():
        assert (one.fate, one.reason) == (Fate.FRESH, reason)
        assert weights_by_name(model)[name].numpy().tobytes() == before[name].tobytes()
    assert set(found["towers/logits/kernel_0"].fresh_slots) == {"momentum", "velocity"}


def test_a_weight_of_another_shape_or_name_is_fresh_and_says_so():
    kept = earlier()
    model, layout = small(tower=(4, 3))
    found = by_name(carry(model, kept, layout=layout, entries={"city": BEFORE}))
    assert found["towers/logits/kernel_0"].reason == "the shape was [3, 4, 1], and is [3, 3, 1]"
    assert found["towers/towers/kernel_1"].reason == "the earlier model has none of this name"
    assert found["towers/towers/kernel_0"].fate is Fate.CARRIED


def test_a_table_of_another_width_is_fresh():
    kept = earlier()
    kept.weights[TABLE] = kept.weights[TABLE][:, :3]
    model, layout = small()
    found = by_name(carry(model, kept, layout=layout, entries={"city": BEFORE}))
    assert (found[TABLE].fate, found[TABLE].reason) == (Fate.FRESH, "rows were of 3 numbers, and are of 4")


def test_a_new_table_is_fresh():
    kept = earlier(inputs=(DenseInput(name="age"),), entries=())
    model, layout = small()
    found = by_name(carry(model, kept, layout=layout, entries={"city": BEFORE}))
    assert found[TABLE].fate is Fate.FRESH
    assert found[TABLE].reason.startswith("inputs were age, and are city, age")
    assert int(model.optimizer.iterations) == 0


def test_slots_of_another_optimizer_are_fresh():
    kept = earlier()
    model, layout = small()
    compiled(model, Adagrad(), SGD())
    found = by_name(carry(model, kept, layout=layout, entries={"city": BEFORE}))
    assert (found[TABLE].slots, found[TABLE].fresh_slots) == ((), ())
    assert found["towers/logits/kernel_0"].fresh_slots == ("accumulator",)


@pytest.mark.parametrize("changes", [{}, {"balancing": "other"}, {"losses": ("click", "spend")}], ids=str)
def test_memory_is_carried_to_the_same_balancer_alone(changes):
    kept = earlier(balancer=FAMO())
    model, layout = small(balancer=FAMO())
    found = by_name(carry(model, kept, layout=dataclasses.replace(layout, **changes), entries={"city": BEFORE}))
    same = model.balancer_memory["logits"].numpy().tobytes() == kept.memories["logits"].tobytes()
    assert same == (not changes) == (found["balancing/logits"].fate is Fate.CARRIED)
    assert found["balancing/logits"].reason == ("balancing or its losses are declared otherwise" if changes else "")


def test_memory_that_goes_by_ids_is_dropped_when_they_move():
    kept = earlier(balancer=FAMO())
    model, layout = small(NOW, balancer=FAMO())
    found = by_name(
        carry(model, kept, layout=dataclasses.replace(layout, balanced_by=("city",)), entries={"city": NOW})
    )
    assert found["balancing/logits"].reason == "it goes by ids of city, which have moved"
