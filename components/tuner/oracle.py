"""KerasTuner's ways of choosing the next trial, begun with the declared values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import keras_tuner
from keras_tuner import HyperParameters, Oracle
from keras_tuner.oracles import BayesianOptimizationOracle, RandomSearchOracle

from components.trainer.values import Values
from components.tuner.config import Method, Range, SearchConfig
from components.tuner.plan import SearchPlan

__all__ = ["SCORE", "hyper_parameters", "make_oracle", "values_of"]

SCORE: Final = "score"


class _DeclaredFirst:
    """The first trial has the declared values, with which all others are compared."""

    trials: Mapping[str, Any]  # Any: KerasTuner's carry no types.
    hyperparameters: HyperParameters

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """See `keras_tuner.Oracle`."""
        if not self.trials:
            return {"status": "RUNNING", "values": {one.name: one.default for one in self.hyperparameters.space}}
        found: dict[str, Any] = super().populate_space(trial_id)  # type: ignore[misc]  # Of an oracle.
        return found


class _Bayesian(_DeclaredFirst, BayesianOptimizationOracle):  # type: ignore[misc]  # KerasTuner carries no types.
    """By a Gaussian process; at random where that would have values again that were tried."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """See `keras_tuner.Oracle`."""
        found = super().populate_space(trial_id)
        if found["values"] is not None and self._duplicate(found["values"]):
            found = self._random_populate_space()
        return found


class _Random(_DeclaredFirst, RandomSearchOracle):  # type: ignore[misc]  # KerasTuner carries no types.
    """At random."""


def make_oracle(plan: SearchPlan) -> Oracle:
    """What chooses the values of each trial."""
    search: SearchConfig = plan.search
    kind = {Method.BAYESIAN: _Bayesian, Method.RANDOM: _Random}[search.method]
    oracle: Oracle = kind(
        objective=keras_tuner.Objective(SCORE, "min"),
        max_trials=search.trials,
        hyperparameters=hyper_parameters(plan),
        allow_new_entries=False,
        tune_new_entries=False,
        seed=search.seed,
        # Values under which training diverges are no reason to stop: the next are tried.
        max_consecutive_failed_trials=search.trials + 1,
    )
    oracle.verbose = 0
    return oracle


def hyper_parameters(plan: SearchPlan) -> HyperParameters:
    """The space in KerasTuner's words, the declared values as defaults."""
    found = HyperParameters()
    for path, one in plan.space.items():
        _add(found, path, one, plan.declared[path])
    return found


def _add(found: HyperParameters, path: str, one: Range, declared: Any) -> None:  # Any: whatever is searched for.
    if one.choices is not None:
        texts = [json.dumps(choice) for choice in one.choices]
        found.Choice(path, texts, default=json.dumps(declared), ordered=False)
    elif one.whole is not None:
        found.Int(path, *one.whole, default=int(declared))
    elif one.log is not None:
        found.Float(path, *one.log, sampling="log", default=declared)
    elif one.linear is not None:
        found.Float(path, *one.linear, default=declared)


def values_of(plan: SearchPlan, values: Values) -> dict[str, Any]:
    """What stands for KerasTuner's values in a configuration: a whole number as a fraction where one is declared."""
    declared = plan.declared
    return {
        path: json.loads(value) if plan.space[path].choices is not None else type(declared[path])(value)
        for path, value in values.items()
    }
