"""Models that take columns by name."""

import numpy as np
import pyarrow as pa
import pytest

from components.evaluator.errors import UnusableModelError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import tensorflow as tf

    from pipeline.compare.model import open_compared

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, name="device"),
            tf.TensorSpec([None, 1], tf.int64, name="hour"),
            tf.TensorSpec([None], tf.float32, name="price"),
        ]
    )
    def serve(device, hour, price):
        is_app = tf.cast(device == "app", tf.float32)
        return {"click": is_app + tf.cast(hour[:, 0], tf.float32), "price": price[:, None], "device": device}

    folder = str(tmp_path_factory.mktemp("named"))
    tf.saved_model.save(tf.Module(), folder, signatures={"serving_default": serve})
    return open_compared("A", folder, ["device"])


def rows_of(**cells):
    from pipeline.compare.rows import Rows

    return Rows([b"", b""], cells, {})


def test_cells_come_as_the_signature_asks_for_them(model):
    found = model.scores(rows_of(device=pa.array([b"app", None]), hour=pa.array([b"2", b"3"])))
    assert set(found) == {"click", "price"}  # Text is no score.
    np.testing.assert_array_equal(found["click"], [3, 3])
    np.testing.assert_array_equal(found["price"], [[np.nan], [np.nan]])  # A feature that no record has.


def test_whole_numbers_cannot_be_missing(model):
    with pytest.raises(UnusableModelError, match=r"^`A`, .*, takes hour as int64, .* and 1 row\(s\) miss it: fill"):
        model.scores(rows_of(device=pa.array([b"app", b"web"]), hour=pa.array([b"2", None])))


def test_a_column_that_the_configuration_does_not_keep_is_not_asked_for_as_missing(tmp_path):
    import tensorflow as tf

    from pipeline.compare.model import open_compared

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def serve(examples):
        cities = tf.io.parse_example(examples, {"city": tf.io.RaggedFeature(tf.string)})["city"]
        return {"click": tf.cast(cities.row_lengths(), tf.float32)}

    tf.saved_model.save(tf.Module(), str(tmp_path), signatures={"serving_default": serve})
    with pytest.raises(UnusableModelError, match=r"^`B`, .*, must read columns that CONFIG keeps, but reads city too"):
        open_compared("B", str(tmp_path), ["device"])
    assert open_compared("B", str(tmp_path), ["city", "device"]).examples == "examples"
