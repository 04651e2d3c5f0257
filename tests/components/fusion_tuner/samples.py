"""Rows whose best weights are known to lie between two outputs."""

import dataclasses

import numpy as np

from components.fusion_tuner.goals import Objective, Pareto
from components.fusion_tuner.metrics import RankMetric
from components.fusion_tuner.rows import TunerRows
from components.fusion_tuner.space import Bounds
from components.fusion_tuner.tune import Tuning
from models.fusion import WeightedSum

CLICK, BUY = (Objective(output, RankMetric.GAUC) for output in ("click", "buy"))
FORMULA = WeightedSum(weights={"click": 1.0, "buy": 0.2, "price": 0.0})
PARETO = Tuning(
    objectives=(CLICK, BUY),
    goal=Pareto(names=("click.gauc", "buy.gauc")),
    bounds={"buy": Bounds(least=0.0, most=4.0), "price": Bounds(least=-1.0, most=1.0)},
    trials=60,
)


def rows_of(num_users=400, *, seed=0, digits=6, unknown=0.0):
    """Users of 1 to 12 rows in lists of up to 4; click and buy pull apart, each head sees its own with noise."""
    draws = np.random.default_rng(seed)
    users = np.repeat(np.arange(num_users, dtype=np.uint64) * 7 + 3, draws.integers(1, 13, num_users))
    mixing = draws.permutation(len(users))
    users = users[mixing]
    tastes = draws.normal(size=(2, len(users)))
    labels = {
        name: (draws.random(len(users)) < 1 / (1 + np.exp(1 - 1.5 * taste))).astype(float)
        for name, taste in zip(("click", "buy"), (tastes[0], tastes[1] - 0.5 * tastes[0]), strict=True)
    }
    labels["buy"][draws.random(len(users)) < unknown] = np.nan
    heads = 1 / (1 + np.exp(-(tastes + draws.normal(size=tastes.shape))))
    return TunerRows(
        values={
            "click": np.round(heads[0], digits),
            "buy": np.round(heads[1], digits),
            "price": np.round(draws.random(len(users)), digits),
        },
        labels=labels,
        users=users,
        lists=users * np.uint64(8) + draws.integers(0, 4, len(users)).astype(np.uint64),
    )


def changed(tuning, **changes):
    return dataclasses.replace(tuning, **changes)
