"""The catalogue of auxiliary signals: what a model learns beside its tasks, and does not serve."""

from typing import Final

from models.signals.base import Signal
from models.signals.check import signal_problems
from models.signals.contrastive import Contrastive
from models.signals.position import Position
from models.signals.reconstruction import Reconstruction

__all__ = ["SIGNALS", "Contrastive", "Position", "Reconstruction", "Signal", "SignalConfig", "signal_problems"]

SignalConfig = Contrastive | Reconstruction | Position

SIGNALS: Final[dict[str, type[Signal]]] = {
    "contrastive": Contrastive,
    "reconstruction": Reconstruction,
    "position": Position,
}
