"""The golden batch: a few rows with what the trained model said of them."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Final

import numpy as np

__all__ = ["GOLDEN_FILE", "GOLDEN_FILES_KEY", "Golden"]

GOLDEN_FILE: Final = "golden.json"  # In the Trainer's model_run.
GOLDEN_FILES_KEY: Final = "golden_files"  # What the Trainer is told in `custom_config`: patterns of raw examples.


@dataclasses.dataclass(frozen=True, kw_only=True)
class Golden:
    """Rows and predictions.

    Attributes:
        rows: Serialized tf.Examples of raw columns.
        predictions: By served output, `[rows]` or `[rows, any]`.
        relative: Those whose differences count as a share of their size, since they are no probabilities.
        tolerance: The largest difference that the number format of the training explains.
    """

    rows: tuple[bytes, ...]
    predictions: dict[str, np.ndarray]
    relative: tuple[str, ...]
    tolerance: float

    def first(self, num_rows: int) -> Golden:
        """The same of the first rows, which are a choice by chance too."""
        predictions = {name: values[:num_rows] for name, values in self.predictions.items()}
        return dataclasses.replace(self, rows=self.rows[:num_rows], predictions=predictions)

    def to_json(self) -> str:
        """Rows in base64; numbers survive to the last bit."""
        plain = {
            "rows": [base64.b64encode(row).decode() for row in self.rows],
            "predictions": {name: values.astype(np.float64).tolist() for name, values in self.predictions.items()},
            "relative": list(self.relative),
            "tolerance": self.tolerance,
        }
        return json.dumps(plain) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Golden:
        """Reads what `to_json` wrote."""
        plain = json.loads(text)
        return cls(
            rows=tuple(base64.b64decode(row) for row in plain["rows"]),
            predictions={name: np.asarray(values, np.float64) for name, values in plain["predictions"].items()},
            relative=tuple(plain["relative"]),
            tolerance=plain["tolerance"],
        )
