"""TFX's cache is told of the fusion weights that a model is exported with."""

import dataclasses
import json

import pytest

from models.fusion import WeightedSum, parse_weights, weights_text
from models.fusion.beside import write_declaration
from models.fusion.config import FusionConfig
from models.fusion.weights import FILE

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX takes long, and warns of itself.

FUSION = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0})}, served="main")
SET = {"main.click": 3.0}


@pytest.fixture
def properties(plan, tmp_path):
    """A Trainer's, where what serves has weights that were set."""
    folder = tmp_path / "served" / "1"
    (folder / "assets").mkdir(parents=True)
    (folder / FILE).write_text(weights_text(SET))
    write_declaration(str(folder), FUSION)

    def make(fusion):
        told = {"plan": dataclasses.replace(plan, fusion=fusion).to_json(), "served": str(tmp_path / "served")}
        return {"custom_config": json.dumps(told)}

    return make


def test_weights_that_serve_are_a_property_of_the_execution(properties):
    from tfx.orchestration.portable.data_types import ExecutionInfo

    from components.trainer.driver import Driver

    found = Driver(None).run(ExecutionInfo(exec_properties=properties(FUSION))).exec_properties
    assert parse_weights(found["fusion_weights"].string_value) == SET
    assert not Driver(None).run(ExecutionInfo(exec_properties=properties(None))).exec_properties


def test_what_the_driver_said_holds_whatever_is_set_meanwhile(properties):
    from components.trainer.driver import carried_text

    said = weights_text({"main.click": 2.0})
    assert carried_text({**properties(FUSION), "fusion_weights": said}) == said
    assert parse_weights(carried_text(properties(FUSION))) == SET  # Where an orchestrator runs no driver.
