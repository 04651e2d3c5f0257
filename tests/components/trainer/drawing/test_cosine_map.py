"""Cosines of two losses as a map."""

import dataclasses
import math

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from components.trainer.drawing import Colors, cosine_maps, plot_cosines
from components.trainer.drawing.cosine_map import DEEPEST, FAINT, MOST_COLUMNS, MOST_ROWS, CosineMap
from components.trainer.gradient_record import GradientRecord, LayerGradients

COLORS = Colors(ink="#000000", muted="#777777", fill="#0000ff", negative="#ff0000")


def record_of(*layers, shared=None, losses=("a", "b")):
    """Each layer is a list of looks, a look a cosine for each pair."""
    made = [
        LayerGradients(name=f"layer_{place}", norms=(), cosines=tuple(map(tuple, rows)))
        for place, rows in enumerate(layers)
    ]
    num = len(layers[0])
    return GradientRecord(
        balancer="static",
        every=10,
        losses=losses,
        steps=tuple(range(0, 10 * num, 10)),
        shared=dataclasses.replace(made[0], name="all", cosines=shared or made[0].cosines),
        layers=tuple(made),
    )


def shapes(drawn):
    """By colour and depth, how many cells."""
    axes = Figure().add_subplot()
    plot_cosines(axes, drawn, COLORS)
    return {(to_hex(patch.get_facecolor()), patch.get_alpha()): len(patch.get_path()) // 5 for patch in axes.patches}


def drawn_of(*values):
    return CosineMap(first="a", second="b", rows=("all shared",), steps=(0,) * len(values), values=(values,), mean=0.0)


def test_looks_side_by_side_are_averaged_and_what_is_undefined_does_not_count():
    looks = [[0.1] if place % 2 else [None] for place in range(2 * MOST_COLUMNS)]
    (drawn,) = cosine_maps(record_of(looks))
    assert drawn.values[0] == (0.1,) * MOST_COLUMNS
    assert drawn.steps[:3] == (0, 20, 40)
    uneven = [[float(place)] for place in range(MOST_COLUMNS + 1)]
    (drawn,) = cosine_maps(record_of(uneven))
    assert drawn.values[0][-1] == MOST_COLUMNS - 0.5  # The last column takes two.
    assert len(drawn.values[0]) == MOST_COLUMNS


def test_the_most_opposed_pair_is_first_and_one_that_never_meets_is_left_out():
    maps = cosine_maps(record_of([[0.5, None, -0.5]] * 3, losses=("a", "b", "c")))
    assert [(one.first, one.second, one.mean) for one in maps] == [("b", "c", -0.5), ("a", "b", 0.5)]


def test_of_many_layers_the_most_opposed_are_drawn_in_the_models_order():
    layers = [[[0.01 * place]] for place in reversed(range(MOST_ROWS + 2))]
    (drawn,) = cosine_maps(record_of(*layers, [[None]]))
    assert drawn.rows == ("all shared", *(f"layer_{place}" for place in range(2, MOST_ROWS + 2)))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (0.5, ("#0000ff", DEEPEST)),
        (-0.4, ("#ff0000", DEEPEST)),
        (-0.1, ("#ff0000", pytest.approx(0.6 * DEEPEST))),
        (0.02, ("#0000ff", pytest.approx(0.2 * DEEPEST))),
        (-0.01, ("#0000ff", FAINT)),  # Too near 0 for a colour of conflict.
    ],
)
def test_a_cells_colour_is_its_sign_and_its_depth_its_size(value, cell):
    assert list(shapes(drawn_of(value))) == [cell]


def test_cells_of_one_level_are_one_shape_and_undefined_ones_are_none():
    assert shapes(drawn_of(0.5, 0.6, -0.5, math.nan)) == {("#0000ff", DEEPEST): 2, ("#ff0000", DEEPEST): 1}
