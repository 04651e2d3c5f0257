"""A proposal of weights, from a file of kept rows."""

import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest

from components.errors import UnusableInputError
from components.fusion.rows_file import values_of
from components.fusion_tuner.config import Logged, LoggedPropensity, StackingConfig
from components.fusion_tuner.goals import Pareto, Within
from components.fusion_tuner.kept import tuner_rows
from components.fusion_tuner.plan import FusionTunerPlan
from components.fusion_tuner.proposal import Proposal
from components.fusion_tuner.propose import propose
from components.fusion_tuner.rows import halves
from models.errors import ConfigError
from models.fusion import FusionConfig, WeightedSum, score_rows
from tests.components.fusion_tuner.kept_files import FUSION, PLAN, SEGMENTS, TUNE, draw_columns, write_rows


def tuned(**changes):
    return dataclasses.replace(PLAN, tune=dataclasses.replace(TUNE, **changes))


def read(path):
    return pq.read_table(path).combine_chunks().to_batches()[0]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_rows(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def of_segments(path):
    return propose(tuned(segments=SEGMENTS), path, FUSION.declared)


def test_rows_are_scored_as_they_are_served_with_the_weights_of_their_segments(path):
    batch = read(path)
    kept = tuner_rows(PLAN, batch, FUSION.declared)
    served = score_rows(FUSION, "main", values_of(FUSION, batch))
    np.testing.assert_array_equal(kept.rows.score(PLAN.formula, {"click": 1.0, "buy": 0.5}), served)
    others = {**FUSION.declared, "main.click": 2.0, "main.buy": -1.0}
    served = score_rows(FUSION, "main", values_of(FUSION, batch), weights=others)
    np.testing.assert_array_equal(kept.rows.score(PLAN.formula, {"click": 2.0, "buy": -1.0}), served)


def test_labels_beyond_their_sample_space_are_not_known(path):
    labels = tuner_rows(PLAN, read(path), FUSION.declared).rows.labels
    columns = draw_columns()
    np.testing.assert_array_equal(np.isnan(labels["buy"]), columns["known/buy"] == 0)
    np.testing.assert_array_equal(labels["click"], columns["label/click"])


def test_the_weights_of_a_segment_are_those_that_its_own_users_want(of_segments):
    found = {one.segment: one for one in of_segments.segments.found}
    common = of_segments.after["main.buy"]
    assert found["US"].weights["buy"] > common + 1 > found["NL"].weights["buy"] + 1
    assert found["US"].changes[0].low > 0  # On users whom no search saw.
    assert of_segments.after["main.buy@US"] == found["US"].weights["buy"]


def test_a_segment_with_too_few_users_falls_back_to_the_common_weights_and_is_counted(of_segments):
    last = of_segments.segments.found[-1]
    assert (last.segment, last.weights, last.why) == ("SM", {}, "fewer than 40 users")
    assert "main.buy@SM=" in of_segments.assignments
    assert of_segments.segments.few == 1  # AD, which had none of its own.
    assert of_segments.segments.few_rows == sum(country == "AD" for country in draw_columns()["column/country"])
    assert set(of_segments.before) - set(of_segments.after) == {"main.buy@SM", "main.click@US"}


def test_where_nothing_meets_the_bounds_of_the_goal_a_segment_keeps_what_it_has(path):
    out_of_reach = Within(maximise="click.gauc", least_change={"buy.gauc": 0.9})
    found = propose(tuned(goal=out_of_reach, observe=(), segments=SEGMENTS, trials=5), path, FUSION.declared)
    own = {one.segment: (one.weights, one.why) for one in found.segments.found}
    assert own["US"] == ({"click": 0.9}, "nothing tried meets the goal's bounds")
    assert own["NL"] == ({}, "nothing tried meets the goal's bounds")
    assert found.assignments == ("main.buy@SM=",)  # Of too few users.


def test_a_segment_that_no_command_line_can_name_stays_as_it_is(tmp_path):
    columns = draw_columns()
    columns["column/country"] = [country.replace("NL", "N=L") for country in columns["column/country"]]
    weights = {**FUSION.declared, "main.buy@N=L": 0.25}
    found = propose(tuned(segments=SEGMENTS, trials=5), write_rows(tmp_path, columns), weights)
    assert "N=L" not in found.segments.own
    assert found.segments.few == 2  # And AD.
    assert found.after["main.buy@N=L"] == 0.25


def test_what_changes_is_told_on_the_check_half_with_all_weights_that_are_proposed(of_segments, path):
    batch = read(path)
    others = {key: value for key, value in FUSION.declared.items() if key.startswith("other.")}
    after = others | of_segments.after
    kept = tuner_rows(PLAN, batch, FUSION.declared).rows
    values = {}
    for name, weights in (("before", FUSION.declared), ("after", after)):
        scores = score_rows(FUSION, "main", values_of(FUSION, batch), weights=weights)
        rows = dataclasses.replace(kept, values={**kept.values, "score": scores})
        check = halves(rows, seed=0)[1]
        values[name] = PLAN.tuning.judge(check).values(check.values["score"])
    for one in of_segments.changes:
        assert one.before == pytest.approx(values["before"][one.objective], abs=1e-12)
        assert one.after == pytest.approx(values["after"][one.objective], abs=1e-12)
        assert one.low < one.after - one.before < one.high
    assert [one.objective for one in of_segments.changes] == ["click.gauc", "buy.gauc"]


def test_without_segments_theirs_stay_and_the_common_ones_are_searched_with_them_in_place(path):
    found = propose(PLAN, path, FUSION.declared)
    assert set(found.before) == set(found.after)
    assert [text.partition("=")[0] for text in found.assignments] == ["main.buy"]
    assert found.changes[0].before == pytest.approx(found.tuning.present["click.gauc"], abs=1e-12)


def test_equal_seeds_propose_the_same_and_a_proposal_is_read_as_it_was_written(of_segments, path):
    plan = tuned(segments=SEGMENTS)
    assert propose(FusionTunerPlan.from_json(plan.to_json()), path, FUSION.declared).to_json() == of_segments.to_json()
    assert Proposal.from_json(of_segments.to_json()).to_json() == of_segments.to_json()
    assert propose(tuned(seed=1, trials=5), path, FUSION.declared).tuning.halves != of_segments.tuning.halves
    with pytest.raises(ConfigError, match="`version` must be 1, got 2: tune again"):
        Proposal.from_json('{"version": 2}')


def test_rows_without_a_position_take_no_part_and_a_position_counts_as_its_inverse(tmp_path):
    columns = draw_columns()
    path = write_rows(tmp_path, {**columns, "column/chance": 1 / np.sqrt(columns["column/place"])})
    by_place = LoggedPropensity(column="place", holds=Logged.POSITION, power=0.5)
    by_chance = LoggedPropensity(column="chance", holds=Logged.CHANCE)
    found = propose(tuned(propensity=by_place, trials=5), path, FUSION.declared)
    assert found.without_propensity == np.isnan(columns["column/place"]).sum() > 0
    parts = found.tuning.halves
    assert parts.search_rows + parts.check_rows + found.without_propensity == len(columns["id/user"])
    assert found.tuning.present == propose(tuned(propensity=by_chance, trials=5), path, FUSION.declared).tuning.present
    assert found.tuning.present != propose(tuned(trials=5), path, FUSION.declared).tuning.present
    nowhere = write_rows(tmp_path, {**columns, "column/place": np.zeros(len(columns["id/user"]))})
    with pytest.raises(UnusableInputError, match=r"must hold a position, 1 or more, got none in 3,000 rows of `place`"):
        propose(tuned(propensity=by_place), nowhere, FUSION.declared)


def test_a_stack_is_fitted_on_the_search_half_and_judged_on_the_other(path):
    found = propose(
        tuned(stacking=StackingConfig(heads=("click", "buy"), target="buy"), trials=5), path, FUSION.declared
    )
    kept = tuner_rows(tuned(stacking=StackingConfig(heads=("click", "buy"), target="buy")), read(path), FUSION.declared)
    search, check = halves(kept.rows, seed=0)
    assert found.stack.rows == np.count_nonzero(~np.isnan(search.labels["buy"]))
    assert found.stack.rows + found.stack.left_out == len(search)
    logits = {head: np.log(check.values[head]) - np.log1p(-check.values[head]) for head in ("click", "buy")}
    scores = sum(found.stack.weights[f"weight_{head}"] * own for head, own in logits.items())
    assert found.stack.values == pytest.approx(PLAN.tuning.judge(check).values(scores), abs=1e-9)


def test_lists_are_what_ndcg_ranks_within(path):
    goal = Pareto(names=("click.ndcg", "buy.ndcg"))
    by_list = dataclasses.replace(tuned(goal=goal, observe=(), trials=45), list="request")
    found = propose(by_list, path, FUSION.declared)
    assert found.tuning.objectives == goal.names
    with pytest.raises(UnusableInputError, match=r"`lists` must say what `click\.ndcg` ranks within, got None"):
        propose(dataclasses.replace(by_list, list=None), path, FUSION.declared)


def test_where_no_bound_is_met_the_weights_stay(path):
    found = propose(
        tuned(goal=Within(maximise="click.gauc", least_change={"buy.gauc": 0.9}), observe=()), path, FUSION.declared
    )
    assert (found.tuning.chosen, found.assignments) == (None, ())


def test_what_the_rows_cannot_tell_is_said(path, tmp_path):
    with pytest.raises(ConfigError, match=r"`formula` must be one that is served, got 'min'\. Did you mean `main`\?"):
        propose(tuned(formula="min"), path, FUSION.declared)
    lacking = draw_columns()
    del lacking["id/user"]
    with pytest.raises(UnusableInputError, match="has no column `id/user`: run the pipeline again, which keeps it"):
        propose(PLAN, write_rows(tmp_path, lacking), FUSION.declared)
    nobody = {**draw_columns(), "label/click": np.zeros(3_000, np.float32)}
    with pytest.raises(UnusableInputError, match="must be of both classes, got 0 positives"):
        propose(PLAN, write_rows(tmp_path, nobody), FUSION.declared)


def test_without_a_segment_there_is_nothing_of_its_own(tmp_path):
    fusion = FusionConfig(formulas={"main": WeightedSum(weights={"click": 1.0, "buy": 0.5})}, served="main")
    plan = dataclasses.replace(PLAN, fusion=fusion, tune=dataclasses.replace(TUNE, trials=5))
    kept = tuner_rows(plan, read(write_rows(tmp_path)), fusion.declared)
    assert (kept.segments, kept.rows.own) == (None, {})
