"""What training settings refuse."""

import pytest

from components.trainer.settings import CheckpointRule, TrainingSettings
from models.errors import ConfigError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, r"`epochs` must be positive, got 0\."),
        ({"keep": CheckpointRule.MAIN_TASKS, "patience": 0}, r"`patience` must be positive, got 0\."),
        ({"clip_norm": 0.0}, r"`clip_norm` must be positive, got 0.0; leave it out for no clipping\."),
        ({"look_every_steps": -1}, r"`look_every_steps` must be at least 0, which never looks, got -1\."),
        ({"tolerance": 1.0}, r"`tolerance` must be at least 0 and under 1, got 1.0\."),
        (
            {"patience": 2},
            r"`patience` must be left out with `keep: last`, which compares no epochs, got 2\. Leave it out, or "
            r"set `keep` to one of weighted_loss, main_tasks, no_task_worse; data.split must then declare a validation",
        ),
    ],
    ids=str,
)
def test_wrong_settings_are_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        TrainingSettings(**{"epochs": 1, **changes})


def test_by_default_the_last_epoch_is_kept():
    assert TrainingSettings(epochs=5).keep is CheckpointRule.LAST
