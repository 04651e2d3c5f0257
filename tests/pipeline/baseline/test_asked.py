"""What trees are asked to learn is checked before anything is loaded."""

import dataclasses
import textwrap

import pytest

from components.trees.objective import LAMBDAMART
from models.errors import ConfigError
from models.heads import Multiclass, Ordinal, Ranking, Regression
from models.tasks import Task
from pipeline.baseline.asked import Boosting, check_asked, objective_for, own_outputs
from pipeline.config import load_config

SHOP = """\
name: shop
data: {{format: csv, path: {folder}/rows.csv, split: {{by: hash, eval_share: 0.2, columns: [user]}}}}
features: {{item: {{kind: categorical, top_k: 100}}}}
tasks:
  - {{name: click, kind: binary, label: clicked}}
  - {{name: buy, kind: binary, label: bought, given: click, product: ctcvr}}
  - {{name: topic, kind: {{name: multiclass, num_classes: 3}}, label: topic}}
  - {{name: dwell, kind: regression, label: dwell}}
model: {{architecture: shared_bottom, tower: [8]}}
training: {{epochs: 1}}
gate: {{rules: [{{output: click, metric: auc, min: 0.5}}]}}
push: {{directory: {folder}/served}}
"""
GROUPS = {"cluster": "user", "user": "visit", "list": "query"}


@pytest.fixture
def load(tmp_path):
    (tmp_path / "rows.csv").write_text("user,visit,query,item,clicked,bought,topic,dwell\nu,v,q,i,1,0,2,1.5\n")
    (tmp_path / "shop.yaml").write_text(textwrap.dedent(SHOP.format(folder=tmp_path)))

    def load_with(**groups):
        return load_config(
            str(tmp_path / "shop.yaml"), [f"evaluation.{name}={column}" for name, column in groups.items()]
        )

    return load_with


def names(config, boosting, tasks=()):
    return [output.name for output in own_outputs(config.graph, boosting, tasks)[0]]


def test_boosting_learns_tasks_and_lambdamart_products_too(load):
    config = load()
    assert names(config, Boosting.GBDT) == ["click", "buy", "dwell"]
    assert names(config, Boosting.LAMBDAMART) == ["click", "buy", "ctcvr"]
    assert names(config, Boosting.LAMBDAMART, ["buy"]) == ["buy", "ctcvr"]
    assert own_outputs(config.graph, Boosting.GBDT, ())[1] == ["`topic` has no trees: it has several classes."]
    assert own_outputs(config.graph, Boosting.LAMBDAMART, ["dwell"])[1] == [
        "`dwell` has no trees: its labels are no grades."
    ]


def test_grades_are_ranked_and_numbers_are_not():
    assert objective_for(Boosting.LAMBDAMART, Ranking(list="query")) is LAMBDAMART
    assert objective_for(Boosting.GBDT, Ranking(list="query")) is None
    assert objective_for(Boosting.LAMBDAMART, Ordinal(num_levels=5)) is LAMBDAMART
    assert objective_for(Boosting.LAMBDAMART, Regression()) is None
    assert objective_for(Boosting.GBDT, Multiclass(num_classes=3)) is None


@pytest.mark.parametrize(
    ("boosting", "declared", "told", "found"),
    [
        (Boosting.LAMBDAMART, GROUPS, None, "query"),
        (Boosting.LAMBDAMART, GROUPS, "visit", "visit"),
        (Boosting.LAMBDAMART, {"user": "visit"}, None, "visit"),
        (Boosting.GBDT, GROUPS, None, "user"),
        (Boosting.GBDT, {"list": "query"}, None, "query"),
        (Boosting.GBDT, {}, None, None),
    ],
)
def test_lists_are_the_column_told_or_the_one_declared(load, boosting, declared, told, found):
    assert check_asked(load(**declared), boosting, tasks=(), lists=told) == found


def test_the_lists_of_a_ranking_task_come_before_those_of_the_evaluation(load):
    config = load(list="visit")
    ranking = Task(name="order", kind=Ranking(list="query"), label="clicked")
    with_one = dataclasses.replace(config, tasks=(*config.tasks, ranking))
    assert check_asked(with_one, Boosting.LAMBDAMART, tasks=(), lists=None) == "query"
    assert names(with_one, Boosting.LAMBDAMART, ["order"]) == ["order"]
    assert own_outputs(with_one.graph, Boosting.GBDT, ["order"])[1] == [
        "`order` has no trees: it is a ranking, which is for lambdamart."
    ]


@pytest.mark.parametrize(
    ("boosting", "asked", "said"),
    [
        (Boosting.GBDT, {"tasks": ["clik"]}, "`--task` must name a task of CONFIG, got 'clik'. Did you mean `click`?"),
        (
            Boosting.GBDT,
            {"tasks": ["topic"]},
            "`gbdt` must have a task to learn, got none: `topic` has no trees: it has",
        ),
        (
            Boosting.LAMBDAMART,
            {},
            "`--list` must name the raw column whose values are lists, such as the request's, got",
        ),
        (
            Boosting.LAMBDAMART,
            {"lists": "iten"},
            "`--list` must name a raw column that examples keep, got 'iten'. Did you",
        ),
    ],
)
def test_what_cannot_be_learnt_is_refused(load, boosting, asked, said):
    with pytest.raises(ConfigError) as raised:
        check_asked(load(), boosting, **{"tasks": (), "lists": None, **asked})
    assert raised.value.problems[0].startswith(said)


def test_all_that_is_wrong_is_said_at_once(load):
    with pytest.raises(ConfigError) as raised:
        check_asked(load(), Boosting.LAMBDAMART, tasks=["clik", "bye"], lists="iten")
    assert [line.partition(" must")[0] for line in raised.value.problems] == [
        "`--task`",
        "`--task`",
        "`--list`",
    ]
