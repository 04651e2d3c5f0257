"""The whole node, on real Transform output: trained, recorded, exported."""

import dataclasses
import pathlib
import types

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components.parity.answers import Answers
from components.parity.compare import compare
from components.parity.config import MOST_ROWS
from components.parity.golden import GOLDEN_FILE, GOLDEN_FILES_KEY, Golden
from components.trainer import run
from components.trainer.errors import CheckpointsInUseError
from components.trainer.plan import PLAN_KEY, InputPlan, TrainerPlan
from components.trainer.record import read_record
from components.trainer.run import run_fn
from components.trainer.warmup import WARMUP_FILE
from models.expression import ColumnType
from models.inputs import Combiner
from models.tasks import TaskGraph

pytestmark = pytest.mark.slow

CITIES, TAGS, NUM_ROWS = [f"c{number}" for number in range(6)], "abc", 300
INPUTS = (
    InputPlan(name="city", dim=4, table="city", fixed_ids=2, vocabulary="cities"),
    InputPlan(name="tags", dim=4, table="tags", fixed_ids=1, vocabulary="tags_seen", combiner=Combiner.MEAN),
    InputPlan(name="price", dim=0),
)


def preprocessing_fn(inputs):
    import tensorflow_transform as tft

    def dense(name, missing):
        column = tf.SparseTensor(inputs[name].indices, inputs[name].values, [inputs[name].dense_shape[0], 1])
        return tf.sparse.to_dense(column, missing)[:, 0]

    price = dense("price", float("nan"))
    tags = tf.strings.split(dense("tag list", ""), "|")
    tags = tf.ragged.boolean_mask(tags, tags != "")
    words = tft.vocabulary(tags.flat_values, vocab_filename="tags_seen")
    return {
        "city": 1 + tft.compute_and_apply_vocabulary(dense("city", ""), num_oov_buckets=1, vocab_filename="cities"),
        "tags": tags.with_flat_values(1 + tft.apply_vocabulary(tags.flat_values, words, default_value=-1)).to_sparse(),
        "price": tf.where(tf.math.is_nan(price), 0.0, price - tft.mean(tf.boolean_mask(price, price == price))),
    } | {name: inputs[name] for name in inputs if "/" in name}


def raw_rows(columns, rows):
    rng = np.random.default_rng(0)
    for _ in range(rows):
        city = int(rng.integers(6))
        click = float(rng.random() < (city + 1) / 8)
        row: dict = {"city": [CITIES[city]], "tag list": ["|".join(TAGS[: rng.integers(4)])], "price": [rng.normal()]}
        yield row | {name: 1.0 if name.startswith(("known", "weight")) else click for name in columns}


@pytest.fixture
def fn_args(tmp_path, plan):
    """What TFX passes: transformed examples, the Transform graph, folders to fill."""
    import apache_beam as beam
    import tensorflow_transform.beam as tft_beam
    from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils
    from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

    columns = TaskGraph(plan.tasks).columns
    strings, numbers = tf.io.VarLenFeature(tf.string), tf.io.VarLenFeature(tf.float32)
    spec = {"city": strings, "tag list": strings, "price": numbers}
    spec |= {name: tf.io.FixedLenFeature([], tf.float32) for name in columns}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    with beam.Pipeline("FnApiRunner") as pipeline, tft_beam.Context(temp_dir=str(tmp_path / "tmp")):
        rows = pipeline | beam.Create(list(raw_rows(columns, NUM_ROWS)))
        analyzed = tft_beam.AnalyzeAndTransformDataset(preprocessing_fn, output_record_batches=True)
        (output, _), function = (rows, metadata) | analyzed
        _ = function | tft_beam.WriteTransformFn(str(tmp_path / "transform"))
        _ = metadata | tft_beam.WriteMetadata(str(tmp_path / "transform" / "metadata"), pipeline)  # As TFX does.
        examples = output | beam.FlatMapTuple(lambda batch, _: RecordBatchToExamplesEncoder().encode(batch))
        _ = examples | beam.io.WriteToTFRecord(str(tmp_path / "rows"), file_name_suffix=".gz")
    own = dataclasses.replace(
        plan,
        inputs=INPUTS,
        segments={"home town": "city"},
        columns={"city": ColumnType.STRING, "tag list": ColumnType.STRING, "price": ColumnType.NUMBER},
        user=("city",),
    )
    (tmp_path / "run").mkdir()
    return types.SimpleNamespace(
        train_files=[str(tmp_path / "rows*")],
        eval_files=[str(tmp_path / "rows*")],
        transform_output=str(tmp_path / "transform"),
        serving_model_dir=str(tmp_path / "model" / "Format-Serving"),
        model_run_dir=str(tmp_path / "run"),
        custom_config={PLAN_KEY: own.to_json()},
        hyperparameters=None,
    )


def test_the_node_trains_records_exports_and_keeps_a_golden_batch(fn_args, tmp_path):
    with tf.io.TFRecordWriter(str(tmp_path / "raw-0"), "") as file:
        for row in raw_rows(["label/click"], NUM_ROWS):
            file.write(as_example(row))
    fn_args.custom_config |= {GOLDEN_FILES_KEY: [str(tmp_path / "raw-*")]}
    run_fn(fn_args)
    record = read_record(fn_args.model_run_dir)
    assert [interval.epoch for interval in record.intervals] == [1, 2]
    assert record.num_embedding_parameters == (6 + 2) * 4 + (3 + 1) * 4
    for gate in record.gates:
        assert {segment.value for segment in gate.segments} == set(CITIES)
        assert {segment.column for segment in gate.segments} == {"home town"}
    assert not list(pathlib.Path(TrainerPlan.from_json(fn_args.custom_config[PLAN_KEY]).checkpoint_root).glob("*"))

    loaded = tf.saved_model.load(fn_args.serving_model_dir)
    raw = list(raw_rows(["label/click"], NUM_ROWS))
    answers = loaded.signatures["serving_default"](examples=tf.constant([as_example(row) for row in raw]))
    assert set(answers) == {"click", "buy", "click_and_buy"}
    # Its log loss, from raw rows, is the trainer's own of the chosen epoch, from transformed ones.
    label = np.array([row["label/click"] for row in raw])
    click = np.asarray(answers["click"], np.float64)
    log_loss = -np.mean(label * np.log(click) + (1 - label) * np.log(1 - click))
    assert log_loss == pytest.approx(record.intervals[record.selected_epoch - 1].watched["click_loss"], abs=1e-6)
    golden = Golden.from_json((tmp_path / "run" / GOLDEN_FILE).read_text())
    assert len(set(golden.rows)) == MOST_ROWS and set(golden.rows) <= {as_example(row) for row in raw}
    again = loaded.signatures["serving_default"](examples=tf.constant(golden.rows))
    assert compare(golden, Answers({"signature": {name: values.numpy() for name, values in again.items()}})).agrees
    assert (golden.relative, golden.tolerance) == ((), 1e-5)
    assert set(golden.predictions) == set(answers)

    warmup = tf.data.TFRecordDataset(f"{fn_args.serving_model_dir}/{WARMUP_FILE}").as_numpy_iterator()
    logs = [prediction_log_pb2.PredictionLog.FromString(log) for log in warmup]
    assert {log.predict_log.request.model_spec.signature_name for log in logs} == set(loaded.signatures)
    assert set(loaded.signatures) == {"predict_candidates", "predict_columns", "serving_default"}
    assert logs[0].predict_log.request.inputs["examples"].string_val[:] == [golden.rows[0]]

    strange = {"city": ["never seen"], "tag list": ["z|a"], "price": []}
    odd = loaded.signatures["serving_default"](examples=tf.constant([as_example(strange), b""]))
    assert all(np.isfinite(values.numpy()).all() for values in odd.values())


def test_a_second_node_on_the_same_rows_is_turned_away_until_the_first_has_exported(fn_args, monkeypatch):
    stages = []

    def meanwhile(stage):
        go_on = getattr(run, stage)

        def staged(*arguments, **options):
            stages.append(stage)
            with pytest.raises(CheckpointsInUseError, match="Wait for that run to end"):
                run_fn(fn_args)
            return go_on(*arguments, **options)

        monkeypatch.setattr(run, stage, staged)

    for stage in ("train", "export", "remove_checkpoints"):
        meanwhile(stage)
    run_fn(fn_args)
    assert stages == ["train", "export", "remove_checkpoints"]


def as_example(row):
    features = tf.train.Features()
    for name, values in row.items():
        if "/" in name:
            continue
        if values and isinstance(values[0], str):
            features.feature[name].bytes_list.value.extend(value.encode() for value in values)
        else:
            features.feature[name].float_list.value.extend(values)
    return tf.train.Example(features=features).SerializeToString()
