import numpy as np
import pytest

from models.errors import ConfigError
from models.expression import Column, evaluate, parse
from models.heads import Binary, Ranking
from models.tasks import Task
from models.tasks.preference import level_label

ORDER = Ranking(list="session")


def levels(ordering, **columns):
    expression = parse(level_label(ordering))
    given = {
        name: Column(np.nan_to_num(np.array(values)), ~np.isnan(np.array(values))) for name, values in columns.items()
    }
    found = evaluate(expression, {name: given[name] for name in expression.columns}, 5)
    return np.where(found.known, found.values, np.nan).tolist()


def test_a_row_has_the_level_of_its_highest_event():
    found = levels(
        "buy > cart > click > impression", buy=[0, 0, 0, 1, 2], cart=[0, 0, 1, 0, 1], click=[0.0, 1, 1, 1, 0]
    )
    assert found == [0, 1, 2, 3, 3]


def test_events_joined_by_an_equals_sign_share_a_level():
    found = levels(
        "buy > like = share > impression", buy=[0, 0, 0, 1, 0], like=[0, 1, 0, 0, 1], share=[0, 0, 1, 0, 1.0]
    )
    assert found == [0, 1, 1, 2, 1]


def test_a_missing_event_leaves_open_only_what_it_decides():
    nan = np.nan
    found = levels("buy > click > impression", buy=[1, 1, 0, nan, nan], click=[nan, 0, nan, 1, 0])
    np.testing.assert_array_equal(found, [2, 2, nan, nan, nan])


@pytest.mark.parametrize(
    ("ordering", "sentence"),
    [
        ("buy > cart > buy > impression", "must not go round in a circle, got buy > cart > buy: leave one `buy` out."),
        ("buy > a = b > c > buy", "must not go round in a circle, got buy > a = b > c > buy: leave one `buy` out."),
        ("buy = buy > impression", "must name an event once, got `buy` twice in 'buy = buy > impression'"),
        ("buy > click", r"must end in `> impression`, which every row is, got 'buy > click'\."),
        ("impression", "must hold two levels at least, got 'impression'"),
        ("impression > click", "must end in `> impression`"),
        ("buy > > impression", "must be columns' names with > or = between them, such as `buy > cart"),
        ("buy >= click > impression", "got '' in 'buy >= click > impression'; write other labels as `label`."),
        ("price * 2 > impression", r"got 'price \* 2' in"),
        ("", "got '' in ''"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_ordering_is_refused(ordering, sentence):
    with pytest.raises(ConfigError, match=f"task 'order': `prefer` {'.*' if sentence[:3] == 'got' else ''}{sentence}"):
        Task(name="order", kind=ORDER, prefer=ordering)


def test_a_tasks_label_follows_from_its_ordering():
    task = Task(name="order", kind=ORDER, prefer="buy > click > impression")
    assert task.label == "2 if buy else 1 if click else 0"
    assert set(parse(task.label).columns) == {"buy", "click"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": Binary(), "prefer": "buy > impression"}, "`prefer` is for ranking tasks, got it with binary"),
        ({"kind": ORDER, "prefer": "buy > impression", "label": "buy"}, "`label` must be left out with `prefer`"),
        ({"kind": ORDER}, "`label` is missing: it has no default, so write it."),
        ({"kind": Binary()}, "`label` is missing: it has no default, so write it."),
        ({"kind": ORDER, "label": "buy", "kept_negatives": 0.5}, "`kept_negatives` is for binary tasks, got it with r"),
        ({"kind": ORDER, "label": "buy", "given": "click", "product": "both"}, "`product` is for binary tasks"),
    ],
    ids=["other kind", "both", "neither", "no label", "sampling", "product"],
)
def test_a_task_says_what_does_not_go_together(fields, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Task(name="order", **fields)
