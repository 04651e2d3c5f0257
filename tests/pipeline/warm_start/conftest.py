"""A pipeline that has run for two days, the second time on what the first has pushed, and then for that day again."""

import csv
import dataclasses
import pathlib

import numpy as np
import pytest

from components.pusher.folder import versions
from pipeline.config import PipelineConfig, load_config

CONFIG = """\
name: daily
root: {folder}/runs
data:
  format: csv
  path: "{folder}/{{YYYY}}-{{MM}}-{{DD}}.csv"
  split: {{by: span}}
  window_days: 2
features:
  city: {{kind: categorical, top_k: 6, dim: 4}}
  hour: {{kind: categorical, hash_buckets: 10, dim: 4}}
  price: {{kind: numeric}}
tasks:
  - {{name: click, kind: binary, label: click}}
model:
  architecture: {{name: shared_bottom, expert: [4]}}
  tower: [4]
training:
  epochs: 1
  batch_size: 64
  look_every_steps: 0
  warm_start: {{unusable: stop}}
gate:
  inconclusive: pass_with_warning
  parity: {{process: same}}
  rules:
    - {{output: click, metric: auc, min: 0.5, margin: 0.4}}
push:
  directory: {folder}/served
"""

# From the most frequent on, which is their order in the vocabulary; the seventh is out of it.
CITIES = {
    1: ["rome", "oslo", "bern", "lima", "cork", "graz", "bonn"],
    2: ["lima", "rome", "york", "bern", "nice", "oslo", "bonn"],
    3: ["lima", "rome", "york", "bern", "nice", "oslo", "bonn"],
}


@dataclasses.dataclass(frozen=True)
class Daily:
    """What was run, on which days, and how long each node took; `pushed` is what was served after each run."""

    config: PipelineConfig
    folder: pathlib.Path
    run_ids: tuple[str, ...]
    seconds: tuple[dict[str, float], ...]
    pushed: tuple[tuple[int, ...], ...]


def write_day(folder, day):
    """Clicks that hang on the price, in cities of which each is seen more often than the next."""
    draws = np.random.default_rng(day)
    with open(folder / f"2026-01-{day:02d}.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["city", "hour", "price", "click"])
        for rank, city in enumerate(CITIES[day]):
            for _ in range(100 - 10 * rank):
                price = draws.normal()
                click = int(draws.random() < 1 / (1 + np.exp(-2 * price)))
                rows.writerow([city, f"h{draws.integers(24)}", f"{price:.6f}", click])


@pytest.fixture(scope="session")
def daily(tmp_path_factory) -> Daily:
    """The second day, the third from what that pushed without the first day's rows, and the third again."""
    from pipeline.local import new_run_id, run_locally

    folder = tmp_path_factory.mktemp("daily")
    (folder / "daily.yaml").write_text(CONFIG.format(folder=folder))
    for day in (1, 2):
        write_day(folder, day)
    run_ids, seconds, pushed = [], [], []
    for day in (2, 3, 3):
        config = load_config(str(folder / "daily.yaml"), [f"data.run_date=2026-01-{day:02d}"])
        run_ids.append(new_run_id())
        seconds.append(run_locally(config, run_id=run_ids[-1]).seconds)
        pushed.append(tuple(versions(config.serving_directory)))
        if day == 2:
            write_day(folder, 3)
            (folder / "2026-01-01.csv").unlink()
    return Daily(config, folder, tuple(run_ids), tuple(seconds), tuple(pushed))
