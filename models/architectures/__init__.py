"""The catalogue of sharing architectures."""

from typing import Final

from models.architectures.base import Architecture, ExpertArchitecture
from models.architectures.mmoe import MMoE
from models.architectures.ple import PLE
from models.architectures.shared_bottom import SharedBottom
from models.architectures.single_task import SingleTask

__all__ = [
    "ARCHITECTURES",
    "PLE",
    "Architecture",
    "ArchitectureConfig",
    "ExpertArchitecture",
    "MMoE",
    "SharedBottom",
    "SingleTask",
]

ArchitectureConfig = SingleTask | SharedBottom | MMoE | PLE

ARCHITECTURES: Final[dict[str, type[Architecture]]] = {
    "single_task": SingleTask,
    "shared_bottom": SharedBottom,
    "mmoe": MMoE,
    "ple": PLE,
}
