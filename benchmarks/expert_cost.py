"""What many small experts cost: MMoE of 2 to 32 experts of width 64 against one expert of width 1,024."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.quiet import load_tensorflow
from models.architectures import MMoE
from models.deferred import tf
from models.experts import Style

NUM_EXPERTS = (2, 4, 8, 16, 32)
SMALL, LARGE = 64, 1024
TASKS = ("click", "buy")
ROUNDS = 40


def step_of(num_experts: int, width: int, *, tasks: tuple[str, ...]) -> Callable[[], object]:
    """Forward and backward through experts and gates, down to the features' gradient."""
    from benchmarks.steps import BATCH, DIM, NUM_FEATURES

    network = MMoE(num_experts=num_experts, expert=(width,)).build(tasks, Style())
    features = tf.Variable(tf.random.stateless_normal([BATCH, NUM_FEATURES * DIM], [0, 0]))
    network(features)

    @tf.function
    def step() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(network(features, training=True)))
        return tape.gradient(loss, [features, *network.trainable_variables])

    def run() -> object:
        return step()[-1].numpy()

    return run


def main() -> None:
    """Prints one line for each number of experts."""
    load_tensorflow()
    from benchmarks.steps import BATCH, interleaved_medians

    steps = {f"{number} x {SMALL}": step_of(number, SMALL, tasks=TASKS) for number in NUM_EXPERTS}
    wide = f"1 x {LARGE}"
    # For one task, which is the harder comparison: two would read the 1,024 units twice.
    steps[wide] = step_of(1, LARGE, tasks=TASKS[:1])
    seconds = interleaved_medians(steps, rounds=ROUNDS)
    for name, median in seconds.items():
        print(f"{name:>9}: {median * 1000:6.1f} ms a step of {BATCH} rows, {median / seconds[wide]:.2f} of {wide}")


if __name__ == "__main__":
    main()
