"""Declared features, through TensorFlow Transform itself."""

import numpy as np
import pytest

from models.tasks import LIST_COLUMN
from pipeline.config.features import CategoricalFeature, CrossFeature, MultivaluedFeature, NumericFeature, Scaling
from pipeline.config.inputs import input_plans
from pipeline.features import FEATURES_KEY, LIST_KEY, PASSED_KEY, features_to_json, preprocessing_fn
from pipeline.features import _raw_number as raw_number

pytestmark = pytest.mark.slow

FEATURES = {
    "item": CategoricalFeature(top_k=2, oov_buckets=1, table="thing"),
    "seen": CategoricalFeature(top_k=2, oov_buckets=1, table="thing"),
    "filled": CategoricalFeature(column="item", top_k=10, default="b"),
    "hashed": CategoricalFeature(column="item", hash_buckets=50),
    "number_as_category": CategoricalFeature(column="price", top_k=10),
    "tags": MultivaluedFeature(top_k=10),
    "price": NumericFeature(scaling=Scaling.ZSCORE),
    "logged": NumericFeature(column="price", scaling=Scaling.LOG),
    "plain": NumericFeature(column="price", scaling=Scaling.NONE, default=7.0),
    "bucket": NumericFeature(column="price", scaling=Scaling.BUCKETS, buckets=2),
    "place": NumericFeature(scaling=Scaling.ZSCORE),
    "place_bucket": NumericFeature(column="place", scaling=Scaling.BUCKETS, buckets=2),
    "pair": CrossFeature(of=("item", "seen"), hash_buckets=1_000),
}
ROWS = [
    {"item": ["a"], "seen": ["b"], "tags": ["x|y"], "price": [1.0], "label/t": [1.0], "place": [1.0], "visit": ["7"]},
    {"item": ["a"], "seen": ["b"], "tags": ["x"], "price": [2.0], "label/t": [0.0], "place": [2.0], "visit": ["7"]},
    {"item": ["c"], "seen": ["a"], "tags": [], "price": [3.0], "label/t": [0.0], "place": [3.0], "visit": ["16777217"]},
    {"item": [], "seen": ["a"], "tags": ["|z|"], "price": [], "label/t": [1.0], "place": [4.0], "visit": []},
]


@pytest.fixture(scope="module")
def transformed(tmp_path_factory):
    """The rows through preprocessing_fn, with ids as lists, and the vocabulary sizes."""
    import apache_beam as beam
    import tensorflow as tf
    import tensorflow_transform as tft
    import tensorflow_transform.beam as tft_beam
    from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

    strings, numbers = tf.io.VarLenFeature(tf.string), tf.io.VarLenFeature(tf.float32)
    spec = {"item": strings, "seen": strings, "tags": strings, "price": numbers, "label/t": numbers, "visit": strings}
    spec["place"] = numbers
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    folder = tmp_path_factory.mktemp("transform")
    config = {FEATURES_KEY: features_to_json(FEATURES), PASSED_KEY: ["label/t"], LIST_KEY: "visit"}
    results = []
    with beam.Pipeline("FnApiRunner") as pipeline, tft_beam.Context(temp_dir=str(folder / "tmp")):
        rows = pipeline | beam.Create(ROWS)
        (output, _), function = (rows, metadata) | tft_beam.AnalyzeAndTransformDataset(
            lambda inputs: preprocessing_fn(inputs, config)
        )
        _ = function | tft_beam.WriteTransformFn(str(folder / "out"))
        _ = (
            output
            | beam.combiners.ToList()
            | beam.Map(lambda found: (folder / "rows.npy").write_bytes(_pickled(found)))
        )
    import pickle

    results = pickle.loads((folder / "rows.npy").read_bytes())
    return results, tft.TFTransformOutput(str(folder / "out"))


def _pickled(rows):
    import pickle

    return pickle.dumps(rows)


def column(transformed, name):
    order = {(1.0, 1): 0, (2.0, 0): 1, (3.0, 0): 2}
    rows = sorted(transformed[0], key=lambda row: order.get((float(row["plain"]), int(row["label/t"])), 3))
    return [row[name] for row in rows]


def test_rows_of_one_list_have_one_id_and_a_row_without_one_has_minus_1(transformed):
    first, second, other, none = (int(number) for number in column(transformed, LIST_COLUMN))
    assert first == second >= 2**24  # A number that float32 would round: of two such lists it would make one.
    assert other >= 0
    assert other != first
    assert none == -1


def test_features_of_one_table_share_their_ids(transformed):
    # "a" and "b" come four and two times over both columns; "c" once, outside the two kept.
    item, seen = column(transformed, "item"), column(transformed, "seen")
    a, b, other = item[0], seen[0], item[2]
    assert [*item, *seen] == [a, a, other, 0, b, b, a, a]
    assert sorted([a, b, other]) == [1, 2, 3]


def test_missing_has_an_id_of_its_own_unless_a_default_is_declared(transformed):
    assert column(transformed, "item")[3] == 0
    assert 0 not in column(transformed, "filled")
    assert column(transformed, "hashed")[3] == 0
    assert min(column(transformed, "hashed")[:3]) >= 1


def test_a_number_can_be_a_category(transformed):
    ids = column(transformed, "number_as_category")
    assert len(set(ids[:3])) == 3
    assert ids[3] == 0


def test_a_multivalued_cell_is_a_list_of_ids_without_empty_ones(transformed):
    tags = [list(ids) for ids in _lists(transformed, "tags")]
    assert [len(ids) for ids in tags] == [2, 1, 0, 1]
    assert tags[0][0] == tags[1][0]


def _lists(transformed, name):
    rows = column(transformed, "label/t")
    del rows
    for row in sorted(transformed[0], key=lambda row: (np.isclose(row["plain"], 7.0), row["plain"])):
        yield row[f"{name}$sparse_values"] if f"{name}$sparse_values" in row else row[name]


def test_numbers_are_scaled_by_the_known_ones_and_missing_is_their_mean(transformed):
    np.testing.assert_allclose(column(transformed, "price"), [-1.2247449, 0, 1.2247449, 0], atol=1e-5)
    logs = np.log1p([1, 2, 3])
    expected = [*((logs - logs.mean()) / logs.std()), 0]
    np.testing.assert_allclose(column(transformed, "logged"), expected, atol=1e-5)


def test_a_request_without_a_column_gets_all_features_that_do_not_read_it(transformed):
    import tensorflow as tf

    layer = transformed[1].transform_features_layer()
    found = layer({"price": tf.sparse.from_dense(tf.constant([[1.0], [3.0]]))})
    np.testing.assert_allclose(found["price"], [-(1.5**0.5), 1.5**0.5], rtol=1e-6)  # Of 1, 2 and 3.
    assert {"logged", "plain", "bucket", "number_as_category"} <= set(found)
    assert not {"place", "place_bucket", "item"} & set(found)


def test_a_declared_default_fills_a_missing_number(transformed):
    assert column(transformed, "plain") == [1, 2, 3, 7]


def test_buckets_part_the_known_numbers_and_missing_has_its_own(transformed):
    ids = column(transformed, "bucket")
    assert ids[3] == 0
    assert ids[0] < ids[2]
    assert set(ids[:3]) == {1, 2}


def test_a_cross_tells_combinations_apart_and_is_missing_if_a_part_is(transformed):
    pair = column(transformed, "pair")
    assert pair[0] == pair[1] != pair[2]
    assert pair[3] == 0


def test_ids_stay_below_what_the_plan_says(transformed):
    output = transformed[1]
    for plan in input_plans(FEATURES):
        if not plan.dim:
            continue
        size = plan.fixed_ids + (output.vocabulary_size_by_name(plan.vocabulary) if plan.vocabulary else 0)
        ids = np.concatenate([np.ravel(ids) for ids in _lists(transformed, plan.name)])
        assert ids.max(initial=0) < size, plan.name


def test_labels_pass_unchanged(transformed):
    assert column(transformed, "label/t") == [1, 0, 0, 1]


def test_a_logarithm_does_not_hang_on_a_rows_place_in_its_batch():
    # In float32 a batch's last rows, too few for a vector instruction, come out another digit.
    import tensorflow as tf

    logged = NumericFeature(scaling=Scaling.LOG)
    values = np.random.default_rng(0).gamma(2.0, 5.0, 1_000).astype(np.float32)
    together = raw_number(logged, tf.constant(values)).numpy()
    alone = [raw_number(logged, tf.constant(values[place : place + 1])).numpy()[0] for place in range(len(values))]
    np.testing.assert_array_equal(together, alone)
