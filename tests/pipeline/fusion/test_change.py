"""Weights are set where the gate lets them pass, as a new version; else nothing is changed."""

import pathlib

import numpy as np
import pytest

from components.comparison.cell import Reference
from components.errors import UnusableInputError
from components.fusion_tuner.rows import searched
from components.gate.decision import Outcome
from components.gate.report import GateStatus
from components.pusher.errors import CorruptVersionError
from components.pusher.folder import versions
from components.pusher.record import changed_files, read_record
from models.errors import ConfigError
from models.fusion.beside import read_weights
from models.fusion.weights import FILE
from pipeline.fusion.change import set_weights
from pipeline.fusion.errors import NoScoresError
from tests.pipeline.fusion.conftest import TUNED, draw_rows


def folder_of(config, version):
    return pathlib.Path(config.serving_directory, str(version))


def auc_of(scores, labels):
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores)] = np.arange(1, len(scores) + 1)
    positives = labels.sum()
    return (ranks[labels > 0].sum() - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def test_weights_that_pass_serve_at_once_in_a_version_whose_other_files_are_the_same_ones(shop):
    config = shop()
    change = set_weights(config, ["main.click=0.95", "main.buy@US=1.1", "main.click@US="], now_s=50)
    assert (change.version, change.report.blessed) == (50, True)
    assert versions(config.serving_directory) == [7, 50]
    before, after = folder_of(config, 7), folder_of(config, 50)
    kept = {key: value for key, value in read_weights(str(before)).items() if key != "main.click@US"}
    assert read_weights(str(after)) == {**kept, "main.click": 0.95, "main.buy@US": 1.1}
    assert changed_files(str(before)) == changed_files(str(after)) == ()
    assert after.joinpath("saved_model.pb").samefile(before / "saved_model.pb")
    assert not after.joinpath(FILE).samefile(before / FILE)
    assert (read_record(str(after)).at_s, read_record(str(before)).run) == (50, "a run")
    assert "versions: 50\n" in pathlib.Path(config.serving_directory, "models.config").read_text()


def test_the_gate_compares_the_orders_that_both_weights_make(shop):
    change = set_weights(shop(), ["main.click=0", "main.click@US=0"], now_s=50)
    rows = draw_rows()
    labels, buy, click = (rows[name].astype(float) for name in ("label/ctcvr", "candidate/buy", "candidate/click"))
    power = np.where(np.array(rows["column/country"]) == "US", 1.5, 1.0)
    (cell,) = [
        cell
        for cell in change.comparison.cells
        if (cell.metric, cell.slice, cell.against) == ("auc", (), Reference.BASELINE)
    ]
    assert cell.candidate.value == pytest.approx(auc_of(buy, labels), abs=1e-9)
    assert cell.reference.value == pytest.approx(auc_of(click**power * buy, labels), abs=1e-9)
    assert {cell.metric for cell in change.comparison.cells} == {"auc", "gauc"}
    assert {name for cell in change.comparison.cells for name, _ in cell.slice} == {"country"}  # The rule's alone.


def test_where_a_search_is_declared_the_users_that_it_looks_at_judge_nothing(shop):
    rows = draw_rows()
    known = searched(rows["id/user"], seed=3)
    seeded = (TUNED[0], TUNED[1].replace("trials: 60", "trials: 60\n    seed: 3"))
    change = set_weights(shop(seeded), ["main.click=0", "main.click@US=0"], now_s=50)
    (cell,) = [
        cell
        for cell in change.comparison.cells
        if (cell.metric, cell.slice, cell.against) == ("auc", (), Reference.BASELINE)
    ]
    labels, buy = (rows[name][~known].astype(float) for name in ("label/ctcvr", "candidate/buy"))
    assert cell.candidate.value == pytest.approx(auc_of(buy, labels), abs=1e-9)
    assert change.left_out == known.sum() > 4_000


def test_weights_that_rank_worse_are_refused_and_nothing_is_pushed(shop):
    config = shop()
    change = set_weights(config, ["main.buy=0.1"], now_s=50)
    assert (change.version, change.report.status) == (None, GateStatus.FAILED)
    assert "score auc against the baseline: It is worse by at least" in change.report.reason
    assert versions(config.serving_directory) == [7]


def test_small_losses_do_not_add_up_past_what_the_run_declared(shop):
    # The AUC falls by 0.005, and then by 0.009 more: each is within the margin of 0.014, both are not within 0.015.
    without_slices = ("      slices: [[country]]\n      inconclusive: pass_with_warning\n", "")
    config = shop(("margin: 0.01\n", "margin: 0.014\n"), without_slices, ("not_significantly_worse", "observe"))
    assert set_weights(config, ["main.buy=0.7"], now_s=50).version == 50
    second = set_weights(config, ["main.buy=0.5"], now_s=60)
    assert second.version is None
    stopped = {one.against for one in second.report.decisions if one.outcome not in (Outcome.PASSED, Outcome.OBSERVED)}
    assert stopped == {Reference.ANCHOR}


def test_a_score_that_no_rule_judges_cannot_be_changed(shop):
    config = shop()
    with pytest.raises(NoScoresError, match="must hold a rule about score/other that can stop weights"):
        set_weights(config, ["other.click=2"], now_s=50)


@pytest.mark.parametrize(
    ("assignments", "message"),
    [
        (["main.clik=1"], "`main.clik` is no weight of what serves. Did you mean `main.click`?"),
        (["main.click"], "an assignment must be like main.buy=1.5, got 'main.click'."),
        (["main.click=x"], "`main.click` must be set to a number, got 'x'."),
        (["main.click="], "`main.click` must be set to a number, got ''."),
        (["main.click=nan"], "weight `click` must be between"),
        (["main.click@=1"], "`main.click@` must name a segment after @, got none."),
        (["main.click@U\tS=1"], r"must name a segment of one line without tabs, got 'U\\tS'."),
        (["main.click@U\nS=1"], r"must name a segment of one line without tabs, got 'U\\nS'."),
        (["main.click=1", "main.click=2"], "`main.click` is set twice: keep one."),
        (["main.click=0", "main.buy=0"], "formula `main`: `weights` must hold one that is not 0"),
        (["main.click=1"], "version 7 has these weights already: nothing would change."),
    ],
)
def test_assignments_that_make_no_sense_are_refused(shop, assignments, message):
    config = shop()
    with pytest.raises(ConfigError, match=message):
        set_weights(config, assignments, now_s=50)
    assert versions(config.serving_directory) == [7]


def test_a_change_that_was_stopped_half_way_is_completed_when_it_is_asked_for_again(shop):
    config = shop()
    set_weights(config, ["main.click=0.95"], now_s=50)
    told = pathlib.Path(config.serving_directory, "models.config")
    told.write_text("versions: 7\n")  # As a kill leaves it, before servers are told.
    with pytest.raises(ConfigError, match="version 50 has these weights already"):
        set_weights(config, ["main.click=0.95"], now_s=60)
    assert "versions: 50\n" in told.read_text()
    assert versions(config.serving_directory) == [7, 50]


def test_a_version_whose_files_were_changed_is_not_built_upon(shop):
    config = shop()
    folder_of(config, 7).joinpath("saved_model.pb").write_text("another graph")
    with pytest.raises(CorruptVersionError, match=r"these files are not: saved_model.pb\. Put another version back"):
        set_weights(config, ["main.click=0.95"], now_s=50)
    folder_of(config, 7).joinpath(FILE).write_text("main.click\t3\n")
    with pytest.raises(CorruptVersionError, match="is not what was pushed"):
        set_weights(config, ["main.click=0.95"], now_s=50)
    assert versions(config.serving_directory) == [7]


def test_without_a_label_or_rows_or_scores_it_is_said_what_to_do(shop):
    config = shop()
    kept = folder_of(config, 7) / "assets.extra"
    next(kept.glob("*.parquet")).unlink()
    with pytest.raises(UnusableInputError, match="Run the pipeline again, which keeps it"):
        set_weights(config, ["main.click=0.95"], now_s=50)
    (kept / "fusion.json").unlink()
    with pytest.raises(NoScoresError, match=r"Version 7 in .* serves no score: declare `fusion`"):
        set_weights(config, ["main.click=0.95"], now_s=50)


def test_before_the_first_push_there_is_nothing_to_set(shop, tmp_path):
    config = shop()
    folder_of(config, 7).rename(tmp_path / "elsewhere")
    with pytest.raises(NoScoresError, match="holds none: run the pipeline first"):
        set_weights(config, ["main.click=0.95"], now_s=50)
