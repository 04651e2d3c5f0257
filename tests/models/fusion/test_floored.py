"""Rows whose factor has no logarithm, by which end they come to."""

from models.fusion.floored import Floored, num_floored
from tests.models.fusion.samples import FUSION, draw_rows

ROWS = draw_rows()  # Prices of 0, -3 and minus infinity, of which one is of US, and a click of 0.


def test_rows_of_which_the_logarithm_is_not_real_are_counted():
    assert num_floored(FUSION, "power_product", ROWS) == {"price": Floored(3, 0), "click": Floored(1, 0)}
    assert num_floored(FUSION, "weighted_sum", ROWS) == {}


def test_what_is_added_to_a_value_of_0_makes_it_a_factor_like_any():
    assert num_floored(FUSION, "affine_power", ROWS) == {}
    bare = FUSION.declared | {"affine_power.click.plus": 0.0}
    assert num_floored(FUSION, "affine_power", ROWS, weights=bare) == {"click": Floored(1, 0)}


def test_a_weight_below_0_puts_them_first_one_of_0_nowhere_and_a_segment_has_its_own():
    weights = FUSION.declared | {"power_product.price": -0.5, "power_product.click": 0.0}
    assert num_floored(FUSION, "power_product", ROWS, weights=weights) == {"price": Floored(0, 3)}
    of_us = weights | {"power_product.price@US": 0.5}
    assert num_floored(FUSION, "power_product", ROWS, weights=of_us) == {"price": Floored(1, 2)}
