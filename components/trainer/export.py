"""The served model: raw columns in, every output out, Transform's graph inside."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from models.experts.layout import ServingLayout
from models.expression import ColumnType
from models.fusion import FlatWeights, FusionConfig, weights_text
from models.fusion.beside import write_declaration
from models.fusion.served import ServedFusion
from models.fusion.weights import FILE
from models.model import MultiTaskModel
from models.warm_start.names import network_weights

__all__ = ["PREDICT_CANDIDATES", "PREDICT_COLUMNS", "SERVING_DEFAULT", "Transform", "export"]

SERVING_DEFAULT: Final = "serving_default"
PREDICT_COLUMNS: Final = "predict_columns"
PREDICT_CANDIDATES: Final = "predict_candidates"

_EXAMPLES: Final = "examples"
_DTYPES: Final = {ColumnType.STRING: tf.string, ColumnType.NUMBER: tf.float32}
_MISSING: Final[dict[Any, str | float]] = {tf.string: "", tf.float32: float("nan")}

Columns = dict[str, tf.Tensor]
_Predict = Callable[[Columns], Columns]
Transform = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # Any: dense or sparse tensors.


def export(
    model: MultiTaskModel,
    transform: tf.Module,
    raw_spec: Mapping[str, Any],
    *,
    columns: Mapping[str, ColumnType],
    folder: str,
    beside: Sequence[MultiTaskModel] = (),
    user: Sequence[str] = (),
    fusion: FusionConfig | None = None,
    fusion_columns: Mapping[str, ColumnType] | None = None,
    weights: FlatWeights | None = None,
) -> None:
    """Writes a SavedModel without optimizer state or Python code.

    Signatures:
        `serving_default`: `examples`, `[batch]` serialized tf.Examples of raw features. What one lacks is missing, of
            several values the first counts, further features are not read.
        `predict_columns`: each raw column by its name, `[batch]`; "" and NaN are missing.
        `predict_candidates`, with `user`: the same, but the user's columns are `[1]`, and the others `[candidates]`.
    All return every output by name, float32: `[batch]`, but for classes, quantiles and levels, `[batch, any]`; and what
    `ServedFusion` makes of them, whose weights lie in `assets/fusion.txt`.

    Args:
        model: With its final weights.
        transform: A callable from raw columns to transformed ones, which owns its tables; TensorFlow Transform's layer.
        raw_spec: The feature types that `transform` takes, by raw column; any of TensorFlow's feature configurations.
        columns: The raw columns that the model's inputs read.
        folder: Does not exist, or is empty.
        beside: Further models of the same inputs, whose outputs, of other names, are served beside.
        user: The raw columns that say the same of all candidates of one request.
        fusion: What becomes one score; None serves none.
        fusion_columns: The raw columns that scores read; they are not transformed.
        weights: That it serves with; None for those that `fusion` declares.
    """
    models = (model, *beside)
    asked = {**columns, **(fusion_columns or {})}
    dtypes = {name: _DTYPES[kind] for name, kind in sorted(asked.items())}
    predict = _predictor(models, transform, {name: raw_spec[name] for name in columns})
    module, layout = tf.Module(), ServingLayout()
    # What the model remembers beside its layers, of weights and looks at gradients, is for training alone.
    module.transform, module.weights = transform, [weight for one in models for weight in network_weights(one)]
    with tempfile.TemporaryDirectory(prefix="fusion-") as scratch:
        if fusion is not None:
            module.fusion = ServedFusion(fusion, _write_weights(scratch, weights or fusion.declared))
            predict = _with_scores(predict, module.fusion)
        with layout():
            signatures = _signatures(predict, dtypes, user)
        module.layout = layout.variables
        tf.saved_model.save(module, folder, signatures=signatures)
    _name_inputs(folder, list(dtypes))
    if fusion is not None:
        write_declaration(folder, fusion)


def _predictor(models: Sequence[MultiTaskModel], transform: Transform, raw_spec: Mapping[str, Any]) -> _Predict:
    """From raw columns, more than `raw_spec` names, to every output of all models."""
    specs = models[0].input_specs
    lists = {column.name for column in specs if getattr(column, "combiner", None) is not None}

    def predict(raw: Columns) -> Columns:
        transformed = transform({name: _as_taken(raw[name], spec) for name, spec in raw_spec.items()})
        features = {
            name: transformed[name] if name in lists else tf.ensure_shape(transformed[name], [None])
            for name in (column.name for column in specs)
        }
        served = [item for one in models for item in one(features, training=False).items()]
        return {name: tf.ensure_shape(values, [None, *values.shape[1:]]) for name, values in served}

    return predict


def _with_scores(predict: _Predict, fusion: ServedFusion) -> _Predict:
    def predict_and_score(raw: Columns) -> Columns:
        served = predict(raw)
        return served | fusion(served, raw)

    return predict_and_score


def _write_weights(folder: str, weights: FlatWeights) -> str:
    """The file that TensorFlow copies, under its name, to the assets."""
    path = os.path.join(folder, posixpath.basename(FILE))
    with open(path, "w", encoding="utf-8") as file:
        file.write(weights_text(weights))
    return path


def _signatures(predict: _Predict, dtypes: Mapping[str, Any], user: Sequence[str]) -> dict[str, Any]:
    """Traced, by name."""

    @tf.function(autograph=False)
    def predict_columns(raw: Columns) -> Columns:
        return predict(dict(zip(dtypes, raw.values(), strict=True)))

    @tf.function(autograph=False)
    def predict_candidates(raw: Columns) -> Columns:
        return predict(_repeated(dict(zip(dtypes, raw.values(), strict=True)), user))

    @tf.function(autograph=False)
    def predict_examples(examples: tf.Tensor) -> Columns:
        spec = {name: tf.io.RaggedFeature(dtype) for name, dtype in dtypes.items()}
        parsed = tf.io.parse_example(examples, spec)
        return predict({name: _first(parsed[name], _MISSING[dtype]) for name, dtype in dtypes.items()})

    signatures = {
        SERVING_DEFAULT: predict_examples.get_concrete_function(tf.TensorSpec([None], tf.string, _EXAMPLES)),
        PREDICT_COLUMNS: predict_columns.get_concrete_function(_specs(dtypes)),
    }
    if user:
        signatures[PREDICT_CANDIDATES] = predict_candidates.get_concrete_function(_specs(dtypes, once=user))
    return signatures


def _specs(dtypes: Mapping[str, Any], once: Sequence[str] = ()) -> dict[str, tf.TensorSpec]:
    specs = {}
    for place, (name, dtype) in enumerate(dtypes.items()):
        specs[_alias(place)] = tf.TensorSpec([1 if name in once else None], dtype, _alias(place))
    return specs


def _repeated(raw: Columns, user: Sequence[str]) -> Columns:
    """Every column `[candidates]`."""
    candidates = tf.size(next(values for name, values in raw.items() if name not in user))
    return {name: tf.fill([candidates], values[0]) if name in user else values for name, values in raw.items()}


def _first(values: tf.RaggedTensor, missing: str | float) -> tf.Tensor:
    """`[batch]`, the first value of each row."""
    return values.to_tensor(default_value=missing, shape=[None, 1])[:, 0]


def _as_taken(values: tf.Tensor, feature: Any) -> tf.Tensor | tf.SparseTensor:
    """A `[batch]` column as `transform` takes it."""
    is_string = values.dtype == tf.string
    given = values if is_string else tf.cast(values, feature.dtype)
    if not isinstance(feature, tf.io.VarLenFeature):
        return tf.reshape(given, [-1, *feature.shape])
    known = values != "" if is_string else tf.logical_not(tf.math.is_nan(values))
    rows = tf.where(known)  # [known, 1]
    shape = tf.stack([tf.size(values, tf.int64), tf.constant(1, tf.int64)])
    return tf.SparseTensor(tf.pad(rows, [[0, 0], [0, 1]]), tf.boolean_mask(given, known), shape)


def _alias(place: int) -> str:
    return f"column_{place:06d}"


def _name_inputs(folder: str, names: list[str]) -> None:
    """Puts the columns' names into the signatures; Python identifiers are all that TensorFlow would take there."""
    path = posixpath.join(folder, "saved_model.pb")
    with tf.io.gfile.GFile(path, "rb") as file:
        saved = saved_model_pb2.SavedModel.FromString(file.read())
    definitions = saved.meta_graphs[0].signature_def
    for inputs in [definitions[key].inputs for key in (PREDICT_COLUMNS, PREDICT_CANDIDATES) if key in definitions]:
        for place, name in enumerate(names):
            inputs[name].CopyFrom(inputs[_alias(place)])
            del inputs[_alias(place)]
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(saved.SerializeToString())
    tf.io.gfile.remove(posixpath.join(folder, "fingerprint.pb"))  # Of the file as it was.
