"""Day after day, each from what serves: rows follow their cities, old days are not read, none is trained twice."""

import os
import pathlib

import pytest

from components.pusher.folder import versions
from pipeline.config import load_config
from pipeline.errors import RunFailedError
from tests.pipeline.warm_start.conftest import CITIES

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.


def states(daily):
    from components.warm_start.state import ServedState

    return [ServedState(os.path.join(daily.config.serving_directory, str(version))) for version in daily.pushed[-1]]


def record(daily, run):
    from pipeline.report import read_run

    store = os.path.join(daily.config.home, "metadata.sqlite")
    return read_run(store, daily.run_ids[run], pipeline="daily", graph=daily.config.graph).training


def test_each_day_pushes_once_and_the_same_day_again_trains_and_pushes_nothing(daily):
    assert [len(pushed) for pushed in daily.pushed] == [1, 2, 2]
    _, second, again = daily.seconds
    assert set(second) >= {"WarmStart", "Trainer"}
    assert max(again["WarmStart"], again["Trainer"], again["Transform"]) < min(second["Trainer"], again["Evaluator"])


def test_the_first_day_begins_with_fresh_weights_and_says_so(daily):
    started = record(daily, 0).warm_start
    assert (started.version, started.reason, started.variables) == ("", "nothing serves yet", ())


def test_the_next_day_goes_on_from_what_serves_city_by_city(daily):
    started = record(daily, 1).warm_start
    assert started.version == str(daily.pushed[0][-1])
    before, now = states(daily)
    assert [city.decode() for city in before.entries("city")] == CITIES[1][:6]
    assert [city.decode() for city in now.entries("city")] == CITIES[2][:6]
    rows = {one.name: one.rows for one in started.variables if one.rows is not None}["inputs/table_city"]
    # Missing, four cities, and the bucket of others; York and Nice are new, Cork and Graz gone.
    assert (rows.carried, rows.new, rows.dropped) == (6, 2, 2)
    assert {one.reason for one in started.variables} == {""}
    assert now.steps == started.steps + record(daily, 1).intervals[-1].step
    assert started.steps == before.steps == record(daily, 0).intervals[-1].step
    assert now.state.parent == before.state.fingerprint


def test_rows_and_slots_of_the_new_vocabulary_are_bit_by_bit_those_that_served(daily):
    from components.trainer.build import build_model, model_input
    from components.warm_start.beginning import Beginning
    from components.warm_start.start import Start
    from models.warm_start.names import slots_by_name, weights_by_name
    from pipeline.graph import trainer_plan

    before, now = states(daily)
    plan, entries = trainer_plan(daily.config), {"city": now.entries("city")}
    inputs = tuple(model_input(column, {"vocabulary_city": len(entries["city"])}) for column in plan.inputs)
    model = build_model(plan, inputs)
    folder = os.path.join(daily.config.serving_directory, str(daily.pushed[0][-1]))
    Beginning(Start(folder=folder), plan, entries).give(model)
    cities = [city for city in entries["city"] if city in before.entries("city")]
    assert len(cities) == 4
    for city in cities:
        old, new = (1 + list(some).index(city) for some in (before.entries("city"), entries["city"]))
        table = "inputs/table_city"
        assert weights_by_name(model)[table].numpy()[new].tobytes() == before.weight(table)[old].tobytes()
        accumulator = slots_by_name(model)[table]["accumulator"].numpy()
        assert accumulator[new].tobytes() == before.slot(table, "accumulator")[old].tobytes()
        assert (accumulator[new] > 0.001).all()  # It has learned.


def test_a_missing_day_ends_the_run_by_name_and_leaves_what_serves(daily):
    from pipeline.local import new_run_id, run_locally

    config = load_config(str(pathlib.Path(daily.folder, "daily.yaml")), ["data.run_date=2026-01-05"])
    with pytest.raises(
        RunFailedError, match=r"no file is found by .* for 2026-01-04, 2026-01-05, and the run needs all 2 "
    ):
        run_locally(config, run_id=new_run_id())
    assert tuple(versions(config.serving_directory)) == daily.pushed[-1]
