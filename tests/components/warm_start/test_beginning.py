import dataclasses

import pytest

from components.warm_start.beginning import Beginning
from components.warm_start.start import Start
from components.warm_start.state import read_state
from models.warm_start.names import slots_by_name, weights_by_name
from models.warm_start.record import Fate, RowCounts
from tests.components.warm_start.conftest import ENTRIES, PLAN, model_of

pytestmark = pytest.mark.slow

NOW = {"city": [b"oslo", b"lima", b"rome"]}  # Paris is gone, Lima new, Oslo before Rome.


def test_the_next_model_begins_with_the_rows_and_slots_of_what_serves(kept):
    start = Start(folder=kept.version, version="100", fingerprint=read_state(kept.version).fingerprint)
    model, fresh = model_of(PLAN, NOW), model_of(PLAN, NOW)
    record = Beginning(start, PLAN, NOW).give(model)
    assert (record.version, record.reason, record.steps, record.left) == ("100", "", 17, ())
    tables = {one.name: one.rows for one in record.variables if one.rows is not None}
    # Missing, two cities and the bucket of unknown ones are carried; missing and four buckets of hours.
    assert tables == {
        "inputs/table_city": RowCounts(carried=4, new=1, dropped=1),
        "inputs/table_hour": RowCounts(carried=5, new=0, dropped=0),
    }
    old, new = [0, 3, 2, 4], [0, 1, 3, 4]
    for of in (weights_by_name, lambda one: {name: slots["accumulator"] for name, slots in rows_of(one).items()}):
        before, after, unlearned = (of(one)["inputs/table_city"].numpy() for one in (kept.model, model, fresh))
        assert after[new].tobytes() == before[old].tobytes()
        assert after[2].tobytes() == unlearned[2].tobytes()


def rows_of(model):
    return {name: slots for name, slots in slots_by_name(model).items() if "accumulator" in slots}


def test_weights_that_the_model_has_no_more_are_told(kept):
    start = Start(folder=kept.version, version="100")
    plan = dataclasses.replace(PLAN, inputs=PLAN.inputs[:1])
    record = Beginning(start, plan, NOW).give(model_of(plan, NOW))
    assert record.left == ("inputs/table_hour",)
    fates = {one.name: one.fate for one in record.variables}
    assert fates["inputs/table_city"] is Fate.BY_ROW
    assert {fate for name, fate in fates.items() if "table" not in name} == {Fate.FRESH}


def test_without_a_version_all_is_fresh_and_the_reason_told():
    model = model_of(PLAN, ENTRIES)
    before = {name: weight.numpy() for name, weight in weights_by_name(model).items()}
    beginning = Beginning(Start(reason="nothing serves yet"), PLAN, ENTRIES)
    record = beginning.give(model)
    assert (record.version, record.reason, record.variables) == ("", "nothing serves yet", ())
    assert beginning.fingerprint == ""
    assert all(weight.numpy().tobytes() == before[name].tobytes() for name, weight in weights_by_name(model).items())
