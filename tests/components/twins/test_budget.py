"""A twin is as large as the network of all tasks, whatever that shares."""

import itertools
import pathlib

import pytest

from components.twins import budget
from components.twins.budget import TOLERANCE, twin_widths
from models.architectures import PLE, SharedBottom
from models.cost import model_cost, network_size
from models.errors import ConfigError
from models.heads import Binary, Multiclass
from models.inputs import DenseInput, EmbeddingInput
from models.interactions import DCNv2
from models.settings import ModelSettings
from models.tasks import Task, TaskGraph
from pipeline.config import load_config
from pipeline.config.inputs import largest_inputs
from pipeline.twins import twins_plan

CONFIGS = sorted(pathlib.Path(__file__).resolve().parents[3].glob("configs/*.yaml"))
INPUTS = (EmbeddingInput(name="item", table="item", num_ids=1_000, dim=8), DenseInput(name="price"))
CLICK = Task(name="click", kind=Binary(), label="a")


def outside_tables(*declared):
    """As `evenkeel check --model` counts them."""
    return sum(part.num_parameters for part in model_cost(*declared) if part.name != "embedding tables")


@pytest.mark.slow
@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_twins_of_a_shipped_config_have_its_models_parameters(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # No data lies there.
    config = load_config(str(path))
    plan, inputs = twins_plan(config), largest_inputs(config.features)
    whole = network_size(config.model, inputs, config.graph)
    assert [twin.task.name for twin in plan.twins] == [output.name for output in config.graph.outputs]
    distinct = {(twin.expert, twin.task.tower, twin.task.kind.width): twin for twin in plan.twins}
    for twin in distinct.values():
        own = plan.trainer_plan(twin)
        size = network_size(own.model, inputs, TaskGraph(own.tasks))
        assert abs(size / whole - 1) <= TOLERANCE, twin.task.name


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(4,), (16, 4), (8, 8, 1)], ids=str)
def test_the_proportions_are_kept_and_the_budget_met_with_interaction_towers_and_many_classes(shape):
    tasks = (CLICK, Task(name="topic", kind=Multiclass(num_classes=7), label="b", tower=(5, 3)))
    settings = ModelSettings(architecture=PLE(num_levels=2, expert=(32,)), tower=(12,), interaction=DCNv2(num_layers=2))
    whole = network_size(settings, INPUTS, TaskGraph(tasks))
    assert whole == outside_tables(settings, INPUTS, TaskGraph(tasks))
    for task in tasks:
        widths = twin_widths(task, settings, INPUTS, shape=shape, budget=whole)
        settings_of_twin = ModelSettings(
            architecture=SharedBottom(expert=widths), tower=(12,), interaction=settings.interaction
        )
        assert abs(network_size(settings_of_twin, INPUTS, TaskGraph((task,))) / whole - 1) <= TOLERANCE
        for width, wanted in zip(widths, shape, strict=True):
            assert width == pytest.approx(widths[0] * wanted / shape[0], abs=1.5)


@pytest.fixture
def counted(monkeypatch):
    """Makes every network as large as `size` says by its layers' widths."""

    def by(size):
        monkeypatch.setattr(budget, "network_size", lambda settings, inputs, tasks: size(settings.architecture.expert))
        return ModelSettings(architecture=SharedBottom(expert=(1,)), tower=())

    return by


def test_the_nearest_widths_are_found(counted):
    def size(widths):
        first, second = widths
        return 7 + 11 * first + (first + 1) * second + 5 * second

    settings = counted(size)
    for wanted in (100, 333, 5_000):
        found = twin_widths(CLICK, settings, (), shape=(2, 1), budget=wanted)
        near = [(a, b) for a in range(1, 120) for b in range(1, 61) if abs(b - a / 2) <= 1]
        nearest = min(abs(size(widths) - wanted) for widths in near)
        assert abs(size(found) - wanted) <= max(nearest, TOLERANCE * wanted / 2), wanted


def test_a_budget_that_no_widths_meet_is_refused(counted):
    settings = counted(lambda widths: sum((a + 1) * b for a, b in itertools.pairwise((999, *widths))))
    with pytest.raises(ConfigError, match=r"has 1,500 parameters to 5%, got -33% at \[1\].*declare others"):
        twin_widths(CLICK, settings, (), shape=(1,), budget=1_500)


def test_a_network_that_is_not_of_layers_is_not_told_by_three_sizes(counted):
    settings = counted(lambda widths: sum(width**2 for width in widths))
    with pytest.raises(ValueError, match="must be that of layers one after another"):
        twin_widths(CLICK, settings, (), shape=(1,), budget=10_000)
