"""What is made of looks at gradients."""

import json

import numpy as np
import pytest

from components.trainer import gradients
from components.trainer.gradient_record import GradientRecord
from components.trainer.gradients import gradient_record, gradient_scalars, looks_every
from models.balancers import PCGrad, Static
from models.binding import bind_or_raise, unbind
from models.gradients.telemetry import Sample
from models.heads import Binary
from models.tasks import Task, TaskGraph


def graph(*names, watched=()):
    return TaskGraph(
        tuple(Task(name=name, kind=Binary(), label=name, loss_weight=float(name not in watched)) for name in names)
    )


def sample(step=0, weights=None, **layers):
    """One look at losses a, b, ..., by layer the gradients of each as a row."""
    num = len(next(iter(layers.values())))
    grams = {name: np.float32(np.array(rows) @ np.array(rows).T) for name, rows in layers.items()}
    names = "abcdefgh"[:num]
    return Sample(
        step=step,
        losses={name: 0.5 for name in names},
        weights=dict(zip(names, weights or [1.0] * num, strict=True)),
        grams=grams,
    )


def record_of(samples, *names, watched=(), balancer=None):
    return gradient_record(samples, graph(*names, watched=watched).losses, balancer=balancer or Static(), every=50)


def test_a_duplicated_task_has_cosine_1_and_an_opposed_one_minus_1():
    seen = record_of([sample(deep=[[3.0, 4.0], [3.0, 4.0], [-6.0, -8.0]])], "a", "b", "c")
    assert seen.pairs == (("a", "b"), ("a", "c"), ("b", "c"))
    assert seen.layers[0].cosines == ((1.0, -1.0, -1.0),)
    assert seen.layers[0].norms == ((5.0, 5.0, 10.0),)


def test_all_shared_parameters_together_are_one_long_gradient():
    # (1, 0, 2) and (1, 1, -2) have -3 in common, and squares of 5 and 6: -3 / sqrt(30) = -0.5477.
    seen = record_of([sample(deep=[[1.0, 0.0], [1.0, 1.0]], table=[[2.0], [-2.0]])], "a", "b")
    assert seen.shared.cosines == ((-0.548,),)
    assert seen.shared.norms == ((2.236, 2.449),)
    assert [layer.name for layer in seen.layers] == ["deep", "table"]
    assert [layer.cosines for layer in seen.layers] == [((0.707,),), ((-1.0,),)]


def test_what_has_no_gradient_has_neither_length_nor_direction():
    blind = sample(deep=[[1.0], [0.0], [-1.0]])._replace(losses={"a": 0.5, "b": 0.0, "c": 0.5})
    seen = record_of([blind], "a", "b", "c")
    assert seen.shared.norms == ((1.0, None, 1.0),)
    assert seen.shared.cosines == ((None, -1.0, None),)
    assert seen.values == ((0.5, None, 0.5),)
    assert set(gradient_scalars(blind)) == {
        "gradient_cosine/a/c",
        "gradient_conflicts",
        "gradient_norm/a",
        "gradient_norm/c",
        "loss_weight/a",
        "loss_weight/b",
        "loss_weight/c",
    }


def test_an_overflow_is_left_out():
    wild = sample(deep=[[1.0], [1.0]])._replace(grams={"deep": np.array([[np.inf, np.nan], [np.nan, 4.0]])})
    seen = record_of([wild], "a", "b")
    assert seen.shared.norms == ((None, 2.0),)
    assert seen.shared.cosines == ((None,),)
    json.dumps(unbind(seen), allow_nan=False)


def test_scalars_of_a_look():
    # a and b are opposed, c is at right angles to both: one conflict in three pairs.
    seen = gradient_scalars(sample(weights=[1.0, 0.5, 0.25], deep=[[2.0, 0.0], [-1.0, 0.0], [0.0, 3.0]]))
    assert seen == pytest.approx(
        {
            "gradient_cosine/a/b": -1.0,
            "gradient_cosine/a/c": 0.0,
            "gradient_cosine/b/c": 0.0,
            "gradient_conflicts": 1 / 3,
            "gradient_norm/a": 2.0,
            "gradient_norm/b": 1.0,
            "gradient_norm/c": 3.0,
            "loss_weight/a": 1.0,
            "loss_weight/b": 0.5,
            "loss_weight/c": 0.25,
        }
    )


def test_a_record_says_who_weighed_and_what_was_only_watched():
    seen = record_of([sample(deep=[[1.0], [1.0]])], "a", "b", watched=("b",), balancer=PCGrad())
    assert (seen.balancer, seen.watched) == ("pcgrad", ("b",))


def test_a_record_is_read_as_it_was_written():
    seen = record_of([sample(step, deep=[[1.0, step], [0.0, 0.0]]) for step in (0, 50)], "a", "b")
    text = json.dumps(unbind(seen), allow_nan=False)
    assert bind_or_raise(GradientRecord, json.loads(text)) == seen


def test_many_looks_are_thinned_and_the_first_and_the_last_are_kept():
    rng = np.random.default_rng(0)
    looks = [sample(step, deep=rng.normal(size=(2, 3))) for step in range(200)]
    seen = record_of(looks, "a", "b")
    assert (seen.num_looks, len(seen.steps), seen.steps[0], seen.steps[-1]) == (200, 100, 0, 199)
    assert len(set(seen.steps)) == 100


def test_a_record_of_many_losses_and_layers_stays_small(monkeypatch):
    rng = np.random.default_rng(0)
    names = "abcdefgh"
    looks = [
        sample(step, **{f"layer_{place}": rng.normal(size=(8, 2)) * (1 + place) for place in range(80)})
        for step in range(0, 200, 5)
    ]
    seen = record_of(looks, *names)
    assert len(seen.steps) == gradients.FEWEST_LISTED
    assert (len(seen.layers), seen.num_layers) == (gradients.MOST_LAYERS, 80)
    assert seen.layers[0].name == "layer_16"  # The 16 of the smallest gradients are left out.
    assert len(json.dumps(unbind(seen))) < 600_000


@pytest.mark.parametrize(
    ("wanted", "num_steps", "changes", "every"),
    [
        (50, 1_000, {}, 50),
        (50, 10_000, {}, 50),
        (50, 10_001, {}, 51),  # 200 looks at most.
        (0, 1_000, {}, 0),
        (50, 0, {}, 0),  # Nobody trains.
        (None, 10_000, {}, 100),
        (None, 100_000, {}, 500),
        (None, 320, {}, 13),  # 24 looks and one at the start.
        (None, 10, {}, 1),
        (50, 1_000, {"num_losses": 1}, 0),
        (50, 1_000, {"is_mirrored": True}, 0),
    ],
)
def test_the_interval_between_looks_grows_with_a_run(wanted, num_steps, changes, every):
    assert looks_every(wanted, num_steps=num_steps, **{"num_losses": 2, "is_mirrored": False, **changes}) == every
