"""Which columns a loaded model takes out of serialized tf.Examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import tensorflow as tf

__all__ = ["parsed_columns"]

_PARSE: Final = "ParseExampleV2"  # Of `tf.io.parse_example` and `tf.io.parse_single_example`.
_KEYS: Final = slice(2, 5)  # Of its inputs: the names of sparse, dense and ragged columns.
_PARSE_OF_TF1: Final = "ParseExample"  # Has an input for each name, after two others.
_PARSE_ONE: Final = "ParseSingleExample"  # Has names as attributes.


def parsed_columns(function: Any) -> frozenset[str]:
    """The columns that a function parses, in whatever functions it calls.

    All ops of TensorFlow that parse a tf.Example are looked for; one of another package, or of SequenceExamples, is
    not. Where a row lacks a column that it reads, that is missing or takes a default: the model says nothing, and
    answers worse.

    Args:
        function: A concrete one, such as a signature. `Any`, since TensorFlow carries no types.
    """
    graph = function.graph.as_graph_def()
    library = {inner.signature.name: inner.node_def for inner in graph.library.function}
    return frozenset(column for nodes in _reached(graph.node, library) for column in _columns(nodes))


def _reached(nodes: Iterable[Any], library: Mapping[str, Iterable[Any]]) -> Iterator[Iterable[Any]]:
    """These nodes, and those of each function that is called, once each."""
    waiting, seen = [nodes], set()
    while waiting:
        found = waiting.pop()
        yield found
        for name in _called(found):
            if name in library and name not in seen:
                seen.add(name)
                waiting.append(library[name])


def _called(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        for attribute in node.attr.values():
            for function in (attribute.func, *attribute.list.func):
                if function.name:
                    yield function.name


def _columns(nodes: Iterable[Any]) -> Iterator[str]:
    by_name = {node.name: node for node in nodes}
    for node in by_name.values():
        if node.op == _PARSE_ONE:
            yield from (key.decode() for kind in ("sparse_keys", "dense_keys") for key in node.attr[kind].list.s)
        for place in node.input[_key_inputs(node)]:
            keys = by_name.get(place.lstrip("^").partition(":")[0])
            if keys is not None and keys.op == "Const":
                yield from (key.decode() for key in tf.make_ndarray(keys.attr["value"].tensor).ravel())


def _key_inputs(node: Any) -> slice:
    if node.op == _PARSE_OF_TF1:
        return slice(2, 2 + node.attr["Nsparse"].i + node.attr["Ndense"].i)
    return _KEYS if node.op == _PARSE else slice(0)
