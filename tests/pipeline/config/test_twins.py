"""A wrong `twins` section is answered where it stands."""

import pytest

from pipeline.config.twins import TwinsConfig
from pipeline.errors import ConfigFileError


@pytest.mark.parametrize(
    ("section", "answer"),
    [
        ("{every: 0}", r"shop.yaml:26:16: twins: `every` must be positive, got 0: 1 trains them in every run"),
        ("{every: 1, expert: []}", r":26:\d+: twins: `expert` must hold at least one layer width"),
        ("{every: 1, expert: [8, 0]}", r":26:\d+: twins: `expert` must hold positive widths, got 0\."),
        ("{every: 1, tasks: [click]}", r":26:19: twins: `tasks` is not a key here\."),
        ("{expert: [8]}", r":26:\d+: twins: `every` is missing"),
        ("{every: often}", r":26:\d+: twins.every: must be an integer, got"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(load, section, answer):
    with pytest.raises(ConfigFileError, match=answer):
        load(("push:\n", f"twins: {section}\npush:\n"))


def test_twins_are_trained_where_they_are_asked_for(load):
    assert load().twins is None
    assert load(("push:\n", "twins: {every: 3}\npush:\n")).twins == TwinsConfig(every=3)
    assert load(overrides=["twins.every=1"]).twins == TwinsConfig(every=1)
