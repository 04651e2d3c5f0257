import pytest

from components.tuner.config import Range, SearchConfig
from models.errors import ConfigError


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, r"exactly one of `log`, `linear`, `whole` and `choices` must be given, got \[\]."),
        ({"log": (1.0, 2.0), "linear": (1.0, 2.0)}, r"exactly one of .* got \['log', 'linear'\]."),
        ({"log": (0.0, 1.0)}, r"`log` must begin above 0, got 0.0: write `linear`, or a smaller number."),
        ({"linear": (2.0, 1.0)}, r"`linear` must be two numbers, the smaller one first, got \[2.0, 1.0\]."),
        ({"whole": (1, 2, 3)}, r"`whole` must be two numbers, the smaller one first, got \[1, 2, 3\]."),
        ({"choices": (1,)}, r"`choices` must be two values or more, each once, got \[1\]."),
        ({"choices": ([4], [4])}, r"`choices` must be two values or more, each once, got \[\[4\], \[4\]\]."),
    ],
)
def test_a_range_that_is_none_is_refused(fields, message):
    with pytest.raises(ConfigError, match=message):
        Range(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"trials": 1}, "`trials` must be at least 2, got 1."),
        ({"trials": 3, "finalists": 3}, "`finalists` must be below `trials`, got 3 of 3: try more, or take fewer."),
        ({"trials": 9, "seeds": 1}, "`seeds` must be at least 2, got 1."),
        ({"trials": 9, "tolerance": 1.0}, "`tolerance` must be at least 0 and under 1, got 1.0."),
    ],
)
def test_a_search_that_cannot_tell_is_refused(fields, message):
    with pytest.raises(ConfigError, match=message):
        SearchConfig(**fields)


def test_what_a_range_holds():
    assert Range(log=(0.1, 10.0)).holds(1)
    assert not Range(log=(0.1, 10.0)).holds(True)
    assert not Range(whole=(1, 4)).holds(5)
    assert Range(whole=(1, 4)).holds(2.0)
    assert not Range(whole=(1, 4)).holds(2.5)
    assert Range(choices=([4], [8, 4])).holds((8, 4))
    assert not Range(choices=("a", "b")).holds("c")
