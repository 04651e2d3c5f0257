"""A run says whose weights its model carries, where they are not those declared or not those that serve."""

import dataclasses

from models.fusion import FusionConfig, WeightedSum, version_of, weights_text
from models.fusion.beside import write_declaration
from models.fusion.weights import FILE
from pipeline.report.page import render_page
from pipeline.report.reading.weights import read_score_weights
from pipeline.report.record import NodeRecord, NodeState
from pipeline.report.sections.fusion import FusionSection
from pipeline.report.weights import ScoreWeights, weights_notes
from tests.pipeline.report.test_summary import printed

FUSION = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0, "buy": 0.5})}, served="main")
DECLARED = FUSION.declared
SET = {**DECLARED, "main.buy": 0.75, "main.buy@US": 0.25}
KEPT = (
    "The candidate keeps weights that were set of what serves: main.buy 0.75 (declared: 0.5), main.buy@US 0.25 "
    "(declared: common). `fusion.weights_from: config` would take those declared."
)


def test_nothing_is_said_where_all_are_the_same():
    assert weights_notes(None) == ()
    assert weights_notes(ScoreWeights(fusion=FUSION, carried=DECLARED, serving=DECLARED)) == ()
    assert weights_notes(ScoreWeights(fusion=FUSION, carried=DECLARED)) == ()


def test_weights_that_were_kept_are_told_with_what_is_declared():
    assert weights_notes(ScoreWeights(fusion=FUSION, carried=SET, serving=SET)) == (KEPT,)


def test_weights_that_are_not_those_that_serve_are_told():
    said = (
        "The candidate has other weights than what serves: main.buy 0.5 (serves: 0.75), main.buy@US common (serves: "
        "0.25)."
    )
    assert weights_notes(ScoreWeights(fusion=FUSION, carried=DECLARED, serving=SET)) == (said,)


def test_of_many_weights_some_are_named():
    names = {f"w{place}": 1.0 for place in range(6)}
    fusion = FusionConfig(formulas={"main": WeightedSum(weights=names)}, served="main")
    (said,) = weights_notes(ScoreWeights(fusion=fusion, carried=dict.fromkeys(fusion.declared, 2.0)))
    assert "main.w3 2 (declared: 1) and 2 more." in said


def test_the_table_and_the_page_say_it(fused):
    run = dataclasses.replace(fused, weights=ScoreWeights(fusion=FUSION, carried=SET, serving=SET))
    assert KEPT in " ".join(printed(run).split())
    assert KEPT in render_page(run)
    section = FusionSection.of(run)
    assert section.weights == (
        ("main.buy", "0.5", "0.75", "0.75"),
        ("main.buy@US", "common", "0.25", "0.25"),
        ("main.click", "1", "1", "1"),
    )
    assert section.lines[0] == "score: main, which is to rank click_and_conversion"
    assert section.version == str(version_of(SET))
    assert FusionSection.of(fused).weights == ()
    assert FusionSection.of(dataclasses.replace(run, fusion=None)) is None


def test_weights_are_read_from_beside_the_models_of_the_run(tmp_path):
    for name, weights in (("trained", SET), ("serves", DECLARED)):
        folder = tmp_path / name / "Format-Serving"
        (folder / "assets").mkdir(parents=True)
        (folder / FILE).write_text(weights_text(weights))
        write_declaration(str(folder), FUSION)

    def node(name, folder):
        return NodeRecord(name=name, state=NodeState.COMPLETE, outputs={"model": (str(tmp_path / folder),)})

    trainer = node("Trainer", "trained")
    found = read_score_weights([trainer, node("ServingModel", "serves")])
    assert found == ScoreWeights(fusion=FUSION, carried=SET, serving=DECLARED)
    assert read_score_weights([trainer, node("ServingModel", "nothing")]).serving is None
    assert read_score_weights([trainer]).serving is None
    assert read_score_weights([node("ServingModel", "serves")]) is None
