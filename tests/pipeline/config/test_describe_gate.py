"""What `evenkeel check` says of a gate, every rule once, with what was left open filled in."""

import pytest

from pipeline.config.describe_gate import gate_lines

GENERAL = "gate: confidence 0.95; rows are taken as independent; no anchor"


def test_what_is_left_open_is_filled_in(load):
    first, *rules = gate_lines(load())
    assert first == GENERAL
    assert rules == [
        "  click auc: at least 0.5, unsettled, it blocks",
        "  buy auc: reported, nothing is asked",
        "  ctcvr auc: reported, nothing is asked",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("margin: 0.02, total_margin: 0.04", "by less than 0.02, worse than the anchor by less than 0.04, unsettled"),
        ("relative_margin: 0.1", "auc: worse than what serves by less than 0.1 of what exceeds 0.5, unsettled"),
        ("rule: superior, slices: [[item]]", "auc: better than what serves, also by item, unsettled"),
        (
            "margin: 0.02}\n    - {output: click, metric: auc, margin: 0.1, slices: [[item]], only_slices: true",
            "auc: worse than what serves by less than 0.02, unsettled",
        ),
        ("rule: not_significantly_worse, max: 0.9", "auc: not shown to be worse than what serves, at most 0.9, uns"),
        ("min: 0.5, inconclusive: pass_with_warning", "auc: at least 0.5, unsettled, it warns"),
    ],
)
def test_a_rule_is_told_in_words(load, rule, said):
    asked = f"{{output: click, metric: auc, {rule}}}"
    declared = ("served\n", "served\nevaluation: {slices: [[item]]}\n")
    asked = f"{asked}\n  anchor: oldest\n  confidence: 0.9"
    config = load(("{output: click, metric: auc, min: 0.5}", asked), declared)
    first, told, *_ = gate_lines(config)
    assert first == "gate: confidence 0.9; rows are taken as independent; anchor oldest"
    assert said in told


def test_all_that_judges_besides_rules_is_told(load):
    more = "\n  at_least_one_superior: true\n  fused_loss: {weights: {click: 1}, margin: 0.01}\n  first_run: block"
    more += "\n  not_comparable: bounds\n  drift: {default: 0.1}"
    more += "\n  skew: {rows: logs.csv, columns: {item: 0.2}, beyond: block}\ntwins: {every: 3}"
    config = load(
        ("min: 0.5}", f"margin: 0.1, min: 0.5}}{more}"), ("served\n", "served\nevaluation: {cluster: user}\n")
    )
    asked = (
        "one user go together; no anchor; twins every 3 runs; at least one main output better; fused loss up by 0.01"
    )
    told = gate_lines(config)[0]
    assert asked in told
    assert (
        "; columns that drift beyond 0.1 warn; columns whose requests differ beyond their own distances block" in told
    )
    assert told.endswith("; a first run is not pushed; what cannot be compared is pushed on its bounds alone")


def test_a_rule_about_slices_alone_says_so(load):
    rules = [
        "{output: click, metric: auc, min: 0.5}",
        "{output: click, metric: auc, margin: 0.1, slices: [[item]], only_slices: true}",
        "{output: buy, metric: auc, rule: observe, slices: [[item]]}",
    ]
    config = load((rules[0], "\n    - ".join(rules)), ("served\n", "served\nevaluation: {slices: [[item]]}\n"))
    _, _, of_slices, observed, _ = gate_lines(config)
    assert of_slices == "  click auc: worse than what serves by less than 0.1, only by item, unsettled, it blocks"
    assert observed == "  buy auc: reported by item, nothing is asked"
