"""Declared features as TensorFlow Transform sees them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from models.binding import bind_or_raise, unbind
from models.tasks import LIST_COLUMN
from pipeline.config.features import (
    CategoricalFeature,
    CrossFeature,
    Feature,
    MultivaluedFeature,
    NumericFeature,
    Scaling,
)
from pipeline.config.inputs import vocabulary_name

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["FEATURES_KEY", "LIST_KEY", "PASSED_KEY", "features_to_json", "preprocessing_fn"]

FEATURES_KEY: Final = "features"
PASSED_KEY: Final = "passed"
LIST_KEY: Final = "list"

_MISSING_ID: Final = 0  # Ids of values start at 1.
_MANY: Final = 2**63 - 1
_QUANTILE_ERROR: Final = 0.01  # A boundary's rank is off by a hundredth of the rows at most.

_OfText = CategoricalFeature | MultivaluedFeature | CrossFeature


def features_to_json(features: Mapping[str, Feature]) -> str:
    """The text that `preprocessing_fn` reads from its `custom_config`."""
    return json.dumps({name: unbind(feature) for name, feature in features.items()}, sort_keys=True)


def preprocessing_fn(inputs: dict[str, Any], custom_config: Mapping[str, Any]) -> dict[str, Any]:
    """Transform's entry point.

    A missing string is "" and a missing number NaN on the way in, whether a tf.Example lacks it or a column holds it.

    Args:
        inputs: Raw columns, sparse or dense.
        custom_config: `FEATURES_KEY` holds what `features_to_json` wrote, `PASSED_KEY` the names of columns to pass on
            unchanged: labels, known-masks, weights. `LIST_KEY`, with ranking tasks, holds the raw column whose values
            tell lists apart.

    Returns:
        One tensor a feature: int64 ids, `[batch]`, 0 for missing; sparse int64 `[batch, values]` for a multi-valued
        feature; float32 `[batch]` for a number. And the passed columns, float32 `[batch]`, and `LIST_COLUMN`, int64
        `[batch]`: equal for rows of one list, -1 for none.
    """
    features = _features_from_json(custom_config[FEATURES_KEY])
    dense = {name: _dense(tensor) for name, tensor in inputs.items()}
    tables = _vocabularies(features, dense)
    outputs = {
        name: _transform(name, feature, dense, tables)
        for name, feature in features.items()
        if not isinstance(feature, NumericFeature)
    }
    outputs |= _numbers(features, dense)
    if LIST_KEY in custom_config:
        outputs[LIST_COLUMN] = _list_ids(dense[custom_config[LIST_KEY]])
    return outputs | {name: dense[name] for name in custom_config[PASSED_KEY]}


def _features_from_json(text: str) -> dict[str, Feature]:
    declared: dict[str, Any] = json.loads(text)
    return bind_or_raise(_Declared, {"features": declared}).features


@dataclasses.dataclass(frozen=True)
class _Declared:
    features: dict[str, Feature]


def _dense(tensor: Any) -> tf.Tensor:
    """`[batch]`, with "" and NaN where a value is missing."""
    import tensorflow as tf

    if isinstance(tensor, tf.SparseTensor):
        rows = tensor.dense_shape[0]
        first = tf.sparse.SparseTensor(tensor.indices, tensor.values, [rows, 1])
        default = "" if tensor.dtype == tf.string else float("nan")
        return tf.squeeze(tf.sparse.to_dense(first, default_value=tf.constant(default, tensor.dtype)), axis=1)
    return tf.reshape(tensor, [-1]) if tensor.shape.rank != 1 else tensor


def _text(tensor: tf.Tensor) -> tf.Tensor:
    """A column of numbers as categories: 3.0 is "3", NaN is missing."""
    import tensorflow as tf

    if tensor.dtype == tf.string:
        return tensor
    return tf.where(tf.math.is_nan(tensor), "", tf.strings.as_string(tensor, shortest=True))


def _values(name: str, feature: CategoricalFeature | MultivaluedFeature, dense: Mapping[str, tf.Tensor]) -> Any:
    """The feature's strings: `[batch]`, or ragged `[batch, (values)]`."""
    import tensorflow as tf

    text = _text(dense[feature.column or name])
    if feature.default is not None:
        text = tf.where(text == "", feature.default, text)
    if isinstance(feature, CategoricalFeature):
        return text
    parts = tf.strings.split(text, sep=feature.delimiter)
    return tf.ragged.boolean_mask(parts, parts != "")


def _vocabularies(features: Mapping[str, Feature], dense: Mapping[str, tf.Tensor]) -> dict[str, Any]:
    """One learned vocabulary a table, over the values of all its features."""
    import tensorflow as tf
    import tensorflow_transform as tft

    values: dict[str, list[tf.Tensor]] = {}
    sizes: dict[str, int] = {}
    for name, feature in features.items():
        if isinstance(feature, (CategoricalFeature, MultivaluedFeature)) and feature.top_k is not None:
            table = vocabulary_name(name, feature)
            found = _values(name, feature, dense)
            values.setdefault(table, []).append(found.flat_values if isinstance(found, tf.RaggedTensor) else found)
            sizes[table] = feature.top_k
    return {
        table: tft.vocabulary(tf.concat(parts, axis=0), top_k=sizes[table], vocab_filename=table)
        for table, parts in values.items()
    }


def _transform(name: str, feature: _OfText, dense: Mapping[str, tf.Tensor], tables: Mapping[str, Any]) -> Any:
    import tensorflow as tf

    if isinstance(feature, CrossFeature):
        return _cross(feature, dense)
    values = _values(name, feature, dense)
    if isinstance(feature, CategoricalFeature):
        return tf.where(values == "", tf.constant(_MISSING_ID, tf.int64), _ids(name, feature, values, tables))
    return values.with_flat_values(_ids(name, feature, values.flat_values, tables)).to_sparse()


def _ids(
    name: str, feature: CategoricalFeature | MultivaluedFeature, values: tf.Tensor, tables: Mapping[str, Any]
) -> tf.Tensor:
    import tensorflow as tf
    import tensorflow_transform as tft

    if feature.hash_buckets is not None:
        return 1 + tf.strings.to_hash_bucket_fast(values, feature.hash_buckets)
    vocabulary = tables[vocabulary_name(name, feature)]
    return 1 + tft.apply_vocabulary(values, vocabulary, num_oov_buckets=feature.oov_buckets)


def _cross(feature: CrossFeature, dense: Mapping[str, tf.Tensor]) -> tf.Tensor:
    import tensorflow as tf

    parts = [_text(dense[column]) for column in feature.of]
    # A separator no text holds keeps ("ab", "c") apart from ("a", "bc").
    ids = 1 + tf.strings.to_hash_bucket_fast(tf.strings.join(parts, separator="\x1f"), feature.hash_buckets)
    some_missing = tf.reduce_any(tf.stack([part == "" for part in parts]), axis=0)
    return tf.where(some_missing, tf.constant(_MISSING_ID, tf.int64), ids)


def _list_ids(values: tf.Tensor) -> tf.Tensor:
    """63 bits of each text's hash: of ten million lists two are taken for one with a chance of 5 in 10^6."""
    import tensorflow as tf

    return tf.where(values == "", tf.constant(-1, tf.int64), tf.strings.to_hash_bucket_fast(values, _MANY))


def _numbers(features: Mapping[str, Feature], dense: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """All numbers at once: a Transform pass costs by the analyzer, so each kind of scaling has one for all features."""
    import tensorflow as tf

    numeric = {name: feature for name, feature in features.items() if isinstance(feature, NumericFeature)}
    raw = {name: _raw_number(feature, dense[feature.column or name]) for name, feature in numeric.items()}
    outputs = {name: values for name, values in raw.items() if numeric[name].scaling is Scaling.NONE}
    outputs |= _z_scores({name: raw[name] for name in raw if numeric[name].scaling in (Scaling.ZSCORE, Scaling.LOG)})
    for count in sorted({feature.buckets for feature in numeric.values() if feature.scaling is Scaling.BUCKETS}):
        names = [name for name, f in numeric.items() if f.scaling is Scaling.BUCKETS and f.buckets == count]
        outputs |= _buckets({name: raw[name] for name in names}, count)
    return {
        name: values if values.dtype == tf.int64 else tf.where(tf.math.is_nan(values), 0.0, values)
        for name, values in outputs.items()
    }


def _raw_number(feature: NumericFeature, values: tf.Tensor) -> tf.Tensor:
    """`[batch]`, NaN where missing, before scaling by what the other rows hold."""
    import tensorflow as tf

    # A number far outside float32's range arrives as infinity: as good as missing.
    values = tf.where(tf.math.is_finite(values), values, float("nan"))
    if feature.default is not None:
        values = tf.where(tf.math.is_nan(values), feature.default, values)
    if feature.scaling is Scaling.LOG:
        # In float64 and rounded: in float32 a row's last digit hangs on its place in the batch, and batches on timing.
        values = tf.sign(values) * tf.cast(tf.math.log1p(tf.abs(tf.cast(values, tf.float64))), tf.float32)
    return values


def _z_scores(columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Each column less its mean, over its standard deviation; NaN stays NaN and counts for neither."""
    import tensorflow as tf
    import tensorflow_transform as tft

    if not columns:
        return {}
    values = tf.cast(tf.stack(list(columns.values()), axis=1), tf.float64)  # [batch, columns]
    known = tf.math.is_finite(values)
    filled = tf.where(known, values, tf.zeros_like(values))
    parts = tf.concat([tf.cast(known, tf.float64), filled, filled * filled], axis=1)
    count, total, squares = tf.split(tft.sum(parts, reduce_instance_dims=False), 3)
    mean = tf.math.divide_no_nan(total, count)
    variance = tf.maximum(tf.math.divide_no_nan(squares, count) - mean * mean, 0.0)
    # Of a constant column rounding alone can leave a variance; it is one part in 10^12 of the square at most.
    deviation = tf.where(variance > 1e-12 * mean * mean, tf.sqrt(variance), tf.zeros_like(variance))
    # Rounded, so that the order in which Beam adds up the rows, which differs between runs, changes nothing.
    mean, deviation = (tf.cast(tf.cast(part, tf.float32), tf.float64) for part in (mean, deviation))
    # Column by column, so that a request that lacks one, as it does a position, leaves the others.
    return {
        name: _scaled(values, mean[place], deviation[place]) for place, (name, values) in enumerate(columns.items())
    }


def _scaled(values: tf.Tensor, mean: tf.Tensor, deviation: tf.Tensor) -> tf.Tensor:
    import tensorflow as tf

    found = tf.math.divide_no_nan(tf.cast(values, tf.float64) - mean, deviation)
    return tf.where(tf.math.is_finite(values), tf.cast(found, tf.float32), float("nan"))


def _buckets(columns: Mapping[str, tf.Tensor], count: int) -> dict[str, tf.Tensor]:
    """Each column's quantile bucket, from 1; 0 where missing."""
    import tensorflow as tf
    import tensorflow_transform as tft

    values = tf.stack(list(columns.values()), axis=1)
    # The sketch behind passes over NaN, so a column's quantiles are those of its known values.
    boundaries = tft.quantiles(values, count, epsilon=_QUANTILE_ERROR, reduce_instance_dims=False)
    outputs = {}
    for index, (name, column) in enumerate(columns.items()):
        known = tf.math.is_finite(column)
        ids = 1 + tf.searchsorted(boundaries[index], tf.where(known, column, 0.0), side="right", out_type=tf.int64)
        outputs[name] = tf.where(known, ids, tf.constant(_MISSING_ID, tf.int64))
    return outputs
