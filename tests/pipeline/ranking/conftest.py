"""A pipeline with a ranking head beside a probability, run on sessions whose rows lie mixed in several files."""

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from components.pusher.folder import versions
from pipeline.config import PipelineConfig, load_config

NUM_ROWS, NUM_SESSIONS, NUM_FILES = 2_400, 400, 3
CONFIG = """\
name: sessions
root: {folder}/runs
data:
  format: csv
  path: {folder}/rows-*.csv
  split: {{by: hash, eval_share: 0.3, columns: [session]}}
features:
  price: {{kind: numeric}}
  taste: {{kind: numeric}}
tasks:
  - {{name: click, kind: binary, label: click}}
  - name: order
    kind: {{name: ranking, list: session, loss: {{name: lambda_loss, at: 10}}}}
    prefer: buy > click > impression
model:
  architecture: {{name: mmoe, num_experts: 2, expert: [8]}}
  tower: [8]
balancing: pcgrad
training:
  epochs: 4
  batch_size: 64
  list_limit: 8
  dense_optimizer: {{name: adam, learning_rate: 0.01}}
evaluation: {{list: session, ndcg_at: 5}}
gate:
  inconclusive: pass_with_warning
  parity: {{process: same}}
  rules:
    - {{output: click, metric: auc, min: 0.5, margin: 0.4}}
    - {{output: order, metric: ndcg, min: 0.5, margin: 0.2}}
push:
  directory: {folder}/served
"""


@dataclasses.dataclass(frozen=True)
class Sessions:
    """A pipeline that has run, what was served then, and its rows by column."""

    folder: pathlib.Path
    config: PipelineConfig
    run_id: str
    pushed: tuple[int, ...]
    columns: dict[str, np.ndarray]


def rows_of_sessions(seed=0):
    """What is bought follows from taste and price; of one row in forty the session is not known."""
    draws = np.random.default_rng(seed)
    numbers = draws.integers(0, NUM_SESSIONS, NUM_ROWS)
    price, taste = draws.normal(size=[2, NUM_ROWS])
    click = draws.random(NUM_ROWS) < 1 / (1 + np.exp(0.5 - 1.5 * taste))
    buy = click & (draws.random(NUM_ROWS) < 1 / (1 + np.exp(1.5 * price)))
    session = np.where(draws.random(NUM_ROWS) < 1 / 40, "", np.char.add("s", numbers.astype(str)))
    return {"session": session, "price": price, "taste": taste, "click": click.astype(int), "buy": buy.astype(int)}


@pytest.fixture(scope="session")
def sessions(tmp_path_factory) -> Sessions:
    """The pipeline after one run."""
    from pipeline.local import new_run_id, run_locally

    folder, columns = tmp_path_factory.mktemp("sessions"), rows_of_sessions()
    for number in range(NUM_FILES):
        part = {name: column[number::NUM_FILES] for name, column in columns.items()}
        pa.csv.write_csv(pa.table(part), folder / f"rows-{number}.csv")
    path = folder / "sessions.yaml"
    path.write_text(CONFIG.format(folder=folder))
    config, run_id = load_config(str(path)), new_run_id()
    run_locally(config, run_id=run_id)
    return Sessions(folder, config, run_id, tuple(versions(config.serving_directory)), columns)


@pytest.fixture(scope="session")
def record(sessions):
    """What the run left, as reports read it."""
    return record_of(sessions.config, sessions.run_id)


@pytest.fixture(scope="session")
def worse(sessions):
    """What a second run left, whose model has not learnt the order, and which is compared with twins besides."""
    from pipeline.local import new_run_id, run_locally

    # Of a head that is not trained the seed decides whether it is of no use, or worse than that.
    spoiled = ["tasks.order.loss_weight=0", "training.seed=3", "twins.every=1"]
    config, run_id = load_config(str(sessions.folder / "sessions.yaml"), spoiled), new_run_id()
    run_locally(config, run_id=run_id)
    return record_of(config, run_id)


def record_of(config, run_id):
    from pipeline.report import read_run

    return read_run(
        config.metadata_file, run_id, pipeline=config.name, graph=config.graph, configuration="name: sessions\n"
    )
