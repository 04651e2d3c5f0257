"""What a node's pod is given: cores, memory, GPUs, machines, the volume, secrets, time and attempts."""

from __future__ import annotations

from typing import Final

from kfp import dsl, kubernetes

from pipeline.config.kubeflow import KubeflowConfig
from pipeline.config.node_settings import NodeSettings

__all__ = ["give"]

# Beam sums in the order of sets: under one hash seed a retry makes the same bytes. Python reads it as it starts.
_ENVIRONMENT: Final = {"PYTHONHASHSEED": "0"}

_SCRATCH: Final = "scratch"
_BACKOFF_FACTOR: Final = 2.0
_LONGEST_BACKOFF: Final = "3600s"


def give(task: dsl.PipelineTask, settings: NodeSettings, section: KubeflowConfig) -> None:
    """Gives the task of a node what its settings and the section say."""
    for name, value in _ENVIRONMENT.items():
        task.set_env_variable(name, value)
    if settings.cpu is not None:
        task.set_cpu_request(settings.cpu).set_cpu_limit(settings.cpu)
    if settings.memory is not None:
        task.set_memory_request(settings.memory).set_memory_limit(settings.memory)
    if settings.gpus:
        task.set_accelerator_type(settings.gpu_type).set_accelerator_limit(settings.gpus)
    if settings.retries:
        task.set_retry(settings.retries, f"{settings.backoff_s}s", _BACKOFF_FACTOR, _LONGEST_BACKOFF)
    if settings.timeout_s is not None:
        kubernetes.set_timeout(task, settings.timeout_s)
    _give_machines(task, settings)
    _give_volumes(task, section)


def _give_machines(task: dsl.PipelineTask, settings: NodeSettings) -> None:
    for label, value in (settings.node_selector or {}).items():
        kubernetes.add_node_selector(task, label, value)
    for toleration in settings.tolerations or ():
        effect = toleration.effect.value if toleration.effect is not None else None
        kubernetes.add_toleration(
            task, key=toleration.key, operator=toleration.operator.value, value=toleration.value, effect=effect
        )


def _give_volumes(task: dsl.PipelineTask, section: KubeflowConfig) -> None:
    kubernetes.mount_pvc(task, pvc_name=section.volume.claim, mount_path=section.volume.path)
    if section.bucket is not None:
        kubernetes.empty_dir_mount(task, volume_name=_SCRATCH, mount_path=section.bucket.path)
    for secret in section.secrets:
        if secret.env:
            kubernetes.use_secret_as_env(task, secret_name=secret.name, secret_key_to_env=dict(secret.env))
        if secret.path is not None:
            kubernetes.use_secret_as_volume(task, secret_name=secret.name, mount_path=secret.path)
    if section.image_pull_secrets:
        kubernetes.set_image_pull_secrets(task, list(section.image_pull_secrets))
