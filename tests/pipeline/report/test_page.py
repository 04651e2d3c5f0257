import dataclasses
import html.parser
import re

import pytest

from components.comparison.cell import Reference
from components.example_gen.label_report import Finding, Place
from components.gate.config import RuleName
from components.gate.decision import Asked, Decision, Outcome
from components.gate.metrics import Metric
from components.gate.report import GateReport, GateStatus
from pipeline.report.evaluation import Evaluation
from pipeline.report.page import render_page, write_report
from pipeline.report.record import NodeRecord, NodeState, Push, RunRecord
from pipeline.report.rows import Anomaly
from pipeline.report.sections import SECTIONS
from tests.pipeline.report.gate_reports import EVERYTHING, cell, gate_report, rule, with_checks

HOSTILE = '<script>alert("1")</script>$x$&'


class Elements(html.parser.HTMLParser):
    """Collects every element and checks that each is closed where it was opened."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def ids(self) -> list[str | None]:
        return [attrs["id"] for _, attrs in self.found if "id" in attrs]


@pytest.fixture(scope="module")
def judged(run: RunRecord, fused: RunRecord) -> RunRecord:
    """With something of everything that a gate can say, and with scores."""
    return dataclasses.replace(run, fusion=fused.fusion, gate=with_checks(gate_report(gate=EVERYTHING)))


@pytest.fixture(scope="module")
def page(judged: RunRecord) -> str:
    return render_page(judged)


def without_pictures(run: RunRecord) -> RunRecord:
    """Drawing is what takes time."""
    return dataclasses.replace(run, training=None, evaluation=dataclasses.replace(run.evaluation, curves=()))


def hostile_run(run: RunRecord, evaluation: Evaluation) -> RunRecord:
    """Puts a script into every text that people or data name."""
    where = ((HOSTILE, HOSTILE),)
    scores = [dataclasses.replace(item, slice=where) if item.slice else item for item in evaluation.scores]
    answer = Decision(
        output=HOSTILE,
        metric=Metric.AUC,
        slice=where,
        asked=Asked.DIFFERENCE,
        rule=RuleName.NON_INFERIOR,
        outcome=Outcome.FAILED,
        reason=HOSTILE,
    )
    gate = GateReport(
        blessed=False,
        status=GateStatus.FAILED,
        reason=HOSTILE,
        confidence=0.95,
        decisions=(answer,),
        warnings=(HOSTILE,),
    )
    splits = [
        dataclasses.replace(
            split, columns=tuple(dataclasses.replace(column, name=HOSTILE + column.name) for column in split.columns)
        )
        for split in run.splits
    ]
    top = dataclasses.replace(splits[0].columns[1], top=((HOSTILE, 3),))
    splits[0] = dataclasses.replace(splits[0], columns=(splits[0].columns[0], top))
    gates = tuple(
        dataclasses.replace(gate, name=HOSTILE, experts=(HOSTILE, HOSTILE, HOSTILE)) for gate in run.training.gates
    )
    finding = Finding(rows=1, share=0.5, first=(Place(HOSTILE, 3, HOSTILE),))
    return dataclasses.replace(
        run,
        pipeline=HOSTILE,
        run_id=HOSTILE,
        configuration=f"root: '{HOSTILE}'",
        nodes=(*run.nodes, NodeRecord(name=HOSTILE, state=NodeState.COMPLETE)),
        splits=tuple(splits),
        anomalies=(Anomaly(split=HOSTILE, column=HOSTILE, what=HOSTILE, detail=HOSTILE),),
        label_check=dataclasses.replace(run.label_check, contradictions={HOSTILE: finding}, not_finite={HOSTILE: 1}),
        training=dataclasses.replace(run.training, rule=HOSTILE, gates=gates),
        evaluation=dataclasses.replace(evaluation, scores=tuple(scores)),
        gate=gate,
        push=Push(destination=HOSTILE, version=HOSTILE),
        baselines=(dataclasses.replace(run.baselines[0], kind=HOSTILE, notes=(HOSTILE,)),),
        unreadable=(HOSTILE,),
    )


def test_a_finished_run_shows_every_section(page):
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    # The verdict is the page's head and has no heading of its own.
    assert headings == [section.title for key, section in SECTIONS.items() if key != "verdict"]
    assert re.findall(r'<section class="section[^"]*" id="(\w+)">', page) == list(SECTIONS)
    assert re.findall(r'<a href="#(\w+)">', page) == list(SECTIONS)


def test_elements_nest_and_ids_are_unique(page):
    elements = Elements(page)
    assert elements.open == []
    assert len(elements.ids()) == len(set(elements.ids()))


def test_the_page_needs_nothing_from_outside(page):
    found = Elements(page).found
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in found}
    references = [value for _, attrs in found for key, value in attrs.items() if key in ("href", "src", "xlink:href")]
    assert references and all(value.startswith("#") for value in references)
    assert set(re.findall(r"url\((.)", page)) == {"#"}
    # Names of XML namespaces, which nobody fetches.
    assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}


def test_the_same_run_gives_the_same_bytes(judged, page):
    assert render_page(judged) == page


def test_text_of_people_and_data_is_escaped_everywhere(run, evaluation):
    page = render_page(hostile_run(run, evaluation))
    assert "<script" not in page
    assert "alert(&#34;1&#34;)&lt;/script&gt;$x$&amp;" in page  # Jinja's escape.
    for key in ("gates", "gate"):
        shown = page.partition(f'id="{key}"')[2].partition("</section>")[0]
        assert "&lt;script&gt;alert(" in shown  # Matplotlib's escape.
    assert Elements(page).open == []


@pytest.mark.parametrize("change", [{"blessed": False, "push": None}, {"error": HOSTILE}], ids=["refused", "failed"])
def test_the_reasons_of_a_verdict_are_escaped(run, evaluation, change):
    page = render_page(dataclasses.replace(without_pictures(hostile_run(run, evaluation)), **change))
    assert "<script" not in page
    assert "&lt;script&gt;" in page.partition('<ul class="reasons">')[2].partition("</ul>")[0]


def test_the_gate_says_in_words_what_its_pictures_show(page):
    gate = page.partition('id="gate"')[2].partition("</section>")[0]
    text = " ".join(re.sub(r"<svg.*?</svg>|<[^>]*>", " ", gate, flags=re.DOTALL).split())
    for said in (
        "✕ Failed: kept back conversion auc against the baseline: It is worse by at least 0.0102",
        "Compared with: baseline version 7, anchor version 1, twins of today.",
        "Seesaw : a main task is worse than a network of its own of the same budget, and another is not.",
        "intervals are 1.4 times as wide as if rows were independent",
        "spend: MSE gain: The model that serves has no output `spend`.",
        "conversion AUC gain payment = Credit Card 300",
    ):
        assert said in text


def test_a_first_run_says_that_nothing_could_be_compared(run):
    asked = rule("click", Metric.AUC, margin=0.01, min=0.6)
    gate = gate_report(asked, cells=(cell("click", "auc", against=None),), references={}, empty=(Reference.BASELINE,))
    page = render_page(dataclasses.replace(without_pictures(run), gate=gate))
    shown = page.partition('id="gate"')[2].partition("</section>")[0]
    assert "Nothing serves yet, so no task could be compared" in shown
    assert "Is any task worse" not in shown


def test_an_undefined_metric_is_no_number(page):
    click = page.partition('id="metrics"')[2].partition("</section>")[0]
    line = re.search(r"<th>payment = No Charge</th>(.*?)</tr>", click, re.DOTALL).group(1)
    assert re.findall(r"<td[^>]*>([^<]*)</td>", line) == [
        "undefined: one class",
        "0.5967",
        "0.6383",
        "\N{MINUS SIGN}0.0416",
        "undefined: no positives",
        "40",
        "0",
        "0\N{NARROW NO-BREAK SPACE}%",
    ]


def test_a_first_run_has_no_column_for_a_baseline(run, evaluation):
    scores = tuple(dataclasses.replace(item, baseline={}) for item in evaluation.scores)
    curves = tuple(item for item in evaluation.curves if item.model == "candidate")[:1]
    first = Evaluation(scores=scores, curves=curves, has_baseline=False)
    page = render_page(dataclasses.replace(run, training=None, evaluation=first))
    metrics = page.partition('id="metrics"')[2].partition("</section>")[0]
    assert "No model served before this run." in metrics
    assert "<th>change</th>" not in metrics
    assert "serving model</span>" not in page
    assert "0.6802" in metrics
    assert Elements(page).open == []


def test_a_failed_run_names_the_node_and_shows_what_there_is(run):
    nodes = (
        *run.nodes[:3],
        NodeRecord(name="Trainer", state=NodeState.FAILED, start_s=20, seconds=3),
        NodeRecord(name="Evaluator", state=NodeState.NOT_REACHED),
    )
    failed = dataclasses.replace(
        run,
        nodes=nodes,
        training=None,
        search=None,
        evaluation=None,
        blessed=None,
        push=None,
        baselines=(),
        proposal=None,
        error="loss of `click` is NaN at step 12",
    )
    page = render_page(failed)
    verdict = page.partition('id="verdict"')[2].partition("</section>")[0]
    assert "The run stopped at Trainer. Nothing was pushed; what served before still serves." in verdict
    assert "loss of `click` is NaN at step 12" in verdict
    assert re.findall(r'<section class="section[^"]*" id="(\w+)">', page) == [
        "verdict",
        "tasks",
        "rows",
        "timing",
        "configuration",
    ]
    assert "not reached" in page.partition('id="timing"')[2]


def test_baselines_stand_beside_the_model_with_intervals_and_costs(page):
    shown = page.partition('id="baselines"')[2].partition("</section>")[0]
    trees, networks = shown.split("<h3>")[1:]
    assert "rows of one user depend on each other" in shown
    assert '<td class="start tone-good">+0.0100 (+0.0061 to +0.0139)</td>' in trees
    minus = "\N{MINUS SIGN}"
    assert f'<td class="start tone-bad">{minus}0.0200 ({minus}0.0239 to {minus}0.0161)</td>' in trees
    assert f'<td class="start">+0.0010 ({minus}0.0029 to +0.0049)</td>' in trees  # Neither.
    assert "one class" in trees
    assert f'<td class="start">{minus}0.0030</td>' in trees  # There is no interval of a calibration error.
    assert trees.count("<tr><th>click") == 4  # Slices are left to `evenkeel compare`.
    assert "`spend` has no trees: its labels are no grades." in trees
    assert '<td class="start tone-good">+0.0100' in networks  # A lower loss is a gain.
    assert f'<td class="start">+0.0010 ({minus}0.0029 to +0.0049), too few</td>' in networks
    assert '<td class="start">+0.0200' in networks  # Of calibration, a difference is none.
    assert "Parameters: 3.5\N{NARROW NO-BREAK SPACE}M where the model has 1.23\N{NARROW NO-BREAK SPACE}M." in networks
    assert "A call takes as many times the model&#39;s, by candidates: 2.31 for 1,000." in networks


def test_a_run_that_left_nothing_still_has_its_page(graph):
    empty = RunRecord(
        pipeline="shop", run_id="1", started=0.0, graph=graph, configuration="", nodes=(), error="the store is locked"
    )
    page = render_page(empty)
    assert "the store is locked" in page
    assert Elements(page).open == []


def test_a_report_is_named_after_its_run_and_stays_in_its_folder(run, tmp_path):
    path = write_report(
        dataclasses.replace(without_pictures(run), run_id="../../etc/pass wd"), str(tmp_path / "reports")
    )
    assert path == tmp_path / "reports" / "_.._etc_pass_wd.html"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
