"""All metrics of a task graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf

from models.losses.terms import known_label, known_weight
from models.metrics.total import TotalLoss
from models.tasks import TaskGraph, label_column

__all__ = ["Scoreboard"]


class Scoreboard:
    """Means of losses, each weighted by its sample space; AUC, accuracy, RMSE or coverage of outputs over theirs.

    Metrics of outputs are those of all impressions: a row that stands for others left out counts as often.

    A plain object, so that Keras does not count the metrics' state among a model's weights.

    Attributes:
        total: The declared objective.
        losses: By loss name.
        outputs: By output name; read in evaluation only. Of quantiles one a level.
    """

    def __init__(self, tasks: TaskGraph) -> None:
        self.total = TotalLoss([loss.loss_weight for loss in tasks.watched])
        self.losses = {
            loss.name: tf.keras.metrics.Mean(name=f"{loss.name}_loss", dtype="float32") for loss in tasks.watched
        }
        self.outputs = {output.name: output.kind.streaming(output.name) for output in tasks.outputs}

    @property
    def metrics(self) -> list[tf.keras.metrics.Metric]:
        """All of them, so that Keras resets them between epochs."""
        return [self.total, *self.losses.values(), *(metric for found in self.outputs.values() for metric in found)]

    def add_losses(self, sums: tf.Tensor, counts: tf.Tensor, regularisation: tf.Tensor) -> None:
        """Adds one batch: the `[watched]` that `loss_terms` returns, and a scalar."""
        self.total.update_state(sums, counts, regularisation)
        means = tf.unstack(tf.math.divide_no_nan(sums, counts))
        for metric, mean, count in zip(self.losses.values(), means, tf.unstack(counts), strict=True):
            metric.update_state(mean, sample_weight=count)

    def add_scores(self, scores: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor]) -> list[str]:
        """Adds one batch of `[batch]`, or of quantiles `[batch, levels]`, by output; returns those with a label."""
        labelled = [name for name, metrics in self.outputs.items() if metrics and label_column(name) in targets]
        for name in labelled:
            label, _ = known_label(name, targets)
            of_metrics = tf.unstack(tf.reshape(scores[name], [-1, len(self.outputs[name])]), axis=1)
            for metric, score in zip(self.outputs[name], of_metrics, strict=True):
                metric.update_state(label, score, sample_weight=known_weight(name, targets))
        return labelled

    def loss_results(self) -> dict[str, tf.Tensor]:
        """By metric name: the objective and the mean of each loss so far."""
        return {metric.name: metric.result() for metric in (self.total, *self.losses.values())}

    def output_results(self, outputs: Sequence[str]) -> dict[str, tf.Tensor]:
        """By metric name: AUC, accuracy, RMSE or the share below each quantile so far."""
        return {metric.name: metric.result() for name in outputs for metric in self.outputs[name]}
