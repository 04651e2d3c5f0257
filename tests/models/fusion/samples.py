"""One formula of every kind, and rows to score."""

import numpy as np

from models.fusion import AffinePower, ExpressionFormula, FusionColumn, FusionConfig, PowerProduct, Segment, WeightedSum

SAMPLES = {
    "weighted_sum": WeightedSum(weights={"click": 1.0, "buy": 2.5, "price": 0.01}),
    "power_product": PowerProduct(weights={"click": 1.0, "buy": 0.5, "price": 0.2}),
    "affine_power": AffinePower(
        weights={"click": 1.0, "buy": 0.5}, plus={"click": 0.1, "buy": 0.01}, times={"buy": 2.0}
    ),
    "formula": ExpressionFormula(
        expression='click * (1 + alpha * buy) + (beta * log1p(price) if country == "US" else 0)'
        " - gamma * is_missing(price)",
        weights={"alpha": 2.0, "beta": 0.3, "gamma": 0.2},
    ),
}

FUSION = FusionConfig(
    formulas=SAMPLES,
    served="power_product",
    columns={"price": FusionColumn(missing=3.0, most=1e4), "country": FusionColumn(missing="NL")},
    segment=Segment(column="country", weights={"US": {"power_product": {"click": 2.0}, "formula": {"alpha": 0.5}}}),
)


def draw_rows(num_rows: int = 200, seed: int = 0) -> dict[str, np.ndarray]:
    """Heads, a price that is missing, 0, below 0 or infinite here and there, and countries."""
    draws = np.random.default_rng(seed)
    price = draws.lognormal(2.0, 1.0, num_rows)
    price[:5] = [np.nan, 0.0, -3.0, np.inf, -np.inf]
    countries = np.array([b"US", b"NL", b"DE", b""], dtype=object)[draws.integers(4, size=num_rows)]
    heads = {name: draws.uniform(0, 1, num_rows) for name in ("click", "buy")}
    heads["click"][5:8] = [0.0, 2.0**-126, 1.0]
    return {
        **{name: values.astype(np.float32) for name, values in heads.items()},
        "price": price.astype(np.float32),
        "country": countries,
    }
