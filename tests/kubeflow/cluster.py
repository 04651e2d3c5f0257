"""Does with a compiled pipeline what Kubeflow Pipelines does with it. Knows the pipeline's YAML and nothing of ours."""

import dataclasses
import graphlib
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping

import yaml
from google.protobuf import json_format
from kfp.kubernetes import kubernetes_executor_config_pb2
from kfp.pipeline_spec import pipeline_spec_pb2

RUN_ID = "{{$.pipeline_job_uuid}}"  # Filled in where it is a whole input of a task, as Kubeflow's driver does.
UNFILLED = re.compile(r"\{\{.*?\}\}")


class RefusedError(Exception):
    """The API server, or the kubelet, would not take this."""


@dataclasses.dataclass
class Pod:
    """One attempt of one task."""

    task: str
    attempt: int
    process: "subprocess.Popen | object"
    output: str = ""

    @property
    def status(self):
        return self.process.returncode


@dataclasses.dataclass
class Cluster:
    """A namespace: images by name (the folder in which a container starts), claims and secrets by name."""

    images: Mapping[str, pathlib.Path]
    claims: Mapping[str, pathlib.Path]
    secrets: Mapping[str, Mapping[str, str]]
    path: str  # Of executables, in every image.
    machine: Mapping[str, str] = dataclasses.field(default_factory=dict)  # Variables of the machine, such as cores.
    start: Callable = lambda words, folder, environment: subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    waited_s: list[float] = dataclasses.field(default_factory=list)

    def run(
        self,
        text: str,
        run_id: str,
        parameters: Mapping[str, str] | None = None,
        on_pod: Callable[[Pod], None] = lambda pod: None,
        only: str | None = None,
    ) -> list[Pod]:
        """Runs each task after those it depends on, and ends with the first that fails for good.

        Args:
            text: The YAML.
            run_id: What the placeholder of the run's id becomes.
            parameters: Of the run.
            on_pod: Told of each process when it has started; may kill it.
            only: A task that is run alone.
        """
        spec, platform = read_yaml(text)
        given = _values(spec.root.input_definitions, parameters or {})
        tasks = spec.root.dag.tasks
        order = graphlib.TopologicalSorter({name: task.dependent_tasks for name, task in tasks.items()})
        pods = []
        for name in order.static_order():
            if only in (None, name):
                pods += self._attempts(spec, platform, name, run_id, given, on_pod)
                if pods[-1].status:
                    break
        return pods

    def _attempts(self, spec, platform, name, run_id, given, on_pod):
        task = spec.root.dag.tasks[name]
        component = spec.components[task.component_ref.name]
        inputs = _values(component.input_definitions, _inputs(task, run_id, given))
        executor = json_format.MessageToDict(spec.deployment_spec)["executors"][component.executor_label]
        config = platform.get(component.executor_label, kubernetes_executor_config_pb2.KubernetesExecutorConfig())
        policy, pods = task.retry_policy, []
        for attempt in range(policy.max_retry_count + 1):
            if attempt:
                self.waited_s.append(policy.backoff_duration.seconds * policy.backoff_factor ** (attempt - 1))
            pods.append(self._pod(name, attempt, executor["container"], inputs, config, on_pod))
            if pods[-1].status == 0:
                break
        return pods

    def _pod(self, name, attempt, container, inputs, config, on_pod):
        if container["image"] not in self.images:
            raise RefusedError(f"ErrImagePull: {container['image']}")
        words = [_filled(word, inputs) for word in [*container["command"], *container["args"]]]
        variables = {variable["name"]: variable["value"] for variable in container.get("env", [])}
        for secret in config.secret_as_env:
            for pair in secret.key_to_env:
                variables[pair.env_var] = self._secret(secret.secret_name)[pair.secret_key]
        mounts, own = [], []
        try:
            for mount in config.pvc_mount:
                mounts.append(self._mount(mount))
            for mount in config.empty_dir_mounts:
                os.makedirs(mount.mount_path)  # Each pod's own, which goes with it.
                own.append(mount.mount_path)
            environment = {"PATH": self.path, "HOME": "/nonexistent", **self.machine, **variables}
            pod = Pod(name, attempt, self.start(words, self.images[container["image"]], environment))
            on_pod(pod)
            pod.output = pod.process.communicate(timeout=600)[0]
            return pod
        finally:
            for mount in mounts:
                os.unlink(mount)
            for folder in own:
                shutil.rmtree(folder)

    def _secret(self, name):
        if name not in self.secrets:
            raise RefusedError(f"CreateContainerConfigError: secret {name!r} not found")
        return self.secrets[name]

    def _mount(self, mount):
        if mount.constant not in self.claims:
            raise RefusedError(f"Unschedulable: persistentvolumeclaim {mount.constant!r} not found")
        os.symlink(self.claims[mount.constant], mount.mount_path)
        return mount.mount_path


def read_yaml(text):
    """As the API server reads it: what its schema does not know is refused."""
    spec = pipeline_spec_pb2.PipelineSpec()
    documents = list(yaml.safe_load_all(text))
    json_format.ParseDict(documents[0], spec)
    executors = {}
    for document in documents[1:]:
        for label, config in document["platforms"]["kubernetes"]["deploymentSpec"]["executors"].items():
            message = kubernetes_executor_config_pb2.KubernetesExecutorConfig()
            executors[label] = json_format.ParseDict(config, message)
    return spec, executors


def _values(definitions, given):
    unknown = set(given) - set(definitions.parameters)
    missing = {
        name for name, parameter in definitions.parameters.items() if name not in given and not parameter.is_optional
    }
    if unknown or missing:
        raise RefusedError(f"parameters: unknown {sorted(unknown)}, missing {sorted(missing)}")
    defaults = {name: parameter.default_value.string_value for name, parameter in definitions.parameters.items()}
    return defaults | dict(given)


def _inputs(task, run_id, given):
    found = {}
    for name, value in task.inputs.parameters.items():
        if value.HasField("component_input_parameter"):
            found[name] = given[value.component_input_parameter]
        else:
            constant = value.runtime_value.constant.string_value
            found[name] = run_id if constant == RUN_ID else constant
    return found


def _filled(word, inputs):
    for name, value in inputs.items():
        word = word.replace("{{$.inputs.parameters['" + name + "']}}", value)
    if left := UNFILLED.search(word):
        raise RefusedError(f"placeholder {left[0]} is none of this task's")
    return word
