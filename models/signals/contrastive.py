"""Rows that are recognised though parts of them are hidden."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, final

from typing_extensions import override

from models.binding import Problem, nearest
from models.deferred import tf
from models.errors import raise_if_any
from models.experts.style import Style
from models.heads import HeadConfig, Multiclass
from models.inputs.spec import EmbeddingInput, Input
from models.signals.base import Signal, common_problems

if TYPE_CHECKING:
    from models.tasks import Task

__all__ = ["Contrastive"]

_LIKE_CLASSES: Final = 3  # A softmax over more classes than two, however many rows a batch has.


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class Contrastive(Signal):
    """Draws the representations of two views of a row together, and those of other rows of the batch apart.

    A view is the row with some inputs masked, as if they were 0, and some numbers of the others dropped. Views go
    through the network once more each: a step costs about three forward and backward passes, and products of all pairs
    of rows. Negatives are the rows of the same device and, with `batch_parts`, of the same part.

    Under a balancer of scope `representation` a view's gradient stands at rows of its own: its products with gradients
    of tasks are 0 there, and only its length counts. Scopes `parameters` and `group` see whether it opposes them.

    Source: Yao et al., "Self-supervised Learning for Large-scale Item Recommendations", CIKM 2021, section 3, with the
    correction of Yi et al., RecSys 2019.
    Differs: the representation is the mean of what towers read, without a projection; inputs are masked each by
    itself; both views take turns as anchors; q is estimated by `models.signals.frequency`.

    Attributes:
        name: Of the loss.
        temperature: Divides cosines; the smaller, the more the nearest rows count.
        masking: Share of inputs that a view lacks, in [0, 1).
        dropout: Share of the numbers of the others that a view lacks, in [0, 1).
        item: The input whose popularity is corrected for; None corrects for none.
        rate: How much the newest batch counts in the estimate of q, in (0, 1].
        loss_weight: Factor of the loss.
        observed: See `Signal`.
    """

    name: str
    kind: Literal["contrastive"] = "contrastive"
    temperature: float = 0.1
    masking: float = 0.2
    dropout: float = 0.1
    item: str | None = None
    rate: float = 0.05
    loss_weight: float = 0.1
    observed: bool = False

    def __post_init__(self) -> None:
        problems = common_problems(self)
        if not 0 < self.temperature < math.inf:
            problems.append(f"`temperature` must be positive, got {self.temperature!r}. Leave it out for 0.1.")
        shares = {"masking": self.masking, "dropout": self.dropout}
        problems += [
            f"`{field}` must be at least 0 and under 1, got {share!r}."
            for field, share in shares.items()
            if not 0 <= share < 1
        ]
        if not any(shares.values()):
            problems.append("`masking` or `dropout` must be above 0, got 0 for both: the two views would be one.")
        if not 0 < self.rate <= 1:
            problems.append(f"`rate` must be above 0 and at most 1, got {self.rate!r}. Leave it out for 0.05.")
        raise_if_any(f"signal {self.name!r}", problems)

    @property
    @override
    def head(self) -> HeadConfig:
        """See `Signal`."""
        return Multiclass(num_classes=_LIKE_CLASSES)

    @override
    def problems(self, tasks: Sequence[Task] | None, inputs: Sequence[Input] | None) -> list[Problem]:
        """See `Signal`."""
        del tasks
        if self.item is None or inputs is None:
            return []
        known = [one.name for one in inputs if isinstance(one, EmbeddingInput) and one.combiner is None]
        if self.item in known:
            return []
        message = f"`item` must name a categorical input of one value a row, got {self.item!r}. "
        return [Problem(("item",), message + nearest(self.item, known))]

    @override
    def build(self, inputs: Sequence[Input], style: Style) -> tf.keras.layers.Layer:
        """See `Signal`."""
        from models.signals.views import Views

        num_ids = next((one.num_ids for one in inputs if isinstance(one, EmbeddingInput) and one.name == self.item), 0)
        return Views(settings=self, num_ids=num_ids, seed=style.seed, name=self.name, dtype="float32")
