"""The first weights of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import final

from components.trainer.plan import TrainerPlan
from components.warm_start.layout import layout_of
from components.warm_start.record import WarmStartRecord
from components.warm_start.start import Start
from components.warm_start.state import ServedState, write_state
from models.model import MultiTaskModel
from models.warm_start.carry import carry
from models.warm_start.names import weights_by_name

__all__ = ["Beginning"]


@final
class Beginning:
    """Where a training starts from, and what its model is to carry for the next.

    Args:
        start: What the node before has found.
        plan: What is trained.
        entries: By embedding table, its vocabulary in the order of ids.
    """

    def __init__(self, start: Start, plan: TrainerPlan, entries: Mapping[str, Sequence[bytes]]) -> None:
        self._start, self._layout, self._entries = start, layout_of(plan), entries

    @property
    def fingerprint(self) -> str:
        """Tells checkpoints of trainings from other starts apart."""
        return self._start.fingerprint

    def give(self, model: MultiTaskModel) -> WarmStartRecord:
        """Gives a compiled, fresh model what is to be carried.

        Raises:
            UnusableStartError: Files were damaged since the version was taken.
        """
        if not self._start.folder:
            return WarmStartRecord(version="", reason=self._start.reason)
        kept = ServedState(self._start.folder)
        found = carry(model, kept, layout=self._layout, entries=self._entries)
        names = weights_by_name(model)
        left = tuple(name for name in kept.weights if name not in names)
        return WarmStartRecord(version=self._start.version, steps=kept.steps, variables=found, left=left)

    def keep(self, model: MultiTaskModel, version: str) -> None:
        """Writes beside the SavedModel in the folder `version` what the next training needs."""
        start = self._start
        write_state(
            version,
            model,
            layout=self._layout,
            entries=self._entries,
            parent=start.point,
            learned=start.learned,
        )
