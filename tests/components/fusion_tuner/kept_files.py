"""A file of kept rows, whose users in the US want another order than others do."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.fusion_tuner.config import FusionTuneConfig, SegmentTuning
from components.fusion_tuner.goals import Sum
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.space import Bounds
from models.fusion import FusionColumn, FusionConfig, Segment, WeightedSum

FUSION = FusionConfig(
    formulas={"main": WeightedSum(weights={"click": 1.0, "buy": 0.5}), "other": WeightedSum(weights={"price": 1.0})},
    served="main",
    columns={"price": FusionColumn(missing=2.0)},
    segment=Segment(
        column="country",
        weights={"US": {"main": {"click": 0.9}, "other": {"price": 2.0}}, "SM": {"main": {"buy": 3.0}}},
    ),
)
TUNE = FusionTuneConfig(
    goal=Sum(shares={"click.gauc": 1.0}), bounds={"buy": Bounds(least=-4.0, most=4.0)}, observe=("buy.gauc",), trials=40
)
PLAN = FusionTunerPlan(fusion=FUSION, tune=TUNE, user="user")
SEGMENTS = SegmentTuning(least_users=40, trials=40)


def draw_columns(num_users=300, *, seed=0):
    """Users of 10 rows; what is clicked is told by the first head but for users in the US, who go by the second."""
    draws = np.random.default_rng(seed)
    users = np.repeat(np.arange(num_users, dtype=np.uint64) * 7 + 3, 10)
    country = np.repeat(np.array(["US", "NL", "NL", "SM", "AD", ""])[np.minimum(np.arange(num_users) % 40, 5) % 6], 10)
    country = np.where(country == "", np.where(users % 2 == 0, "US", "NL"), country)
    tastes = draws.normal(size=(2, len(users)))
    wanted = np.where(country == "US", tastes[1], tastes[0])
    clicked = draws.random(len(users)) < 1 / (1 + np.exp(1 - 2 * wanted))
    bought = clicked & (draws.random(len(users)) < 0.5)
    heads = 1 / (1 + np.exp(-tastes))
    return {
        "candidate/click": heads[0].astype(np.float32),
        "candidate/buy": heads[1].astype(np.float32),
        "label/click": clicked.astype(np.float32),
        "known/click": np.ones(len(users), np.float32),
        "label/buy": bought.astype(np.float32),
        "known/buy": clicked.astype(np.float32),  # Of what is not clicked nothing is known.
        "column/price": np.where(draws.random(len(users)) < 0.1, np.nan, draws.random(len(users))).astype(np.float32),
        "column/country": country.tolist(),
        "column/place": np.where(draws.random(len(users)) < 0.2, np.nan, draws.integers(1, 9, len(users))),
        "id/user": users,
        "id/request": users * np.uint64(4) + draws.integers(0, 3, len(users)).astype(np.uint64),
    }


def write_rows(folder, columns=None):
    """The path of the file."""
    path = folder / "rows.parquet"
    pq.write_table(pa.table(columns or draw_columns()), path)
    return str(path)
