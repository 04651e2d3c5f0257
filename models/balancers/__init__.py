"""The catalogue of balancers: how much each task's loss counts."""

from typing import Final

from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.cagrad import CAGrad, Rescale
from models.balancers.dual_cone import Reduction
from models.balancers.dualproj import DualProj
from models.balancers.dwa import DWA
from models.balancers.famo import FAMO, After, Descent
from models.balancers.geometric import Geometric
from models.balancers.gram import GramBalancer, GramProblem, Scope, TaskParameters
from models.balancers.imtl_l import IMTLL
from models.balancers.mgda import MGDA, Normalize
from models.balancers.pe_ltr import PELTR, SolveMode
from models.balancers.random import Random
from models.balancers.schedule import Schedule
from models.balancers.static import Static
from models.balancers.stch import STCH
from models.balancers.uncertainty import Uncertainty
from models.balancers.upgrad import UPGrad

__all__ = [
    "BALANCERS",
    "DWA",
    "FAMO",
    "IMTLL",
    "MGDA",
    "PELTR",
    "STCH",
    "After",
    "Balancer",
    "BalancerConfig",
    "CAGrad",
    "Descent",
    "DualProj",
    "Geometric",
    "GramBalancer",
    "GramProblem",
    "Memory",
    "Normalize",
    "Random",
    "Reduction",
    "Rescale",
    "Schedule",
    "Scope",
    "Seen",
    "SolveMode",
    "Static",
    "TaskParameters",
    "UPGrad",
    "Uncertainty",
    "remember",
]

BalancerConfig = (
    Static
    | Uncertainty
    | DWA
    | Random
    | Geometric
    | FAMO
    | IMTLL
    | Schedule
    | STCH
    | MGDA
    | PELTR
    | CAGrad
    | UPGrad
    | DualProj
)

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
    "mgda": MGDA,
    "pe_ltr": PELTR,
    "cagrad": CAGrad,
    "upgrad": UPGrad,
    "dualproj": DualProj,
}
