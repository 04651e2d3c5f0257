"""The words follow the numbers."""

import itertools

import numpy as np
import pytest

from models.balancers import BALANCERS
from pipeline.report.balance import State, findings_of, overall_sentence
from pipeline.report.balance.direction import OFFERS as DIRECTION
from pipeline.report.balance.direction import REMOVES
from pipeline.report.balance.magnitude import OFFERS as MAGNITUDE
from pipeline.report.balance.velocity import OFFERS as VELOCITY
from tests.pipeline.report.gradient_records import gradients, layer

UNTOLD, FINE, HELD, FOUND = State.UNTOLD, State.FINE, State.HELD, State.FOUND
NORMS = {FINE: (1.0, 1.0, 0.2), FOUND: (1.0, 1.0, 0.05)}
FALLS = {FINE: (0.3, 0.2, 0.1), FOUND: (0.3, 0.2, 0.02)}
COSINES = {FINE: (0.3, 0.1, 0.2), FOUND: (0.3, 0.1, -0.2)}


@pytest.mark.parametrize(
    "states", list(itertools.product([FINE, FOUND], repeat=3)), ids=lambda states: "-".join(one.name for one in states)
)
def test_each_problem_is_found_by_itself(states):
    size, speed, turn = states
    record = gradients(norms=NORMS[size], falls=FALLS[speed], cosines=COSINES[turn])
    findings = findings_of(record)
    assert tuple(finding.state for finding in findings) == states
    assert [bool(finding.offers) for finding in findings] == [state is FOUND for state in states]
    sentence = overall_sentence(record, findings)
    named = sentence.partition(": a tuned")[0] if FOUND in states else ""
    assert [finding.problem in named for finding in findings] == [state is FOUND for state in states]
    assert ("static is fine" in sentence) == all(state is FINE for state in states)


def test_what_the_sentences_say_is_what_they_judged_by():
    record = gradients(norms=NORMS[FOUND], falls=FALLS[FOUND], cosines=COSINES[FOUND])
    magnitude, velocity, direction = findings_of(record)
    minus, space, both = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}", "\N{PLUS-MINUS SIGN}"
    norms = np.median(record.shared.norms, axis=0)
    assert magnitude.sentences[0].endswith(
        f"largest {norms[1]:.4f} (click_and_conversion), smallest {norms[2]:.4f} (spend), "
        f"{norms[1] / norms[2]:.3g} times."
    )
    assert magnitude.sentences[1].startswith("click_and_conversion drowns spend: beyond 10 times,")
    assert f"click fell by 23.3{space}%" in velocity.sentences[0]
    assert "spend fell less than a fifth of its way" in velocity.sentences[1]
    assert f"click_and_conversion and spend: mean cosine {minus}0.2" in direction.sentences[1]
    assert f"{both} 0.0" in direction.sentences[1]
    assert f"negative in 100{space}% of the looks" in direction.sentences[1]
    assert "opposed in 2 of 2 layers" in direction.sentences[1]


def test_few_looks_tell_nothing_and_say_what_to_do():
    record = gradients(norms=NORMS[FOUND], falls=FALLS[FOUND], cosines=COSINES[FOUND], num=7)
    findings = findings_of(record)
    assert [finding.state for finding in findings] == [UNTOLD] * 3
    assert overall_sentence(record, findings) == (
        "Too few looks, 7, to tell of magnitude, velocity and direction: lower `training.look_every_steps` from 50, "
        "or train longer."
    )
    assert [finding.state for finding in findings_of(gradients(num=8))] == [FINE, UNTOLD, FINE]


def test_weights_that_even_the_lengths_hold_the_problem():
    evened = gradients(norms=NORMS[FOUND], balancer="gradnorm", weights=((0.2, 0.2, 2.6),) * 40)
    assert findings_of(evened)[0].state is HELD
    assert findings_of(evened)[0].sentences[2] == "Without gradnorm's weights it is 19.4 times."
    spoiled = gradients(norms=NORMS[FINE], balancer="gradnorm", weights=((2.5, 0.4, 0.1),) * 40)
    assert findings_of(spoiled)[0].state is FOUND
    assert "gradnorm" not in {offer.method for offer in findings_of(spoiled)[0].offers}


def test_a_balancer_that_removes_conflicts_is_at_work_on_them():
    record = gradients(cosines=COSINES[FOUND], balancer="pcgrad")
    direction = findings_of(record)[2]
    assert direction.state is HELD
    assert direction.sentences[-1] == "pcgrad works against it already."
    assert overall_sentence(record, findings_of(record)).startswith("Its balancer, pcgrad, is at work on direction.")


def test_a_loss_that_is_only_watched_drowns_nothing_and_lags_behind_nothing():
    record = gradients(norms=NORMS[FOUND], falls=FALLS[FOUND], cosines=COSINES[FOUND], watched=("spend",))
    assert [finding.state for finding in findings_of(record)] == [FINE, FINE, FOUND]


def test_where_another_balancer_finds_nothing_to_do_static_is_named():
    record = gradients(balancer="pcgrad")
    assert overall_sentence(record, findings_of(record)) == (
        "None of the three problems shows: static is fine, and worth a try in place of pcgrad."
    )


@pytest.mark.parametrize(
    ("cosine", "size", "state"),
    [(-0.2, 0.05, FOUND), (-0.2, 0.9, FINE), (-0.03, 0.001, FINE), (-0.06, 0.001, FOUND)],
    ids=["beyond noise", "within noise", "too weak to be felt", "just felt"],
)
def test_a_conflict_counts_beyond_its_noise_and_where_it_is_felt(cosine, size, state):
    layers = (layer("experts", (0.3, 0.3, cosine), size=size),)
    shared = layer("all", (0.3, 0.3, cosine), size=size)
    assert findings_of(gradients(shared=shared, layers=layers))[2].state is state


@pytest.mark.parametrize(("num_opposed", "state"), [(1, FINE), (2, FOUND)])
def test_a_quarter_of_the_layers_in_conflict_is_enough_whatever_the_whole(num_opposed, state):
    layers = tuple(layer(f"layer_{place}", (0.3, 0.3, -0.2 if place < num_opposed else 0.3)) for place in range(8))
    direction = findings_of(gradients(layers=layers))[2]
    assert direction.state is state
    assert ("opposed in 2 of 8 layers (most in layer_0 and layer_1)" in direction.sentences[1]) == (state is FOUND)


def test_a_fall_within_its_noise_leaves_nothing_behind():
    steady = gradients(falls=(0.1, 0.1, 0.0))
    assert findings_of(steady)[1].state is FOUND
    noisy = tuple((a + 0.02 * (-1) ** place, b, c) for place, (a, b, c) in enumerate(steady.values))
    noisy = tuple((a, b + 0.02 * (-1) ** place, c) for place, (a, b, c) in enumerate(noisy))
    velocity = findings_of(gradients(values=noisy))[1]
    assert velocity.state is FINE
    assert "No loss fell by more than 5.0\N{NARROW NO-BREAK SPACE}% beyond its noise" in velocity.sentences[1]


def test_a_loss_below_0_has_no_relative_fall():
    sunken = tuple((a, b, c - 1) for a, b, c in gradients(falls=FALLS[FOUND]).values)
    velocity = findings_of(gradients(values=sunken))[1]
    assert velocity.state is FINE
    assert "spend" not in velocity.sentences[0]


@pytest.mark.parametrize("offer", [*MAGNITUDE, *VELOCITY, *DIRECTION], ids=str)
def test_what_is_offered_is_in_the_catalogue(offer):
    assert offer.method in BALANCERS or (not offer.method and offer.words.startswith("or "))


def test_what_removes_conflicts_is_in_the_catalogue():
    assert set(REMOVES) <= set(BALANCERS)
