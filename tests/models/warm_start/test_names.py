import pytest

from models.optimizers import OPTIMIZERS, Adagrad, Adam, build
from models.warm_start.names import network_weights, slots_by_name, weights_by_name
from tests.models.interactions.samples import INPUTS as LISTS
from tests.models.interactions.samples import INTERACTION_SAMPLES
from tests.models.samples import ARCHITECTURE_SAMPLES, EVERYTHING, SMALL, model_of


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURE_SAMPLES, ids=repr)
def test_every_weight_of_every_architecture_has_a_name_that_the_next_model_gives_it_too(architecture):
    first, second = (model_of(architecture, seed=seed) for seed in (1, 2))
    assert len(weights_by_name(first)) == len(network_weights(first))
    assert {name: weight.shape for name, weight in weights_by_name(first).items()} == {
        name: weight.shape for name, weight in weights_by_name(second).items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("interaction", INTERACTION_SAMPLES, ids=repr)
def test_every_weight_of_every_interaction_and_head_has_a_name_of_its_own(interaction):
    model = model_of(SMALL, tasks=EVERYTHING, inputs=LISTS, interaction=interaction)
    assert {id(weight) for weight in weights_by_name(model).values()} >= {
        id(weight) for weight in model.trainable_variables
    }


@pytest.mark.parametrize("dense", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
@pytest.mark.parametrize("rows", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_every_slot_of_every_optimizer_is_found(dense, rows):
    model = model_of(SMALL)
    model.compile(optimizer=build(dense(), rows()))
    found = [slot for slots in slots_by_name(model).values() for slot in slots.values()]
    steps, *slots = model.optimizer.variables
    assert {id(slot) for slot in found} == {id(slot) for slot in slots}
    assert steps is model.optimizer.iterations


def test_slots_are_those_of_their_weight():
    model = model_of(SMALL)
    model.compile(optimizer=build(Adam(), Adagrad()))
    slots = slots_by_name(model)
    assert set(slots) == set(weights_by_name(model))
    assert all(
        slot.shape == weight.shape for name, weight in weights_by_name(model).items() for slot in slots[name].values()
    )
    assert set(slots["inputs/table_user"]) == {"accumulator"}
    assert set(slots["towers/logits/kernel_0"]) == {"momentum", "velocity"}
    for name, of_weight in slots.items():
        assert all(slot.name.endswith(f"/{name}:0") for slot in of_weight.values())
