"""A search over trainings that are stood in for by formulas, so that what is best is known."""

import dataclasses
import json
import logging
import math
import os
import pathlib

import pytest

from components.trainer.errors import DivergedTrainingError
from components.trainer.plan import InputPlan, TrainerPlan
from components.trainer.settings import TrainingSettings
from components.tuner.config import Method, Range, SearchConfig, SearchRule
from components.tuner.errors import FailedSearchError
from components.tuner.plan import SearchPlan
from components.tuner.record import Finalist, best_of, read_search, write_search
from components.tuner.runs import Runs
from components.tuner.search import PlanTuner
from models.architectures import SharedBottom
from models.balancers import Static
from models.heads import Binary
from models.optimizers import Adam
from models.settings import ModelSettings
from models.tasks import Role, Task

# https://github.com/keras-team/keras-tuner still calls threading.currentThread, in engine/oracle.py.
pytestmark = pytest.mark.filterwarnings("ignore:(currentThread|getName)")

RATE, TOWER, WEIGHT = "training.dense_optimizer.learning_rate", "model.tower", "tasks.like.loss_weight"
SPACE = {RATE: Range(log=(1e-4, 1.0)), TOWER: Range(choices=([4], [8, 4]))}
TRAINER = TrainerPlan(
    tasks=(
        Task(name="click", kind=Binary(), label="c"),
        Task(name="like", kind=Binary(), label="l"),
        Task(name="hide", kind=Binary(), label="h", role=Role.AUXILIARY),
    ),
    inputs=(InputPlan(name="price", dim=0),),
    columns={},
    model=ModelSettings(architecture=SharedBottom(expert=(4,)), tower=(4,)),
    balancing=Static(),
    training=TrainingSettings(epochs=3, dense_optimizer=Adam(learning_rate=0.5), seed=7),
    watched_split="validation",
    checkpoint_root="",
)
FIRST_SEED = 7


def plan_of(space=SPACE, **search):
    declared = SearchConfig(**{"trials": 12, "finalists": 2, "seeds": 2, "method": Method.RANDOM, **search})
    return SearchPlan(trainer=TRAINER, search=declared, space=space)


def bowl(plan):
    """Best at a rate of 0.01 and two layers; the auxiliary task wants another."""
    far = abs(math.log10(plan.training.dense_optimizer.learning_rate) + 2)
    deep = 0.0 if plan.model.tower == (8, 4) else 0.1
    return {"click": 0.5 + 0.1 * far + deep, "like": 0.4 + 0.1 * far + deep, "hide": 9.0 - far}


def searched(plan, folder, train=bowl):
    """The tuner after its search, and all plans that were trained."""
    trained = []

    def noting(one):
        trained.append(one)
        return train(one)

    tuner = PlanTuner(plan, Runs(plan, str(folder), noting), str(folder))
    tuner.search()
    return tuner, trained


def test_the_declared_values_come_first_and_all_trials_have_the_same_budget(tmp_path):
    tuner, trained = searched(plan_of(epochs=2), tmp_path)
    record = tuner.record
    assert record.trials[0].values == record.declared == {RATE: 0.5, TOWER: [4]}
    assert record.trials[0].score == 0
    assert len(record.trials) == 12
    assert {(one.training.epochs, one.training.patience, one.training.look_every_steps) for one in trained} == {
        (2, None, 0)
    }
    assert len({json.dumps([one.values, 0]) for one in record.trials}) == 12


@pytest.mark.parametrize("method", Method)
def test_what_is_best_is_found_and_told_to_the_trainer(method, tmp_path):
    tuner, _ = searched(plan_of(method=method, trials=16), tmp_path)
    record = tuner.record
    assert record.chosen[TOWER] == [8, 4]
    assert abs(math.log10(record.chosen[RATE]) + 2) < 0.7
    (best,) = tuner.get_best_hyperparameters()
    assert best.get_config()["values"] == record.chosen
    # By hand: both main losses fall by 0.1 for each power of ten and 0.1 for the tower.
    far = abs(math.log10(record.chosen[RATE]) + 2)
    fall = 0.1 * (math.log10(0.5) + 2 - far) + 0.1
    declared = 0.1 * (math.log10(0.5) + 2) + 0.1
    wanted = -(fall / (0.5 + declared) + fall / (0.4 + declared)) / 2
    assert record.finalists[0].searched == pytest.approx(wanted)


# https://github.com/scikit-learn/scikit-learn says so in gaussian_process/kernels.py when points are few.
@pytest.mark.filterwarnings("ignore:The optimal value found")
@pytest.mark.parametrize("method", Method)
def test_few_values_are_each_tried_once_and_the_search_ends_when_there_are_no_more(method, tmp_path):
    def by_weight(plan):
        weight = plan.graph.by_name["like"].loss_weight
        return {**bowl(plan), "click": 0.5 + (weight - 3) ** 2}

    plan = plan_of({WEIGHT: Range(whole=(1, 5))}, method=method, trials=9, finalists=3)
    tuner, trained = searched(plan, tmp_path, by_weight)
    record = tuner.record
    # The declared 1.0 is the whole number 1, once.
    assert record.trials[0].values == record.declared == {WEIGHT: 1.0}
    assert sorted(one.values[WEIGHT] for one in record.trials) == [1, 2, 3, 4, 5]
    assert len({one.values[WEIGHT] for one in record.finalists}) == 3
    assert len(trained) == 5 + 4 * 2


def test_the_luckiest_does_not_win(tmp_path):
    def with_luck(plan):
        found, rate = bowl(plan), plan.training.dense_optimizer.learning_rate
        lucky = plan.training.seed == FIRST_SEED and plan.model.tower == (4,) and rate < 0.5
        return {name: loss - (0.35 if lucky else 0.0) for name, loss in found.items()}

    record = searched(plan_of(), tmp_path, with_luck)[0].record
    first, *_ = record.finalists
    assert first.values[TOWER] == [4]  # The search was taken in.
    assert first.searched < first.mean - 0.3
    assert record.num_seeds == 2
    seeds_of_luck = [one.values for one in record.finalists if one.mean >= 0]
    assert record.chosen not in seeds_of_luck


def test_of_two_that_are_better_the_one_is_taken_that_other_seeds_say_is():
    lucky = Finalist(values={RATE: 0.1}, searched=-0.5, changes=(-0.1, -0.1))
    steady = Finalist(values={RATE: 0.2}, searched=-0.2, changes=(-0.2, -0.4))
    barred = Finalist(values={RATE: 0.3}, searched=-0.1, changes=(-0.9, -0.9), is_eligible=False)
    assert best_of([lucky, steady, barred]) is steady
    assert best_of([barred]) is None


def test_finalists_and_declared_values_are_repeated_by_seeds_that_the_search_has_not_seen(tmp_path):
    tuner, trained = searched(plan_of(seeds=3), tmp_path)
    by_seed = {}
    for one in trained:
        by_seed.setdefault(one.training.seed, []).append(one)
        assert one.model.seed == one.training.seed
    assert {seed: len(plans) for seed, plans in by_seed.items()} == {7: 12, 8: 3, 9: 3, 10: 3}
    assert all(len(one.changes) == 3 for one in tuner.record.finalists)


def test_where_nothing_is_better_the_declared_values_stay(tmp_path):
    def worse(plan):
        return {**bowl(plan), "click": 1.0 if plan.training.dense_optimizer.learning_rate == 0.5 else 2.0, "like": 1.0}

    record = searched(plan_of(), tmp_path, worse)[0].record
    assert record.chosen == record.declared


def test_values_under_which_a_task_is_worse_are_not_taken_where_the_rule_says_so(tmp_path):
    def trade(plan):  # The smaller the rate, the more click gains, and like loses a little.
        small = -math.log10(plan.training.dense_optimizer.learning_rate / 0.5)
        return {"click": 1.0 - 0.2 * small, "like": 1.0 + 0.02 * small, "hide": 1.0}

    space = {RATE: SPACE[RATE]}
    taken = searched(plan_of(space), tmp_path / "mean", trade)[0].record
    assert taken.chosen != taken.declared
    strict = searched(plan_of(space, rule=SearchRule.NO_TASK_WORSE, tolerance=0.005), tmp_path / "strict", trade)[0]
    for one in strict.record.finalists:
        like = 0.02 * -math.log10(one.values[RATE] / 0.5)
        assert one.is_eligible == (like <= 0.005)
    assert (
        strict.record.chosen == strict.record.declared
        or max(0.02 * -math.log10(strict.record.chosen[RATE] / 0.5), 0) <= 0.005
    )


@pytest.mark.parametrize("method", list(Method))
def test_a_killed_search_goes_on_and_trains_nothing_twice_whatever_files_it_was_writing(method, tmp_path):
    plan = plan_of(method=method)
    whole, trained = searched(plan, tmp_path / "whole")

    class Killed(BaseException):
        """As a signal would be."""

    done = []
    for limit in (1, 4, 5, 13, 100):

        def dying(plan, limit=limit):
            if len(done) == limit:
                raise Killed
            done.append(plan)
            return bowl(plan)

        try:
            broken, _ = searched(plan, tmp_path / "broken", dying)
        except Killed:
            for file in (tmp_path / "broken").rglob("*.json"):
                os.truncate(file, limit % 2 * file.stat().st_size // 2)
    assert broken.record == whole.record
    assert sorted(one.to_json() for one in done) == sorted(one.to_json() for one in trained)


def test_a_log_tells_how_far_a_search_is_also_one_that_goes_on(tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="components.tuner")
    searched(plan_of(), tmp_path)
    first, *_, last = (message for message in caplog.messages if " came to " not in message)
    # 12 trials, then 2 finalists and the declared values by 2 seeds.
    assert first == f"training 1 of 18 at most: {RATE}=0.5, {TOWER}=[4]"
    assert last.startswith("training 18 of 18 at most: ")
    assert last.endswith(", seed 9")
    assert caplog.messages[1].startswith("training 1 of 18 at most came to {'click': ")
    caplog.clear()
    file = pathlib.Path(tmp_path, "runs.jsonl")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    searched(plan_of(), tmp_path)
    assert caplog.messages[0].startswith("training 18 of 18 at most: ")


def test_half_a_line_that_a_kill_has_left_is_trained_again(tmp_path):
    searched(plan_of(), tmp_path)
    file = pathlib.Path(tmp_path, "runs.jsonl")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]) + lines[-1][:20])
    runs = Runs(plan_of(), str(tmp_path), bowl)
    PlanTuner(plan_of(), runs, str(tmp_path)).search()
    assert runs.num_trained == 1
    assert len(file.read_text().splitlines()) == len(lines)


def test_values_that_diverge_are_passed_over(tmp_path):
    def steep(plan):
        if plan.training.dense_optimizer.learning_rate < 0.05:
            raise DivergedTrainingError("The loss of `click` is not finite.")
        return bowl(plan)

    record = searched(plan_of(), tmp_path, steep)[0].record
    diverged = [one for one in record.trials if one.score is None]
    assert diverged
    assert all(one.values[RATE] < 0.05 for one in diverged)
    assert len(record.trials) == 12
    assert record.chosen[RATE] >= 0.05


def test_declared_values_that_diverge_end_the_search(tmp_path):
    def never(plan):
        raise DivergedTrainingError("The loss of `click` is not finite.")

    with pytest.raises(FailedSearchError, match=r"Training diverges with the declared values, .* declare others."):
        searched(plan_of(), tmp_path, never)


def test_what_is_wrong_with_the_rows_is_said_and_not_taken_for_bad_values(tmp_path):
    def unreadable(plan):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        searched(plan_of(), tmp_path, unreadable)


def test_a_record_is_read_as_it_was_written(tmp_path):
    record = searched(plan_of(), tmp_path)[0].record
    write_search(record, str(tmp_path))
    assert read_search(str(tmp_path)) == record


def test_a_plan_is_read_as_it_was_written_and_takes_values_by_name():
    plan = plan_of({**SPACE, WEIGHT: Range(linear=(0.1, 2.0))})
    assert SearchPlan.from_json(plan.to_json()) == plan
    trial = plan.trial({RATE: 0.25, TOWER: [8, 4], WEIGHT: 0.3}, seed=11)
    assert trial.training.dense_optimizer.learning_rate == 0.25
    assert trial.model.tower == (8, 4)
    assert [task.loss_weight for task in trial.tasks] == [1.0, 0.3, 1.0]
    assert (trial.training.seed, trial.model.seed) == (11, 11)
    assert dataclasses.replace(plan.trainer).to_json() == TRAINER.to_json()  # Declared values are not touched.
