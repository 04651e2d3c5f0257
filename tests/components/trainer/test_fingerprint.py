"""What makes two runs the same."""

import dataclasses

import pytest

from components.trainer.build import model_input
from components.trainer.fingerprint import fingerprint


@pytest.fixture
def of(split):
    def make(plan, sizes=None, start="", **rows):
        inputs = [model_input(column, sizes or {}) for column in plan.inputs]
        return fingerprint(plan, inputs, [split(50, **rows).store, split(20, seed=1).store], start=start)

    return make


def test_the_same_run_has_the_same_fingerprint_wherever_its_checkpoints_lie(plan, of):
    assert of(plan) == of(dataclasses.replace(plan, checkpoint_root="elsewhere"))
    assert of(plan) == of(plan, order=range(49, -1, -1))


def test_what_is_only_looked_at_makes_no_other_run(plan, of):
    assert of(plan) == of(dataclasses.replace(plan, segments={"city": "city"}))


def test_rows_seed_code_start_and_vocabulary_make_another_run(plan, with_training, of):
    learned = dataclasses.replace(plan.inputs[0], vocabulary="cities")
    other = dataclasses.replace(plan, inputs=(learned, *plan.inputs[1:]))
    found = [
        of(plan),
        of(plan, seed=2),
        of(plan, start="what serves"),
        of(with_training(plan, seed=2)),
        of(dataclasses.replace(plan, code="newer")),
        of(other, {"cities": 5}),
        of(other, {"cities": 6}),
    ]
    assert len(set(found)) == len(found)
