"""What ranking costs: a training step whose last task ranks lists of 50, over the step that judges all rows alone."""

from __future__ import annotations

from benchmarks.quiet import load_tensorflow
from models.deferred import tf
from models.heads import Binary, HeadConfig, Ranking
from models.ranking import RANKING_LOSSES

NUM_IDS = 10_000
LENGTH = 50
ROUNDS = 30
POINTWISE = "pointwise"


def main() -> None:
    """Prints one line for each number of tasks and loss."""
    load_tensorflow()
    from benchmarks.step_cost import full_step
    from benchmarks.steps import BATCH, batch_of, interleaved_medians, model_of
    from models.tasks import LIST_COLUMN, label_column

    heads: dict[str, HeadConfig] = {POINTWISE: Binary()}
    heads |= {name: Ranking(list="session", loss=loss()) for name, loss in RANKING_LOSSES.items()}
    lists = tf.random.experimental.stateless_shuffle(tf.range(BATCH, dtype=tf.int64) // LENGTH, [7, 7])
    levels = tf.cast(tf.random.stateless_uniform([BATCH], [5, 5], 0, 4, tf.int32), tf.float32)
    for num_tasks in (1, 2):
        steps = {}
        for name, head in heads.items():
            model = model_of(num_tasks, num_ids=NUM_IDS, last=head)
            features, targets = batch_of(model, num_ids=NUM_IDS)
            if head.list_column is not None:
                targets |= {LIST_COLUMN: lists, label_column(model.tasks.losses[-1].name): levels}
            steps[name] = full_step(model, (features, targets))
        seconds = interleaved_medians(steps, rounds=ROUNDS)
        for name, median in seconds.items():
            ratio = median / seconds[POINTWISE]
            print(f"K={num_tasks} {name:>11}: {median * 1000:6.1f} ms a step of {BATCH} rows, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
