"""The gate's decision: a picture of every interval against what was asked, and what follows from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import ClassVar, Self, final

from markupsafe import Markup
from typing_extensions import override

from components.comparison.cell import Reference
from components.gate.decision import Asked, Decision
from components.gate.metrics import Metric
from components.gate.need import factor_of
from components.gate.report import GateReport
from components.gate.verdict import TaskChange, Verdict
from components.gauc_weight import GaucWeight
from pipeline.report import numbers
from pipeline.report.drawing.forest import draw_forest
from pipeline.report.drawing.palette import task_slot
from pipeline.report.gate import findings, words
from pipeline.report.gate.margins import margin_panel
from pipeline.report.gate.panels import Panel, bound_panels, gain_panels, shown_outcomes
from pipeline.report.gate.words import CHANGES, MARKS, Mark
from pipeline.report.record import RunRecord
from pipeline.report.sections.section import Section
from pipeline.report.verdict import slice_text

__all__ = ["Answer", "ForestPanel", "GateSection", "Ranking", "Sharing"]


@dataclasses.dataclass(frozen=True)
class ForestPanel:
    """One picture with its caption."""

    name: str
    note: str
    picture: Markup


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer as a line of a table; all but the mark are text."""

    mark: Mark
    output: str
    place: str
    asked: str
    harm: str
    value: str
    interval: str
    limit: str
    rows: str
    wanted: str
    factor: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Ranking:
    """Slices of one metric, those that may have lost most first; `more` follow."""

    name: str
    answers: tuple[Answer, ...]
    more: int


@dataclasses.dataclass(frozen=True)
class Sharing:
    """The verdict against single-task twins.

    Attributes:
        word: Over all rows.
        tone: Of the word.
        sentence: What it means.
        confidence: Of the intervals, two-sided, in percent.
        delta: The mean relative gain with its interval; empty where it is not known.
        tasks: For each its mark, name, metric, gain, interval and relative gain.
        scores: The same of fused scores.
        unknown: Tasks whose change is not known, with the reason.
        slices: For each its name, its word, and each task with its mark.
    """

    word: str
    tone: str
    sentence: str
    confidence: str
    delta: str
    tasks: tuple[tuple[Mark, str, str, str, str, str], ...]
    scores: tuple[tuple[Mark, str, str, str, str, str], ...]
    unknown: tuple[tuple[str, str], ...]
    slices: tuple[tuple[str, str, str], ...]


@final
@dataclasses.dataclass(frozen=True)
class GateSection(Section):
    """All that the gate's report holds.

    Attributes:
        mark: The whole decision.
        blessed: Whether the candidate may be pushed.
        reason: The decision's, in a sentence.
        references: What the candidate was compared with, and which version that was.
        open_labels: Which labels of its rows are not known yet; empty where none are waited for.
        is_first: Whether nothing served yet, so that nothing was compared.
        confidence: Of one end of an interval, in percent.
        key: Marks that occur in the pictures.
        has_shade: Whether anything must be shown in them.
        has_untrusted: Whether an interval in them is of too few rows.
        has_one_sided: Whether one lies wholly on one side of what was asked and yet shows nothing.
        margins: All gains that have a margin in one picture; None where one metric's picture says as much.
        gains: Pictures of differences, a metric each.
        repeated: Those of them of which `margins` shows all lines.
        bounds: Pictures of values that are bounded.
        together: Answers to global rules: mark, name and reason.
        sharing: Against twins; None where there are none.
        harms: Slices ranked by harm.
        clusters: How much clusters matter.
        unlike: What is not comparable, with the reason.
        wanted: What more rows would settle.
        need: How many rows would settle all; empty where none are known to.
        answers: Every answer.
    """

    title: ClassVar[str] = "Gate"

    mark: Mark
    blessed: bool
    reason: str
    references: str
    open_labels: str
    is_first: bool
    confidence: str
    key: tuple[Mark, ...]
    has_shade: bool
    has_untrusted: bool
    has_one_sided: bool
    margins: ForestPanel | None
    gains: tuple[ForestPanel, ...]
    repeated: tuple[ForestPanel, ...]
    bounds: tuple[ForestPanel, ...]
    together: tuple[tuple[Mark, str, str], ...]
    sharing: Sharing | None
    harms: tuple[Ranking, ...]
    clusters: str
    unlike: tuple[tuple[str, str], ...]
    wanted: tuple[Answer, ...]
    need: str
    answers: tuple[Answer, ...]

    @classmethod
    @override
    def of(cls, run: RunRecord) -> Self | None:
        """None where no gate decided."""
        report = run.gate
        if report is None:
            return None
        gains, bounds = gain_panels(report.decisions), bound_panels(report.decisions)
        together = margin_panel(report.decisions)
        single = tuple(panel for panel in gains if together is None or not panel.has_margins)
        repeated = tuple(panel for panel in gains if panel not in single)
        slots = {output.name: task_slot(run.graph, output.task) for output in run.judged}
        weight = report.gauc_weight
        harms = findings.harms_of(report.decisions)
        drawn = [line for panel in (*gains, *bounds) for line in panel.lines]
        return cls(
            mark=words.status_mark(report),
            blessed=report.blessed,
            reason=report.reason,
            references=_references(report),
            open_labels=findings.open_sentence(run),
            is_first=Reference.BASELINE.value in report.empty,
            confidence=f"{100 * report.confidence:g}",
            key=tuple(MARKS[outcome] for outcome in shown_outcomes((*gains, *bounds))),
            has_shade=any(line.floor is not None or line.ceiling is not None for line in drawn),
            has_untrusted=any(not line.trusted for line in drawn),
            has_one_sided=any(line.is_one_sided for line in drawn),
            margins=next(_pictures((together,), slots, key="margins", gauc_weight=weight), None) if together else None,
            gains=tuple(_pictures(single, slots, key="gain", gauc_weight=weight)),
            repeated=tuple(_pictures(repeated, slots, key="again", gauc_weight=weight)),
            bounds=tuple(_pictures(bounds, slots, key="bound", gauc_weight=weight)),
            together=tuple((MARKS[one.outcome], one.name.replace("_", " "), one.reason) for one in report.together),
            sharing=_sharing(report.verdicts),
            harms=tuple(Ranking(one.name, tuple(map(_answer, one.decisions)), one.more) for one in harms),
            clusters=findings.clusters_sentence(report),
            unlike=findings.unlike_of(report),
            wanted=tuple(map(_answer, findings.wanted_of(report.decisions))),
            need=findings.need_sentence(report.decisions),
            answers=tuple(map(_answer, report.decisions)),
        )


def _references(report: GateReport) -> str:
    return ", ".join(f"{name} {version}" for name, version in report.references.items())


def _pictures(
    panels: tuple[Panel, ...], slots: Mapping[str, int], *, key: str, gauc_weight: GaucWeight
) -> Iterator[ForestPanel]:
    for place, panel in enumerate(panels):
        name = words.metric_title(panel.metric) if panel.metric else "Against every margin"
        if panel.asked is Asked.TOTAL:
            name += " since the anchor"
        if panel.is_of_slices:
            name += f" of {panel.outputs[0]}, slice by slice"
        left_out = ", ".join(f"{number} of {output}" for output, number in panel.left_out.items())
        notes = [f"users count by {gauc_weight.value}"] if panel.metric is Metric.GAUC else []
        notes += ["unshaded, it fails only where shown to be left of 0"] * any(line.is_lenient for line in panel.lines)
        notes += [f"slices left to the tables: {left_out}"] if left_out else []
        yield ForestPanel(name, "; ".join(notes), draw_forest(panel, slots, key=f"{key}-{place}"))


def _answer(decision: Decision) -> Answer:
    is_gain = decision.asked in (Asked.DIFFERENCE, Asked.TOTAL)
    text = numbers.signed if is_gain else numbers.measure
    wanted, factor = decision.rows_to_settle, factor_of(decision)
    return Answer(
        mark=MARKS[decision.outcome],
        output=decision.output,
        place=slice_text(decision.slice),
        asked=words.asked_text(decision),
        harm=_harm_text(decision),
        value=numbers.ABSENT if decision.value is None else text(decision.value),
        interval=words.interval_text(decision.low, decision.high, signed=is_gain),
        limit=words.limit_text(decision),
        rows=numbers.count(decision.rows),
        wanted="cannot be told" if wanted is None else numbers.count(wanted),
        factor="" if factor is None else f"{factor:.1f} times",
        reason=decision.reason,
    )


def _harm_text(decision: Decision) -> str:
    if decision.low is None:
        return numbers.ABSENT
    return "not worse" if decision.low >= 0 else numbers.measure(-decision.low)


def _sharing(verdicts: tuple[Verdict, ...]) -> Sharing | None:
    overall = next((verdict for verdict in verdicts if not verdict.slice), None)
    if overall is None:
        return None
    tone, sentence = words.WORDS[overall.word]
    delta = ""
    if overall.delta_m is not None and overall.delta_m_low is not None and overall.delta_m_high is not None:
        ends = [numbers.signed(100 * end, 2) for end in (overall.delta_m, overall.delta_m_low, overall.delta_m_high)]
        delta = f"{ends[0]} % ({ends[1]} to {ends[2]} %)"
    slices = tuple(
        (
            slice_text(verdict.slice),
            verdict.word.value,
            ", ".join(_change_text(task) for task in verdict.tasks),
        )
        for verdict in verdicts
        if verdict.slice
    )
    confidence = f"{100 * overall.confidence:g}"
    return Sharing(
        word=overall.word.value.capitalize(),
        tone=tone,
        sentence=sentence,
        confidence=confidence,
        delta=delta,
        tasks=tuple(map(_change_cells, overall.tasks)),
        scores=tuple(map(_change_cells, overall.scores)),
        unknown=tuple((one.task, one.reason) for one in (*overall.tasks, *overall.scores) if one.reason),
        slices=slices,
    )


def _change_cells(task: TaskChange) -> tuple[Mark, str, str, str, str, str]:
    return (
        CHANGES[task.change],
        task.task,
        words.metric_title(task.metric),
        numbers.ABSENT if task.gain is None else numbers.signed(task.gain),
        words.interval_text(task.low, task.high),
        numbers.ABSENT if task.relative is None else f"{numbers.signed(100 * task.relative, 2)} %",
    )


def _change_text(task: TaskChange) -> str:
    mark = CHANGES[task.change]
    return f"{mark.glyph} {task.task} {mark.word}"
