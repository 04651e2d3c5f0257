"""The exported model: the trainer's own predictions, from raw columns, through the loader TF Serving uses."""

import numpy as np
import pytest
import tensorflow as tf

from components.evaluator.reads import parsed_columns
from components.trainer.build import build_model, model_input
from components.trainer.export import export
from models.expression import ColumnType

pytestmark = pytest.mark.slow

RAW_SPEC = {
    "home city": tf.io.VarLenFeature(tf.string),
    "tags": tf.io.VarLenFeature(tf.string),
    "price": tf.io.VarLenFeature(tf.float32),
    "clicked": tf.io.VarLenFeature(tf.float32),
}
COLUMNS = {"home city": ColumnType.STRING, "tags": ColumnType.STRING, "price": ColumnType.NUMBER}
ROWS = [
    {"home city": "c3", "tags": "1|7", "price": 0.5},
    {"home city": "never seen", "tags": "", "price": float("nan")},
    {"home city": "", "tags": "2", "price": -1.0},
]
OUTPUTS = {"click", "buy", "click_and_buy"}


class Transform(tf.Module):
    """Stands for Transform's layer: a vocabulary, a list, a number."""

    def __init__(self):
        super().__init__()
        names = tf.lookup.KeyValueTensorInitializer([f"c{i}" for i in range(18)], tf.range(18, dtype=tf.int64))
        self.table = tf.lookup.StaticHashTable(names, -1)

    def __call__(self, raw):
        assert "clicked" not in raw
        dense = {
            name: tf.sparse.to_dense(column, default_value="" if column.dtype == tf.string else float("nan"))[:, 0]
            for name, column in raw.items()
        }
        price = dense["price"]
        parts = tf.strings.split(dense["tags"], "|")
        return {
            "city": self.table.lookup(dense["home city"]) + 1,
            "tags": tf.strings.to_number(tf.ragged.boolean_mask(parts, parts != ""), tf.int64).to_sparse(),
            "price": tf.where(tf.math.is_nan(price), 0.0, price),
        }


@pytest.fixture
def model(plan):
    model = build_model(plan, tuple(model_input(column, {}) for column in plan.inputs))
    for weight in model.trainable_variables:  # Initial biases are zero, which would hide a lost one.
        weight.assign_add(tf.random.stateless_normal(weight.shape, [1, weight.shape.num_elements()], stddev=0.3))
    return model


@pytest.fixture
def served(model, tmp_path):
    """Asks a signature of the exported model through the session loader."""
    folder = str(tmp_path / "served")
    export(model, Transform(), RAW_SPEC, columns=COLUMNS, folder=folder, user=("home city",))
    session = tf.compat.v1.Session(graph=tf.Graph())
    loaded = tf.compat.v1.saved_model.load(session, ["serve"], folder)

    def ask(signature, **inputs):
        definition = loaded.signature_def[signature]
        feeds = {definition.inputs[name].name: values for name, values in inputs.items()}
        return session.run({name: tensor.name for name, tensor in definition.outputs.items()}, feeds)

    ask.definitions, ask.folder = loaded.signature_def, folder
    yield ask
    session.close()


def example(row):
    features = tf.train.Features()
    for name, value in row.items():
        if isinstance(value, str):
            features.feature[name].bytes_list.value.append(value.encode())
        else:
            features.feature[name].float_list.value.append(value)
    return tf.train.Example(features=features).SerializeToString()


def columns(rows):
    return {name: np.array([row[name] for row in rows], object if name != "price" else np.float32) for name in COLUMNS}


def expected(model):
    features = {
        "city": tf.constant([4, 0, 0], tf.int64),
        "tags": tf.ragged.constant([[1, 7], [], [2]], dtype=tf.int64),
        "price": tf.constant([0.5, 0.0, -1.0]),
    }
    return {name: values.numpy() for name, values in model(features, training=False).items()}


def assert_same(answers, wanted):
    assert set(answers) == set(wanted) == OUTPUTS
    for name in OUTPUTS:
        assert answers[name].dtype == np.float32
        np.testing.assert_allclose(answers[name], wanted[name], atol=1e-6)


def test_both_signatures_answer_as_the_trained_model(served, model):
    assert_same(served("predict_columns", **columns(ROWS)), expected(model))
    assert_same(served("serving_default", examples=[example(row) for row in ROWS]), expected(model))


def test_what_is_said_once_of_a_user_holds_for_every_candidate(served):
    of_one = [{**row, "home city": "c3"} for row in ROWS]
    once = columns(of_one) | {"home city": np.array(["c3"], object)}
    assert_same(served("predict_candidates", **once), served("predict_columns", **columns(of_one)))
    assert served("predict_candidates", **(columns([]) | {"home city": ["c3"]}))["click"].shape == (0,)


def test_without_columns_of_a_user_there_is_no_signature_for_candidates(model, tmp_path):
    export(model, Transform(), RAW_SPEC, columns=COLUMNS, folder=str(tmp_path / "plain"))
    assert set(tf.saved_model.load(str(tmp_path / "plain")).signatures) == {"predict_columns", "serving_default"}


def test_inputs_are_named_by_raw_columns_and_labels_are_absent(served):
    assert set(served.definitions["predict_columns"].inputs) == set(COLUMNS)
    sizes = {name: it.tensor_shape.dim[0].size for name, it in served.definitions["predict_candidates"].inputs.items()}
    assert sizes == {"home city": 1, "tags": -1, "price": -1}
    assert set(served.definitions["serving_default"].inputs) == {"examples"}


def test_what_it_reads_can_be_told_without_asking_it(served):
    loaded = tf.saved_model.load(served.folder)
    assert parsed_columns(loaded.signatures["serving_default"]) == set(COLUMNS)


def test_an_example_that_lacks_everything_scores_as_one_with_missing_values(served):
    bare = tf.train.Example()
    bare.features.feature["price"].float_list.SetInParent()  # There, but without a value.
    answers = served("serving_default", examples=[b"", bare.SerializeToString()])
    missing = served("predict_columns", **columns([{"home city": "", "tags": "", "price": float("nan")}] * 2))
    assert_same(answers, missing)
    assert all(np.isfinite(values).all() for values in answers.values())


def test_an_empty_batch_gets_an_empty_answer(served):
    assert served("predict_columns", **columns([]))["click"].shape == (0,)


def test_only_the_models_weights_are_written(served, model):
    written = tf.train.list_variables(f"{served.folder}/variables/variables")
    # Besides, for serving, the first kernels once more in another order.
    names = [(name, shape) for name, shape in written if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
    laid_out = [shape for name, shape in names if name.startswith("layout/")]
    assert [len(shape) for shape in laid_out] == [2]
    numbers = sum(int(np.prod(shape)) for name, shape in names if not name.startswith("layout/"))
    assert numbers == sum(weight.shape.num_elements() for weight in model.weights)
    assert model.optimizer.variables


def test_tensorflow_2_loads_it_too(served, model):
    loaded = tf.saved_model.load(served.folder)
    answers = loaded.signatures["serving_default"](examples=tf.constant([example(row) for row in ROWS]))
    assert_same({name: values.numpy() for name, values in answers.items()}, expected(model))


def test_what_is_remembered_for_training_alone_is_not_exported(plan, tmp_path):
    # The looks of a model of seven losses and forty layers would be 4 MB.
    model = build_model(plan, tuple(model_input(column, {}) for column in plan.inputs), num_steps=100)
    model.train_by(look_every=10)
    export(model, Transform(), RAW_SPEC, columns=COLUMNS, folder=str(tmp_path / "served"))
    variables = tf.train.list_variables(str(tmp_path / "served" / "variables" / "variables"))
    shapes = [shape for name, shape in variables if name.startswith("weights/")]
    remembered = [weight.shape.as_list() for weight in model.weights if weight.name.startswith("telemetry")]
    assert len(shapes) >= len(model.trainable_variables)
    assert remembered and not any(shape in remembered for shape in shapes)
