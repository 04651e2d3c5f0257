"""A configuration as it holds in a container, where only the volume outlives a node."""

from __future__ import annotations

import dataclasses
import posixpath

from kubeflow.errors import NotDeclaredError
from models.errors import raise_if_any
from pipeline.config import PipelineConfig
from pipeline.config.kubeflow import KubeflowConfig

__all__ = ["declared", "placed"]


def declared(config: PipelineConfig) -> KubeflowConfig:
    """The section `kubeflow`; raises `NotDeclaredError` where there is none."""
    if config.kubeflow is None:
        wanted = "`kubeflow` must be declared, with `image`, `config`, `volume` and `metadata`, to run on a cluster"
        raise NotDeclaredError("kubeflow", [f"{wanted}, got no such section: write it into the configuration."])
    return config.kubeflow


def placed(config: PipelineConfig) -> PipelineConfig:
    """The same configuration with its root and its served folder where they are in a container, if they are relative.

    Raises:
        ConfigError: The root is absolute and so cannot be kept in the bucket that is declared.
    """
    section = declared(config)
    volume, root = section.volume.path, section.volume.path
    if section.bucket is not None:
        root = section.bucket.path
        wanted = "`root` must be relative beside `kubeflow.bucket`, below which it is kept"
        raise_if_any("kubeflow", [f"{wanted}, got {config.root!r}."] if posixpath.isabs(config.root) else [])
    push = dataclasses.replace(config.push, directory=posixpath.join(volume, config.push.directory))
    return dataclasses.replace(config, root=posixpath.join(root, config.root), push=push)
