"""Sets weights of what serves: judged as a model would be, then pushed as a version of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from components.comparison.cell import Comparison, Reference
from components.fusion.compare import columns_to_compare, compare_weights
from components.fusion.rows_file import id_column, numbers_of, read_rows
from components.fusion_tuner.rows import searched
from components.gate.decide import decide
from components.gate.report import GateReport
from components.pusher.folder import alone
from components.pusher.reweigh import reweigh
from components.pusher.settle import settle
from models.errors import raise_if_any
from models.fusion import FlatWeights, FusionConfig, weights_text
from pipeline.config import PipelineConfig
from pipeline.config.push import push_policy
from pipeline.evaluation import evaluator_plan
from pipeline.fusion.assignments import assigned
from pipeline.fusion.rules import score_of, score_policy
from pipeline.fusion.served import ServedScores, served_scores

__all__ = ["Change", "set_weights"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """What became of weights that were to be set.

    Attributes:
        before: What served.
        weights: Those that were to be set.
        comparison: Of scores with them, A, and with those that served, B.
        report: What the gate decided.
        version: The new version; None where the gate refused.
        left_out: Rows that judged nothing: those that `fusion.tune` searches on.
    """

    before: ServedScores
    weights: dict[str, float]
    comparison: Comparison
    report: GateReport
    version: int | None
    left_out: int


def set_weights(config: PipelineConfig, assignments: Sequence[str], *, now_s: int) -> Change:
    """Judges weights on the rows that the run of what serves has kept, and pushes them where the gate lets them pass.

    Where `fusion.tune` is declared, they are judged by the users that its search does not look at.
    `total_margin` counts from the weights that the version's run declared, so that small losses do not add up.

    Args:
        config: Its rules of scores decide; formulas are those of what serves.
        assignments: See `assigned`.
        now_s: Unix time.

    Raises:
        ConfigError: Weights are wrong, or nothing would change.
        NoScoresError: Nothing serves that has scores, or no rule judges them.
        CorruptVersionError, ServesAnotherError, ServedFolderError, UnusableInputError: See what raises them.
    """
    before = served_scores(config)
    weights = assigned(before.fusion, before.weights, assignments)
    if weights == before.weights:
        with alone(config.serving_directory):  # Stopped half way, a change is asked for again: servers are told of it.
            settle(config.serving_directory, push_policy(config))
        raise_if_any("fusion", [f"version {before.version} has these weights already: nothing would change."])
    scores = _changed(before.fusion, before.weights, weights)
    policy = score_policy(config.gate, before.fusion, scores)
    references = {Reference.BASELINE: before.weights}
    if any(rule.total_margin is not None for rule in policy.gate.rules):
        references[Reference.ANCHOR] = dict(before.fusion.declared)
    asked = dict.fromkeys(columns for rule in policy.gate.rules for columns in rule.slices)
    plan = dataclasses.replace(evaluator_plan(config), slices=tuple(asked))
    batch, left_out = _rows(config, before, columns_to_compare(plan, before.fusion))
    comparison = compare_weights(plan, before.fusion, batch, scores=scores, candidate=weights, references=references)
    names = {
        Reference.BASELINE: f"version {before.version}",
        Reference.ANCHOR: f"version {before.version} with the weights that its run declared",
    }
    comparison = dataclasses.replace(comparison, references={one: names[one] for one in references})
    report = decide(policy, comparison)
    version = None
    if report.blessed:
        version = reweigh(
            config.serving_directory,
            push_policy(config),
            text=weights_text(weights),
            over=before.version,
            now_s=now_s,
        )
    return Change(
        before=before, weights=weights, comparison=comparison, report=report, version=version, left_out=left_out
    )


def _rows(config: PipelineConfig, served: ServedScores, columns: Sequence[str]) -> tuple[pa.RecordBatch, int]:
    """Rows to judge weights by, and how many are left out: weights were chosen by those that a search looks at."""
    user = config.evaluation.user or config.evaluation.cluster
    if config.fusion_tune is None or user is None:
        return read_rows(served.rows, columns), 0
    batch = read_rows(served.rows, list(dict.fromkeys([*columns, id_column(user)])))
    known = searched(numbers_of(batch[id_column(user)]).astype(np.uint64, copy=False), seed=config.fusion_tune.seed)
    return batch.filter(pa.array(~known)), int(np.count_nonzero(known))


def _changed(fusion: FusionConfig, before: FlatWeights, after: FlatWeights) -> list[str]:
    """The scores that other weights are set of."""
    keys = [key for key in {*before, *after} if before.get(key) != after.get(key)]
    formulas = {key.partition(".")[0] for key in keys}
    return [score_of(fusion, name) for name in fusion.formulas if name in formulas]
