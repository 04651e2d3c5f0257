"""What a measurement of affinity came to, as written beside the run's report."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from models.binding import unbind
from models.tasks import TaskGraph
from pipeline.affinity.effect import Advice, Effect, Sign, advise, band_of_looks, band_of_seeds, sign_of

if TYPE_CHECKING:
    from components.affinity.run import Measured

__all__ = ["AffinityRecord", "Influence", "PairAdvice", "judged", "write_record"]

_FORMAT: Final = 1  # Changes with the fields below.


@dataclasses.dataclass(frozen=True)
class Influence:
    """What one loss does to another, or to itself.

    Attributes:
        source: The loss that trains what is shared.
        target: The loss that is looked at.
        effect: What it does.
    """

    source: str
    target: str
    effect: Effect


@dataclasses.dataclass(frozen=True)
class PairAdvice:
    """What to do with two losses of different tasks.

    Attributes:
        pair: Their names.
        advice: What to do.
        auxiliary: The task that helps at its own cost; None unless that is the advice.
    """

    pair: tuple[str, str]
    advice: Advice
    auxiliary: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class AffinityRecord:
    """The whole result; its JSON text holds these fields under these names, and `format`.

    Bands are `{"value", "noise"}`, shares of a loss; `value` is null where nothing was measured, `noise` where it was
    measured once. Signs are "helps", "hurts" or "unknown", advice "share", "make auxiliary", "separate experts" or
    "cannot tell".

    Attributes:
        run_id: The run whose rows were read.
        steps: Of each training.
        seed: The first.
        influences: Of each loss on each.
        pairs: Each once.
        proposal: A change of the configuration as YAML; None where there is nothing to change.
    """

    run_id: str
    steps: int
    seed: int
    influences: tuple[Influence, ...]
    pairs: tuple[PairAdvice, ...]
    proposal: str | None = None

    def effect(self, source: str, target: str) -> Effect:
        """Of one loss on another."""
        return next(one.effect for one in self.influences if (one.source, one.target) == (source, target))


def judged(measured: Measured, graph: TaskGraph, *, run_id: str, steps: int, seed: int) -> AffinityRecord:
    """Bands, signs and advice; no proposal yet."""
    effects = _effects(measured)
    task_of = {loss.name: loss.task for loss in graph.watched}
    pairs = []
    for pair in itertools.combinations(measured.losses, 2):
        if task_of[pair[0]] == task_of[pair[1]]:
            continue  # Two losses of one task share its tower: there is nothing to advise.
        signs = effects[pair].sign, effects[pair[::-1]].sign
        advice = advise(*signs)
        helper = pair[signs.index(Sign.HELPS)] if advice is Advice.AUXILIARY else None
        pairs.append(PairAdvice(pair, advice, helper and task_of[helper]))
    influences = tuple(Influence(source, target, effect) for (source, target), effect in effects.items())
    return AffinityRecord(run_id=run_id, steps=steps, seed=seed, influences=influences, pairs=tuple(pairs))


def write_record(record: AffinityRecord, path: pathlib.Path) -> None:
    """Writes it as JSON, in one step."""
    os.makedirs(path.parent, exist_ok=True)
    staged = path.with_name(f"{path.name}.part")
    staged.write_text(json.dumps({"format": _FORMAT, **unbind(record)}, indent=1) + "\n", encoding="utf-8")
    staged.replace(path)


def _effects(measured: Measured) -> Mapping[tuple[str, str], Effect]:
    """By source and target."""
    names = measured.losses
    alone = measured.alone[:, None, :]
    # Seed by seed: the runs of a seed start from the same weights and see the same rows.
    falls = np.divide(
        alone - measured.probed, np.abs(alone), out=np.full(measured.probed.shape, np.nan), where=alone != 0
    )
    looked = {
        (a, b): band_of_looks(measured.looks[:, place, other].tolist())
        for (place, a), (other, b) in itertools.product(enumerate(names), repeat=2)
    }
    probed = {
        (a, b): band_of_seeds(falls[:, place, other].tolist())
        for (place, a), (other, b) in itertools.product(enumerate(names), repeat=2)
    }
    return {
        (a, b): Effect(
            looked[a, b],
            probed[a, b],
            sign_of(looked[a, b], probed[a, b], own_lookahead=looked[b, b], own_probe=probed[b, b]),
        )
        for a, b in looked
    }
