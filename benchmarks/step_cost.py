"""What masks, balancer seam and metrics cost: `train_step` against a bare joint-loss step of the same model."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from benchmarks.steps import Batch, batch_of, interleaved_medians, model_of
from models.model import MultiTaskModel
from models.tasks import label_column

NUM_IDS = 10_000
ROUNDS = 30


def bare_step(model: MultiTaskModel, batch: Batch) -> Callable[[], None]:
    """What one would write by hand: the sum of mean losses, one gradient, one update."""

    @tf.function
    def step(features: dict[str, tf.Tensor], targets: dict[str, tf.Tensor]) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = model.logits(features, training=True)
            losses = [
                tf.nn.sigmoid_cross_entropy_with_logits(targets[label_column(name)], logit)
                for name, logit in logits.items()
            ]
            loss = tf.add_n([tf.reduce_mean(row_losses) for row_losses in losses])
        model.optimizer.minimize(loss, model.trainable_variables, tape=tape)
        return loss

    def run() -> None:
        step(*batch).numpy()

    return run


def full_step(model: MultiTaskModel, batch: Batch) -> Callable[[], None]:
    """What `fit` runs."""
    step = tf.function(lambda features, targets: model.train_step((features, targets)))

    def run() -> None:
        step(*batch)["loss"].numpy()

    return run


def main() -> None:
    """Prints one line for each number of tasks."""
    for num_tasks in (2, 4):
        model = model_of(num_tasks, num_ids=NUM_IDS)
        batch = batch_of(model, num_ids=NUM_IDS)
        seconds = interleaved_medians({"bare": bare_step(model, batch), "full": full_step(model, batch)}, rounds=ROUNDS)
        ratio = seconds["full"] / seconds["bare"]
        print(f"K={num_tasks}: bare {seconds['bare']:.4f} s, train_step {seconds['full']:.4f} s, ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
