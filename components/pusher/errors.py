"""What stops a push or a rollback, named by what its owner does next."""

from __future__ import annotations

__all__ = ["CorruptVersionError", "NothingToServeError", "ServedFolderError", "ServesAnotherError", "WithdrawnError"]


class ServesAnotherError(RuntimeError):
    """What serves is no more what the model was compared with, nothing was changed: run again."""


class WithdrawnError(RuntimeError):
    """This very model was rolled back, nothing was changed: train another, or put this one back by its version."""


class CorruptVersionError(RuntimeError):
    """A served version's files are not what was pushed: put another version back, or that one's files."""


class NothingToServeError(RuntimeError):
    """The version that was asked for cannot serve, nothing was changed: name another."""


class ServedFolderError(OSError):
    """The served folder cannot be read or written, what serves there still does: mend the disk, and run again."""
