"""A push as a node does it: whatever interrupts it, doing it again ends as one that nothing interrupted."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Mapping
from typing import Final

from components.pusher.errors import ServesAnotherError, WithdrawnError
from components.pusher.folder import alone, versions
from components.pusher.policy import PushPolicy
from components.pusher.publish import is_same_model, publish_version
from components.pusher.record import read_record
from components.pusher.settle import settle

__all__ = ["Outcome", "push"]

_LOG: Final = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a push.

    Attributes:
        folder: The version's, where this run pushed one; else None.
        serves: The version that is this very model, where one serves that another run pushed.
        reason: Why nothing was pushed, where neither is so; else empty.
    """

    folder: str | None = None
    serves: int | None = None
    reason: str = ""


def push(
    model: str,
    directory: str,
    *,
    now_s: int,
    over: tuple[int, ...],
    policy: PushPolicy | None,
    run: str,
    beside: Mapping[str, str] | None = None,
) -> Outcome:
    """Publishes a model unless it serves already; arguments and errors as of `publish_version`."""
    folders = [os.path.join(directory, str(version)) for version in versions(directory)]
    mine = [folder for folder in folders if _pushed_by(run, folder) and is_same_model(model, folder)]
    serves = [folder for folder in folders[-1:] if is_same_model(model, folder)]
    if mine or serves:
        if policy is not None:  # A push may have been killed between the version and what follows it.
            with alone(directory):
                settle(directory, policy)
        return Outcome(folder=mine[-1]) if mine else Outcome(serves=int(os.path.basename(serves[-1])))
    try:
        return Outcome(
            folder=publish_version(model, directory, now_s=now_s, beside=beside, over=over, policy=policy, run=run)
        )
    except (ServesAnotherError, WithdrawnError) as error:
        _LOG.warning("Not pushed: %s", error)
        return Outcome(reason=str(error))


def _pushed_by(run: str, folder: str) -> bool:
    record = read_record(folder)
    return record is not None and run != "" and record.run == run
