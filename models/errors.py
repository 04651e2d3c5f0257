"""Errors of a declaration: all its problems in one message."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ConfigError", "raise_if_any"]


class ConfigError(ValueError):
    """A declaration is wrong.

    Attributes:
        section: What was declared, such as "training".
        problems: One sentence each, in the order found.
    """

    def __init__(self, section: str, problems: Sequence[str]) -> None:
        self.section = section
        self.problems = tuple(problems)
        super().__init__(f"{section}: " + " ".join(self.problems))


def raise_if_any(section: str, problems: Sequence[str]) -> None:
    """Raises one `ConfigError` that holds all `problems`, if there are any."""
    if problems:
        raise ConfigError(section, problems)
