"""One line on the terminal for each node that starts, with the time since the run began."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

__all__ = ["NodeProgress"]


class NodeProgress:
    """Says what is running.

    Args:
        clock: Seconds from any fixed moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()

    def say(self, text: str) -> None:
        """Writes a line with the seconds since the start."""
        click.echo(f"{self._clock() - self._began:7.1f} s  {text}")

    def start(self, node: str, index: int, count: int) -> None:
        """Says that a node starts."""
        self.say(f"[{index + 1}/{count}] {node}")
