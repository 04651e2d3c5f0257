"""What TF Serving runs before a version serves is real rows, to every signature there is."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components.trainer.warmup import WARMUP_FILE, write_warmup
from models.expression import ColumnType

pytestmark = pytest.mark.slow

COLUMNS = {"city": ColumnType.STRING, "price": ColumnType.NUMBER}


def example(city, price):
    features = tf.train.Features()
    if city is not None:
        features.feature["city"].bytes_list.value.extend([city.encode(), b"a second value"])
    features.feature["price"].float_list.value.extend([] if price is None else [price])
    return tf.train.Example(features=features).SerializeToString()


ROWS = [example("rome", 0.5), example(None, None), *(example("oslo", float(i)) for i in range(98))]


def requests(folder):
    logs = tf.data.TFRecordDataset(str(folder / WARMUP_FILE)).as_numpy_iterator()
    return [prediction_log_pb2.PredictionLog.FromString(log).predict_log.request for log in logs]


def test_each_signature_is_asked_of_one_row_and_of_several(tmp_path):
    write_warmup(str(tmp_path), ROWS, columns=COLUMNS, user=["city"])
    found = [
        (request.model_spec.signature_name, {name: len(tf.make_ndarray(it)) for name, it in request.inputs.items()})
        for request in requests(tmp_path)
    ]
    assert found == [
        (signature, sizes)
        for several in (1, 32)
        for signature, sizes in (
            ("serving_default", {"examples": several}),
            ("predict_columns", {"city": several, "price": several}),
            ("predict_candidates", {"city": 1, "price": several}),
        )
    ]


def test_values_are_the_rows_own_and_what_they_lack_is_missing(tmp_path):
    write_warmup(str(tmp_path), ROWS[:2], columns=COLUMNS, user=[])
    *_, examples, columns = requests(tmp_path)
    assert tf.make_ndarray(examples.inputs["examples"]).tolist() == ROWS[:2]
    assert tf.make_ndarray(columns.inputs["city"]).tolist() == [b"rome", b""]
    np.testing.assert_array_equal(tf.make_ndarray(columns.inputs["price"]), np.float32([0.5, np.nan]))
    assert {request.model_spec.signature_name for request in requests(tmp_path)} == {
        "serving_default",
        "predict_columns",
    }


def test_without_rows_nothing_is_asked(tmp_path):
    write_warmup(str(tmp_path), [], columns=COLUMNS, user=[])
    assert list(tmp_path.iterdir()) == []
