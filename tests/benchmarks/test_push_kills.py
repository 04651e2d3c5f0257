"""A push that is killed and done again ends as one that nobody killed: the short form of the benchmark."""

import pytest

from benchmarks.push_kills import kill_pushes

pytestmark = [pytest.mark.slow, pytest.mark.integration]


def test_no_reader_sees_half_a_version_and_none_is_lost_or_pushed_twice(tmp_path):
    result = kill_pushes(tmp_path, kills=4, seed=1)
    assert result.kills == 4
    assert result.reads > 4
    assert (result.torn, result.left_over) == ([], [])
    assert result.models == result.unbroken
    assert result.holds
