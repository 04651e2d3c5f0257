"""Impressions, clicks and conversions with known true probabilities, streamed to disk."""

from pipeline.simulate.config import SimulateConfig
from pipeline.simulate.errors import UnwritableOutputError
from pipeline.simulate.run import SimulatedCounts, simulate

__all__ = ["SimulateConfig", "SimulatedCounts", "UnwritableOutputError", "simulate"]
