"""From TFMA's extracts of a batch to the rows of every output."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import tensorflow_model_analysis as tfma

from components.comparison.kinds import Kind
from components.comparison.rows import Membership, Rows
from components.evaluator.grouping import clusters, memberships
from components.evaluator.lineup import Lineup
from components.evaluator.plan import EvaluatorPlan
from models.fusion.spread import between_0_and_1

__all__ = ["join", "losses_and_hits", "rows_of", "take", "without_clusters"]

SMALLEST_PROBABILITY: Final = 1e-7  # Keras's, so that log losses agree with the training's.

SUM_TOLERANCE: Final = 1e-2  # Of float16 and bfloat16 models, whose probabilities add up to 1 within that.

_Extracts = Mapping[str, Any]  # TFMA's: nested dicts of arrays.


def rows_of(extracts: _Extracts, plan: EvaluatorPlan, lineups: Mapping[str, Lineup]) -> Iterator[tuple[str, Rows]]:
    """The rows of each output; `known` is the weight, above 1 where a row stands for others that were left out."""
    features = extracts[tfma.FEATURES_KEY]
    num_rows = len(extracts[tfma.INPUT_KEY])
    slices = memberships(features, plan.slices, num_rows)
    own = None if plan.cluster is None else clusters(features, plan.cluster, extracts[tfma.INPUT_KEY])
    for output, lineup in lineups.items():
        labels = np.asarray(extracts[tfma.LABELS_KEY][output], np.float64).reshape(-1)
        known = np.asarray(extracts[tfma.EXAMPLE_WEIGHTS_KEY][output], np.float64).reshape(-1)
        predictions = [extracts[tfma.PREDICTIONS_KEY][model][output] for model in lineup.models]
        hits = None
        if lineup.plan.kind is Kind.CLASSES:
            scores, hits = losses_and_hits(labels, predictions)
        else:
            scores = np.stack([np.asarray(given, np.float64).reshape(num_rows) for given in predictions])
            if plan.fusion is not None and output in plan.fusion.judged:
                scores = between_0_and_1(scores)
        yield output, Rows(labels=labels, scores=scores, hits=hits, clusters=own, slices=slices, known=known)


def losses_and_hits(labels: np.ndarray, predictions: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """`[models, rows]` losses, NaN where predictions or labels are none, and whether the first guess is right.

    Args:
        labels: `[rows]` classes.
        predictions: By model, `[rows, classes]` probabilities that add up to 1.
    """
    losses, hits = [], []
    classes = labels.astype(np.int64)
    for given in predictions:
        probabilities = np.asarray(given, np.float64)
        is_class = (classes >= 0) & (classes < probabilities.shape[1]) & (classes == labels)
        own = probabilities[np.arange(len(classes)), np.where(is_class, classes, 0)]
        is_sound = is_class & _are_probabilities(probabilities)
        losses.append(np.where(is_sound, -np.log(np.clip(own, SMALLEST_PROBABILITY, 1.0)), np.nan))
        hits.append(is_sound & (np.argmax(probabilities, axis=1) == classes))
    return np.stack(losses), np.stack(hits).astype(np.float64)


def _are_probabilities(scores: np.ndarray) -> np.ndarray:
    """By row; logits are none, whose loss could come out as 0."""
    with np.errstate(invalid="ignore"):
        return ((scores >= 0) & (scores <= 1)).all(axis=1) & (np.abs(scores.sum(axis=1) - 1) < SUM_TOLERANCE)


def take(rows: Rows, places: np.ndarray) -> Rows:
    """The rows at `places`, or where they are true."""
    return Rows(
        labels=rows.labels[places],
        scores=rows.scores[:, places],
        hits=None if rows.hits is None else rows.hits[:, places],
        clusters=None if rows.clusters is None else rows.clusters[places],
        slices=[dataclasses.replace(found, codes=found.codes[places]) for found in rows.slices],
        known=None if rows.known is None else rows.known[places],
    )


def without_clusters(rows: Rows) -> Rows:
    """The same rows, independent of each other."""
    return dataclasses.replace(rows, clusters=None)


def join(pieces: Sequence[Rows]) -> Rows:
    """All rows of at least one piece, in their order."""
    first = pieces[0]

    def joined(field: str) -> Any:
        if getattr(first, field) is None:
            return None
        return np.concatenate([getattr(piece, field) for piece in pieces], axis=-1)

    return Rows(
        labels=joined("labels"),
        scores=joined("scores"),
        hits=joined("hits"),
        clusters=joined("clusters"),
        slices=[_join_slices([piece.slices[place] for piece in pieces]) for place in range(len(first.slices))],
        known=joined("known"),
    )


def _join_slices(pieces: Sequence[Membership]) -> Membership:
    names = {name: None for piece in pieces for name in piece.names}
    places = {name: place for place, name in enumerate(names)}
    codes = [np.array([*(places[name] for name in piece.names), -1], np.int64)[piece.codes] for piece in pieces]
    return Membership(tuple(names), np.concatenate(codes))
