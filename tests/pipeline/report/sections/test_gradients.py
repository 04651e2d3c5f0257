import dataclasses
import re

from components.trainer.gradient_record import GradientRecord
from pipeline.report.page import render_page
from pipeline.report.sections.gradients import MOST_MAPS, GradientsSection
from tests.pipeline.report.gradient_records import gradients


def with_gradients(run, record):
    return dataclasses.replace(run, training=dataclasses.replace(run.training, gradients=record))


def section_of(run, record):
    return GradientsSection.of(with_gradients(run, record))


def test_a_run_that_was_not_looked_at_has_no_section(run):
    assert section_of(run, None) is None
    assert GradientsSection.of(dataclasses.replace(run, training=None)) is None


def test_devices_that_share_a_step_are_named_once(run):
    shared = with_gradients(run, GradientRecord(balancer="static", every=0))
    text = render_page(dataclasses.replace(shared, evaluation=None))
    part = text.partition('id="gradients"')[2].partition("</section>")[0]
    assert re.findall(r"<p[^>]*>(.*?)</p>", part) == [
        "Nobody looked: under `distribution: mirrored` devices share a step, and none can look alone."
    ]
    assert "<table" not in part


def test_there_is_a_map_for_each_pair_that_meets_the_most_opposed_first(run):
    section = GradientsSection.of(run)
    assert [panel.name for panel in section.maps] == [
        "click_and_conversion, spend",
        "click, spend",
        "click, click_and_conversion",
    ]
    assert [line[0] for line in section.pairs] == [panel.name for panel in section.maps]
    assert ">table_item<" not in section.maps[0].picture  # Spend does not reach it.
    assert ">table_item<" in section.maps[2].picture
    assert "var(--bad)" in section.maps[0].picture
    assert "var(--bad)" not in section.maps[2].picture


def test_weights_that_never_change_are_words_and_others_a_curve(run):
    assert [panel.name for panel in GradientsSection.of(run).traces] == ["weights", "lengths of gradients"]
    assert GradientsSection.of(run).constant == ""
    still = section_of(run, gradients())
    assert [panel.name for panel in still.traces] == ["lengths of gradients"]
    assert still.constant == "click 1, click_and_conversion 1, spend 1"


def test_each_loss_has_its_tasks_colour_in_the_curves(run):
    section = GradientsSection.of(run)
    assert section.losses == (("click", 0), ("click_and_conversion", 1), ("spend", 2))
    for slot in range(3):
        assert all(f"var(--task-{slot})" in panel.picture for panel in section.traces)


def test_one_look_is_no_curve(run):
    assert section_of(run, gradients(num=1)).traces == ()


def test_how_much_was_seen_is_said(run):
    assert "40 looks, one every 50 steps, at the parameters" in GradientsSection.of(run).looks
    many = section_of(run, gradients(num_looks=190, num_layers=70, watched=("spend",))).looks
    assert "190 looks, one every 50 steps, 40 of them here," in many
    assert "the 2 of the largest gradients of 70 layers" in many
    assert many.endswith("Only watched, not trained: spend.")


def test_of_many_pairs_the_most_opposed_are_drawn(run):
    # Six losses make 15 pairs.
    names = tuple("abcdef")
    record = gradients(
        cosines=[0.01 * place for place in range(15)],
        norms=[1.0] * 6,
        falls=[0.2] * 6,
        losses=names,
        weights=((1.0,) * 6,) * 40,
    )
    graph = dataclasses.replace(
        run.graph, tasks=tuple(dataclasses.replace(run.graph.tasks[0], name=name) for name in names)
    )
    section = section_of(dataclasses.replace(run, graph=graph), record)
    assert (len(section.maps), section.num_pairs, section.maps[0].name) == (MOST_MAPS, 15, "a, b")


def test_the_page_says_what_was_found_and_offers_what_is_not_at_work(run):
    page = render_page(dataclasses.replace(run, evaluation=None))
    part = page.partition('id="gradients"')[2].partition("</section>")[0]
    found = dict(re.findall(r"<p><b>(\w+: [\w ]+)\.</b>(.*?)</p>", part))
    assert list(found) == ["Magnitude: held by the balancer", "Velocity: problem", "Direction: problem"]
    magnitude, velocity, direction = found.values()
    assert "<code>famo</code> evens the relative falls" in velocity
    assert "<code>dwa</code>" not in velocity  # It is at work.
    assert "<code>pcgrad</code>" in direction
    assert "<code>" not in magnitude


def test_lengths_are_labelled_in_plain_numbers(run):
    picture = GradientsSection.of(run).traces[1].picture
    assert "mathdefault" not in picture
    assert ">0.1<" in picture
