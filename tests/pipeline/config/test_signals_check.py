"""What is learnt beside the tasks, as YAML says it; all that is wrong with it is said at once."""

import pytest

from models.expression import ColumnType
from models.signals import Contrastive, Position, Reconstruction
from pipeline.config.describe import describe
from pipeline.errors import ConfigFileError

MODEL, FEATURES = "model:\n", "features:\n"
PLACE = (FEATURES, "features:\n  place: {kind: categorical, hash_buckets: 10, dim: 2, column: shown_at}\n")
ALL = """\
signals:
  - {name: views, kind: contrastive, item: item, temperature: 0.2}
  - {name: rebuilt, kind: reconstruction, inputs: [price, item], observed: true}
  - {name: bias, kind: position, input: place, tasks: [click]}
model:
"""


@pytest.fixture
def with_place(tmp_path, load):
    """Rows that hold a place too."""

    def loaded(*replacements):
        config = load  # The rows are written by it.
        return config(("rows.csv", "placed.csv"), PLACE, *replacements)

    (tmp_path / "placed.csv").write_text("user,item,price,clicked,bought,shown_at\nu,i,1.5,1,no,3\n")
    return loaded


def problems(error):
    return [f"{mark}: {message}" for mark, message in error.value.located]


def test_signals_are_declared_beside_the_tasks(with_place):
    config = with_place((MODEL, ALL))
    assert config.signals == (
        Contrastive(name="views", item="item", temperature=0.2),
        Reconstruction(name="rebuilt", inputs=("price", "item"), observed=True),
        Position(name="bias", input="place", tasks=("click",)),
    )
    assert [loss.name for loss in config.trained_graph.losses] == ["click", "ctcvr", "views"]
    assert [loss.name for loss in config.trained_graph.watched] == ["click", "ctcvr", "views", "rebuilt"]
    assert [output.name for output in config.graph.outputs] == ["click", "buy", "ctcvr"]
    lines = describe(config).splitlines()
    assert [line for line in lines if line.startswith("  beside: ")] == [
        "  beside: views, contrastive, corrected for how often each item comes, trained with loss_weight 0.1",
        "  beside: rebuilt, reconstruction of price, item, observed",
        "  beside: bias, position of click by place, in training alone",
    ]


def test_a_position_is_transformed_and_read_in_training_but_is_no_input_of_what_is_served(with_place):
    config = with_place((MODEL, ALL))
    assert config.input_columns == {"item": ColumnType.STRING, "price": ColumnType.NUMBER}
    assert config.kept_columns["shown_at"] is ColumnType.STRING
    assert list(config.served_features) == ["item", "price"]


def test_all_that_is_wrong_is_said_at_once_each_at_its_place(with_place):
    text = """\
    signals:
      - {name: views, kind: contrastive, temperature: 0}
      - {name: click, kind: contrastive}
      - {name: ctcvr, kind: contrastive, item: itm}
      - {name: rebuilt, kind: reconstruction, inputs: [pricy, place]}
      - {name: bias, kind: position, input: place, tasks: [clik], observed: true}
    model:
    """
    with pytest.raises(ConfigFileError) as error:
        with_place((MODEL, text), ("epochs: 1\n", "epochs: 1\n  batch_size: 3\n  batch_parts: 3\n  clip_norm: 1\n"))
    found = "\n".join(problems(error))
    for said in (
        "signals.0: `temperature` must be positive, got 0.0. Leave it out for 0.1.",
        "signals.1.name: `name` must be no task's, output's or other signal's, got 'click': rename it.",
        "signals.2.name: `name` must be no task's, output's or other signal's, got 'ctcvr': rename it.",
        "signals.2.item: `item` must name a categorical input of one value a row, got 'itm'. Did you mean `item`?",
        "signals.3.inputs.0: must be an input of the model, got 'pricy'. Did you mean `price`?",
        "signals.3.inputs.1: must be an input of the model, got 'place'.",
        "signals.4.tasks.0: must be a binary task, got 'clik'. Did you mean `click`?",
        "signals.4.observed: must be false with `training.clip_norm`, got true:",
        "signals.1: needs 2 rows a batch, or a part of one, for negatives, got 1: raise `training.batch_size`",
    ):
        assert said in found


def test_a_position_that_a_request_would_have_to_hold_is_refused(with_place):
    text = "signals:\n  - {name: bias, kind: position, input: place, tasks: [click]}\nmodel:\n"
    shown_twice = ("scaling: log}", "scaling: log}\n  shown_at: {kind: numeric}")
    with pytest.raises(ConfigFileError) as error:
        with_place((MODEL, text), shown_twice)
    assert (
        "signals.0.input: must be of a column that no request holds, got `shown_at`, which feature `shown_at` reads "
        "when serving: leave it out of there." in "\n".join(problems(error))
    )


def test_a_user_is_not_told_by_a_position(with_place):
    signals = "signals:\n  - {name: bias, kind: position, input: place, tasks: [click]}\n"
    with pytest.raises(ConfigFileError) as error:
        with_place((MODEL, f"{signals}serving: {{user: [shown_at]}}\nmodel:\n"))
    assert "no feature or score reads a column `shown_at`" in "\n".join(problems(error))


def test_a_balancer_may_name_a_signal(load):
    text = """\
    signals:
      - {name: views, kind: contrastive}
    balancing: {method: stch, mu: 0.1, preferences: {views: 2, veiws: 1}}
    model:
    """
    with pytest.raises(ConfigFileError) as error:
        load((MODEL, text))
    found = "\n".join(problems(error))
    assert "no loss is called `veiws`. Did you mean `views`?" in found
    assert "no loss is called `views`" not in found


def test_a_task_that_cannot_be_read_hides_no_wrong_feature(with_place):
    text = """\
    signals:
      - {name: views, kind: contrastive, item: itm}
      - {name: bias, kind: position, input: plac, tasks: [x]}
    model:
    """
    with pytest.raises(ConfigFileError) as error:
        with_place((MODEL, text), ("kind: binary\n    label: bought", "kind: binry\n    label: bought"))
    found = "\n".join(problems(error))
    assert "tasks.1.kind: must be one of the known names, got 'binry'. Did you mean `binary`?" in found
    assert "signals.0.item: `item` must name a categorical input of one value a row, got 'itm'. Did you" in found
    assert "signals.1.input: must be a declared feature, got 'plac'. Did you mean `place`?" in found
    assert "signals.1.tasks" not in found  # Which tasks there are is not known.
