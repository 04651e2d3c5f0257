"""What cannot be done with a batch that is passed through in parts."""

from __future__ import annotations

from models.architectures import ArchitectureConfig, Routing
from models.balancers.base import Balancer
from models.balancers.gram import GramBalancer, Scope
from models.experts.routers import RouterTraining

__all__ = ["parts_problems"]


def parts_problems(num_parts: int, architecture: ArchitectureConfig, balancer: Balancer) -> list[str]:
    """Why a batch must not be passed through in `num_parts` parts."""
    if num_parts == 1:
        return []
    problems = []
    if isinstance(balancer, GramBalancer) and balancer.scope is Scope.REPRESENTATION:
        problems.append(
            "`balancing.scope` must be parameters or group with batches in several parts, got representation: its "
            "weights would be known when the activations of the first parts are gone."
        )
    if isinstance(architecture, Routing) and architecture.training is RouterTraining.POLICY_GRADIENT:
        problems.append(
            "`model.architecture` must not be routing by policy gradient with batches in several parts: each draws "
            "routes of its own, and the loss of all cannot tell which were good. Take gumbel_softmax."
        )
    return problems
