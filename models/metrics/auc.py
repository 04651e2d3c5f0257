"""AUC of log-odds."""

from __future__ import annotations

from typing import Any, final

import tensorflow as tf
from typing_extensions import override

__all__ = ["LogitAUC"]

_NUM_THRESHOLDS = 2001
_LOGIT_LIMIT = 20.0  # Log-odds beyond +-20 are one in 5e8; they tie.


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class LogitAUC(tf.keras.metrics.AUC):
    """Area under the ROC curve with thresholds even in log-odds, 0.02 apart.

    Even in probability, rare events would all fall between two thresholds. NaN where only one class has been seen,
    since it is not defined there.
    """

    def __init__(self, name: str, dtype: str = "float32") -> None:
        super().__init__(num_thresholds=_NUM_THRESHOLDS, name=name, dtype=dtype)

    @override
    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> Any:
        """Adds a batch; `y_pred` holds log-odds, `[batch]`."""
        even = tf.clip_by_value((y_pred + _LOGIT_LIMIT) / (2 * _LOGIT_LIMIT), 0.0, 1.0)
        return super().update_state(y_true, even, sample_weight)

    @override
    def result(self) -> tf.Tensor:
        """The area, or NaN."""
        has_both = (self.true_positives[0] > 0) & (self.false_positives[0] > 0)  # The first threshold is below all.
        return tf.where(has_both, super().result(), float("nan"))

    @override
    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}
