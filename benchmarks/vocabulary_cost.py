"""What a large vocabulary costs: one training step at 10^4 and at 10^6 ids a table."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import tensorflow as tf

from benchmarks.steps import batch_of, interleaved_medians, model_of
from models.optimizers import Adagrad, Adam, Optimizer

SIZES = (10_000, 1_000_000)
ROUNDS = 20
NUM_BATCHES = 8  # Several, so that the rows of a small table are not all warm from the step before.


def step_of(num_ids: int, embeddings: Optimizer) -> Callable[[], None]:
    """A training step on tables of `num_ids` rows, over a few batches in turn."""
    model = model_of(2, num_ids=num_ids, embeddings=embeddings)
    batches = [batch_of(model, num_ids=num_ids, seed=seed) for seed in range(NUM_BATCHES)]
    step = tf.function(lambda features, targets: model.train_step((features, targets)))
    upcoming = itertools.cycle(batches)

    def run() -> None:
        step(*next(upcoming))["loss"].numpy()

    return run


def main() -> None:
    """Prints one line for each optimizer."""
    for embeddings in (Adagrad(), Adam()):
        steps = {str(size): step_of(size, embeddings) for size in SIZES}
        seconds = interleaved_medians(steps, rounds=ROUNDS)
        small, large = (seconds[str(size)] for size in SIZES)
        print(f"{embeddings.name}: 10^4 ids {small:.4f} s, 10^6 ids {large:.4f} s, ratio {large / small:.3f}")


if __name__ == "__main__":
    main()
