"""What signals cost: a training step of a model that learns one beside its tasks, over the step without any.

python -m benchmarks.signals_cost [--rounds 30] [--rows 4096] [--processor]

Steps take turns, so that a busy machine slows all alike; `--processor` counts what the process works, on one thread.
"""

from __future__ import annotations

import argparse
import time
from typing import Final

from benchmarks.quiet import load_tensorflow
from models.deferred import tf
from models.signals import Contrastive, Position, Reconstruction, SignalConfig

__all__ = ["VARIANTS", "main"]

NUM_IDS: Final = 10_000
PLACES: Final = 50
ROWS: Final = 4_096  # Of the batches of the other benchmarks.
ONE_OF_FEW: Final = "few"  # An input of 100 ids, beside those of the model of the other benchmarks.
FEW_IDS: Final = 100
PLAIN: Final = "none"
VARIANTS: Final[dict[str, SignalConfig | None]] = {
    PLAIN: None,
    "contrastive": Contrastive(name="views"),
    "contrastive, corrected for an item": Contrastive(name="views", item="f0"),
    "contrastive, observed": Contrastive(name="views", observed=True),
    "reconstruction of 100 ids": Reconstruction(name="rebuilt", inputs=(ONE_OF_FEW,)),
    "reconstruction of 100 ids, observed": Reconstruction(name="rebuilt", inputs=(ONE_OF_FEW,), observed=True),
    "reconstruction of 10,000 ids": Reconstruction(name="rebuilt", inputs=("f0",)),
    "position": Position(name="bias", input="place", tasks=("task_0", "task_1")),
    "position, observed": Position(name="bias", input="place", tasks=("task_0", "task_1"), observed=True),
}


def main() -> None:
    """Prints a line a signal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"Of a batch, at most {ROWS:,}.")
    parser.add_argument("--processor", action="store_true", help="Count what the process works, on one thread.")
    given = parser.parse_args()
    load_tensorflow()
    if given.processor:
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)
    from benchmarks.step_cost import full_step
    from benchmarks.steps import DIM, batch_of, interleaved_medians, model_of
    from models.inputs import EmbeddingInput

    few = EmbeddingInput(name=ONE_OF_FEW, table=ONE_OF_FEW, num_ids=FEW_IDS, dim=DIM)
    place = EmbeddingInput(name="place", table="place", num_ids=PLACES, dim=DIM)
    steps = {}
    for name, signal in VARIANTS.items():
        inputs = (few, *([place] if isinstance(signal, Position) else []))
        model = model_of(2, num_ids=NUM_IDS, inputs=inputs, signals=() if signal is None else (signal,))
        features, targets = batch_of(model, num_ids=NUM_IDS)
        for one in inputs:
            features[one.name] = tf.random.stateless_uniform([ROWS], [0, one.num_ids], 0, one.num_ids, tf.int64)
        batch = tuple({column: own[: given.rows] for column, own in part.items()} for part in (features, targets))
        steps[name] = full_step(model, (batch[0], batch[1]))
    clock = time.process_time if given.processor else time.perf_counter
    seconds = interleaved_medians(steps, rounds=given.rounds, clock=clock)
    print(f"| signal | ms a step of {given.rows:,} rows | ratio |\n|---|--:|--:|")
    for name, median in seconds.items():
        print(f"| {name} | {median * 1e3:.0f} | {median / seconds[PLAIN]:.2f} |")


if __name__ == "__main__":
    main()
