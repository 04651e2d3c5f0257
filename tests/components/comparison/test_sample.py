"""The sample of lowest hashes."""

import numpy as np

from components.comparison.mixing import combined
from components.comparison.sample import SIZE, LowestHashes


def sampled(*contents):
    sample = LowestHashes(2)
    for own in contents:
        sample.add(combined(own), own)
    return sample


def test_few_contents_are_all_there_with_their_counts():
    contents = np.array([[1, 2, 1, 2, 1], [5, 5, 5, 6, 5]])
    sample = sampled(contents[:, :2], contents[:, 2:])
    found = {tuple(own): count for own, count in zip(sample.contents.T.tolist(), sample.counts.tolist(), strict=True)}
    assert found == {(1, 5): 3, (2, 5): 1, (2, 6): 1}


def test_swapped_columns_are_other_contents_of_the_same_rank():
    assert combined(np.array([[1, 2], [2, 1]]))[0] >> np.uint64(32) == combined(np.array([[1, 2], [2, 1]]))[
        1
    ] >> np.uint64(32)
    assert len(sampled(np.array([[1, 2], [2, 1]])).hashes) == 2


def test_of_many_the_same_are_kept_in_any_order():
    rng = np.random.default_rng(0)
    contents = rng.integers(0, 200, (2, 60_000))
    whole = sampled(contents)
    parts = [sampled(own) for own in np.array_split(contents[:, rng.permutation(60_000)], 7, axis=1)]
    for other in parts[1:]:
        parts[0].merge(other)
    assert len(whole.hashes) == SIZE
    for name in ("hashes", "counts", "contents"):
        np.testing.assert_array_equal(getattr(parts[0], name), getattr(whole, name))


def test_it_is_fair():
    contents = np.random.default_rng(0).integers(0, 10**6, (2, 100_000))
    sample = sampled(contents)
    # 4096 of a uniform know their mean to within 0.45 %.
    np.testing.assert_allclose(sample.contents.mean(axis=1), contents.mean(axis=1), rtol=0.02)
