"""The file of weights that lies beside a model."""

import pytest

from models.errors import ConfigError
from models.fusion import parse_weights, version_of, weights_text
from models.fusion.weights import vector_of

WEIGHTS = {"main.click": 1.0, "main.buy": 0.1 + 0.2, "main.click@US": -1e-7}


def test_weights_survive_their_file_to_the_last_bit():
    assert parse_weights(weights_text(WEIGHTS)) == WEIGHTS


@pytest.mark.parametrize("between", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", " @ "])
def test_a_segment_may_hold_any_mark_but_what_divides_lines_and_columns(between):
    weights = {"main.click": 1.0, f"main.click@New{between}York": 2.0}
    assert parse_weights(weights_text(weights)) == weights


def test_the_version_follows_from_the_weights_alone_and_is_exact_in_json():
    assert version_of(WEIGHTS) == version_of(dict(reversed(WEIGHTS.items())))
    assert version_of(WEIGHTS) != version_of({**WEIGHTS, "main.click": 1.0000000000000002})
    assert 0 <= version_of(WEIGHTS) < 2**53


def test_a_segment_leaves_open_what_is_as_everywhere():
    assert vector_of(WEIGHTS, "main", ["click", "buy"], segment="US") == {"click": -1e-7, "buy": 0.1 + 0.2}
    assert vector_of(WEIGHTS, "main", ["click"], segment="NL") == {"click": 1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("main.click 1\n", "line 1 must be a key, a tab and a number, got 'main.click 1'."),
        ("main.click\tnan\n", "line 1 must be a key, a tab and a number"),
        ("main.click\t2.0\n", "`.version` must be \\d+, told by the weights, got None."),
        (weights_text(WEIGHTS).replace("click\t1.0", "click\t9.0"), "told by the weights, got"),
    ],
)
def test_a_file_that_was_edited_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_weights(text)
