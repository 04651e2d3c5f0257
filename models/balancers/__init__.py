"""The catalogue of balancers: how much each task's loss counts."""

from typing import Final

from models.balancers.aligned_mtl import AlignedMTL
from models.balancers.base import Balancer, Memory, Seen, remember
from models.balancers.cagrad import CAGrad, Rescale
from models.balancers.dual_cone import Reduction
from models.balancers.dualproj import DualProj
from models.balancers.dwa import DWA
from models.balancers.fairgrad import FairGrad
from models.balancers.famo import FAMO, After, Descent
from models.balancers.geometric import Geometric
from models.balancers.gradnorm import GradNorm
from models.balancers.gradvac import GradVac
from models.balancers.gram import GramBalancer, GramProblem, Scope, TaskParameters
from models.balancers.imtl_g import IMTLG
from models.balancers.imtl_l import IMTLL
from models.balancers.metabalance import MetaBalance, Strategy
from models.balancers.mgda import MGDA, Normalize
from models.balancers.nash_mtl import NashMTL
from models.balancers.pcgrad import PCGrad, Roles
from models.balancers.pe_ltr import PELTR, SolveMode
from models.balancers.personal import Personal
from models.balancers.random import Random
from models.balancers.schedule import Schedule
from models.balancers.segments import SegmentedBalancer, Segments
from models.balancers.static import Static
from models.balancers.stch import STCH
from models.balancers.uncertainty import Uncertainty
from models.balancers.upgrad import UPGrad

__all__ = [
    "BALANCERS",
    "DWA",
    "FAMO",
    "IMTLG",
    "IMTLL",
    "MGDA",
    "PELTR",
    "STCH",
    "After",
    "AlignedMTL",
    "Balancer",
    "BalancerConfig",
    "CAGrad",
    "Descent",
    "DualProj",
    "FairGrad",
    "Geometric",
    "GradNorm",
    "GradVac",
    "GramBalancer",
    "GramProblem",
    "Memory",
    "MetaBalance",
    "NashMTL",
    "Normalize",
    "PCGrad",
    "Personal",
    "Random",
    "Reduction",
    "Rescale",
    "Roles",
    "Schedule",
    "Scope",
    "Seen",
    "SegmentedBalancer",
    "Segments",
    "SolveMode",
    "Static",
    "Strategy",
    "TaskParameters",
    "UPGrad",
    "Uncertainty",
    "remember",
]

BalancerConfig = (
    Static
    | Uncertainty
    | DWA
    | Personal
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
    | PCGrad
    | GradVac
    | GradNorm
    | MetaBalance
    | IMTLG
    | AlignedMTL
    | NashMTL
    | FairGrad
)

BALANCERS: Final[dict[str, type[Balancer]]] = {
    "static": Static,
    "uncertainty": Uncertainty,
    "dwa": DWA,
    "personal": Personal,
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
    "pcgrad": PCGrad,
    "gradvac": GradVac,
    "gradnorm": GradNorm,
    "metabalance": MetaBalance,
    "imtl_g": IMTLG,
    "aligned_mtl": AlignedMTL,
    "nash_mtl": NashMTL,
    "fairgrad": FairGrad,
}
