"""The generic core of every architecture: banks of experts, gates, and how they are wired."""

from models.experts.style import Activation, Style
from models.experts.wiring import Expert, Level, Stream, Wiring

__all__ = ["Activation", "Expert", "Level", "Stream", "Style", "Wiring"]
