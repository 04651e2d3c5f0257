"""Two models on users' rows, for the tests of comparisons."""

import dataclasses

import numpy as np

from components.comparison import Kind, Membership, OutputPlan, PairedSums, Reference, Rows, membership

DEVICES = np.array(["phone", "tablet", "television"])


def rows_of_users(num_users=600, mean_rows=5, *, seed=0, noise=(0.4, 0.6), intercept=-0.5):
    """Clicks with user effects; scores of a better and a worse model; the device varies within users."""
    rng = np.random.default_rng(seed)
    users = np.repeat(np.arange(num_users), rng.geometric(1 / mean_rows, num_users))
    level = intercept + rng.normal(size=num_users)[users] + rng.normal(size=len(users))
    labels = (rng.random(len(users)) < 1 / (1 + np.exp(-level))).astype(float)
    own = [level + scale * (rng.normal(size=num_users)[users] + rng.normal(size=len(users))) for scale in noise]
    return Rows(
        labels=labels,
        scores=1 / (1 + np.exp(-np.stack(own))),
        clusters=users.astype(np.uint64),
        slices=(membership(("device",), (DEVICES[rng.integers(0, len(DEVICES), len(users))],)),),
    )


def take(rows, places):
    """The rows at `places`."""
    return dataclasses.replace(
        rows,
        labels=rows.labels[places],
        scores=rows.scores[:, places],
        hits=None if rows.hits is None else rows.hits[:, places],
        clusters=None if rows.clusters is None else rows.clusters[places],
        slices=tuple(Membership(found.names, found.codes[places]) for found in rows.slices),
        known=None if rows.known is None else rows.known[places],
    )


def plan_of(*metrics, **changes):
    """Clicks against the baseline, by device."""
    settings = {
        "output": "click",
        "kind": Kind.BINARY,
        "metrics": metrics
        or ("auc", "log_loss", "normalised_entropy", "calibration", "calibration_error", "mse", "mae"),
        "references": (Reference.BASELINE,),
        "slicings": (("device",),),
        **changes,
    }
    return OutputPlan(**settings)


def cells_of(plan, *batches):
    """By metric and slice."""
    sums = PairedSums(plan)
    for rows in batches:
        sums.add(rows)
    return {(cell.metric, cell.slice): cell for cell in sums.cells()}


def figures(cells):
    """All numbers of cells, so that they compare as one array."""
    return np.array(
        [
            number
            for cell in cells
            for estimate in (cell.candidate, cell.reference, cell.difference)
            if estimate is not None
            for number in dataclasses.astuple(estimate)
        ]
        + [number for cell in cells for number in (cell.rows, cell.positives, cell.clusters)]
    )
