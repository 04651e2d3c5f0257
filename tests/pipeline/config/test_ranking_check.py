"""A ranking task in a configuration: what it needs elsewhere, and what must not be asked of its score."""

import pytest

from models.heads import Ranking
from models.ranking import BPR, Gap, LambdaLoss
from pipeline.config.describe import describe
from pipeline.config.ranking_check import ranking_warnings
from pipeline.errors import ConfigFileError
from pipeline.example_plan import example_gen_plan

BUY = '- name: buy\n    kind: binary\n    label: bought == "yes"\n    given: click\n    product: ctcvr\n'
ORDER = "- {name: order, kind: {name: ranking, list: user}, prefer: bought > clicked > impression}\n"
RANKED = (BUY, ORDER)
LISTS = ("push:", "evaluation: {list: user}\npush:")
RULE = "{output: click, metric: auc, min: 0.5}"


@pytest.fixture
def refused(load):
    def run(*replacements):
        with pytest.raises(ConfigFileError) as error:
            load(*replacements)
        return [f"{mark}: {message}" for mark, message in error.value.located]

    return run


def test_an_event_that_is_no_column_is_found_where_it_is_written(refused):
    text = ORDER.replace("bought > clicked", "bougth > clicked")
    (said,) = refused(
        (BUY, text), LISTS, ("format: csv\n", "format: csv\n  columns: [item, user, price, clicked, bought]\n")
    )
    assert "tasks.1.prefer: the data has no column `bougth`. Did you mean `bought`?" in said


def test_a_ranking_task_is_declared_by_its_list_and_its_ordering(load):
    config = load(RANKED, LISTS)
    assert config.graph.by_name["order"].kind == Ranking(list="user", loss=LambdaLoss())
    assert config.graph.by_name["order"].label == "2 if bought else 1 if clicked else 0"
    assert "user" in config.kept_columns
    assert "user" not in config.input_columns
    lines = describe(config).splitlines()
    assert "  order: ranking by lambda_loss, bought > clicked > impression, on every row" in lines
    said = "lists: rows of one user stay together; those of more than {} are dealt into parts each epoch"
    assert said.format(config.training.batch_size) in lines
    limited = load(
        RANKED,
        LISTS,
        ("list: user}, prefer", "list: user, loss: {name: bpr, margin: 1}}, prefer"),
        overrides=["training.list_limit=9"],
    )
    assert "  order: ranking by bpr (margin: 1.0), " in describe(limited)
    assert said.format(9) in describe(limited).splitlines()


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        ("bpr", BPR()),
        ("{name: bpr, gap: margin, margin: 0.5}", BPR(gap=Gap.MARGIN, margin=0.5)),
        ("{name: lambda_loss, at: 10, smooth_fraction: 0.5}", LambdaLoss(at=10, smooth_fraction=0.5)),
    ],
)
def test_a_loss_is_declared_by_its_name_or_with_its_fields(load, loss, wanted):
    config = load((BUY, ORDER.replace("list: user", f"list: user, loss: {loss}")), LISTS)
    assert config.graph.by_name["order"].kind.loss == wanted


def test_rows_of_a_list_go_to_one_shard_unless_larger_groups_do(load):
    assert example_gen_plan(load(RANKED, LISTS)).data.group_columns == ("user",)
    larger = ("format: csv", "format: csv\n  group_columns: [item]")
    assert example_gen_plan(load(RANKED, LISTS, larger)).data.group_columns == ("item",)
    assert example_gen_plan(load()).data.group_columns == ()


REFUSED = {
    "a cycle": (
        [(BUY, ORDER.replace("clicked >", "clicked > bought >")), LISTS],
        "tasks.1: `prefer` must not go round in a circle, got bought > clicked > bought: leave one `bought` out.",
    ),
    "no label": (
        [(BUY, ORDER.replace(", prefer: bought > clicked > impression", "")), LISTS],
        "`label` is missing: it has no default, so write it, or `prefer` from which it follows.",
    ),
    "parts of one row": (
        [RANKED, LISTS, ("epochs: 1", "epochs: 1\n  list_limit: 1")],
        "training.list_limit: must be at least 2 with ranking tasks, got 1: a list of one row has no order.",
    ),
    "no list": ([(BUY, ORDER.replace("{name: ranking, list: user}", "ranking")), LISTS], "`list` is missing: write it"),
    "a list the data lack": (
        [(BUY, ORDER.replace("list: user", "list: usr")), LISTS],
        "tasks.1.kind: the data has no column `usr`. Did you mean `user`?",
    ),
    "a list of numbers": (
        [(BUY, ORDER.replace("list: user", "list: price")), LISTS],
        "tasks.1.kind: column `price` is read as a string here and as a number elsewhere",
    ),
    "lists not evaluated": (
        [RANKED],
        "ranking task 'order' is judged by NDCG, which needs `evaluation.list`: write list: user there.",
    ),
    "lists torn by the split": (
        [RANKED, LISTS, (", columns: [user]", "")],
        "data.split: must hash the columns that tell lists apart, got all columns: write columns: [user], or rows",
    ),
    "lists torn by devices": (
        [RANKED, LISTS, ("epochs: 1", "epochs: 1\n  distribution: mirrored")],
        "training.distribution: must be one_device with ranking tasks, got mirrored",
    ),
    "lists torn by parts": (
        [RANKED, LISTS, ("epochs: 1", "epochs: 1\n  batch_parts: 2")],
        "training.batch_parts: must be 1 with ranking tasks, got 2",
    ),
    "a limit without lists": (
        [("epochs: 1", "epochs: 1\n  list_limit: 9")],
        "training.list_limit: must be left out without a ranking task, got 9.",
    ),
    "calibration": (
        [RANKED, LISTS, (RULE, "{output: order, metric: calibration, min: 0.9}")],
        "`calibration` is no metric of a ranking output, which is a score within lists, no probability and no amount: "
        "use ndcg.",
    ),
    "log loss": (
        [RANKED, LISTS, (RULE, "{output: order, metric: log_loss, max: 0.9}")],
        "`log_loss` is no metric of a ranking output",
    ),
    "a loss to fuse": (
        [RANKED, LISTS, ("rules:", "fused_loss: {weights: {order: 1}, margin: 0.1}\n  rules:")],
        "`order` ranks rows within lists and has no loss a row: leave it out, and rule by ndcg.",
    ),
    "a parent": (
        [(BUY, f"{ORDER}  - {{name: buy, kind: binary, label: bought, given: order}}\n"), LISTS],
        "must name a binary task, got 'order', a ranking task: only a binary task has positives to be given.",
    ),
    "a product": (
        [(BUY, ORDER.replace("prefer", "given: click, product: both, prefer")), LISTS],
        "`product` is for binary tasks, got it with ranking: leave it out.",
    ),
    "a relation of probabilities": (
        [(BUY, ORDER.replace("prefer", "given: click, relation: aitm, prefer")), LISTS],
        "`relation` must be conditional for a ranking task, got 'aitm': only probabilities multiply.",
    ),
    "a sampling correction": (
        [(BUY, ORDER.replace("prefer", "kept_negatives: 0.1, prefer")), LISTS],
        "`kept_negatives` is for binary tasks, got it with ranking: leave it out.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_with_one_sentence(refused, case):
    replacements, sentence = REFUSED[case]
    found = refused(*replacements)
    assert len(found) == 1
    assert sentence in found[0]


@pytest.mark.parametrize(("lists", "warned"), [("user", False), ("item", True)])
def test_lists_that_are_judged_and_not_learnt_are_warned_of(load, lists, warned):
    config = load(RANKED, ("push:", f"evaluation: {{list: {lists}}}\npush:"))
    said = ["NDCG is of the lists of `evaluation.list: item`, while tasks learn to rank those of `user`."]
    assert ranking_warnings(config.tasks, config.evaluation) == (said if warned else [])
