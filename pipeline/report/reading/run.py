"""One run's record, from the metadata store and the artifacts it names."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from google.protobuf.message import DecodeError

from components.example_gen.label_report import read_label_report
from components.fusion_tuner.proposal import PROBLEM_KEY, PROPOSAL_FILE, Proposal
from components.gate.report import REPORT_FILE, GateReport, report_from_json
from components.trainer.record import read_record
from components.tuner.record import read_search
from models.fusion import FusionConfig
from models.tasks import TaskGraph
from pipeline.report.errors import UnreadableRunError
from pipeline.report.reading.evaluation import read_evaluation
from pipeline.report.reading.statistics import read_anomalies, read_splits
from pipeline.report.reading.store import Place, StoredArtifact, StoredRun, latest_run_id, read_store
from pipeline.report.reading.weights import read_score_weights
from pipeline.report.record import NodeRecord, NodeState, Push, RunRecord
from pipeline.report.scores import judged_scores

__all__ = ["latest_run_id", "read_run"]

T = TypeVar("T")

# Output keys of the pipeline's nodes, as TFX and our own components declare them.
EXAMPLES: Final = "examples"
STATISTICS: Final = "statistics"
ANOMALIES: Final = "anomalies"
MODEL_RUN: Final = "model_run"
PROPOSAL: Final = "proposal"
TUNER_RESULTS: Final = "tuner_results"
EVALUATION: Final = "evaluation"
GATE_REPORT: Final = "report"
BLESSING: Final = "blessing"
PUSHED_MODEL: Final = "pushed_model"
REASON: Final = "reason"  # Of a pushed model: why it is none.
SERVES: Final = "serves"  # The same: the version that is this very model.


def read_run(
    place: Place,
    run_id: str,
    *,
    pipeline: str,
    graph: TaskGraph,
    fusion: FusionConfig | None = None,
    configuration: str = "",
    planned: Sequence[str] = (),
    error: str | None = None,
) -> RunRecord:
    """Reads all that a run left, finished or not.

    Args:
        place: Where the run is on record.
        run_id: Names the run in it; see `latest_run_id`.
        pipeline: The pipeline's name.
        graph: The declared tasks.
        fusion: The declared scores.
        configuration: As resolved, as YAML text.
        planned: All node ids in order, so that those never reached are shown too.
        error: What stopped the run, where the caller knows better than the store.

    Raises:
        UnreadableRunError: There is no such run, and no `error` says why.
    """
    stored = _stored(place, run_id, planned=planned, has_failed=error is not None)
    unreadable: list[str] = []

    def _read(key: str, reader: Callable[[str], T]) -> T | None:
        return _section(_last(stored, key), reader, unreadable=unreadable)

    pushed = _last(stored, PUSHED_MODEL)
    return RunRecord(
        pipeline=pipeline,
        run_id=run_id,
        started=stored.started,
        graph=graph,
        configuration=configuration,
        nodes=stored.nodes,
        splits=_read(STATISTICS, read_splits) or (),
        anomalies=_read(ANOMALIES, read_anomalies),
        label_check=_read(EXAMPLES, read_label_report),
        training=_read(MODEL_RUN, read_record),
        search=_read(TUNER_RESULTS, read_search),
        evaluation=_read(EVALUATION, lambda uri: read_evaluation(uri, graph, judged_scores(graph, fusion))),
        gate=_read(GATE_REPORT, _gate_report),
        blessed=_blessed(_last(stored, BLESSING)),
        push=_push(pushed),
        held_back=_said(pushed, REASON),
        proposal=_read(PROPOSAL, _proposal),
        no_proposal=_said(_last(stored, PROPOSAL), PROBLEM_KEY),
        serves=_said(pushed, SERVES),
        fusion=fusion,
        weights=None if fusion is None else read_score_weights(stored.nodes),
        error=error or stored.error or None,
        unreadable=tuple(unreadable),
    )


def _section(artifact: StoredArtifact | None, reader: Callable[[str], T], *, unreadable: list[str]) -> T | None:
    """What an artifact says; a page without one section is worth more than no page, as long as it says so."""
    if artifact is None:
        return None
    try:
        return reader(artifact.uri)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, DecodeError) as problem:
        unreadable.append(f"{artifact.key} in {artifact.uri} cannot be read: {problem}")
        return None


def _blessed(artifact: StoredArtifact | None) -> bool | None:
    return None if artifact is None else artifact.properties.get("blessed") == 1


def _stored(place: Place, run_id: str, *, planned: Sequence[str], has_failed: bool) -> StoredRun:
    try:
        return read_store(place, run_id, planned=planned)
    except UnreadableRunError:
        if not has_failed:
            raise
        # It failed before its first node was on record; what stopped it must be shown all the same.
        nodes = tuple(NodeRecord(name=name, state=NodeState.NOT_REACHED) for name in planned)
        return StoredRun(0.0, nodes, (), "")


def _gate_report(uri: str) -> GateReport:
    return report_from_json(pathlib.Path(uri, REPORT_FILE).read_text(encoding="utf-8"))


def _proposal(uri: str) -> Proposal:
    return Proposal.from_json(pathlib.Path(uri, PROPOSAL_FILE).read_text(encoding="utf-8"))


def _last(stored: StoredRun, key: str) -> StoredArtifact | None:
    return next((artifact for artifact in reversed(stored.artifacts) if artifact.key == key), None)


def _said(artifact: StoredArtifact | None, key: str) -> str:
    return "" if artifact is None else str(artifact.properties.get(key, ""))


def _push(artifact: StoredArtifact | None) -> Push | None:
    if artifact is None or artifact.properties.get("pushed") != 1:
        return None
    destination, version = (str(artifact.properties.get(f"pushed_{name}", "")) for name in ("destination", "version"))
    return Push(destination=destination, version=version)
