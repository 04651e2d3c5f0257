"""Trainings by their values and seed, each done once however often the search is begun again."""

from __future__ import annotations

import json
import logging
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from components.trainer.errors import DivergedTrainingError
from components.trainer.plan import TrainerPlan
from components.trainer.values import Values
from components.tuner.plan import SearchPlan

__all__ = ["Losses", "Runs"]

Losses = Mapping[str, float]

_FILE: Final = "runs.jsonl"

_LOG: Final = logging.getLogger(__name__)


@final
class Runs:
    """Remembers what each training came to, in a file that a killed search finds again.

    Args:
        plan: The search.
        folder: Of this search alone; made when it is needed.
        train: From a plan to losses on the split that it watches.

    Attributes:
        num_trained: Trainings that this object has made, rather than found.
    """

    def __init__(self, plan: SearchPlan, folder: str, train: Callable[[TrainerPlan], Losses]) -> None:
        self._plan, self._train = plan, train
        self._file = pathlib.Path(folder, _FILE)
        self._known = dict(_lines(self._file))
        self.num_trained = 0

    def losses(self, values: Values, *, seed: int | None = None) -> Losses | None:
        """Of a training with `values`; None where it diverged.

        Args:
            values: By dotted path.
            seed: None takes that of the plan.
        """
        key = json.dumps([dict(values), seed], sort_keys=True)
        if key not in self._known:
            of = f"{len(self._known) + 1} of {self._plan.search.num_trainings} at most"
            _LOG.info("training %s: %s%s", of, _shown(values), "" if seed is None else f", seed {seed}")
            self._known[key] = self._of(values, seed)
            _LOG.info("training %s came to %s", of, self._known[key] or "no finite loss")
            self.num_trained += 1
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self._known[key]]) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return self._known[key]

    def _of(self, values: Values, seed: int | None) -> Losses | None:
        try:
            return dict(self._train(self._plan.trial(values, seed=seed)))
        except DivergedTrainingError:
            return None


def _shown(values: Values) -> str:
    return ", ".join(f"{path}={json.dumps(value)}" for path, value in values.items())


def _lines(file: pathlib.Path) -> list[tuple[str, Any]]:  # Any: losses, or None.
    """All whole ones; a kill may have left half of the last."""
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, encoding="utf-8")
    return [tuple(json.loads(line)) for line in whole.splitlines()]
