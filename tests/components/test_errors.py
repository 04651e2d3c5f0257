"""Errors of components."""

import pickle

from components.errors import UnusableInputError


def test_an_error_survives_the_way_from_another_process():
    error = pickle.loads(pickle.dumps(UnusableInputError(["`a.csv` is empty.", "`b.csv` is empty."])))
    assert error.problems == ("`a.csv` is empty.", "`b.csv` is empty.")
    assert str(error) == "`a.csv` is empty.\n`b.csv` is empty."
