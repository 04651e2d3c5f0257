"""A configuration as it holds in a container, where only the volume outlives a node."""

from __future__ import annotations

import dataclasses
import posixpath

from kubeflow.errors import NotDeclaredError
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
    """The same configuration with its root and its served folder on the volume, where they are relative."""
    volume = declared(config).volume.path
    push = dataclasses.replace(config.push, directory=posixpath.join(volume, config.push.directory))
    return dataclasses.replace(config, root=posixpath.join(volume, config.root), push=push)
