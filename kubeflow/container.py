"""The container of one node: an image and a command line."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from typing import Any

from kfp import dsl

from kubeflow.parameters import RUN_ID, RunParameter

__all__ = ["NodeCommand", "node_component"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeCommand:
    """What the containers of all nodes have in common.

    Attributes:
        image: Of the container.
        config: The configuration's path in it.
        fingerprint: Of what was compiled.
        assignments: Set over the file's values, such as `training.epochs=2`.
    """

    image: str
    config: str
    fingerprint: str
    assignments: tuple[str, ...] = ()

    def fixed(self, node: str) -> list[str]:
        """The part of the command line that is the same in every run."""
        set_options = [word for assignment in self.assignments for word in ("--set", assignment)]
        return ["--node", node, "--config", self.config, "--fingerprint", self.fingerprint, *set_options]


def node_component(node: str, command: NodeCommand, parameters: Sequence[RunParameter]) -> Any:
    """A kfp component that runs `node`; its inputs are the run's id and the run's parameters, all texts.

    Kubeflow fills in a run's id where it is a whole input, not inside a word of the command line.
    """

    def container(*given: Any) -> dsl.ContainerSpec:  # Any: a placeholder of kfp.
        run_id, *values = given
        words = [*command.fixed(node), "--run-id", run_id]
        for parameter, value in zip(parameters, values, strict=True):
            words += [*parameter.options, f"{parameter.prefix}{value}"]
        return dsl.ContainerSpec(image=command.image, command=["python", "-m", "kubeflow.run_node"], args=words)

    run_id = inspect.Parameter(RUN_ID, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=str)
    signature = inspect.Signature([run_id, *(parameter.signature for parameter in parameters)])
    container.__signature__ = signature  # type: ignore[attr-defined]
    container.__name__ = node
    return dsl.container_component(container)
