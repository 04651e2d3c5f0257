"""Inputs that can be told from what the network makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, final

from typing_extensions import override

from models.architectures.checks import units_problems
from models.binding import Problem, nearest
from models.deferred import tf
from models.errors import raise_if_any
from models.experts.style import Style
from models.heads import HeadConfig, Regression
from models.inputs.spec import EmbeddingInput, Input
from models.signals.base import Signal, common_problems

if TYPE_CHECKING:
    from models.tasks import Task

__all__ = ["Reconstruction"]

_MOST_IDS: Final = 10_000  # A logit each, for every row.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Reconstruction(Signal):
    """Predicts inputs from the representation: squared error of numbers, cross-entropy of ids.

    A row's loss is the mean over the inputs. Numbers are as Transform has scaled them.

    Source: the auto-encoder of Le et al., "Supervised Autoencoders: Improving Generalization Performance with
    Unsupervised Regularizers", NeurIPS 2018, Eq. 1.
    Differs: only inputs that are named are reconstructed, ids by a softmax over their table.

    Attributes:
        name: Of the loss.
        inputs: The model's inputs to be told; of one value a row, and of 10,000 ids at most.
        hidden: Widths of hidden layers between; none means one linear map.
        loss_weight: Factor of the loss.
        observed: See `Signal`; what reads the representation learns then, too.
    """

    name: str
    kind: Literal["reconstruction"] = "reconstruction"
    inputs: tuple[str, ...]
    hidden: tuple[int, ...] = ()
    loss_weight: float = 0.1
    observed: bool = False

    def __post_init__(self) -> None:
        problems = common_problems(self) + units_problems("hidden", self.hidden, may_be_empty=True)
        if not self.inputs:
            problems.append("`inputs` must name at least one input, got none.")
        if len(set(self.inputs)) < len(self.inputs):
            problems.append(f"`inputs` must name each input once, got {list(self.inputs)!r}. Leave the second out.")
        raise_if_any(f"signal {self.name!r}", problems)

    @property
    @override
    def head(self) -> HeadConfig:
        """See `Signal`."""
        return Regression()

    @override
    def problems(self, tasks: Sequence[Task] | None, inputs: Sequence[Input] | None) -> list[Problem]:
        """See `Signal`."""
        del tasks
        if inputs is None:
            return []
        by_name = {one.name: one for one in inputs}
        found = []
        for place, name in enumerate(self.inputs):
            one = by_name.get(name)
            if one is None:
                message = f"must be an input of the model, got {name!r}. {nearest(name, by_name)}"
            elif isinstance(one, EmbeddingInput) and one.combiner is not None:
                message = f"must have one value a row, got the multi-valued {name!r}: leave it out."
            elif isinstance(one, EmbeddingInput) and one.num_ids > _MOST_IDS:
                message = f"must have at most {_MOST_IDS:,} ids, got {name!r} with {one.num_ids:,}: leave it out."
            else:
                continue
            found.append(Problem(("inputs", place), message))
        return found

    @override
    def build(self, inputs: Sequence[Input], style: Style) -> tf.keras.layers.Layer:
        """See `Signal`."""
        from models.signals.decoder import Decoder

        by_name = {one.name: one for one in inputs}
        return Decoder(
            inputs=[by_name[name] for name in self.inputs],
            hidden=self.hidden,
            style=style,
            name=self.name,
            dtype="float32",
        )
