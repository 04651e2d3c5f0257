"""One node of one run: done once, however often it is tried."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from typing import Final, final

from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2

from kubeflow.errors import ChangedPipelineError, NodeFailedError
from kubeflow.placing import placed
from kubeflow.scratch import Scratch, scratch_of
from kubeflow.store import connection_of, node_executions, open_store
from models.binding import nearest
from pipeline.config import load_config
from pipeline.quiet import muted_stderr

__all__ = ["NodeRun"]

_DONE: Final = (metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED)


@final
class NodeRun:
    """A node of a run.

    All attempts share TFX's one execution of the node in the run: the first makes it, the others take it up.

    Args:
        node: Its name.
        run_id: Names the run; the same for all its nodes, and their attempts.
        path: Of the configuration.
        assignments: Set over it when it was compiled.
        overrides: Set over it in this run.
        fingerprint: Of what was compiled.
        days_back: From the newest day to read to that on which the run began, where the run is given no date.
    """

    def __init__(
        self,
        *,
        node: str,
        run_id: str,
        path: str,
        assignments: Sequence[str],
        overrides: Sequence[str],
        fingerprint: str,
        days_back: int = 0,
    ) -> None:
        self._days_back = days_back
        self._node, self._run_id, self._fingerprint, self._path = node, run_id, fingerprint, path
        self._compiled_from = load_config(path, assignments)
        self._config = load_config(path, [*assignments, *overrides]) if overrides else self._compiled_from
        self._connection = connection_of(self._config)

    def is_done(self) -> bool:
        """Whether an attempt did the work, or found it done in TFX's cache.

        Raises:
            MetadataUnusableError: The store cannot be reached, or is of another release.
        """
        return any(execution.last_known_state in _DONE for execution in self._executions())

    def prepare(self) -> None:
        """Imports TFX, compiles, and clears away what an earlier attempt left.

        Raises:
            ChangedPipelineError: This container would not do what was compiled.
        """
        with muted_stderr():
            from kubeflow.attempt import clear
        self._ir = self._compiled()
        for execution in self._executions():
            clear(self._ir, self._node, execution, store=self._store, scratch=self._scratch)

    def do(self) -> None:
        """Does the work, once it is prepared.

        Raises:
            NodeFailedError: What the node reads is not there.
        """
        from kubeflow.keeping import keeping_operators, state_kept
        from pipeline.launch import launch_node

        with state_kept(self._scratch, placed(self._config), self._node):
            operators = None if self._scratch is None else keeping_operators(self._scratch)
            launch_node(self._ir, self._node, self._connection, operators)
        if not self.is_done():
            wanted = "must find what it reads, but the nodes before it have not left it in this run"
            raise NodeFailedError(f"`{self._node}` {wanted}: run them first, under the same run id.")

    @functools.cached_property
    def _store(self) -> metadata_store.MetadataStore:
        return open_store(self._connection)

    @functools.cached_property
    def _scratch(self) -> Scratch | None:
        return scratch_of(self._config)

    def _executions(self) -> list[metadata_store_pb2.Execution]:
        return node_executions(self._store, pipeline=self._config.name, run_id=self._run_id, node=self._node)

    def _compiled(self) -> object:
        from kubeflow.intermediate import compiled, fingerprint_of
        from pipeline.launch import node_ids
        from pipeline.run_date import with_run_date

        found = fingerprint_of(self._compiled_from)
        if found != self._fingerprint:
            raise ChangedPipelineError("kubeflow", [_changed(self._path, found, compiled_as=self._fingerprint)])
        newest = datetime.datetime.now(tz=datetime.UTC) - datetime.timedelta(days=self._days_back)
        today = f"{newest:%Y-%m-%d}"
        dated = with_run_date(self._config, run_id=self._run_id, today=today, connection=self._connection)
        ir = compiled(dated, self._run_id)
        if self._node not in node_ids(ir):
            wanted = (
                f"`--node` must be a node of this pipeline, got {self._node!r}. {nearest(self._node, node_ids(ir))}"
            )
            raise ChangedPipelineError("kubeflow", [wanted])
        return ir


def _changed(path: str, found: str, *, compiled_as: str) -> str:
    return (
        f"`--fingerprint` must be that of {path} and of the code in this container, {found}, got {compiled_as}: the "
        "pipeline was compiled from another configuration or other code. Compile it again from this state, or give the "
        "container the state it was compiled from."
    )
