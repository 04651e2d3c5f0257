"""The catalogue of balancers: how much each task's loss counts."""

from typing import Final

from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.gram import GramBalancer, GramProblem, Scope, TaskParameters
from models.balancers.static import Static

__all__ = [
    "BALANCERS",
    "Balancer",
    "BalancerConfig",
    "GramBalancer",
    "GramProblem",
    "Memory",
    "Scope",
    "Seen",
    "Static",
    "TaskParameters",
    "remember",
]

BalancerConfig = Static  # A union of the catalogue's classes, once there are several.

BALANCERS: Final[dict[str, type[Balancer]]] = {"static": Static}
