"""What stops a run, named by what its owner does next."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["FailedBeamJobError", "UnusableInputError"]


class UnusableInputError(Exception):
    """Files or rows are not as declared: mend them, or what was declared of them, and run again.

    Attributes:
        problems: One sentence each: what, where, the way out.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[UnusableInputError], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


class FailedBeamJobError(Exception):
    """A Beam job broke for a reason that is not in the rows: look at the runner, then run again."""
