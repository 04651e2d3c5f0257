import dataclasses

import pytest

from components.trainer.list_check import list_problems
from components.trainer.settings import Distribution, TrainingSettings
from models.errors import ConfigError
from models.heads import Ranking
from models.tasks import Task


def test_all_that_would_tear_lists_is_named_at_once(plan):
    ranking = Task(name="order", kind=Ranking(list="session"), label="clicked")
    training = TrainingSettings(epochs=1, distribution=Distribution.MIRRORED, batch_parts=2, compile_xla=True)
    assert [field for field, _ in list_problems(training, "session")] == ["distribution", "batch_parts", "compile_xla"]
    with pytest.raises(ConfigError, match="`batch_parts` must be 1 with ranking tasks, got 2") as caught:
        dataclasses.replace(plan, tasks=(*plan.tasks, ranking), training=training, inputs=plan.inputs[:1])
    assert "`distribution` must be one_device with ranking tasks, got mirrored" in str(caught.value)
    assert "`compile_xla` must be false with ranking tasks" in str(caught.value)


def test_a_limit_of_lists_is_for_ranking_tasks_and_below_the_batch():
    training = TrainingSettings(epochs=1, batch_size=50, list_limit=50)
    assert not list(list_problems(training, "session"))
    ((field, message),) = list_problems(training, None)
    assert (field, message) == ("list_limit", "must be left out without a ranking task, got 50.")
    with pytest.raises(ConfigError, match=r"`list_limit` must be at most `batch_size`, 50, got 51."):
        TrainingSettings(epochs=1, batch_size=50, list_limit=51)
    with pytest.raises(ConfigError, match=r"`list_limit` must be positive, got 0."):
        TrainingSettings(epochs=1, list_limit=0)


def test_parts_of_one_row_are_refused_since_they_have_no_order():
    for field, settings in (("list_limit", {"list_limit": 1}), ("batch_size", {"batch_size": 1})):
        ((found, message),) = list_problems(TrainingSettings(epochs=1, **settings), "session")
        assert (found, message) == (
            field,
            "must be at least 2 with ranking tasks, got 1: a list of one row has no order.",
        )


def test_one_of_several_tasks_may_be_trained_by_the_settings_of_all(plan, with_training):
    assert with_training(plan, list_limit=9).training.list_limit == 9
