"""What the pod of one node is given."""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping
from typing import Final

from models.errors import raise_if_any

__all__ = ["NodeSettings", "Toleration", "TolerationOperator"]

_QUANTITY: Final = re.compile(r"\d+(\.\d+)?(m|[kMGTPE]i?)?")


class TolerationOperator(enum.Enum):
    """How a taint's value is compared."""

    EQUAL = "Equal"
    EXISTS = "Exists"


class TaintEffect(enum.Enum):
    """What a taint does to pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Toleration:
    """A taint of machines that a node may run on all the same, such as that of machines with GPUs.

    Attributes:
        key: Of the taint.
        operator: `Exists` asks for no value.
        value: Of the taint.
        effect: None for every effect.
    """

    key: str
    operator: TolerationOperator = TolerationOperator.EXISTS
    value: str | None = None
    effect: TaintEffect | None = None

    def __post_init__(self) -> None:
        if (self.operator is TolerationOperator.EQUAL) != (self.value is not None):
            way_out = "`Equal` needs one, `Exists` takes none"
            raise_if_any("toleration", [f"`value` must go with `operator`, got {self.value!r}: {way_out}."])


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeSettings:
    """What one node of the pipeline, or every one, is given. None is for what `every` says, there for what is usual.

    Attributes:
        cpu: Cores, asked for and allowed, such as "2" or 500m.
        memory: Bytes, asked for and allowed, such as 4Gi.
        gpus: How many.
        gpu_type: The resource's name.
        node_selector: Labels of the machines to run on.
        tolerations: Taints of machines that are no hindrance.
        timeout_s: Seconds after which an attempt is ended; usually never.
        retries: Attempts after the first; usually 2.
        backoff_s: Seconds before the first retry, usually 60; twice as many before each next one, an hour at most.
    """

    cpu: str | None = None
    memory: str | None = None
    gpus: int | None = None
    gpu_type: str | None = None
    node_selector: Mapping[str, str] | None = None
    tolerations: tuple[Toleration, ...] | None = None
    timeout_s: int | None = None
    retries: int | None = None
    backoff_s: int | None = None

    def __post_init__(self) -> None:
        quantities = {"cpu": (self.cpu, '"2" or 500m'), "memory": (self.memory, "4Gi")}
        problems = [
            f"`{name}` must be a Kubernetes quantity such as {example}, got {value!r}."
            for name, (value, example) in quantities.items()
            if value is not None and not _QUANTITY.fullmatch(value)
        ]
        least = {"gpus": 0, "timeout_s": 1, "retries": 0, "backoff_s": 0}
        problems += [
            f"`{name}` must be at least {bound}, got {value!r}."
            for name, bound in least.items()
            if (value := getattr(self, name)) is not None and value < bound
        ]
        raise_if_any("node", problems)

    def over(self, other: NodeSettings) -> NodeSettings:
        """These, and where they say nothing, `other`."""
        said = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return dataclasses.replace(other, **{name: value for name, value in said.items() if value is not None})
