"""Slices and clusters of rows from the values of columns."""

import numpy as np

from components.comparison import NO_ID, cluster_ids, membership
from components.comparison.rows import MISSING


def test_slices_are_named_by_their_values():
    found = membership(("country",), (np.array(["nl", "de", "nl"], dtype=object),))
    assert found.names == ((("country", "de"),), (("country", "nl"),))
    assert found.codes.tolist() == [1, 0, 1]


def test_of_two_columns_only_pairs_that_were_met_are_slices():
    country, device = np.array([b"nl", b"de", b"nl"], dtype=object), np.array([2, 1, 2])
    found = membership(("country", "device"), (country, device))
    assert found.names == ((("country", "de"), ("device", "1")), (("country", "nl"), ("device", "2")))
    assert found.codes.tolist() == [1, 0, 1]


def test_rows_without_a_value_are_a_slice_of_their_own():
    values = np.array([None, "nl", float("nan"), "", MISSING], dtype=object)
    found = membership(("country",), (values,))
    assert found.names == ((("country", "nl"),), (("country", MISSING),))
    assert found.codes.tolist() == [1, 0, 1, 1, 1]
    crossed = membership(("country", "device"), (values[:2], np.array(["tv", None], dtype=object)))
    assert crossed.names == ((("country", "nl"), ("device", MISSING)), (("country", MISSING), ("device", "tv")))
    nothing = membership(("country",), (values[:0],))
    assert (nothing.names, nothing.codes.tolist()) == ((), [])


def test_clusters_have_the_same_id_everywhere():
    assert cluster_ids(np.array([3, 7])).tolist() == [3, 7]
    of_text = cluster_ids(np.array(["ann", "bob", "ann"], dtype=object))
    assert of_text[0] == of_text[2] != of_text[1]
    assert of_text[0] == 0xA5F323BF6ADF3A8D  # BLAKE2b of "ann", 8 bytes, little-endian.
    np.testing.assert_array_equal(of_text, cluster_ids(np.array([b"ann", b"bob", b"ann"], dtype=object)))
    missing = cluster_ids(np.array([None, float("nan"), ""], dtype=object))
    assert (missing == NO_ID).all()
