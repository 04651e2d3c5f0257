"""Takes the version that training goes on from out of the served folder, once it is known to be usable."""

from __future__ import annotations

import logging
import os
from typing import Final

from components.baseline.taking import take_version
from components.pusher.folder import versions
from components.trainer.plan import TrainerPlan
from components.warm_start.choose import find_start
from components.warm_start.config import Unusable
from components.warm_start.errors import UnusableStartError
from components.warm_start.layout import layout_of
from components.warm_start.start import Start
from components.warm_start.state import ServedState

__all__ = ["take_start"]

_LOG: Final = logging.getLogger(__name__)


def take_start(
    directory: str, folder: str, *, starting_point: str, plan: TrainerPlan, learned: str, unusable: Unusable
) -> Start:
    """Links the version's files into `folder`, or says why training begins with fresh weights.

    Args:
        directory: The served folder; it may be missing.
        folder: Does not exist yet; not made for fresh weights.
        starting_point: What `components.warm_start.choose` named.
        plan: The Trainer's.
        learned: As in `Start`.
        unusable: What to do if what serves cannot be used.

    Raises:
        UnusableStartError: It cannot, and `unusable` is to stop.
    """
    version = find_start(directory, starting_point)
    if version is None:
        was_first = bool(versions(directory))
        reason = "nothing served when these rows were first learned" if was_first else "nothing serves yet"
        return Start(reason=reason, point=starting_point, learned=learned)
    try:
        state = _usable(os.path.join(directory, str(version)), plan)
    except UnusableStartError as error:
        if unusable is Unusable.STOP:
            raise UnusableStartError(
                f"`training.warm_start` must find a version in {directory} to go on from, but {error}. Put a usable "
                "version back, or set `training.warm_start.unusable` to cold, which begins with fresh weights."
            ) from error
        _LOG.warning("Training begins with fresh weights: %s.", error)
        return Start(reason=str(error), point=starting_point, learned=learned)
    take_version(directory, folder, which=str(version))
    return Start(
        folder=folder,
        version=str(version),
        fingerprint=state.state.fingerprint,
        point=starting_point,
        learned=learned,
    )


def _usable(version: str, plan: TrainerPlan) -> ServedState:
    state = ServedState(version)
    other = layout_of(plan).other_network(state.layout)
    if other:
        raise UnusableStartError(f"version {os.path.basename(version)} is of another network: {other}")
    state.check()
    return state
