"""The catalogue of balancers: how much each task's loss counts."""

from typing import Final

from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.dwa import DWA
from models.balancers.famo import FAMO, After, Descent
from models.balancers.geometric import Geometric
from models.balancers.gram import GramBalancer, GramProblem, Scope, TaskParameters
from models.balancers.imtl_l import IMTLL
from models.balancers.random import Random
from models.balancers.schedule import Schedule
from models.balancers.static import Static
from models.balancers.stch import STCH
from models.balancers.uncertainty import Uncertainty

__all__ = [
    "BALANCERS",
    "DWA",
    "FAMO",
    "IMTLL",
    "STCH",
    "After",
    "Balancer",
    "BalancerConfig",
    "Descent",
    "Geometric",
    "GramBalancer",
    "GramProblem",
    "Memory",
    "Random",
    "Schedule",
    "Scope",
    "Seen",
    "Static",
    "TaskParameters",
    "Uncertainty",
    "remember",
]

BalancerConfig = Static | Uncertainty | DWA | Random | Geometric | FAMO | IMTLL | Schedule | STCH

BALANCERS: Final[dict[str, type[Balancer]]] = {
    "static": Static,
    "uncertainty": Uncertainty,
    "dwa": DWA,
    "random": Random,
    "geometric": Geometric,
    "famo": FAMO,
    "imtl_l": IMTLL,
    "schedule": Schedule,
    "stch": STCH,
}
