"""A run's result on the terminal: outputs by metrics, candidate beside the serving model, the gate, the verdict."""

from __future__ import annotations

import shlex
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from components.tuner.record import SearchRecord
from models.tasks import Output
from pipeline.fusion.proposal_words import end_sentence
from pipeline.fusion.set_command import CONFIG_WORD, set_command
from pipeline.report import numbers
from pipeline.report.evaluation import Evaluation, SliceScores
from pipeline.report.gate.table import gain_note, gate_table
from pipeline.report.metrics import score_text, shown_metrics, style_of
from pipeline.report.record import RunRecord
from pipeline.report.sampling import is_sampled, weighted_note
from pipeline.report.scores import ranking_note
from pipeline.report.sections.fusion_tuning import FusionTuningSection, proposal_note
from pipeline.report.sections.search import changes_of, search_sentence
from pipeline.report.verdict import verdict_of
from pipeline.report.weights import weights_notes

__all__ = ["summary_table"]

COLORS: Final = {"good": "bold green", "warn": "bold yellow", "bad": "bold red"}


def summary_table(run: RunRecord) -> RenderableType:
    """What rich prints of a run; fits 80 columns unless names are long."""
    verdict = verdict_of(run)
    parts: list[RenderableType] = [] if run.search is None else [*_search(run.search)]
    if run.evaluation is not None and run.evaluation.scores:
        parts.append(_table(run, run.evaluation))
        parts += [Text(note, "dim") for note in (weighted_note(run.graph), ranking_note(run.fusion)) if note]
    decided = gate_table(run.gate) if run.gate is not None else None
    if run.gate is not None and decided is not None:
        parts += [decided, *(Text(note, "dim") for note in [gain_note(run.gate)] if note), Text()]
    parts += [Text(note, "yellow") for note in weights_notes(run.weights)]
    parts += _proposal(run)
    parts.append(Text.assemble((verdict.outcome.value.capitalize(), COLORS[verdict.tone]), ". ", verdict.sentence))
    parts += [Text(f"  - {reason}") for reason in verdict.reasons]
    return Group(*parts)


def _search(record: SearchRecord) -> list[RenderableType]:
    """What was searched for, and what to change: words for a shell, each on one line however long it is."""
    lines = [f"  --set {shlex.quote(one)}  # was {was}" for one, was in changes_of(record)]
    changes = [Text(line, "bold", no_wrap=True, overflow="ignore") for line in lines]
    return [Text(search_sentence(record)), *changes, Text()]


def _proposal(run: RunRecord) -> list[RenderableType]:
    """What fusion weights are proposed, and the command that sets them, in one piece."""
    note, title = proposal_note(run), FusionTuningSection.title
    if note:
        return [Text(f"{title}: {note}", "yellow")]
    if run.proposal is None:
        return []
    command = set_command(CONFIG_WORD, run.proposal)
    lines = [Text(f"  {command}", "bold", no_wrap=True, overflow="ignore")] if command else []
    return [Text(f"{title}: {end_sentence(run.proposal)}"), *lines, Text()]


def _table(run: RunRecord, evaluation: Evaluation) -> Table:
    table = Table(box=SIMPLE_HEAD, show_lines=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("output")
    table.add_column("impressions" if is_sampled(run.graph) else "known rows", justify="right")
    table.add_column("metric")
    table.add_column("candidate", justify="right")
    if evaluation.has_baseline:
        table.add_column("serving", justify="right")
        table.add_column("change", justify="right")
    for output in run.judged:
        scores = evaluation.overall(output.name)
        if scores is not None:
            space = "fused score" if output in run.scores else _space(output)
            table.add_row(*_cells(output, scores, evaluation, space=space), end_section=True)
    return table


def _space(output: Output) -> str:
    return f"given {output.space[-1]}" if output.space else "all rows"


def _cells(output: Output, scores: SliceScores, evaluation: Evaluation, *, space: str) -> list[Text]:
    metrics = shown_metrics(evaluation, output.name)
    name = Text.assemble((output.name, "bold"), "\n", (space, "dim"))
    cells = [
        name,
        Text.assemble(numbers.count(scores.known), "\n", (_positives(output, scores), "dim")),
        Text("\n".join(style_of(metric).title for metric in metrics)),
        Text("\n".join(score_text(scores.candidate.get(metric)) for metric in metrics)),
    ]
    if evaluation.has_baseline:
        cells.append(Text("\n".join(score_text(scores.baseline.get(metric)) for metric in metrics)))
        changes = [scores.change(metric) for metric in metrics]
        cells.append(
            Text("\n".join(numbers.ABSENT if change is None else numbers.signed(change) for change in changes))
        )
    return cells


def _positives(output: Output, scores: SliceScores) -> str:
    if output.kind.is_binary:
        return "" if scores.positives is None else f"{numbers.count(scores.positives)} positive"
    return "" if scores.mean_label is None else f"mean {numbers.measure(scores.mean_label)}"
