"""What a place on the page does to a label, kept apart from what the candidate does."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, final

from typing_extensions import override

from models.architectures.checks import units_problems
from models.binding import Problem, nearest
from models.deferred import tf
from models.errors import raise_if_any
from models.experts.style import Style
from models.heads import Binary, HeadConfig
from models.inputs.spec import EmbeddingInput, Input
from models.signals.base import Signal, common_problems

if TYPE_CHECKING:
    from models.tasks import Task, TaskGraph

__all__ = ["Position"]


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Position(Signal):
    """A shallow tower of the position is added to the tasks' logits in training, and left out in all else.

    Neither a request nor an evaluation is asked for the position: what is served is the logit without it. What is added
    is 0 on the mean of a batch, so that no part of the base rate is learnt there, and what is served is the logit at a
    mean position. In a share of training rows it is left out too, so that the logit learns to stand alone; the larger
    the share, the more of the bias comes back into it.

    Observed, the tower learns on logits that it cannot move; its loss against the tasks' says what position explains.

    Source: Zhao et al., "Recommending What Video to Watch Next: A Multitask Ranking System", RecSys 2019, section 4.3.
    Differs: the position alone is read, without the device; what is added is centred; a row without it gets exactly the
    logit that is served.

    Attributes:
        name: Of the loss that is shown where it is observed.
        input: The feature of the position; the model must not read it, nor share its table.
        tasks: Binary tasks whose logits it is added to.
        hidden: Widths of hidden layers; none means one linear map.
        dropout: Share of training rows without it, in [0, 1).
        observed: See `Signal`.
    """

    name: str
    kind: Literal["position"] = "position"
    input: str
    tasks: tuple[str, ...]
    hidden: tuple[int, ...] = (8,)
    dropout: float = 0.1
    observed: bool = False

    def __post_init__(self) -> None:
        problems = common_problems(self) + units_problems("hidden", self.hidden, may_be_empty=True)
        if not self.tasks or len(set(self.tasks)) < len(self.tasks):
            problems.append(f"`tasks` must name at least one task, each once, got {list(self.tasks)!r}.")
        if not 0 <= self.dropout < 1:
            problems.append(f"`dropout` must be at least 0 and under 1, got {self.dropout!r}.")
        raise_if_any(f"signal {self.name!r}", problems)

    @property
    def loss_weight(self) -> float:  # type: ignore[override]  # No field: it learns by the tasks' losses.
        """See `Signal`."""
        return 0.0

    @property
    @override
    def has_loss(self) -> bool:
        """See `Signal`."""
        return self.observed

    @property
    @override
    def training_inputs(self) -> tuple[str, ...]:
        """See `Signal`."""
        return (self.input,)

    @property
    @override
    def head(self) -> HeadConfig:
        """See `Signal`."""
        return Binary()

    @override
    def problems(self, tasks: Sequence[Task] | None, inputs: Sequence[Input] | None) -> list[Problem]:
        """See `Signal`."""
        of_tasks = [] if tasks is None else self._task_problems(tasks)
        return of_tasks + ([] if inputs is None else self._input_problems(inputs))

    def _task_problems(self, tasks: Sequence[Task]) -> list[Problem]:
        binary = [task.name for task in tasks if task.kind.is_binary]
        return [
            Problem(("tasks", place), f"must be a binary task, got {name!r}. {nearest(name, binary)}")
            for place, name in enumerate(self.tasks)
            if name not in binary
        ]

    def _input_problems(self, inputs: Sequence[Input]) -> list[Problem]:
        by_name = {one.name: one for one in inputs}
        own = by_name.get(self.input)
        if own is None:
            return [
                Problem(("input",), f"must be a declared feature, got {self.input!r}. {nearest(self.input, by_name)}")
            ]
        if not isinstance(own, EmbeddingInput):
            return []
        if own.combiner is not None:
            return [Problem(("input",), f"must have one value a row, got the multi-valued {self.input!r}.")]
        sharing = [one for one in inputs if isinstance(one, EmbeddingInput) and one.table == own.table and one != own]
        if not sharing:
            return []
        message = f"must have a table of its own, got {self.input!r}, which shares it with {sharing[0].name!r}."
        return [Problem(("input",), message)]

    @override
    def build(self, inputs: Sequence[Input], style: Style) -> tf.keras.layers.Layer:
        """See `Signal`."""
        from models.signals.position_tower import PositionTower

        (own,) = [one for one in inputs if one.name == self.input]
        return PositionTower(settings=self, column=own, style=style, name=self.name, dtype="float32")

    @override
    def terms(
        self, said: tf.Tensor, tasks: TaskGraph, targets: Mapping[str, tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Of the tasks' logits with it, `[batch, tasks]`: their losses, over all rows whose labels are known."""
        from models.losses.terms import known_label

        found = []
        for name, logits in zip(self.tasks, tf.unstack(said, axis=1), strict=True):
            labels, known = known_label(name, targets)
            found.append((known * tasks.by_name[name].kind.row_losses(labels, logits), known))
        losses, known = (tf.add_n(list(one)) for one in zip(*found, strict=True))
        return losses, tf.reduce_sum(known), known
