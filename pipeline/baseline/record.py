"""What a baseline came to, as JSON beside the report of the run whose rows it was judged on."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
from typing import Any, Final

from components.comparison.cell import Comparison
from components.comparison.stored import comparison_text, parse_comparison

__all__ = ["BaselineRecord", "Latency", "ServingCost", "read_baselines", "write_baseline"]

_FORMAT: Final = 1  # Changes with the fields below.
_ENDING: Final = ".baseline.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Latency:
    """Of one call for so many candidates.

    Attributes:
        candidates: How many.
        model_ms: Median of the multi-task model.
        ratio: The baseline's median over it.
    """

    candidates: int
    model_ms: float
    ratio: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServingCost:
    """What serving a baseline costs, beside the multi-task model.

    Attributes:
        parameters: Of the model, and of the baseline; embedding tables are among them.
        flops: Operations a row, likewise; a multiply-add of a matrix product counts as two.
        latency: Measured in one process, both in turn.
    """

    parameters: tuple[int, int]
    flops: tuple[int, int]
    latency: tuple[Latency, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class BaselineRecord:
    """One baseline on the rows of one run.

    Attributes:
        run_id: The run's.
        kind: "gbdt", "lambdamart" or "single_task".
        train_rows: It learnt from.
        digest: Tells these rows from others, see `RowStore`.
        seconds: Its training took.
        comparison: The run's model is the candidate, the baseline what it is compared with.
        notes: What was left out and why, a sentence each.
        cost: Of serving it; None where it is not served.
    """

    run_id: str
    kind: str
    train_rows: int
    digest: int
    seconds: float
    comparison: Comparison
    notes: tuple[str, ...] = ()
    cost: ServingCost | None = None


def write_baseline(record: BaselineRecord, folder: pathlib.Path) -> pathlib.Path:
    """Writes it in one step, in place of an earlier one of the same kind and run; returns its path."""
    plain: dict[str, Any] = {"format": _FORMAT}
    plain |= {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    plain["comparison"] = json.loads(comparison_text(record.comparison))
    plain["cost"] = None if record.cost is None else dataclasses.asdict(record.cost)
    os.makedirs(folder, exist_ok=True)
    path = folder / f"{record.run_id}.{record.kind}{_ENDING}"
    staged = path.with_name(f"{path.name}.part")
    staged.write_text(json.dumps(plain, allow_nan=False, indent=1) + "\n", encoding="utf-8")
    staged.replace(path)
    return path


def read_baselines(folder: pathlib.Path, run_id: str) -> tuple[BaselineRecord, ...]:
    """All of a run, by kind; one that another release wrote is left out: it can be made again."""
    paths = sorted(path for path in folder.glob(f"*{_ENDING}") if path.name.startswith(f"{run_id}."))
    plain = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return tuple(_read(own) for own in plain if own.pop("format", None) == _FORMAT)


def _read(plain: dict[str, Any]) -> BaselineRecord:
    cost = plain.pop("cost")
    return BaselineRecord(
        **{
            **plain,
            "comparison": parse_comparison(json.dumps(plain["comparison"])),
            "notes": tuple(plain["notes"]),
            "cost": None if cost is None else _read_cost(cost),
        }
    )


def _read_cost(plain: dict[str, Any]) -> ServingCost:
    return ServingCost(
        parameters=tuple(plain["parameters"]),
        flops=tuple(plain["flops"]),
        latency=tuple(Latency(**own) for own in plain["latency"]),
    )
