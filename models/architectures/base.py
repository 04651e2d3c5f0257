"""What every architecture is: a declaration that builds the part between features and towers."""

from __future__ import annotations

import abc

from models.deferred import tf
from models.experts.style import Style
from models.experts.wiring import Wiring

__all__ = ["Architecture", "ExpertArchitecture"]


class Architecture(abc.ABC):
    """Builds the layer that turns `[batch, width]` features into `[tasks, batch, units]` representations."""

    @abc.abstractmethod
    def build(self, tasks: tuple[str, ...], style: Style) -> tf.keras.layers.Layer:
        """The layer for `tasks`, in their order.

        It also has `gate_weights(features)` and `gate_experts`, both empty where there are no gates.
        """


class ExpertArchitecture(Architecture):
    """An architecture that mixes experts by gates: it only says how they are wired."""

    @abc.abstractmethod
    def wiring(self, tasks: tuple[str, ...]) -> Wiring:
        """Which expert reads what, and which experts each stream mixes."""

    def build(self, tasks: tuple[str, ...], style: Style) -> tf.keras.layers.Layer:
        """See `Architecture`."""
        from models.experts.network import ExpertNetwork

        return ExpertNetwork(wiring=self.wiring(tasks), style=style, name="experts")
