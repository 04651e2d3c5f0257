"""What fusion adds to a served call, and how long it takes to set weights of what serves.

python -m benchmarks.fusion_cost [--rounds 200] [--kept-rows 1000000] [--processor]

One model is exported as the Trainer does, without scores and with them, and each is asked for 1,000 candidates of one
user through the session loader, which is TF Serving's way; rounds alternate, so that a busy machine slows all alike.
Weights are set by the command, a process of its own, on a version of 200 MB that has kept so many rows of 100 a user.
"""

from __future__ import annotations

import argparse
import functools
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

from benchmarks.serving_latency import SPEC, Vocabularies, draw_rows, ple_model
from benchmarks.steps import interleaved_medians
from components.fusion.rows_file import ROWS_FILE
from components.pusher.publish import publish_version
from components.trainer.export import PREDICT_COLUMNS, export
from models.expression import ColumnType
from models.fusion import FusionColumn, FusionConfig, PowerProduct, Segment, WeightedSum, weights_text
from models.fusion.beside import write_declaration
from models.fusion.weights import FILE
from models.model import MultiTaskModel
from pipeline.config import load_config
from pipeline.config.push import push_policy
from pipeline.serving.server.model import ServedModel

__all__ = ["main", "set_seconds", "time_calls"]

CANDIDATES: Final = 1_000

_PRODUCT: Final = PowerProduct(weights={"click": 1.0, "buy": 0.5, "like": 0.3, "price": 0.2})
_PRICE: Final = {"price": FusionColumn(missing=1.0)}
_ONE: Final = FusionConfig(formulas={"main": _PRODUCT}, served="main", columns=_PRICE)
_MANY: Final = FusionConfig(
    formulas={"main": _PRODUCT, "other": WeightedSum(weights={"click": 1.0, "click_and_buy": 9.0})},
    served="main",
    columns=_PRICE,
    segment=Segment(column="user_0", weights={"value 1": {"main": {"click": 2.0}}}),
)
_ROWS_OF_A_USER: Final = 100
_MODEL_BYTES: Final = 200 * 2**20
_SHOP: Final = """\
name: shop
data: {{format: csv, path: "{folder}/rows.csv", split: {{by: hash, eval_share: 0.2, columns: [user]}}}}
features: {{item: {{kind: categorical, top_k: 100, dim: 4}}}}
tasks:
  - {{name: click, kind: binary, label: clicked}}
  - {{name: buy, kind: binary, label: bought, given: click, product: ctcvr}}
model: {{architecture: shared_bottom, tower: [8]}}
training: {{epochs: 1}}
evaluation: {{user: user, cluster: user}}
fusion:
  served: main
  label: ctcvr
  formulas: {{main: {{kind: power_product, weights: {{click: 1, buy: 1, price: 0.1}}}}}}
  columns: {{price: {{missing: 1}}}}
gate:
  rules:
    - {{output: score, metric: auc, margin: 0.01}}
    - {{output: score, metric: gauc, margin: 0.01}}
push: {{directory: "{folder}/served"}}
"""


def time_calls(
    folder: pathlib.Path, *, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Median seconds of a call without scores, with one formula, and with two of which one has segments."""
    model, rows = ple_model(), draw_rows(CANDIDATES)
    price = np.random.default_rng(0).lognormal(2.0, 1.0, CANDIDATES).astype(np.float32)
    calls: dict[str, Callable[[], object]] = {}
    for name, fusion in (("none", None), ("one", _ONE), ("many", _MANY)):
        served = _exported(model, folder / name, fusion)
        inputs = rows if fusion is None else rows | {"price": price}
        calls[name] = functools.partial(served.run, served.signature(PREDICT_COLUMNS), inputs)
    return interleaved_medians(calls, rounds=rounds, warm_up=10, clock=clock)


def _exported(model: MultiTaskModel, folder: pathlib.Path, fusion: FusionConfig | None) -> ServedModel:
    kinds = {"price": ColumnType.NUMBER, "user_0": ColumnType.STRING}
    columns = dict.fromkeys(SPEC, ColumnType.STRING)
    read = {} if fusion is None else {name: kinds[name] for name in fusion.inputs}
    export(model, Vocabularies(), SPEC, columns=columns, folder=str(folder), fusion=fusion, fusion_columns=read)
    return ServedModel(folder, 1)


def set_seconds(folder: pathlib.Path, *, num_rows: int) -> tuple[float, float]:
    """How long `evenkeel fusion set` takes, from the shell and back, and for how much of it the processor works."""
    path = folder / "shop.yaml"
    path.write_text(_SHOP.format(folder=folder))
    config, model = load_config(str(path)), folder / "model"
    (model / "assets").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(os.urandom(_MODEL_BYTES))
    if config.fusion is None:
        raise ValueError("`_SHOP` must declare a fusion, got none.")
    (model / FILE).write_text(weights_text(config.fusion.declared))
    write_declaration(str(model), config.fusion)
    pq.write_table(pa.table(_kept_rows(num_rows)), model / "assets.extra" / ROWS_FILE)
    publish_version(str(model), config.serving_directory, now_s=1, policy=push_policy(config))
    program = [
        sys.executable,
        "-c",
        "from pipeline.cli import main; main()",
        "fusion",
        "set",
        str(path),
        "main.buy=1.01",
    ]
    start = time.perf_counter()
    subprocess.run(program, check=True, stdout=subprocess.DEVNULL)
    took_s, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took_s, used.ru_utime + used.ru_stime


def _kept_rows(num_rows: int) -> dict[str, Any]:
    draws = np.random.default_rng(0)
    click, buy = draws.beta(1, 4, num_rows), draws.beta(1, 4, num_rows)
    columns = {"candidate/click": click, "candidate/buy": buy, "known/ctcvr": np.ones(num_rows)}
    columns["label/ctcvr"] = draws.uniform(size=num_rows) < click * buy
    columns["column/price"] = draws.lognormal(2.0, 1.0, num_rows)
    users = draws.integers(max(num_rows // _ROWS_OF_A_USER, 1), size=num_rows).astype(np.uint64)
    return {name: values.astype(np.float32) for name, values in columns.items()} | {"id/user": users}


def main() -> None:
    """Prints the ratio of the calls, and the seconds of a change."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--kept-rows", type=int, default=1_000_000)
    parser.add_argument("--processor", action="store_true", help="Count what the process works, on one thread.")
    given = parser.parse_args()
    if given.processor:
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)
    with tempfile.TemporaryDirectory(prefix="fusion-cost-") as place:
        took_s = time_calls(
            pathlib.Path(place), rounds=given.rounds, clock=time.process_time if given.processor else time.perf_counter
        )
        print(
            f"{CANDIDATES} candidates in {took_s['none'] * 1e3:.2f} ms without scores; with one formula "
            f"{took_s['one'] / took_s['none']:.3f} x, with two, of which one has segments, "
            f"{took_s['many'] / took_s['none']:.3f} x"
        )
    with tempfile.TemporaryDirectory(prefix="fusion-cost-") as place:
        seconds, worked_s = set_seconds(pathlib.Path(place), num_rows=given.kept_rows)
        print(f"weights set in {seconds:.1f} s, of work {worked_s:.1f} s, judged on {given.kept_rows:,} rows")


if __name__ == "__main__":
    main()
