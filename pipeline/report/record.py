"""What a run left behind, as far as its report needs it."""

from __future__ import annotations

import dataclasses
import enum

from components.example_gen.label_report import LabelReport
from components.fusion_tuner.proposal import Proposal
from components.gate.report import GateReport
from components.trainer.record import TrainingRecord
from components.tuner.record import SearchRecord
from models.fusion import FusionConfig
from models.tasks import Output, TaskGraph
from pipeline.baseline.record import BaselineRecord
from pipeline.report.evaluation import Evaluation
from pipeline.report.rows import Anomaly, SampleSpace, SplitRecord, sample_space, split_order
from pipeline.report.scores import judged_scores
from pipeline.report.weights import ScoreWeights

__all__ = ["NodeRecord", "NodeState", "Push", "RunRecord"]


class NodeState(enum.Enum):
    """How a node ended."""

    COMPLETE = "complete"
    CACHED = "cached"
    FAILED = "failed"
    RUNNING = "running"
    NOT_REACHED = "not reached"


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeRecord:
    """One node of the pipeline in one run.

    Attributes:
        name: The node's id.
        state: How it ended; a node killed from outside stays `RUNNING`.
        start_s: Seconds from the run's first node to this node's start.
        seconds: Wall time of the node.
        outputs: Folders of its artifacts by output key.
    """

    name: str
    state: NodeState
    start_s: float = 0.0
    seconds: float = 0.0
    outputs: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Push:
    """Where a model went.

    Attributes:
        destination: The version's folder.
        version: Its version; empty where the pusher named none.
    """

    destination: str
    version: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One run of one pipeline.

    Attributes:
        pipeline: The pipeline's name.
        run_id: The run's id in the metadata store.
        started: Unix time of the first node's start; 0 where no node started.
        graph: The declared tasks.
        configuration: The resolved configuration as YAML text.
        nodes: In the order they run, those not reached included where they are known.
        splits: Statistics of the rows, a split each.
        anomalies: Where rows depart from the schema; None where they were not checked.
        label_check: Contradictions among labels.
        training: What the trainer left.
        search: What values were searched for, and found.
        evaluation: What the evaluator left.
        gate: What the gate decided and why.
        blessed: None where nobody judged.
        push: None where nothing was pushed.
        held_back: Why a blessed model was not pushed; empty where it was, or nobody said.
        serves: The version that holds this very model already, so that it was not pushed again; else empty.
        proposal: Fusion weights that were searched for.
        no_proposal: Why none are proposed, though they were searched for; else empty.
        baselines: What was judged beside its model afterwards; `write_report` takes those beside the page.
        fusion: How predictions become scores; None where none is served.
        weights: Of its scores; None where its model is not there, or serves none.
        error: What stopped the run; None for one that ended.
        unreadable: A sentence for each artifact that is there and cannot be read.
    """

    pipeline: str
    run_id: str
    started: float
    graph: TaskGraph
    configuration: str
    nodes: tuple[NodeRecord, ...]
    splits: tuple[SplitRecord, ...] = ()
    anomalies: tuple[Anomaly, ...] | None = None
    label_check: LabelReport | None = None
    training: TrainingRecord | None = None
    search: SearchRecord | None = None
    evaluation: Evaluation | None = None
    gate: GateReport | None = None
    blessed: bool | None = None
    push: Push | None = None
    held_back: str = ""
    serves: str = ""
    proposal: Proposal | None = None
    no_proposal: str = ""
    baselines: tuple[BaselineRecord, ...] = ()
    fusion: FusionConfig | None = None
    weights: ScoreWeights | None = None
    error: str | None = None
    unreadable: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Wall time from the first node's start to the last one's end."""
        return max((node.start_s + node.seconds for node in self.nodes), default=0.0)

    @property
    def scores(self) -> tuple[Output, ...]:
        """The fused scores that are judged, each like the output whose label it is to rank."""
        return judged_scores(self.graph, self.fusion)

    @property
    def judged(self) -> tuple[Output, ...]:
        """All that metrics are told of: outputs, then fused scores."""
        return (*self.graph.outputs, *self.scores)

    @property
    def split_rows(self) -> dict[str, int]:
        """Rows by split, train first, as the statistics or else the label check counted them."""
        if self.splits:
            return {split.name: split.rows for split in self.splits}
        rows = self.label_check.rows if self.label_check else {}
        return dict(sorted(rows.items(), key=lambda item: split_order(item[0])))

    def sample_space(self, output: Output, split: str) -> SampleSpace | None:
        """Counts the rows of a split that an output is judged on; None where they were not counted."""
        return sample_space(output, split=split, labels=self.label_check, splits=self.splits)

    @property
    def stopped_at(self) -> NodeRecord | None:
        """The node that did not end well, if any."""
        stopped = [node for node in self.nodes if node.state in (NodeState.FAILED, NodeState.RUNNING)]
        return stopped[0] if stopped else None
