"""A small world of rows with the scores of several models in them, and the Evaluator's pass over it."""

from __future__ import annotations

import dataclasses
import gzip
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from components.example_gen.tfrecord import framed
from models.heads import Binary, Multiclass, Ordinal, Quantile, Regression, ZeroInflatedLognormal
from models.tasks import Task, TaskGraph, known_column, label_column

NUM_ROWS = 1_500
GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="a"),
        Task(name="buy", kind=Binary(), label="b", given="click", product="click_and_buy"),
        Task(name="spend", kind=Regression(), label="c", given="buy"),
        Task(name="topic", kind=Multiclass(num_classes=3), label="d"),
        Task(name="dwell", kind=Quantile(), label="e"),
        Task(name="stars", kind=Ordinal(num_levels=5), label="f"),
        Task(name="worth", kind=ZeroInflatedLognormal(), label="g"),
    )
)
CLICK = TaskGraph((Task(name="click", kind=Binary(), label="a"),))
MODELS = ("candidate", "baseline", "anchor")

Columns = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class World:
    """Columns of the rows: `label/<output>`, `known/<output>`, `<model>/<output>`, and raw ones."""

    columns: Columns

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def with_columns(self, **changed: np.ndarray) -> World:
        """Names with `__` for `/`."""
        return World(self.columns | {name.replace("__", "/"): values for name, values in changed.items()})


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


@pytest.fixture(scope="session")
def world() -> World:
    """Users with several rows each; the device varies within users, and some rows have none."""
    rng = np.random.default_rng(11)
    user = rng.integers(0, 250, NUM_ROWS)
    logit = rng.normal(size=NUM_ROWS) + rng.normal(size=250)[user] - 0.5
    click = rng.random(NUM_ROWS) < sigmoid(logit)
    buy = click & (rng.random(NUM_ROWS) < sigmoid(logit - 0.5))
    columns: Columns = {
        "user": np.array([f"user {number}" for number in user], dtype=object),
        "device": rng.choice(np.array(["app", "web", ""], dtype=object), NUM_ROWS, p=[0.5, 0.4, 0.1]),
        "hour": rng.integers(0, 3, NUM_ROWS) * 8.0,
    }
    truth = {
        "click": (click, np.ones(NUM_ROWS)),
        "buy": (buy, click),
        "click_and_buy": (buy, np.ones(NUM_ROWS)),
        "spend": (np.where(buy, np.exp(1 + 0.3 * logit), 0.0), buy),
        "topic": (np.clip(np.round(logit + 1), 0, 2), np.ones(NUM_ROWS)),
        "dwell": (np.exp(logit), np.ones(NUM_ROWS)),
        "stars": (np.clip(np.round(logit + 2), 0, 4), np.ones(NUM_ROWS)),
        "worth": (np.where(buy, np.exp(1 + 0.3 * logit), 0.0), np.ones(NUM_ROWS)),
    }
    for output, (label, known) in truth.items():
        columns[label_column(output)] = np.asarray(label, np.float32)
        columns[known_column(output)] = np.asarray(known, np.float32)
    for model, noise in zip(MODELS, (0.5, 0.7, 1.5), strict=True):
        seen = logit + noise * rng.normal(size=NUM_ROWS)
        classes = np.exp(-np.square(seen[:, None] + 1 - np.arange(3)))
        scores = {
            "click": sigmoid(seen), "buy": sigmoid(seen - 0.5), "click_and_buy": sigmoid(seen) * sigmoid(seen - 0.5),
            "spend": np.exp(1 + 0.3 * seen), "dwell": np.exp(seen),
            "topic": classes / classes.sum(axis=1, keepdims=True), "stars": np.clip(seen + 2, 0, 4),
            "worth": sigmoid(seen) * sigmoid(seen - 0.5) * np.exp(1 + 0.3 * seen),
        }  # fmt: skip
        columns |= {f"{model}/{output}": np.asarray(values, np.float32) for output, values in scores.items()}
    return World(columns)


def write_examples(folder: pathlib.Path, world: World, cuts: Sequence[int] = ()) -> None:
    """Writes the split eval, in as many shards as there are pieces between `cuts`."""
    import tensorflow as tf

    def feature(values):
        if isinstance(values, str):
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=[values.encode()] if values else []))
        return tf.train.Feature(float_list=tf.train.FloatList(value=np.ravel(values).tolist()))

    split = folder / "Split-eval"
    split.mkdir(parents=True)
    pieces = np.split(np.arange(len(world["user"])), sorted(cuts))
    for shard, rows in enumerate(pieces):
        path = split / f"data_tfrecord-{shard:05d}-of-{len(pieces):05d}.gz"
        with gzip.open(path, "wb", compresslevel=1) as file:
            for row in rows:
                features = {name: feature(values[row]) for name, values in world.columns.items()}
                record = tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()
                file.write(framed(record))


def save_model(
    folder: pathlib.Path, model: str, widths: Mapping[str, int], *, needs: str | None = None, asks: str | None = None
) -> str:
    """Exports a model whose scores lie in the row, under the folder that TFX gives a model to serve.

    Args:
        folder: Of the artifact.
        model: Whose scores.
        widths: Numbers a row by output; 0 for one without an axis.
        needs: A further column without which no row can be scored.
        asks: A further column that a row may lack, as each column may that our own models read.
    """
    import tensorflow as tf

    spec = {f"{model}/{output}": tf.io.FixedLenFeature([width or 1], tf.float32) for output, width in widths.items()}
    if needs is not None:
        spec[needs] = tf.io.FixedLenFeature([1], tf.string)
    if asks is not None:
        spec[asks] = tf.io.RaggedFeature(tf.string)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(examples):
        parsed = tf.io.parse_example(examples, spec)
        found = {output: parsed[f"{model}/{output}"] for output in widths}
        return {output: values if widths[output] else values[:, 0] for output, values in found.items()}

    tf.saved_model.save(tf.Module(), str(folder / "Format-Serving"), signatures={"serving_default": serve})
    return str(folder)


ALL_OUTPUTS = {"click": 0, "buy": 0, "click_and_buy": 0, "spend": 0, "topic": 3, "dwell": 0, "stars": 0, "worth": 0}


@pytest.fixture(scope="session")
def saved(tmp_path_factory) -> dict[str, str]:
    """The folders of three models with all outputs, and of two of clicks alone."""
    folder = tmp_path_factory.mktemp("models")
    found = {model: save_model(folder / model, model, ALL_OUTPUTS) for model in MODELS}
    for model in MODELS[:2]:
        found[f"{model} of clicks"] = save_model(folder / f"{model}_clicks", model, {"click": 0})
    return found


def schema_of(world: World):
    from tensorflow_metadata.proto.v0 import schema_pb2

    schema = schema_pb2.Schema()
    for name, values in world.columns.items():
        kind = schema_pb2.BYTES if values.dtype == object else schema_pb2.FLOAT
        feature = schema.feature.add(name=name, type=kind)
        if name.startswith(("label/", "known/")):
            feature.presence.min_fraction = 1.0
            feature.shape.CopyFrom(schema_pb2.FixedShape())
        else:
            feature.value_count.CopyFrom(schema_pb2.ValueCount(min=1, max=1))
    return schema


@pytest.fixture(scope="session")
def evaluate(tmp_path_factory):
    """Runs the Evaluator's executor on models, folders or artifacts; returns the comparison and the figures."""

    def run(plan, world, models, *, cuts=(), args=("--runner=components.beam_runner.InProcessRunner",), empty=None):
        from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
        from tfx.types import artifact_utils, standard_artifacts

        from components.baseline.published import Published
        from components.comparison.stored import read_comparison
        from components.data_check.schema import SCHEMA_FILE, schema_text
        from components.evaluator.executor import Executor
        from components.evaluator.record import read_figures

        folder = tmp_path_factory.mktemp("evaluation")
        write_examples(folder / "examples", world, cuts)
        (folder / "schema").mkdir()
        (folder / "schema" / SCHEMA_FILE).write_text(schema_text(schema_of(world)))
        (folder / "evaluation").mkdir()
        artifacts = {
            "examples": standard_artifacts.Examples(),
            "schema": standard_artifacts.Schema(),
            "evaluation": standard_artifacts.ModelEvaluation(),
        }
        for key, artifact in artifacts.items():
            artifact.uri = str(folder / key)
        artifacts["examples"].split_names = artifact_utils.encode_split_names(["eval"])
        for name, value in (("file_format", "tfrecords_gzip"), ("payload_format", "FORMAT_TF_EXAMPLE")):
            artifacts["examples"].set_string_custom_property(name, value)
        inputs = {"examples": [artifacts["examples"]], "schema": [artifacts["schema"]]}
        for key, given in models.items():
            inputs[key] = [standard_artifacts.Model() if isinstance(given, str) else given]
            if isinstance(given, str):
                inputs[key][0].uri = given
        for key, properties in (empty or {}).items():
            inputs[key] = [standard_artifacts.Model()]
            Published(is_empty=True, **properties).write(inputs[key][0])
        options = ["--beam_plugin=tfx", "--sdk_container_image=none", *args]
        context = BaseBeamExecutor.Context(beam_pipeline_args=options, tmp_dir=str(folder / "tmp"), unique_id="1")
        Executor(context).Do(inputs, {"evaluation": [artifacts["evaluation"]]}, {"plan": plan.to_json()})
        uri = artifacts["evaluation"].uri
        return read_comparison(uri), read_figures(uri)

    return run
