"""What is searched for, and how, in a few lines of text."""

from __future__ import annotations

from typing import Final

from components.trainer.values import taken
from components.tuner.config import Range, SearchRule, When
from models.binding import unbind
from pipeline.config.config import PipelineConfig

__all__ = ["search_lines"]

_WHEN: Final = {When.ASKED: "when `evenkeel tune` asks", When.EVERY_RUN: "in every run"}


def search_lines(config: PipelineConfig) -> list[str]:
    """How much is trained by which rule, then a line for each value that is searched for; none without a search."""
    search = config.search
    if search is None:
        return []
    within = f", none beyond {search.tolerance:g}" if search.rule is SearchRule.NO_TASK_WORSE else ""
    epochs = search.epochs or config.training.epochs
    parts = [
        f"{search.trials} trials by {search.method.value}, the declared values first",
        f"then the best {search.finalists} and the declared values by {search.seeds} more seeds each",
        f"{search.num_trainings} trainings of {epochs} epoch{'' if epochs == 1 else 's'} at most",
        f"{search.rule.value}{within}, on {config.watched_split} rows",
        _WHEN[search.when],
    ]
    plain = unbind(config)
    values = [f"  {path}: {taken(plain, path)}, among {_among(one)}" for path, one in config.search_space.items()]
    return [f"search: {'; '.join(parts)}", *values]


def _among(one: Range) -> str:
    if one.choices is not None:
        return ", ".join(map(str, one.choices))
    (how,) = [name for name in ("log", "linear", "whole") if getattr(one, name) is not None]
    low, high = one.extremes
    return f"{low:g} to {high:g}, {how}"
