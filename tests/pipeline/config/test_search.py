"""What is searched for is written beside the value it replaces; all that is wrong with it is said at once."""

import pytest

from components.trainer.values import taken
from components.tuner.config import Method, Range, SearchConfig, SearchRule
from models.architectures import MMoE, SharedBottom
from models.binding import unbind
from pipeline.config.describe import describe
from pipeline.errors import ConfigFileError

RATE = "training.dense_optimizer.learning_rate"
SPLIT = ("eval_share: 0.2,", "eval_share: 0.2, validation_share: 0.1,")
MODEL, TOWER, EPOCHS = "model:\n", "tower: [8]", "epochs: 1\n"
SEARCH = (MODEL, "search: {trials: 9}\nmodel:\n")
WEIGHT = ("label: clicked\n", "label: clicked\n    loss_weight: {value: 1, search: {linear: [0.5, 2]}}\n")
OF_TOWER = (TOWER, "tower: {value: [8], search: {choices: [[8], [16, 8]]}}")


def problems(error):
    return "\n".join(f"{mark}: {message}" for mark, message in error.value.located)


def test_the_declared_values_stand_where_they_always_do(load):
    rate = (
        EPOCHS,
        "epochs: 1\n  dense_optimizer: {name: adam, learning_rate: {value: 1e-2, search: {log: [1e-4, 0.1]}}}\n",
    )
    config = load(SPLIT, (MODEL, "search: {trials: 9, rule: no_task_worse}\nmodel:\n"), OF_TOWER, rate, WEIGHT)
    assert config.search == SearchConfig(trials=9, rule=SearchRule.NO_TASK_WORSE, method=Method.BAYESIAN)
    assert config.model.tower == (8,)
    assert config.training.dense_optimizer.learning_rate == 0.01
    assert config.search_space == {
        "tasks.click.loss_weight": Range(linear=(0.5, 2.0)),
        "model.tower": Range(choices=([8], [16, 8])),
        RATE: Range(log=(1e-4, 0.1)),
    }


def test_an_override_takes_a_value_out_of_the_search(load):
    config = load(SPLIT, SEARCH, OF_TOWER, WEIGHT, overrides=["model.tower=[4]"])
    assert config.model.tower == (4,)
    assert list(config.search_space) == ["tasks.click.loss_weight"]


def test_check_says_what_is_tried_and_how_much_is_trained(load):
    rule = "rule: no_task_worse, tolerance: 0.01, epochs: 2, when: every_run"
    search = (MODEL, f"search: {{trials: 9, {rule}}}\nmodel:\n")
    rate = "epochs: 1\n  dense_optimizer: {name: adam, learning_rate: {value: 1e-2, search: {log: [1e-4, 0.1]}}}\n"
    lines = describe(load(SPLIT, search, OF_TOWER, WEIGHT, (EPOCHS, rate))).splitlines()
    place = lines.index(
        "search: 9 trials by bayesian, the declared values first; then the best 3 and the declared values by 3 more "
        "seeds each; 21 trainings of 2 epochs at most; no_task_worse, none beyond 0.01, on validation rows; "
        "in every run"
    )
    assert lines[place + 1 : place + 4] == [
        "  tasks.click.loss_weight: 1.0, among 0.5 to 2, linear",
        "  model.tower: [8], among [8], [16, 8]",
        "  training.dense_optimizer.learning_rate: 0.01, among 0.0001 to 0.1, log",
    ]


RATE_AMONG = (
    "epochs: 1\n  dense_optimizer: {name: adam, learning_rate: {value: 1e-2, search: {choices: [1e-2, 1e-3]}}}\n"
)


@pytest.mark.parametrize(
    ("change", "path", "choices"),
    [
        (
            ("label: clicked\n", "label: clicked\n    loss_weight: {value: 1, search: {choices: [1, 2]}}\n"),
            "tasks.click.loss_weight",
            (1.0, 2.0),
        ),
        ((EPOCHS, RATE_AMONG), RATE, (0.01, 0.001)),
        (
            (
                "architecture: shared_bottom",
                "architecture: {value: shared_bottom, search: {choices: [shared_bottom, mmoe]}}",
            ),
            "model.architecture",
            tuple(unbind(one) for one in (SharedBottom(), MMoE())),
        ),
    ],
)
def test_choices_are_read_as_the_value_beside_them_is(load, change, path, choices):
    config = load(SPLIT, SEARCH, change)
    assert repr(config.search_space) == repr({path: Range(choices=choices)})  # 1 == 1.0, but is no text of it.
    assert repr(taken(unbind(config), path)) == repr(choices[0])


def test_a_feature_or_a_formula_may_be_called_search(load):
    called = "price: {kind: numeric, scaling: log}"
    config = load(
        SPLIT,
        SEARCH,
        OF_TOWER,
        (called, f"{called}\n  search: {{kind: cross, of: [item, user], hash_buckets: 10, dim: 4}}"),
        (MODEL, "fusion: {served: search, formulas: {search: {kind: weighted_sum, weights: {click: 1}}}}\nmodel:\n"),
    )
    assert "search" in config.features
    assert list(config.search_space) == ["model.tower"]


def test_a_missing_value_is_one_mistake(load):
    with pytest.raises(ConfigFileError) as error:
        load(SPLIT, SEARCH, (TOWER, "tower: {search: {choices: [[8], [4]]}}"))
    assert len(error.value.located) == 1


def test_a_single_epoch_is_said_as_one(load):
    assert "; 21 trainings of 1 epoch at most; " in describe(load(SPLIT, SEARCH, OF_TOWER))


def test_without_a_search_there_is_none(load):
    assert "search:" not in describe(load())
    assert load().search is None
    assert load().search_space == {}


WRONG = {
    "no section": ((SPLIT, OF_TOWER), "is searched for, but there is no section `search`: write one"),
    "nothing": ((SPLIT, SEARCH), "search: finds nothing to search: write {value: ..., search: {log: [low, high]}}"),
    "no validation": (
        (SEARCH, OF_TOWER),
        "search: needs a validation split, got none: the eval rows judge the model, so they must not",
    ),
    "no value": (
        (SPLIT, SEARCH, (TOWER, "tower: {search: {choices: [[8], [4]]}}")),
        "model.tower: must be {value: ..., search: ...}, got ['search']: write the declared value too.",
    ),
    "another value": (
        (SPLIT, SEARCH, (TOWER, "tower: {value: [5], search: {choices: [[8], [4]]}}")),
        "model.tower: `value` must be among what is searched, got [5]: widen `search`, or change it.",
    ),
    "a bad range": (
        (SPLIT, SEARCH, (TOWER, "tower: {value: [8], search: {choices: [[8]]}}")),
        "model.tower.search: `choices` must be two values or more, each once, got [[8]].",
    ),
    "a choice that would not do": (
        (SPLIT, SEARCH, (TOWER, "tower: {value: [8], search: {choices: [[8], [-1]]}}")),
        "model.tower.search: [-1] would not do: `tower` must hold positive widths, got -1.",
    ),
    "epochs": (
        (SPLIT, SEARCH, (EPOCHS, "epochs: {value: 1, search: {whole: [1, 5]}}\n")),
        "training.epochs: cannot be searched for: all trials have the same rows, epochs and rule.",
    ),
    "a feature": (
        (SPLIT, SEARCH, ("dim: 4}", "dim: {value: 4, search: {whole: [2, 8]}}}")),
        "features.item.dim: cannot be searched for: rows are read and transformed once.",
    ),
    "a label": (
        (SPLIT, SEARCH, ("label: clicked", "label: {value: clicked, search: {choices: [clicked, bought]}}")),
        "tasks.0.label: cannot be searched for: of a task these can: loss_weight, tower.",
    ),
    "an end of a whole number's range": (
        (SPLIT, SEARCH, (EPOCHS, "epochs: 1\n  batch_size: {value: 64, search: {log: [16, 64]}}\n")),
        "training.batch_size.search: 16.0 would not do: must be an integer, got 16.0. Write `whole`, or `choices`.",
    ),
    "a section of the training": (
        (
            SPLIT,
            SEARCH,
            (
                "training:\n  epochs: 1\n",
                "training: {value: {epochs: 1}, search: {choices: [{epochs: 1}, {epochs: 2}]}}\n",
            ),
        ),
        "training: cannot be searched for as a whole: write {value: ..., search: ...} in place of one of its values.",
    ),
    "a misplaced section": (
        (SPLIT, (EPOCHS, "epochs: 1\n  search: {trials: 9}\n")),
        "training: `search` is not a key here.",
    ),
    "a fraction among whole numbers": (
        (
            SPLIT,
            SEARCH,
            ("label: clicked\n", "label: clicked\n    loss_weight: {value: 1.5, search: {whole: [1, 3]}}\n"),
        ),
        "tasks.0.loss_weight: `value` must be among what is searched, got 1.5: widen `search`, or change it.",
    ),
    "no value at all, among numbers": (
        (SPLIT, SEARCH, (EPOCHS, "epochs: 1\n  clip_norm: {value: null, search: {linear: [1, 5]}}\n")),
        "training.clip_norm: `value` must be among what is searched, got None: widen `search`, or change it.",
    ),
    "choices that mean the same": (
        (
            SPLIT,
            SEARCH,
            ("label: clicked\n", "label: clicked\n    loss_weight: {value: 1, search: {choices: [1, 1.0]}}\n"),
        ),
        "tasks.0.loss_weight.search: `choices` must differ, got 1 and 1.0, which are the same here. Leave one out.",
    ),
    "a signal's name": (
        (
            SPLIT,
            SEARCH,
            (MODEL, "signals:\n  - {name: {value: a, search: {choices: [a, b]}}, kind: contrastive}\nmodel:\n"),
        ),
        "signals.0.name: cannot be searched for: `name` says which signal it is. Search among its other fields.",
    ),
    "a warm start": (
        (
            SPLIT,
            (MODEL, "search: {trials: 9, when: every_run}\nmodel:\n"),
            OF_TOWER,
            (EPOCHS, "epochs: 1\n  warm_start: {unusable: stop}\n"),
        ),
        "`when` must be asked with `training.warm_start`, got every_run: trials begin with fresh weights",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_searched_is_refused_at_its_place(load, case):
    changes, message = WRONG[case]
    with pytest.raises(ConfigFileError) as error:
        load(*changes)
    assert message in problems(error)
