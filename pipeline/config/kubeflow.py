"""Where and with what each node of the pipeline runs on a Kubernetes cluster."""

from __future__ import annotations

import dataclasses
import enum
import posixpath
import re
from collections.abc import Mapping
from typing import Final, Literal

from models.errors import raise_if_any

__all__ = [
    "GrpcMetadata",
    "KubeflowConfig",
    "MetadataStore",
    "MysqlMetadata",
    "NodeSettings",
    "Secret",
    "SqliteMetadata",
    "Toleration",
    "Volume",
]

_DIGEST: Final = re.compile(r".+@sha256:[0-9a-f]{64}")
_QUANTITY: Final = re.compile(r"\d+(\.\d+)?(m|[kMGTPE]i?)?")
_KEY: Final = re.compile(r"[a-z]\w*(\.\w+)*")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Volume:
    """A persistent volume claim that every node mounts: what one node leaves there the next one reads.

    Attributes:
        claim: Its name in the namespace of the runs.
        path: Where it is mounted; a relative `root` and `push.directory` lie below it.
    """

    claim: str
    path: str

    def __post_init__(self) -> None:
        problems = [] if self.claim else ["`claim` must be the name of a persistent volume claim, got ''."]
        if not posixpath.isabs(self.path) or posixpath.normpath(self.path) in ("/", "//"):
            problems.append(f"`path` must be a folder such as /mnt/evenkeel, got {self.path!r}.")
        raise_if_any("volume", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MysqlMetadata:
    """A MySQL or MariaDB database; its user comes from the environment, where secrets put it.

    Attributes:
        host: Of the server.
        database: Made on the server beforehand, or by a user who may make it.
        port: Of the server.
    """

    kind: Literal["mysql"] = "mysql"
    host: str
    database: str
    port: int = 3306


@dataclasses.dataclass(frozen=True, kw_only=True)
class GrpcMetadata:
    """The metadata service that Kubeflow Pipelines installs."""

    kind: Literal["grpc"] = "grpc"
    host: str
    port: int = 8080


@dataclasses.dataclass(frozen=True, kw_only=True)
class SqliteMetadata:
    """A file on the volume, the same as of a local run: nodes then run one after the other, and runs must too."""

    kind: Literal["sqlite"] = "sqlite"


MetadataStore = MysqlMetadata | GrpcMetadata | SqliteMetadata


@dataclasses.dataclass(frozen=True, kw_only=True)
class Secret:
    """A Kubernetes secret, as variables or as files; its values are in no file of ours.

    Attributes:
        name: In the namespace of the runs.
        env: The variable for each of its keys.
        path: The folder in which its keys are files; None for none.
    """

    name: str
    env: Mapping[str, str] = dataclasses.field(default_factory=dict)
    path: str | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.env and self.path is None:
            problems.append("`env` or `path` must say how the secret is given, got neither.")
        if self.path is not None and not posixpath.isabs(self.path):
            problems.append(f"`path` must be absolute, got {self.path!r}.")
        raise_if_any("secret", problems)


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


_USUAL: Final = NodeSettings(gpu_type="nvidia.com/gpu", retries=2, backoff_s=60)


@dataclasses.dataclass(frozen=True, kw_only=True)
class KubeflowConfig:
    """How the pipeline runs on Kubeflow Pipelines: a container for each node.

    Attributes:
        image: Of every container.
        config: Where this file lies in the containers: in the image, or on the volume.
        volume: What the nodes share.
        metadata: The store of TFX's metadata.
        production: Whether the image must be named by its digest, so that every retry runs the same code.
        secrets: What containers are given besides, such as the metadata database's user.
        image_pull_secrets: Names of secrets that the registry asks for.
        every: What every node is given.
        nodes: What single nodes are given instead, by the node's name, such as Trainer.
        overrides: Keys that a run may set, such as training.epochs; each becomes a parameter of the pipeline.
    """

    image: str
    config: str
    volume: Volume
    metadata: MetadataStore
    production: bool = False
    secrets: tuple[Secret, ...] = ()
    image_pull_secrets: tuple[str, ...] = ()
    every: NodeSettings = dataclasses.field(default_factory=NodeSettings)
    nodes: Mapping[str, NodeSettings] = dataclasses.field(default_factory=dict)
    overrides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = [] if self.image else ["`image` must name a container image, got ''."]
        if self.production and not _DIGEST.fullmatch(self.image):
            wanted = "name@sha256:<64 digits> in production, so that every retry runs the same code"
            problems.append(f"`image` must be {wanted}, got {self.image!r}: write the digest your registry shows.")
        if not posixpath.isabs(self.config):
            problems.append(f"`config` must be this file's absolute path in the containers, got {self.config!r}.")
        problems += [
            f"`overrides` must hold keys such as training.epochs, got {key!r}."
            for key in self.overrides
            if not _KEY.fullmatch(key)
        ]
        problems += [
            f"`overrides` must not hold {key!r}: what a run's containers are is compiled."
            for key in self.overrides
            if key.partition(".")[0] == "kubeflow"
        ]
        raise_if_any("kubeflow", problems)

    def settings_of(self, node: str) -> NodeSettings:
        """What the node is given."""
        return self.nodes.get(node, NodeSettings()).over(self.every).over(_USUAL)
