"""What can be wrong between the columns that say who asks and the columns there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.binding import Problem, nearest
from models.fusion import FusionConfig
from pipeline.config.columns import feature_columns
from pipeline.config.features import Feature
from pipeline.config.run import ServedConfig

__all__ = ["serving_problems"]


def serving_problems(
    serving: ServedConfig, features: Mapping[str, Feature], fusion: FusionConfig | None
) -> Iterator[Problem]:
    """Whether the user's columns are inputs, and another is left to tell candidates apart.

    Args:
        serving: As declared.
        features: All of them.
        fusion: What reads columns besides.
    """
    read = {column for name, feature in features.items() for column in feature_columns(name, feature)}
    read |= set(fusion.inputs if fusion is not None else ())
    for place, column in enumerate(serving.user):
        if column not in read:
            yield Problem(
                ("serving", "user", place), f"no feature or score reads a column `{column}`. {nearest(column, read)}"
            )
    if read and read <= set(serving.user):
        message = "must leave a column that features read to the candidates, got all of them: name the user's alone."
        yield Problem(("serving", "user"), message)
