"""Towers: from each task's representation to its logits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, final

import tensorflow as tf
from typing_extensions import override

from models.binding import bind_or_raise, unbind
from models.experts.bank import ExpertBank
from models.experts.style import Activation, Style
from models.gradients.reading import reading
from models.tasks import TaskGraph

__all__ = ["Towers"]


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class Towers(tf.keras.layers.Layer):
    """A tower for each that the task graph names; towers of one shape are one matrix product a layer.

    Where a relation transfers, a task's logit reads what its relation makes of its own last hidden layer and of what
    its parent's logit reads.

    Call arguments:
        representations: `[tasks, batch, width]`, in the order of the task graph, or a list of its rows.

    Returns:
        By tower, `[batch]` float32 logits, or `[batch, width]` for a head with several.

    Args:
        tasks: The task graph.
        units: Widths of the hidden layers of a task that does not say otherwise; none means one linear map.
        style: Of the hidden layers.
    """

    def __init__(self, *, tasks: TaskGraph, units: tuple[int, ...], style: Style, **kwargs: Any) -> None:
        super().__init__(**{"name": "towers", **kwargs})
        self.tasks, self.units, self.style = tasks, tuple(units), style
        self._hidden = [
            ExpertBank(names=group, units=widths, style=style, name=self._bank_name(widths), dtype=self.dtype_policy)
            for widths, group in self._by_widths().items()
            if widths
        ]
        self._transfers = {
            task.name: layer
            for task in tasks.tasks
            if task.how is not None and (layer := task.how.transfer(task.name, style)) is not None
        }
        self._logits: list[ExpertBank] = []

    def _bank_name(self, widths: tuple[int, ...]) -> str:
        return "towers" if widths == self.units else f"towers_{'_'.join(map(str, widths))}"

    def _by_widths(self) -> dict[tuple[int, ...], list[str]]:
        """Towers by the widths of their hidden layers."""
        groups: dict[tuple[int, ...], list[str]] = {}
        for tower, task in self.tasks.towers.items():
            own = self.tasks.by_name[task].tower
            groups.setdefault(self.units if own is None else own, []).append(tower)
        return groups

    def _by_logits(self, hidden: Mapping[str, tf.Tensor]) -> dict[tuple[int, int], list[str]]:
        """Towers by the widths of what their logits read, and of these."""
        groups: dict[tuple[int, int], list[str]] = {}
        for tower, task in self.tasks.towers.items():
            # A task's own tower alone can have a head with several logits; what a relation adds has one.
            width = self.tasks.by_name[task].kind.width if tower == task else 1
            groups.setdefault((int(hidden[tower].shape[-1]), width), []).append(tower)
        return groups

    @override
    def call(
        self, representations: tf.Tensor | Sequence[tf.Tensor], training: bool | None = None
    ) -> dict[str, tf.Tensor]:
        """See the class."""
        hidden = self._run_hidden(representations, training)
        for task in self.tasks.from_parents:
            if task.name in self._transfers:
                pair = [hidden[task.name], hidden[str(task.given)]]
                hidden[task.name] = self._transfers[task.name](pair, training=training)
        return self._run_logits(hidden)

    def _run_hidden(
        self, representations: tf.Tensor | Sequence[tf.Tensor], training: bool | None
    ) -> dict[str, tf.Tensor]:
        places = {task.name: index for index, task in enumerate(self.tasks.tasks)}
        found: dict[str, tf.Tensor] = {}
        banks = iter(self._hidden)
        for widths, group in self._by_widths().items():
            wanted = [places[self.tasks.towers[tower]] for tower in group]
            if reading() is not None:
                read = [representations[place][None] for place in wanted]
                apart = next(banks)(read, training=training, groups=_singles(group)) if widths else read
                found.update(zip(group, (one[0] for one in apart), strict=True))
                continue
            is_all = wanted == list(range(len(places)))
            inputs = representations if is_all else tf.gather(representations, wanted)
            outputs = next(banks)(inputs, training=training) if widths else inputs
            found.update(zip(group, tf.unstack(outputs), strict=True))
        return found

    def _run_logits(self, hidden: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        groups = self._by_logits(hidden)
        if not self._logits:  # At the first call, when it is known what the logits read.
            linear = dataclasses.replace(self.style, activation=Activation.LINEAR, dropout=0.0)
            names = ["logits" if len(groups) == 1 else f"logits_{read}_{width}" for read, width in groups]
            self._logits = [
                ExpertBank(names=group, units=(width,), style=linear, name=name, dtype="float32")
                for name, ((_, width), group) in zip(names, groups.items(), strict=True)
            ]
        found: dict[str, tf.Tensor] = {}
        for bank, ((_, width), group) in zip(self._logits, groups.items(), strict=True):
            if reading() is None:
                outputs = tf.unstack(bank(tf.stack([hidden[tower] for tower in group])))
            else:
                outputs = [one[0] for one in bank([hidden[tower][None] for tower in group], groups=_singles(group))]
            found.update(zip(group, (tf.squeeze(one, axis=1) if width == 1 else one for one in outputs), strict=True))
        return {tower: found[tower] for tower in self.tasks.towers}

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "tasks": unbind(self.tasks), "units": self.units, "style": unbind(self.style)}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> Towers:
        declared = {
            "tasks": bind_or_raise(TaskGraph, config["tasks"]),
            "style": bind_or_raise(Style, config["style"]),
            "units": tuple(config["units"]),
        }
        return cls(**{**config, **declared})


def _singles(names: Sequence[str]) -> list[tuple[int, ...]]:
    """Every one a group of its own."""
    return [(place,) for place in range(len(names))]
