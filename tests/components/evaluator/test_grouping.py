"""Slices and clusters are those of the values, however a batch brings them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.comparison.rows import MISSING, NO_ID, cluster_ids
from components.evaluator.grouping import clusters, ids, memberships


@dataclasses.dataclass
class Sparse:
    """As TFMA's VarLenTensorValue."""

    values: np.ndarray
    indices: np.ndarray


def sparse(rows):
    """Rows of lists."""
    places = [[row, place] for row, own in enumerate(rows) for place in range(len(own))]
    values = np.array([value for own in rows for value in own], dtype=object)
    return Sparse(values, np.array(places, np.int64).reshape(-1, 2))


def named(membership):
    """By row, the slice."""
    return [membership.names[code] for code in membership.codes.tolist()]


def slice_of(features, columns, num_rows):
    (found,) = memberships(features, [columns], num_rows)
    return named(found)


NOWHERE = (("city", MISSING),)


def test_values_name_slices_and_rows_without_a_value_are_one_of_their_own():
    features = {"city": sparse([[b"Riga"], [], [b"Oslo"], [b"Riga"], [b""], [MISSING.encode()]])}
    riga, oslo = (("city", "Riga"),), (("city", "Oslo"),)
    assert slice_of(features, ("city",), 6) == [riga, NOWHERE, oslo, riga, NOWHERE, NOWHERE]
    (found,) = memberships(features, [("city",)], 6)
    assert len(set(found.names)) == len(found.names) == 3


def test_of_several_values_the_first_counts():
    assert slice_of({"tag": sparse([[b"a", b"b"], [b"b"]])}, ("tag",), 2) == [(("tag", "a"),), (("tag", "b"),)]


def test_dense_values_are_the_same_slices_as_sparse_ones():
    texts = [b"x", b"y", b"x"]
    dense = np.array(texts, dtype=object)
    with_none = np.array([b"x", None, b"x"], dtype=object)
    wanted = slice_of({"a": sparse([[text] for text in texts])}, ("a",), 3)
    assert slice_of({"a": dense}, ("a",), 3) == slice_of({"a": dense[:, None]}, ("a",), 3) == wanted
    assert slice_of({"a": with_none}, ("a",), 3) == [wanted[0], (("a", MISSING),), wanted[0]]


def test_numbers_are_named_as_a_person_writes_them():
    values = np.array([12.0, 0.1, 16_777_216.0, np.nan], np.float32)
    assert slice_of({"hour": values}, ("hour",), 4) == [
        (("hour", "12"),), (("hour", "0.1"),), (("hour", "16777216"),), (("hour", MISSING),),
    ]  # fmt: skip


def test_values_of_one_text_are_one_slice():
    features = {"name": np.array([b"\xff", b"\xfe", b"a"], dtype=object)}  # Neither of the two is UTF-8.
    found = slice_of(features, ("name",), 3)
    assert found[0] == found[1] != found[2]


def test_of_a_column_that_no_row_has_all_rows_are_without_a_value():
    assert slice_of({}, ("city",), 2) == [NOWHERE, NOWHERE]
    assert slice_of({"city": sparse([[], []])}, ("city",), 2) == [NOWHERE, NOWHERE]


LETTERS = st.sampled_from([b"a", b"b", b"c"])


@given(st.lists(st.tuples(st.none() | LETTERS, st.none() | LETTERS), max_size=30))
def test_crossed_slices_are_the_pairs_of_values(rows):
    features = {
        name: sparse([[] if row[place] is None else [row[place]] for row in rows])
        for place, name in enumerate(("x", "y"))
    }
    texts = [tuple(MISSING if value is None else value.decode() for value in row) for row in rows]
    wanted = [(("x", first), ("y", second)) for first, second in texts]
    found, single = memberships(features, [("x", "y"), ("y",)], len(rows))
    assert named(found) == wanted
    assert len(set(found.names)) == len(found.names)
    assert named(single) == [(("y", second),) for _, second in texts]


def test_ids_are_those_of_the_texts_and_missing_values_have_none():
    features = {"user": sparse([[b"ann"], [], [b"bob"], [b"ann"], []])}
    found = ids(features, "user", 5)
    assert found.dtype == np.uint64
    assert found.tolist() == cluster_ids(np.array(["ann", "", "bob", "ann", ""], dtype=object)).tolist()
    assert (found == NO_ID).tolist() == [False, True, False, False, True]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_an_id_does_not_hang_on_the_batch_that_brings_it(order):
    names = np.array([b"ann", b"bob", b"cat"], dtype=object)[order]
    found = dict(zip(names.tolist(), ids({"user": names}, "user", 3).tolist(), strict=True))
    alone = {name: int(ids({"user": np.array([name], dtype=object)}, "user", 1)[0]) for name in names}
    assert found == alone


def test_a_row_without_a_user_is_a_cluster_of_its_own_in_any_batch():
    users = [[b"ann"], [], [b""], [b"ann"], []]
    examples = [b"\xff", b"\xfe", b"c", b"d", b"e"]  # No text need be in them.
    found = clusters({"user": sparse(users)}, "user", examples).tolist()
    assert found[0] == found[3] == cluster_ids(np.array(["ann"]))[0]
    assert len(set(found)) == 4
    alone = [
        clusters({"user": sparse(users[4 - row : 5 - row])}, "user", examples[4 - row : 5 - row]) for row in range(5)
    ]
    assert [int(own[0]) for own in alone] == found[::-1]
