"""The label grammar: three-valued, typed, and closed to everything else."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from models.expression import Column, ColumnType, evaluate, parse


def numbers(*values: float | None) -> Column:
    known = np.array([value is not None for value in values])
    return Column(np.array([value if value is not None else math.nan for value in values], float), known)


def strings(*values: bytes | None) -> Column:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return Column(cells, np.array([value is not None for value in values]))


def read(text: str, **columns: Column) -> list[float | None]:
    rows = len(next(iter(columns.values())).values) if columns else 1
    result = evaluate(parse(text), columns, rows)
    return [float(value) if known else None for value, known in zip(result.values, result.known, strict=True)]


def test_a_tip_of_over_a_fifth_is_unknown_where_an_operand_is_missing():
    assert read("tips > 0.2 * fare", tips=numbers(3, 1, None, 1), fare=numbers(10, 10, 10, None)) == [1, 0, None, None]


def test_division_by_zero_is_unknown_not_false():
    assert read("fare / miles", fare=numbers(10, 10, 0), miles=numbers(2, 0, 0)) == [5, None, None]
    assert read("fare / miles > 3", fare=numbers(10, 10), miles=numbers(2, 0)) == [1, None]


def test_strings_compare_as_bytes_and_missing_is_unknown():
    cells = strings(b"Never married", b"Widowed", None, b"\xff")
    assert read('status == "Never married"', status=cells) == [1, 0, None, 0]
    assert read('status in ["Widowed", "x"]', status=cells) == [0, 1, None, 0]
    assert read('status not in ["Widowed"]', status=cells) == [1, 0, None, 1]


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (1, 1, 1, 1),
        (1, 0, 0, 1),
        (0, 0, 0, 0),
        (None, 0, 0, None),
        (None, 1, None, 1),
        (0, None, 0, None),
        (1, None, None, 1),
        (None, None, None, None),
    ],
)
def test_and_and_or_follow_kleene(left, right, both, either):
    columns = {"a": numbers(left), "b": numbers(right)}
    assert read("a and b", **columns) == [both]
    assert read("a or b", **columns) == [either]


def test_a_choice_needs_only_the_branch_it_takes():
    assert read("2 if a else b", a=numbers(1, 0, None), b=numbers(None, None, 5)) == [2, None, None]


def test_is_missing_is_always_known():
    assert read("is_missing(a)", a=numbers(1, None)) == [0, 1]


def test_a_chain_of_comparisons_is_their_conjunction():
    assert read("0 < a < 4", a=numbers(0, 2, 4, None)) == [0, 1, 0, None]


def test_odd_column_names_are_quoted():
    parsed = parse('col("trip miles") > 2')
    assert parsed.columns == {"trip miles": ColumnType.NUMBER}


def test_overflow_and_logarithm_of_nothing_are_unknown():
    assert read("a * a", a=numbers(1e300)) == [None]
    assert read("log1p(a)", a=numbers(-1, 0)) == [None, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('__import__("os")', "is not a function of the grammar"),
        ("a.b", "is not part of the grammar"),
        ("a ** 2", "is not part of the grammar"),
        ("lambda: 1", "is not part of the grammar"),
        ("[a for a in b]", "is not part of the grammar"),
        ("a >", "is not an expression"),
        ('a == "x" and a > 3', "is read both as a string and as a number"),
        ('"x"', "is a string, where a number or a comparison is needed"),
        ("col(3)", "must name one column in quotes"),
        ("min(a)", "must have 2 argument"),
        ("a in b", "must be a list of values"),
        ("a" * 1_001, "must be at most 1000 characters"),
        ("(" * 400 + "a" + ")" * 400, "is not an expression"),
    ],
)
def test_what_is_outside_the_grammar_is_refused(text, message):
    with pytest.raises(ConfigError, match=message):
        parse(text)


COLUMNS = {"a": numbers(1, 0, None, 2.5), "b": numbers(None, 0, 3, -1), "s": strings(b"x", None, b"y", b"")}
NUMBER = st.deferred(
    lambda: (
        st.sampled_from(["a", "b", "2", "0.5"])
        | st.tuples(NUMBER, st.sampled_from("+-*/"), NUMBER).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | NUMBER.map(lambda n: f"abs({n})")
    )
)
CONDITION = st.deferred(
    lambda: (
        st.tuples(NUMBER, st.sampled_from(["<", "<=", "==", "!="]), NUMBER).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | st.just('(s == "x")')
        | st.tuples(CONDITION, st.sampled_from(["and", "or"]), CONDITION).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
        | CONDITION.map(lambda c: f"(not {c})")
    )
)


def is_short(text: str) -> bool:
    return len(text) <= 1_000  # The grammar's limit.


@given(text=(CONDITION | NUMBER).filter(is_short))
def test_every_expression_of_the_grammar_gives_finite_values_and_a_known_mask(text):
    result = evaluate(parse(text), COLUMNS, 4)
    assert result.values.shape == result.known.shape == (4,)
    assert np.isfinite(result.values).all()
    assert (result.values[~result.known] == 0).all()


@given(text=CONDITION.filter(lambda text: is_short(f"not {text}")))
def test_not_turns_known_values_round_and_leaves_unknown_ones(text):
    plain, turned = evaluate(parse(text), COLUMNS, 4), evaluate(parse(f"not {text}"), COLUMNS, 4)
    assert (plain.known == turned.known).all()
    assert (plain.values[plain.known] + turned.values[plain.known] == 1).all()
