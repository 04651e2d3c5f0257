"""TFMA's metrics of two models, with and without its confidence intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

import models  # noqa: F401  # Picks Keras 2 before TensorFlow is imported.

__all__ = ["METHODS", "evaluate"]

METHODS: Final[Mapping[str, str | None]] = {
    "TFMA, values alone": None,
    "TFMA, jackknife": "JACKKNIFE",
    "TFMA, Poisson bootstrap": "POISSON_BOOTSTRAP",
}

_METRICS: Final = ("AUC", "BinaryCrossEntropy", "Calibration")
_BATCH_ROWS: Final = 1000


def evaluate(labels: np.ndarray, scores: np.ndarray, method: str | None) -> None:
    """Evaluates one task in Beam's in-process runner.

    Args:
        labels: `[rows]`.
        scores: `[2, rows]`.
        method: Of TFMA's confidence intervals; None for values without.
    """
    import apache_beam as beam
    import tfx.v1  # noqa: F401  # Stands in for what TFMA misses on Python 3.11.

    import tensorflow_model_analysis as tfma  # isort: skip

    config = _config(tfma, method)
    extractors, evaluators = (make(eval_config=config) for make in (tfma.default_extractors, tfma.default_evaluators))
    table = pa.table({"label": labels, "candidate": scores[0], "baseline": scores[1]})
    batches = [_as_lists(batch) for batch in table.to_batches(_BATCH_ROWS)]
    with beam.Pipeline(runner="FnApiRunner") as pipeline:
        (
            pipeline
            | beam.Create(batches)
            | tfma.BatchedInputsToExtracts()
            | tfma.ExtractAndEvaluate(extractors=extractors, evaluators=evaluators)
        )


def _as_lists(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Each value in a list of its own, as TFMA reads examples."""
    offsets = pa.array(np.arange(len(batch) + 1), pa.int32())
    columns = [pa.ListArray.from_arrays(offsets, column.cast(pa.float32())) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _config(tfma: Any, method: str | None) -> Any:  # TFMA carries no types.
    from google.protobuf import text_format

    intervals = f"compute_confidence_intervals {{ value: true }} confidence_intervals {{ method: {method} }}"
    metrics = " ".join(f'metrics {{ class_name: "{name}" }}' for name in _METRICS)
    text = f"""
        model_specs {{ name: "candidate" label_key: "label" prediction_key: "candidate" }}
        model_specs {{ name: "baseline" label_key: "label" prediction_key: "baseline" is_baseline: true }}
        metrics_specs {{ {metrics} }}
        options {{ {"" if method is None else intervals} }}
    """
    return text_format.Parse(text, tfma.EvalConfig())
