"""Measures the affinity of a plan's tasks on its rows; nothing that is trained is kept."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import tensorflow as tf

from components.affinity.lookahead import Features, Lookahead
from components.affinity.probe import Probe
from components.trainer.build import build_model
from components.trainer.plan import TrainerPlan
from components.trainer.rows import Split
from components.trainer.settings import Distribution, Precision
from models.inputs import Input
from models.signals import Position

__all__ = ["NUM_SEEDS", "Measured", "measure"]

NUM_SEEDS: Final = 3  # Probes with other initial weights and another order of rows.
MOST_LOOKS: Final = 60  # A look costs a pass back and a pass forward for each loss.
WARM_UP: Final = 0.2  # Of the steps, without a look: at first all tasks learn their mean labels through what is shared.
WATCHED_ROWS: Final = 4_096  # A batch of them; nothing is kept for gradients.
MOST_WATCHED: Final = 10  # Such batches after each probe.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured, look by look and run by run.

    Attributes:
        losses: Names of the losses, in the order of all axes.
        looks: `[looks, losses, losses]`: Z_ab, what a step along a's gradient (second axis) does to b (third axis);
            NaN where a batch knows no label.
        alone: `[seeds, losses]`: each loss after the shared parameters were held.
        probed: `[seeds, losses, losses]`: loss b (third axis) after a (second axis) trained the shared parameters.
    """

    losses: tuple[str, ...]
    looks: np.ndarray
    alone: np.ndarray
    probed: np.ndarray


def measure(
    plan: TrainerPlan,
    inputs: tuple[Input, ...],
    train_rows: Split,
    watched_rows: Split,
    *,
    steps: int,
    seed: int,
    say: Callable[[str], None] = lambda text: None,
) -> Measured:
    """Trains for `steps` steps with looks ahead, then one probe a loss and one of none, for each of the seeds.

    In float32 on one device and without clipping, which would let one loss' gradient shorten another's step.

    Args:
        plan: Whose model, balancing and optimizers are taken.
        inputs: The model's.
        train_rows: Learnt from.
        watched_rows: On which losses of probes are compared.
        steps: Of each training.
        seed: Decides initial weights and the order of rows; probes take the numbers from it on.
        say: Told what is under way.
    """
    plan, batch_size = _watching(plan), plan.training.batch_size
    say(f"looking ahead over {steps} steps")
    looks = _looks(plan, inputs, _batches(train_rows, batch_size, steps=steps, seed=seed), steps=steps, seed=seed)
    alone, probed = [], []
    names = tuple(loss.name for loss in plan.graph.losses)
    watched = list(itertools.islice(watched_rows.shuffled(seed=0, epoch=1, batch_size=WATCHED_ROWS), MOST_WATCHED))
    for number in range(NUM_SEEDS):
        say(f"training one, watching the others: seed {number + 1} of {NUM_SEEDS}, {len(names) + 1} runs")
        probe = Probe(build_model(_small(plan, seed + number), inputs))
        found = [
            probe.losses_after(one, _batches(train_rows, batch_size, steps=steps, seed=seed + number), watched)
            for one in (None, *range(len(names)))
        ]
        alone.append(found[0])
        probed.append(found[1:])
    return Measured(losses=names, looks=looks, alone=np.array(alone), probed=np.array(probed))


def _looks(
    plan: TrainerPlan,
    inputs: tuple[Input, ...],
    batches: Iterator[tuple[Features, Features]],
    *,
    steps: int,
    seed: int,
) -> np.ndarray:
    model = build_model(_small(plan, seed), inputs)
    look, train = Lookahead(model), tf.function(model.train_step, reduce_retracing=True)
    first = int(WARM_UP * steps)
    every = -(-(steps - first) // MOST_LOOKS)
    found = []
    for step, (features, targets) in enumerate(batches):
        if step >= first and (step - first) % every == 0:
            found.append(look(features, targets).numpy())
        train((features, targets))
    return np.array(found)


def _watching(plan: TrainerPlan) -> TrainerPlan:
    """The plan with the losses of observed signals among those that are measured, at the factor 0."""
    signals = tuple(
        dataclasses.replace(signal, observed=False, loss_weight=0.0)
        if signal.observed and not isinstance(signal, Position)
        else signal
        for signal in plan.signals
    )
    return dataclasses.replace(plan, signals=signals)


def _small(plan: TrainerPlan, seed: int) -> TrainerPlan:
    """The plan for one device, in float32, with initial weights of `seed`."""
    training = dataclasses.replace(
        plan.training,
        precision=Precision.FLOAT32,
        distribution=Distribution.ONE_DEVICE,
        compile_xla=False,
        clip_norm=None,
        seed=seed,
    )
    return dataclasses.replace(plan, training=training, model=dataclasses.replace(plan.model, seed=seed))


def _batches(rows: Split, batch_size: int, *, steps: int, seed: int) -> Iterator[tuple[Features, Features]]:
    """`steps` batches, of as many passes over the rows as that takes."""
    passes = (rows.shuffled(seed=seed, epoch=epoch, batch_size=batch_size) for epoch in itertools.count(1))
    return itertools.islice(itertools.chain.from_iterable(passes), steps)
