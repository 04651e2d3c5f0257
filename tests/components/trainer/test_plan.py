"""The plan as one JSON text."""

import pytest

from components.trainer.plan import TrainerPlan
from models.errors import ConfigError


def test_a_plan_survives_its_text(plan):
    assert TrainerPlan.from_json(plan.to_json()) == plan
    assert plan.to_json() == TrainerPlan.from_json(plan.to_json()).to_json()


def test_xla_is_refused_with_lists(plan, with_training):
    with pytest.raises(ConfigError, match=r"`compile_xla` must be false .*, got true with `tags`"):
        with_training(plan, compile_xla=True)
