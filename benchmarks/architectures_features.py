"""The features of a configuration, made once by its own pipeline up to Transform and kept as arrays."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Final

import numpy as np
import tensorflow as tf

from benchmarks.in_memory import Rows
from models.binding import bind_or_raise, unbind
from models.inputs import Input
from pipeline.config import PipelineConfig

__all__ = ["features_of", "load", "save", "transform_graph"]

_BATCH: Final = 8_192
_LAST_NODE: Final = "Transform"
_INPUTS: Final = "inputs"
_PARTS: Final = ("features", "targets")


def features_of(config: PipelineConfig) -> tuple[tuple[Input, ...], dict[str, Rows]]:
    """The model's inputs, and the rows of both splits as its pipeline deals, labels and transforms them."""
    import tensorflow_transform as tft

    from benchmarks.run_rows import read_rows
    from components.trainer.build import model_input
    from pipeline.config.inputs import input_plans

    transformed = tft.TFTransformOutput(transform_graph(config))
    plans = tuple(input_plans(config.features))
    sizes = {p.vocabulary: transformed.vocabulary_size_by_name(p.vocabulary) for p in plans if p.vocabulary}
    inputs = tuple(model_input(plan, sizes) for plan in plans)
    layer, spec = transformed.transform_features_layer(), transformed.raw_feature_spec()
    rows = {}
    for split in ("train", "eval"):
        serialized = read_rows(config, split).serialized
        parts = []
        for start in range(0, len(serialized), _BATCH):
            answers = layer(tf.io.parse_example(list(serialized[start : start + _BATCH]), spec))
            parts.append({name: tensor.numpy() for name, tensor in answers.items()})
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        targets = {name: columns[name] for name in config.graph.columns}
        rows[split] = Rows({plan.name: columns[plan.name] for plan in plans}, targets)
    return inputs, rows


def transform_graph(config: PipelineConfig) -> str:
    """Runs the configuration's pipeline up to Transform; returns the folder of its graph."""
    from pipeline.launch import compile_pipeline, launch_node, node_ids
    from pipeline.local import new_run_id

    os.makedirs(config.home, exist_ok=True)  # For its metadata.
    compiled = compile_pipeline(config, new_run_id())
    nodes = node_ids(compiled)
    for node in nodes[: nodes.index(_LAST_NODE) + 1]:
        launch_node(compiled, node)
    folder = pathlib.Path(config.home, "artifacts", "Transform", "transform_graph")
    return str(max(folder.iterdir(), key=lambda path: int(path.name)))


def save(path: pathlib.Path, inputs: tuple[Input, ...], rows: dict[str, Rows]) -> None:
    """Writes them to one `.npz` file."""
    arrays = {
        f"{split}/{part}/{name}": values
        for split, own in rows.items()
        for part in _PARTS
        for name, values in getattr(own, part).items()
    }
    arrays[_INPUTS] = np.array(json.dumps([unbind(column) for column in inputs]))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def load(path: pathlib.Path) -> tuple[tuple[Input, ...], dict[str, Rows]]:
    """Reads what `save` wrote."""
    with np.load(path) as file:
        inputs = tuple(bind_or_raise(Input, column) for column in json.loads(str(file[_INPUTS])))  # type: ignore[arg-type]
        found: dict[str, dict[str, dict[str, np.ndarray]]] = {}
        for key in file.files:
            if key != _INPUTS:
                split, part, name = key.split("/", 2)
                found.setdefault(split, {part: {} for part in _PARTS})[part][name] = file[key]
    return inputs, {split: Rows(**parts) for split, parts in found.items()}
