"""What training by whole lists cannot be combined with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from components.trainer.settings import Distribution, TrainingSettings

__all__ = ["list_problems"]

_LEAST_ROWS: Final = 2


def list_problems(training: TrainingSettings, list_column: str | None) -> Iterator[tuple[str, str]]:
    """Fields of `training`, and what is wrong with each, where tasks rank the rows of `list_column`, or none does."""
    if list_column is None:
        if training.list_limit is not None:
            yield "list_limit", f"must be left out without a ranking task, got {training.list_limit!r}."
        return
    if training.largest_list < _LEAST_ROWS:
        field = "batch_size" if training.list_limit is None else "list_limit"
        yield field, f"must be at least {_LEAST_ROWS} with ranking tasks, got 1: a list of one row has no order."
    if training.distribution is not Distribution.ONE_DEVICE:
        got = training.distribution.value
        yield "distribution", f"must be one_device with ranking tasks, got {got}: it would tear lists between devices."
    if training.batch_parts > 1:
        got = training.batch_parts
        yield "batch_parts", f"must be 1 with ranking tasks, got {got!r}: lists would be torn between parts."
    if training.compile_xla:
        yield (
            "compile_xla",
            "must be false with ranking tasks, got true: batches of whole lists differ in size, and XLA would compile "
            "the step again for each.",
        )
