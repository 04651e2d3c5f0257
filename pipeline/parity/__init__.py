"""Asks an exported model for the golden batch in every way that a client can."""

from pipeline.parity.ask import ASKER, answer

__all__ = ["ASKER", "answer"]
