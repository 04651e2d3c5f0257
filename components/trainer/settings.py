"""How a model is trained, as declared."""

from __future__ import annotations

import dataclasses
import enum
import math

from components.warm_start.config import WarmStartConfig
from models.errors import raise_if_any
from models.optimizers import Adagrad, Adam, OptimizerConfig

__all__ = ["CheckpointRule", "Distribution", "Precision", "TrainingSettings"]


class Precision(enum.Enum):
    """Number format of a step's matrix products; heads and losses stay in float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


class Distribution(enum.Enum):
    """Which devices share a step."""

    ONE_DEVICE = "one_device"
    MIRRORED = "mirrored"


class CheckpointRule(enum.Enum):
    """Which epoch's weights are kept. All rules but `LAST` compare epochs on the validation split, and need one.

    `LAST`: the last epoch's; `epochs` is then chosen beforehand.
    `WEIGHTED_LOSS`: those of the smallest sum of losses times their factors.
    `MAIN_TASKS`: those of the smallest mean, over main tasks, of the loss relative to the first epoch's.
    `NO_TASK_WORSE`: as `MAIN_TASKS`, but an epoch in which a main task's loss is over `tolerance` above that task's
    best so far is never chosen.
    """

    LAST = "last"
    WEIGHTED_LOSS = "weighted_loss"
    MAIN_TASKS = "main_tasks"
    NO_TASK_WORSE = "no_task_worse"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How a model is trained.

    Attributes:
        epochs: Passes over the train split, at most.
        batch_size: Rows of one step, over all devices.
        seed: Draws initial weights, dropout and the shuffle; the same seed gives the same model on one machine.
        dense_optimizer: For all but the embedding tables.
        embedding_optimizer: For the embedding tables; only rows of the batch are touched.
        clip_norm: Largest global norm of the balanced gradient; None leaves it.
        precision: Number format of the matrix products.
        distribution: Which devices share a step.
        compile_xla: Whether the step is compiled by XLA.
        shuffle_rows: Rows of the shuffle buffer; memory grows with it.
        list_limit: With ranking tasks, rows of a list in one batch at most: a longer list is dealt at random, anew each
            epoch, into parts that are lists of their own, so that all its rows are seen. None is `batch_size`.
        keep: Rule by which an epoch's weights are kept; all but `last` need a validation split.
        tolerance: For `no_task_worse`: allowed relative rise of a main task's loss over its best.
        patience: Epochs without a better score by `keep` before training stops; None trains all epochs.
        checkpoint_every_steps: Steps between checkpoints for a resume.
        look_every_steps: Steps from one look at the gradients of all losses to the next, for TensorBoard and the
            report; more in a run that would have over 200 looks, 0 for none. None is 100, or less in a short run, which
            has 24 looks. A look costs a forward pass and one backward pass a loss, the steps between cost nothing: at
            every 100 steps of 4,096 rows one or two hundredths. Under `mirrored` or with `batch_parts` there is none.
        batch_parts: In how many parts a batch is passed through, one after another, to update once: memory holds the
            activations of one. Above 1 a step takes one backward pass for each loss, whatever the balancing.
        warm_start: Goes on from the model that serves; None begins with fresh weights.
    """

    epochs: int
    batch_size: int = 512
    seed: int = 1
    dense_optimizer: OptimizerConfig = dataclasses.field(default_factory=Adam)
    embedding_optimizer: OptimizerConfig = dataclasses.field(default_factory=Adagrad)
    clip_norm: float | None = None
    precision: Precision = Precision.FLOAT32
    distribution: Distribution = Distribution.ONE_DEVICE
    compile_xla: bool = False
    shuffle_rows: int = 100_000
    list_limit: int | None = None
    keep: CheckpointRule = CheckpointRule.LAST
    tolerance: float = 0.0
    patience: int | None = None
    checkpoint_every_steps: int = 1_000
    look_every_steps: int | None = None
    batch_parts: int = 1
    warm_start: WarmStartConfig | None = None

    def __post_init__(self) -> None:
        counts = ("epochs", "batch_size", "shuffle_rows", "list_limit", "checkpoint_every_steps", "patience")
        values = {name: getattr(self, name) for name in (*counts, "batch_parts")}
        problems = [
            f"`{name}` must be positive, got {value!r}."
            for name, value in values.items()
            if value is not None and value < 1
        ]
        if self.list_limit is not None and self.list_limit > self.batch_size:
            problems.append(f"`list_limit` must be at most `batch_size`, {self.batch_size}, got {self.list_limit!r}.")
        if self.clip_norm is not None and not 0 < self.clip_norm < math.inf:
            problems.append(f"`clip_norm` must be positive, got {self.clip_norm!r}; leave it out for no clipping.")
        if self.look_every_steps is not None and self.look_every_steps < 0:
            problems.append(f"`look_every_steps` must be at least 0, which never looks, got {self.look_every_steps!r}.")
        if not 0 <= self.tolerance < 1:
            problems.append(f"`tolerance` must be at least 0 and under 1, got {self.tolerance!r}.")
        if self.patience is not None and self.keep is CheckpointRule.LAST:
            rules = ", ".join(rule.value for rule in CheckpointRule if rule is not CheckpointRule.LAST)
            problems.append(
                f"`patience` must be left out with `keep: last`, which compares no epochs, got {self.patience!r}. "
                f"Leave it out, or set `keep` to one of {rules}; data.split must then declare a validation part."
            )
        raise_if_any("training", problems)

    @property
    def largest_list(self) -> int:
        """Rows of a list in one batch at most."""
        return self.list_limit or self.batch_size
