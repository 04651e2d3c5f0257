"""Fair resource allocation between tasks."""

from __future__ import annotations

import dataclasses
from typing import Final, Literal, final

from typing_extensions import override

from models.balancers.alpha_fair import alpha_fair_weights
from models.balancers.base import Memory
from models.balancers.cosines import cosines_of
from models.balancers.gram import GramBalancer, GramProblem
from models.deferred import tf

__all__ = ["FairGrad"]

_LEAST_ALPHA: Final = 0.5
_LARGEST_ALPHA: Final = 10.0


@final
@dataclasses.dataclass(frozen=True, kw_only=True)
class FairGrad(GramBalancer):
    """Takes the direction of the largest alpha-fair utility of what each task gains.

    Solves `G a = a^(-1 / alpha)`. At 1 it is `nash_mtl`; towards 0 it tends to the plain sum, which looks at the total
    only, and with growing `alpha` to what helps the least helped task most. Tasks whose gradients are at right angles,
    of the mean norm, get weight 1 each. An active task whose gradient is 0 has weight 1.

    Source: Ban and Ji, "Fair Resource Allocation in Multi-Task Learning", ICML 2024.
    Differs: solved by Newton's method instead of a search by least squares, and on matrices with a mean diagonal of 1,
        so that the weights do not hang on the unit of the losses. Eigenvalues of the cosines between gradients below
        1e-6 are raised to it: opposed gradients would have weights without bound. Where gradients are dependent and
        their norms differ by over 1e4 besides, weights may be only near the solution for `alpha` above 2.
    Cost: O(tasks^3) for each of about a dozen iterations, 180 at most; it never sees a parameter.

    Attributes:
        alpha: From 0.5 to 10.
    """

    method: Literal["fairgrad"] = "fairgrad"
    alpha: float = 2.0

    @override
    def setting_problems(self) -> list[str]:
        found = super().setting_problems()
        if not _LEAST_ALPHA <= self.alpha <= _LARGEST_ALPHA:
            found.append(
                f"`alpha` must be from {_LEAST_ALPHA:g} to {_LARGEST_ALPHA:g}, got {self.alpha!r}: what 0 would be is "
                "the plain sum, `static`."
            )
        return found

    @override
    def weights(self, problem: GramProblem, memory: Memory) -> tf.Tensor:
        """See `GramBalancer`."""
        del memory
        scale, cosines = cosines_of(problem)
        return alpha_fair_weights(cosines, scale, self.alpha)
