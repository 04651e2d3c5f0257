"""The search for weights: asks Optuna for the next, tells it what they were worth."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from components.fusion_tuner.goals import Goal, Pareto
from components.fusion_tuner.space import Bounds

if TYPE_CHECKING:
    import optuna

__all__ = ["Tried", "chosen_of", "front_of", "search"]

_POPULATION: Final = 40  # Of NSGA-II: a dozen generations in 500 trials.

Evaluate = Callable[[Mapping[str, float]], Mapping[str, float] | None]


@dataclasses.dataclass(frozen=True)
class Tried:
    """Weights and what they came to.

    Attributes:
        weights: All of the formula's, by name.
        values: By objective's name; more is better.
    """

    weights: dict[str, float]
    values: dict[str, float]


def search(
    goal: Goal,
    bounds: Mapping[str, Bounds],
    present: Tried,
    evaluate: Evaluate,
    *,
    start: Tried | None = None,
    trials: int,
    seed: int,
) -> tuple[list[Tried], int]:
    """Tries weights, the present ones first; numbers are rounded, so that they can be read and typed.

    A front is searched by NSGA-II (Deb et al., IEEE Trans. Evol. Comp. 6, 2002), one number by TPE (Bergstra et al.,
    NIPS 2011), both as of Optuna.

    Args:
        goal: What is searched for.
        bounds: Of the weights that change.
        present: The weights now.
        evaluate: From all weights to the values of objectives; None where no score can be made of them.
        start: Tried next; weights without bounds are as in it. None starts from the present ones.
        trials: How many are tried.
        seed: The same one tries the same.

    Returns:
        What was tried, and how many weights could not be.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler: optuna.samplers.BaseSampler = optuna.samplers.TPESampler(seed=seed)
    directions = ["maximize"]
    if isinstance(goal, Pareto):
        sampler = optuna.samplers.NSGAIISampler(population_size=_POPULATION, seed=seed)
        directions *= len(goal.names)
    study = optuna.create_study(sampler=sampler, directions=directions)
    space: dict[str, optuna.distributions.BaseDistribution] = {
        name: optuna.distributions.FloatDistribution(own.least, own.most) for name, own in bounds.items()
    }
    tried, refused = [present] if start is None else [present, start], 0
    for one in tried:
        if all(own.least <= one.weights[name] <= own.most for name, own in bounds.items()):
            study.add_trial(_told(goal, one, present, space))
    fixed = (start or present).weights
    for _ in range(trials):
        trial = study.ask(space)
        weights = {**fixed, **{name: bounds[name].rounded(value) for name, value in trial.params.items()}}
        values = evaluate(weights)
        if values is None:
            refused += 1
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            continue
        tried.append(Tried(weights, dict(values)))
        study.tell(trial, _aims(goal, tried[-1], present))
    return tried, refused


def front_of(tried: Sequence[Tried], names: Sequence[str]) -> list[int]:
    """Places of those that none dominates, rising by the first objective; of equal ones the first."""
    values = np.array([[one.values[name] for name in names] for one in tried])
    firsts = np.unique(values, axis=0, return_index=True)[1]
    is_beaten = [
        bool(((values >= values[place]).all(axis=1) & (values > values[place]).any(axis=1)).any()) for place in firsts
    ]
    return [int(place) for place, beaten in zip(firsts, is_beaten, strict=True) if not beaten]


def chosen_of(goal: Goal, tried: Sequence[Tried], front: Sequence[int], present: Tried) -> int | None:
    """Of the front the place that is worth most and meets the goal; None where none meets it."""
    meeting = [place for place in front if goal.meets(tried[place].values, present.values)]
    return max(meeting, key=lambda place: goal.worth(tried[place].values, present.values), default=None)


def _aims(goal: Goal, found: Tried, present: Tried) -> list[float]:
    if isinstance(goal, Pareto):
        return [found.values[name] for name in goal.names]
    return [goal.worth(found.values, present.values)]


def _told(
    goal: Goal, found: Tried, present: Tried, space: dict[str, optuna.distributions.BaseDistribution]
) -> optuna.trial.FrozenTrial:
    import optuna

    params = {name: found.weights[name] for name in space}
    return optuna.trial.create_trial(params=params, distributions=space, values=_aims(goal, found, present))
