import functools

import numpy as np
import pytest

from pipeline.simulate import SimulateConfig
from pipeline.simulate.world import World

NUM_ROWS = 100_000
SIGMAS = 4.0


@functools.cache
def sample(**settings):
    return World(SimulateConfig(num_rows=NUM_ROWS, **settings)).rows(0, NUM_ROWS)


def assert_drawn_from(labels, probabilities):
    """The sum of labels lies within `SIGMAS` of the sum of the probabilities, in ten bins of probability."""
    bins = np.array_split(np.argsort(probabilities, kind="stable"), 10)
    for rows in bins:
        chances = probabilities[rows].astype(np.float64)
        deviation = (labels[rows].sum() - chances.sum()) / np.sqrt((chances * (1 - chances)).sum())
        assert abs(deviation) < SIGMAS, deviation


BIASED = {"selection_bias": 1.0, "mean_spend": 50.0}


@pytest.mark.parametrize("settings", [{}, BIASED], ids=["unbiased", "biased"])
def test_labels_are_drawn_with_the_true_probabilities(settings):
    rows = sample(**settings)
    assert_drawn_from(rows["click"], rows["true_click"])
    # Over the entire space, clicked or not.
    assert_drawn_from(rows["true_converts"], rows["true_conversion"])
    assert_drawn_from(rows["conversion"], rows["true_click"] * rows["true_conversion"])


@pytest.mark.parametrize("settings", [{}, BIASED, {"click_rate": 0.02, "conversion_rate": 0.4}], ids=str)
def test_rates_are_as_declared(settings):
    config = SimulateConfig(num_rows=NUM_ROWS, **settings)
    rows = sample(**settings)
    # The sample has its own users and items, so rates scatter more than by draws of labels alone.
    assert rows["true_click"].mean() == pytest.approx(config.click_rate, rel=0.05)
    assert rows["conversion"].sum() / rows["click"].sum() == pytest.approx(config.conversion_rate, rel=0.1)


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.5, 0.9, 1.0])
def test_log_odds_correlate_as_declared(correlation):
    rows = sample(correlation=correlation)
    odds = [np.log(rows[name] / (1 - rows[name])) for name in ("true_click", "true_conversion")]
    assert np.corrcoef(*odds)[0, 1] == pytest.approx(correlation, abs=0.03)
    assert np.std(odds, axis=1) == pytest.approx([1.5, 1.5], rel=0.03)


def test_without_signal_only_the_rates_are_left():
    rows = sample(signal=0.0)
    assert np.ptp(rows["true_click"]) < 1e-6
    assert rows["true_click"][0] == pytest.approx(0.1, abs=1e-6)


def test_no_conversion_without_a_click_and_no_spend_without_a_conversion():
    rows = sample(**BIASED)
    assert rows["conversion"].sum() > 500
    assert not np.any(rows["conversion"] > rows["click"])
    np.testing.assert_array_equal(rows["spend"] > 0, rows["conversion"] == 1)
    assert rows["spend"][rows["conversion"] == 1].mean() == pytest.approx(50.0, rel=0.1)


def test_without_selection_a_conversion_does_not_depend_on_the_click():
    rows = sample(correlation=0.0)
    clicked = rows["click"] == 1
    error = rows["true_conversion"].std() / clicked.sum() ** 0.5
    assert abs(rows["true_conversion"][clicked].mean() - rows["true_conversion"].mean()) < SIGMAS * error


def test_selection_makes_clicked_rows_convert_more_than_all_rows_that_look_the_same():
    rows = sample(correlation=0.0, selection_bias=1.0)
    clicked = rows["click"] == 1
    assert rows["true_conversion"][clicked].mean() > 1.5 * rows["true_conversion"].mean()
    # No feature knows of the confounder that does it.
    features = [name for name in rows if name.startswith(("user", "item", "category", "number", "list"))]
    assert len(features) == 11
    for name in features:
        assert abs(np.corrcoef(rows[name], rows["true_confounder"])[0, 1]) < SIGMAS / NUM_ROWS**0.5


def test_a_list_has_one_user_and_one_day():
    rows = World(SimulateConfig(num_rows=100, list_size=5, start_date="2024-02-28", rows_per_day=50)).rows(0, 100)
    for name in ("list_id", "user_id", "date"):
        np.testing.assert_array_equal(rows[name].reshape(20, 5), np.repeat(rows[name][::5, None], 5, axis=1))
    assert rows["date"][0] == "2024-02-28"
    assert rows["date"][-1] == "2024-02-29"
    assert len(set(rows["user_id"])) > 15


def test_any_stretch_of_rows_is_a_part_of_the_whole():
    world = World(SimulateConfig(num_rows=1_000, mean_spend=10.0, start_date="2024-01-01", rows_per_day=10))
    whole, parts = world.rows(0, 1_000), [world.rows(0, 1), world.rows(1, 333), world.rows(333, 1_000)]
    for name, column in whole.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), column)


def test_another_seed_is_another_world():
    one, two = (World(SimulateConfig(num_rows=1, seed=seed)).rows(0, 1_000) for seed in (1, 2))
    for name in ("user_id", "item_id", "number_0", "true_click"):
        assert not np.array_equal(one[name], two[name])


def test_a_world_without_categories_or_numbers_still_has_users_and_items():
    rows = World(SimulateConfig(num_rows=1, num_categorical=0, num_numeric=0)).rows(0, 1_000)
    assert [name for name in rows if not name.startswith("true_")] == [
        "list_id", "user_id", "item_id", "click", "conversion",
    ]  # fmt: skip
    assert rows["true_click"].std() > 0.05
