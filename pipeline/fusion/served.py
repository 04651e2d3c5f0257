"""What serves now: its formulas, its weights, and the rows that these were judged by."""

from __future__ import annotations

import dataclasses
import os

from components.fusion.rows_file import KEPT_ROWS
from components.pusher.errors import CorruptVersionError
from components.pusher.folder import versions
from models.errors import ConfigError
from models.fusion import FusionConfig
from models.fusion.beside import read_declaration, read_weights
from pipeline.config import PipelineConfig
from pipeline.fusion.errors import NoScoresError

__all__ = ["ServedScores", "served_scores"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServedScores:
    """The version that serves.

    Attributes:
        version: Its number.
        fusion: What its graph was made of, with the weights that it was pushed with.
        weights: That it serves with.
        rows: The file of rows that its run kept.
    """

    version: int
    fusion: FusionConfig
    weights: dict[str, float]
    rows: str


def served_scores(config: PipelineConfig) -> ServedScores:
    """Reads the newest version.

    Raises:
        NoScoresError: There is none, or it serves no scores.
        CorruptVersionError: What lies beside it is not what was pushed.
    """
    known = versions(config.serving_directory)
    if not known:
        raise NoScoresError(
            f"`push.directory` must hold a version whose weights can be told, {config.serving_directory} holds none: "
            "run the pipeline first."
        )
    folder = os.path.join(config.serving_directory, str(known[-1]))
    try:
        fusion = read_declaration(folder)
        if fusion is None:
            raise NoScoresError(
                f"Version {known[-1]} in {config.serving_directory} serves no score: declare `fusion`, and run the "
                "pipeline."
            )
        weights = read_weights(folder)
    except (ConfigError, OSError) as error:
        raise CorruptVersionError(
            f"What lies beside version {known[-1]} is not what was pushed: {error} Put another version back: evenkeel "
            "rollback CONFIG --to VERSION."
        ) from error
    return ServedScores(version=known[-1], fusion=fusion, weights=weights, rows=os.path.join(folder, KEPT_ROWS))
