"""The head: probabilities, products of chains, means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf

from models.losses.chain import chain_logit
from models.tasks import Kind, Output

__all__ = ["output_scores", "predictions"]


def predictions(outputs: Sequence[Output], logits: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """What is served, by output: a probability, a product of a chain's probabilities, or a mean.

    A product is the product of the very numbers served beside it.

    Source: Ma et al., "Entire Space Multi-Task Model", SIGIR 2018, Eq. 1.

    Args:
        outputs: Of the task graph.
        logits: By task, `[batch]` float32.

    Returns:
        By output, `[batch]` float32.
    """
    served = {}
    for output in outputs:
        if output.kind is Kind.REGRESSION:
            served[output.name] = tf.identity(logits[output.task])
        else:
            probabilities = [tf.math.sigmoid(logits[task]) for task in output.chain]
            served[output.name] = tf.math.reduce_prod(tf.stack(probabilities), axis=0)
    return served


def output_scores(outputs: Sequence[Output], logits: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """By output, `[batch]` scores for metrics: log-odds for a binary one, which cannot saturate; means for others."""
    return {
        output.name: logits[output.task]
        if output.kind is Kind.REGRESSION
        else chain_logit([logits[task] for task in output.chain])
        for output in outputs
    }
