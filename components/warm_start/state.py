"""What a version carries beside its SavedModel, so that the next training can go on from it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import numpy as np
import tensorflow as tf
from typing_extensions import override

from components.warm_start.errors import UnusableStartError
from models.binding import bind_or_raise, unbind
from models.errors import ConfigError
from models.model import MultiTaskModel
from models.warm_start.carry import Kept
from models.warm_start.layout import Layout
from models.warm_start.names import memory_by_name, slots_by_name, weights_by_name

__all__ = ["STATE_FOLDER", "ServedState", "State", "read_state", "write_state"]

# Below a version's folder, beside what a model server reads, which leaves this folder alone.
STATE_FOLDER: Final = os.path.join("assets.extra", "training_state")

_STATE: Final = "state.json"
_VALUES: Final = "values"  # A tensor bundle, as TensorFlow's checkpoints are; each tensor has a checksum.
_STEPS: Final = "steps"  # One of the values: how many the optimizer had made.
_WEIGHTS: Final = os.path.join("variables", "variables")  # Of a SavedModel.


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """Which training it is from; its numbers lie beside it, and the weights are the SavedModel's own.

    Attributes:
        layout: What the numbers mean.
        weights: Their names, in the SavedModel's order.
        fingerprint: Of all numbers.
        parent: What that training was to go on from, as `components.warm_start.choose` names it.
        learned: Tells its rows and plan from others.
    """

    layout: Layout
    weights: tuple[str, ...]
    fingerprint: str
    parent: str
    learned: str


def write_state(
    version: str,
    model: MultiTaskModel,
    *,
    layout: Layout,
    entries: Mapping[str, Sequence[bytes]],
    parent: str,
    learned: str,
) -> State:
    """Writes slots, the balancer's memory and vocabularies beside the SavedModel in the folder `version`.

    Args:
        version: Holds the SavedModel that `components.trainer.export` wrote of `model`.
        model: Compiled; its weights are those exported.
        layout: What the numbers mean.
        entries: By table, its vocabulary in the order of ids.
        parent: As in `State`.
        learned: As in `State`.
    """
    weights = weights_by_name(model)
    values = {_slot(name, slot): kept for name, slots in slots_by_name(model).items() for slot, kept in slots.items()}
    values |= {_memory(name): kept for name, kept in memory_by_name(model).items()}
    tensors = {name: kept.numpy() for name, kept in values.items()}
    tensors |= {_entries(table): np.array(list(words), object) for table, words in entries.items()}
    tensors[_STEPS] = model.optimizer.iterations.numpy()
    state = State(
        layout=layout,
        weights=tuple(weights),
        fingerprint=_fingerprint({**{name: kept.numpy() for name, kept in weights.items()}, **tensors}),
        parent=parent,
        learned=learned,
    )
    folder = os.path.join(version, STATE_FOLDER)
    tf.io.gfile.makedirs(folder)
    names = sorted(tensors)
    tf.raw_ops.SaveV2(
        prefix=os.path.join(folder, _VALUES),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(tensors[name], tf.string if tensors[name].dtype == object else None) for name in names],
    )
    pathlib.Path(folder, _STATE).write_text(json.dumps(unbind(state), indent=1) + "\n", encoding="utf-8")
    return state


def read_state(version: str) -> State:
    """Reads which training the version in a folder is from; its numbers are not looked at.

    Raises:
        UnusableStartError: It was pushed without a state, or by a release that wrote another.
    """
    path = pathlib.Path(version, STATE_FOLDER, _STATE)
    try:
        return bind_or_raise(State, json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        problem = "was pushed without the state of its training"
        raise UnusableStartError(f"version {path.parents[2].name} {problem}") from error
    except (ConfigError, ValueError, OSError) as error:
        problem = f"carries a state of its training that cannot be read: {error}"
        raise UnusableStartError(f"version {path.parents[2].name} {problem}") from error


@final
class ServedState(Kept):
    """All that a version carries.

    Attributes:
        state: Which training it is from.

    Args:
        version: Its folder.

    Raises:
        UnusableStartError: Files are missing or damaged; so do all methods.
    """

    def __init__(self, version: str) -> None:
        self.state = read_state(version)
        self.layout = self.state.layout
        self._weights = _Bundle(os.path.join(version, _WEIGHTS))
        self._values = _Bundle(os.path.join(version, STATE_FOLDER, _VALUES))
        self.steps = int(self._values.read(_STEPS))
        self._places = {name: place for place, name in enumerate(self.state.weights)}

    @override
    def weight(self, name: str) -> np.ndarray | None:
        place = self._places.get(name)
        return None if place is None else self._weights.read(f"weights/{place}/.ATTRIBUTES/VARIABLE_VALUE")

    @override
    def slot(self, weight: str, slot: str) -> np.ndarray | None:
        return self._values.read_if_any(_slot(weight, slot))

    @override
    def memory(self, name: str) -> np.ndarray | None:
        return self._values.read_if_any(_memory(name))

    @override
    def entries(self, table: str) -> Sequence[bytes]:
        found = self._values.read_if_any(_entries(table))
        return () if found is None else tuple(found)

    @property
    def weights(self) -> tuple[str, ...]:
        """Names of all weights."""
        return self.state.weights

    def check(self) -> None:
        """Reads everything once, which compares all checksums."""
        for bundle in (self._weights, self._values):
            for name in bundle.names:
                bundle.read(name)


class _Bundle:
    """TensorFlow's tensors by name, in files that may be damaged."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._reader: Any = self._sound(lambda: tf.train.load_checkpoint(prefix))
        self.names = frozenset(self._reader.get_variable_to_shape_map())

    def read(self, name: str) -> np.ndarray:
        return self._sound(lambda: np.asarray(self._reader.get_tensor(name)))

    def read_if_any(self, name: str) -> np.ndarray | None:
        return self.read(name) if name in self.names else None

    def _sound(self, read: Any) -> Any:
        try:
            return read()
        # TensorFlow's reader has these for a file that is missing, damaged, or cut short.
        except (tf.errors.OpError, IndexError, RuntimeError, ValueError) as error:
            raise UnusableStartError(f"{self._prefix} cannot be read: {error}") from error


def _slot(weight: str, slot: str) -> str:
    return f"slots/{weight}/{slot}"


def _memory(name: str) -> str:
    return f"memory/{name}"


def _entries(table: str) -> str:
    return f"entries/{table}"


def _fingerprint(tensors: Mapping[str, np.ndarray]) -> str:
    """16 hexadecimal digits, the same for the same numbers under the same names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        digest.update(f"{name}\0{value.dtype} {value.shape}\0".encode())
        digest.update(b"\0".join(value) if value.dtype == object else np.ascontiguousarray(value).data)
    return digest.hexdigest()[:16]
