"""The search: trials by KerasTuner, then the best of them again by other seeds."""

from __future__ import annotations

import contextlib
from typing import Any, final

from keras_tuner import HyperParameters
from keras_tuner.engine import base_tuner
from keras_tuner.engine.trial import Trial as KerasTrial
from keras_tuner.errors import FailedTrialError, FatalError

from components.tuner.errors import FailedSearchError
from components.tuner.objective import Objective
from components.tuner.oracle import SCORE, hyper_parameters, make_oracle, values_of
from components.tuner.plan import SearchPlan
from components.tuner.record import Finalist, SearchRecord, Trial, best_of
from components.tuner.runs import Losses, Runs
from models.binding import unbind

__all__ = ["PlanTuner"]

_PROJECT = "trials"


@final
class PlanTuner(base_tuner.BaseTuner):  # type: ignore[misc]  # KerasTuner carries no types.
    """Searches for the values of a plan; a search that was killed goes on where it was.

    KerasTuner says which values come next, and keeps account of them. What is trained is a plan and no Keras 3 model,
    so the choice of what is best is this class' own: the finalists' mean over seeds that the search has not seen.

    Args:
        plan: What is searched.
        runs: Trains.
        folder: Of this search alone.
        until_searched: What must be open until the search has ended, well or not.
    """

    def __init__(
        self,
        plan: SearchPlan,
        runs: Runs,
        folder: str,
        *,
        until_searched: contextlib.AbstractContextManager[Any] | None = None,
    ) -> None:
        self._plan, self._runs = plan, runs
        self._until_searched = until_searched or contextlib.nullcontext()
        self._objective = Objective(plan.search, plan.trainer.graph)
        self.record: SearchRecord | None = None
        # Begun anew each time: by its seed the same values come again, and `runs` knows those that were trained. A kill
        # may leave half of a file that it writes.
        super().__init__(make_oracle(plan), directory=folder, project_name=_PROJECT, overwrite=True)

    def run_trial(self, trial: KerasTrial, *fit_args: Any, **fit_kwargs: Any) -> dict[str, float]:  # Any: KerasTuner's.
        """See `BaseTuner`."""
        del fit_args, fit_kwargs
        try:
            score = self._score(values_of(self._plan, trial.hyperparameters.values))
        except Exception as error:
            # KerasTuner would go on with the next values, though nothing is wrong with these.
            raise FatalError(str(error)) from error
        if score is None:
            raise FailedTrialError("The loss is no longer finite.")
        return {SCORE: score}

    def search(self, *fit_args: Any, **fit_kwargs: Any) -> None:  # Any: KerasTuner's.
        """Runs the trials, then the finalists."""
        with self._until_searched:
            try:
                super().search(*fit_args, **fit_kwargs)
            except FatalError as error:
                raise error.__cause__ or error from None
            self.record = self._decided(self._trials())

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[HyperParameters]:
        """What was chosen, and no more, whatever is asked for."""
        del num_trials
        if self.record is None:
            raise ValueError("`search` must have been called before its best values are asked for: call it.")
        chosen = hyper_parameters(self._plan)
        chosen.values = dict(self.record.chosen)
        return [chosen]

    def _declared(self, seed: int | None = None) -> Losses:
        found = self._runs.losses(self._plan.declared, seed=seed)
        if found is None:
            raise FailedSearchError(
                "Training diverges with the declared values, with which all others would be compared: declare others."
            )
        return found

    def _score(self, values: dict[str, Any]) -> float | None:
        declared, losses = self._declared(), self._runs.losses(values)
        return None if losses is None else self._objective.score(losses, declared)

    def _trials(self) -> list[Trial]:
        """In their order; those found in the store are not trained again."""
        found = []
        for name in self.oracle.start_order:
            values = values_of(self._plan, self.oracle.trials[name].hyperparameters.values)
            losses = self._runs.losses(values)
            score = None if losses is None else self._objective.score(losses, self._declared())
            found.append(Trial(values=values, losses=dict(losses or {}), score=score))
        return found

    def _decided(self, trials: list[Trial]) -> SearchRecord:
        plan, first = self._plan, self._plan.trainer.training.seed
        others = sorted(
            ((trial.score, number) for number, trial in enumerate(trials) if number and trial.score is not None)
        )
        seeds = range(first + 1, first + 1 + plan.search.seeds)
        declared = [self._declared(seed) for seed in seeds]
        finalists = tuple(
            self._finalist(trials[number], list(seeds), declared) for _, number in others[: plan.search.finalists]
        )
        best = best_of(finalists)
        return SearchRecord(
            declared=plan.declared,
            space={path: {k: v for k, v in unbind(one).items() if v is not None} for path, one in plan.space.items()},
            main=self._objective.main,
            rule=plan.search.rule.value,
            trials=tuple(trials),
            finalists=finalists,
            chosen=plan.declared if best is None else best.values,
            num_seeds=len(declared),
        )

    def _finalist(self, trial: Trial, seeds: list[int], declared: list[Losses]) -> Finalist:
        found = [self._runs.losses(trial.values, seed=seed) for seed in seeds]
        whole = [losses for losses in found if losses is not None]
        searched = self._objective.change(trial.losses, self._declared())
        if len(whole) < len(found):
            return Finalist(values=trial.values, searched=searched, changes=(), is_eligible=False)
        changes = tuple(self._objective.change(*pair) for pair in zip(whole, declared, strict=True))
        return Finalist(
            values=trial.values,
            searched=searched,
            changes=changes,
            is_eligible=self._objective.is_eligible(whole, declared),
        )
