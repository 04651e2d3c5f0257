"""The standard errors against those of users drawn with replacement."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from components.comparison import GroupSums
from tests.components.comparison.samples import cells_of, plan_of, rows_of_users

pytestmark = pytest.mark.slow

RESAMPLES = 1000  # Knows a standard error to within 2.2 %.


def resampled(users, statistic, seed=0):
    """The spread of a statistic of the rows of users drawn anew."""
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(users == user) for user in range(int(users.max()) + 1)]
    values = []
    for _ in range(RESAMPLES):
        drawn = [places[user] for user in rng.integers(0, len(places), len(places))]
        values.append(statistic(np.concatenate(drawn), np.repeat(np.arange(len(drawn)), [len(own) for own in drawn])))
    return np.std(values, axis=0, ddof=1)


@pytest.mark.parametrize("exact_rows", [10**9, 0], ids=["rows", "sums"])
def test_of_rows(exact_rows):
    rows = dataclasses.replace(rows_of_users(num_users=300, mean_rows=12), slices=())
    cells = cells_of(plan_of(exact_rows=exact_rows, slicings=()), rows)

    def differences(places, _):
        labels, scores = rows.labels[places], rows.scores[:, places]
        aucs = [roc_auc_score(labels, own) for own in scores]
        losses = [log_loss(labels, own) for own in scores]
        entropy = log_loss(labels, np.full(len(labels), labels.mean()))
        ratios = [own.sum() / labels.sum() for own in scores]
        return [one - other for one, other in (aucs, losses, ratios)] + [(losses[0] - losses[1]) / entropy]

    expected = dict(
        zip(
            ("auc", "log_loss", "calibration", "normalised_entropy"), resampled(rows.clusters, differences), strict=True
        )
    )
    for metric, error in expected.items():
        # The bootstrap is off by 2 % itself, and 160 filled buckets know a standard error to within 5.5 %.
        assert cells[metric, ()].difference.std_error == pytest.approx(error, rel=0.16 if exact_rows == 0 else 0.06)
    assert cells["calibration", ()].difference.cluster_effect > 1.5


def test_of_users():
    rows = dataclasses.replace(rows_of_users(num_users=300, mean_rows=12), slices=())
    users = rows.clusters
    plan = plan_of("gauc", slicings=(), clustered=False)

    def value(places, groups):
        sums = GroupSums(plan, "gauc")
        drawn = dataclasses.replace(rows, clusters=None, labels=rows.labels[places], scores=rows.scores[:, places])
        sums.add(drawn, groups)
        return sums.cells()[0].difference.value

    sums = GroupSums(plan, "gauc")
    sums.add(dataclasses.replace(rows, clusters=None), users)
    assert sums.cells()[0].difference.std_error == pytest.approx(resampled(users, value), rel=0.08)
