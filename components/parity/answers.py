"""What an exported model answered to the golden rows, by every way in which it was asked."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np

__all__ = ["Answers"]


@dataclasses.dataclass
class Answers:
    """Answers by route, such as "signature" or "gRPC, one by one".

    Attributes:
        by_route: By route and output, `[rows, ...]` numbers in the order of the golden rows.
        failed: By route, why there are none.
        server: What served: "tensorflow_model_server" or "embedded"; empty where none did.
    """

    by_route: dict[str, dict[str, np.ndarray]] = dataclasses.field(default_factory=dict)
    failed: dict[str, str] = dataclasses.field(default_factory=dict)
    server: str = ""

    def to_json(self) -> str:
        """For another process to read; what is not finite stays so."""
        listed = {
            route: {name: values.astype(np.float64).tolist() for name, values in outputs.items()}
            for route, outputs in self.by_route.items()
        }
        return json.dumps({"by_route": listed, "failed": self.failed, "server": self.server})

    @classmethod
    def from_json(cls, text: str) -> Answers:
        """Reads what `to_json` wrote."""
        plain: dict[str, Any] = json.loads(text)  # Any: parsed JSON.
        by_route = {
            route: {name: np.asarray(values, np.float64) for name, values in outputs.items()}
            for route, outputs in plain["by_route"].items()
        }
        return cls(by_route, plain["failed"], plain["server"])
