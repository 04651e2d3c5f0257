"""Where and with what each node of the pipeline runs on a Kubernetes cluster."""

from __future__ import annotations

import dataclasses
import posixpath
import re
from collections.abc import Mapping
from typing import Final, Literal

from components.bucket_url import STORES, is_url
from models.errors import raise_if_any
from pipeline.config.node_settings import NodeSettings

__all__ = [
    "Bucket",
    "GrpcMetadata",
    "KubeflowConfig",
    "MetadataStore",
    "MysqlMetadata",
    "Secret",
    "SqliteMetadata",
    "Volume",
]

_DIGEST: Final = re.compile(r".+@sha256:[0-9a-f]{64}")
_KEY: Final = re.compile(r"[a-z]\w*(\.\w+)*")


def _is_no_folder(path: str) -> bool:
    return not posixpath.isabs(path) or posixpath.normpath(path) in ("/", "//")


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
        if _is_no_folder(self.path):
            problems.append(f"`path` must be a folder such as /mnt/evenkeel, got {self.path!r}.")
        raise_if_any("volume", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bucket:
    """An object store in which artifacts and checkpoints are kept, in place of the volume.

    A pod works in a folder of its own: what its node reads is fetched there before, what it wrote is kept before the
    metadata store is told of it, and its checkpoints are kept as they appear.

    Attributes:
        url: Of a folder, such as gs://bucket/evenkeel. Keys and the like come from the environment.
        path: Where the pod's own folder is mounted, an `emptyDir`; `root` lies below it, and below `url`.
        keep_every_s: Seconds between looks for new checkpoints: so much of its way a pod that is killed may lose.
    """

    url: str
    path: str = "/scratch"
    keep_every_s: float = 10.0

    def __post_init__(self) -> None:
        problems = [f"`path` must be a folder such as /scratch, got {self.path!r}."] if _is_no_folder(self.path) else []
        if not is_url(self.url):
            problems.append(f"`url` must be a URL such as gs://bucket/evenkeel, got {self.url!r}: {STORES}.")
        if not self.keep_every_s > 0:
            problems.append(f"`keep_every_s` must be positive, got {self.keep_every_s!r}.")
        raise_if_any("bucket", problems)


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
        problems = [] if self.name else ["`name` must be that of a secret, got ''."]
        if not self.env and self.path is None:
            problems.append("`env` or `path` must say how the secret is given, got neither.")
        if self.path is not None and not posixpath.isabs(self.path):
            problems.append(f"`path` must be absolute, got {self.path!r}.")
        raise_if_any("secret", problems)


_TRAINER: Final = "Trainer"
_USUAL: Final = NodeSettings(gpu_type="nvidia.com/gpu", retries=2, backoff_s=60)


@dataclasses.dataclass(frozen=True, kw_only=True)
class KubeflowConfig:
    """How the pipeline runs on Kubeflow Pipelines: a container for each node.

    Attributes:
        image: Of every container.
        config: Where this file lies in the containers: in the image, or on the volume.
        volume: What the nodes share: all that a pipeline leaves behind, or with `bucket` only what serves.
        metadata: The store of TFX's metadata.
        bucket: Where `root` is kept; None for on the volume.
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
    bucket: Bucket | None = None
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
        if self.bucket is not None:
            problems += self._problems_with(self.bucket)
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
        problems += [
            f"`overrides` must not hold {key!r}: which nodes a run has is compiled. Set it when you compile."
            for key in self.overrides
            if key.endswith(".when")
        ]
        raise_if_any("kubeflow", problems)

    def _problems_with(self, bucket: Bucket) -> list[str]:
        problems = []
        if isinstance(self.metadata, SqliteMetadata):
            wanted = "`metadata` must be of kind mysql or grpc beside `bucket`"
            problems.append(f"{wanted}, got sqlite: no database can be kept in an object store.")
        outer, inner = (posixpath.join(posixpath.normpath(path), "") for path in (self.volume.path, bucket.path))
        if outer.startswith(inner) or inner.startswith(outer):
            wanted = "`bucket.path` must not lie on the volume, nor the volume below it"
            problems.append(f"{wanted}, got {bucket.path!r} and {self.volume.path!r}: it is the pod's own folder.")
        return problems

    def settings_of(self, node: str, *, trainings: int = 0) -> NodeSettings:
        """What the node is given.

        Args:
            node: Its name.
            trainings: How many it does, beside the Trainer's: above 0, it is given where it says nothing what the
                Trainer is, and for each as much time.
        """
        own = self.nodes.get(node, NodeSettings())
        if not trainings:
            return own.over(self.every).over(_USUAL)
        trainer = self.settings_of(_TRAINER)
        time_s = None if trainer.timeout_s is None else trainer.timeout_s * trainings
        return own.over(dataclasses.replace(trainer, timeout_s=time_s))
