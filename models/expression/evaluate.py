"""Evaluates a checked expression over whole columns, with "not known" as a third value."""

from __future__ import annotations

import ast
import dataclasses
import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np

from models.arrays import NUMPY, Array, Arrays
from models.expression.grammar import Expression, column_of

__all__ = ["Column", "evaluate"]


@dataclasses.dataclass(frozen=True)
class Column:
    """One value a row.

    Attributes:
        values: `[rows]`, float64 for numbers and conditions (0 or 1), or bytes for strings, in NumPy as objects;
            anything where not known.
        known: `[rows]`, bool; False where the value is missing.
        filled: `[rows]`, bool: where it was missing and something stands for it, of which `is_missing` tells; None
            where nothing does.
    """

    values: Array
    known: Array
    filled: Array | None = None


_BINARY: Final[dict[type, Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ORDERINGS: Final[dict[type, Callable[..., Any]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


# Any: a count, or in a graph a tensor of one.
def evaluate(expression: Expression, columns: Mapping[str, Column], num_rows: Any, *, arrays: Arrays = NUMPY) -> Column:
    """The value of `expression` in each row.

    A missing operand, x / 0, an overflow and the logarithm of nothing make it not known. `and` and `or` follow
    Kleene: `False and unknown` is False, `True or unknown` is True.

    Args:
        expression: What `parse` returned.
        columns: Every column that `expression.columns` names.
        num_rows: Rows in each column.
        arrays: The functions of the columns' library.

    Returns:
        float64 values, conditions as 0 and 1; 0 where not known.
    """
    with np.errstate(all="ignore"):
        result = _evaluate(expression.tree, columns, arrays)
    values = arrays.spread(arrays.number(result.values), num_rows)
    known = result.known & arrays.is_finite(values)
    return Column(arrays.where(known, values, arrays.number(0.0)), known)


def _evaluate(node: ast.expr, columns: Mapping[str, Column], arrays: Arrays) -> Column:
    if isinstance(node, ast.Constant):
        return _constant(node, arrays)
    if isinstance(node, ast.Name) or _called(node) == "col":
        return columns[column_of(node)]
    operands = [_evaluate(child, columns, arrays) for child in _operands(node)]
    if isinstance(node, ast.BoolOp):
        return _kleene(operands, arrays, is_and=isinstance(node.op, ast.And))
    if isinstance(node, ast.IfExp):
        return _choose(*operands, arrays=arrays)
    if _called(node) == "is_missing":
        (asked,) = operands
        return Column(arrays.number(~asked.known if asked.filled is None else asked.filled), arrays.truth(True))
    if isinstance(node, ast.Compare):
        return _compare(node, operands, arrays)
    known = _all(operand.known for operand in operands)
    one = arrays.number(1.0)
    values = _function(node, arrays)(*[arrays.where(known, arrays.number(own.values), one) for own in operands])
    return Column(values, known & arrays.is_finite(values))


def _called(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _operands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.test, node.body, node.orelse]
    if isinstance(node, ast.Call):
        return node.args
    if isinstance(node, ast.Compare):
        return [node.left, *(item for item in node.comparators if not isinstance(item, (ast.List, ast.Tuple)))]
    raise TypeError(f"`node` must be of the grammar, got {ast.dump(node)}.")


def _function(node: ast.expr, arrays: Arrays) -> Callable[..., Any]:
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return operator.neg if isinstance(node.op, ast.USub) else functools.partial(_negated, arrays)
    calls: dict[str, Callable[..., Any]] = {
        "abs": arrays.abs,
        "log1p": arrays.log1p,
        "min": arrays.min,
        "max": arrays.max,
    }
    return calls[_called(node)]


def _negated(arrays: Arrays, values: Array) -> Array:
    return arrays.number(values == 0)


def _constant(node: ast.Constant, arrays: Arrays) -> Column:
    """One value for all rows."""
    known = arrays.truth(True)
    if isinstance(node.value, str):
        return Column(node.value.encode(), known)
    return Column(arrays.number(float(node.value)), known)  # type: ignore[arg-type]  # A number by the grammar.


def _kleene(operands: list[Column], arrays: Arrays, *, is_and: bool) -> Column:
    deciding = 0.0 if is_and else 1.0  # One operand of this value settles the result, whatever the others are.
    truths = [arrays.number(operand.values != 0) for operand in operands]
    settled = _any(operand.known & (truth == deciding) for operand, truth in zip(operands, truths, strict=True))
    all_known = _all(operand.known for operand in operands)
    values = arrays.where(settled, arrays.number(deciding), arrays.number(1.0 - deciding))
    return Column(values, settled | all_known)


def _choose(test: Column, then: Column, otherwise: Column, *, arrays: Arrays) -> Column:
    chosen = test.values != 0
    values = arrays.where(chosen, arrays.number(then.values), arrays.number(otherwise.values))
    return Column(values, test.known & arrays.where(chosen, then.known, otherwise.known))


def _compare(node: ast.Compare, operands: list[Column], arrays: Arrays) -> Column:
    """A chain `a < b < c` is `a < b and b < c`."""
    links, position, left = [], 0, operands[0]
    nothing = arrays.number(0.0)
    for operation, right_node in zip(node.ops, node.comparators, strict=True):
        if isinstance(operation, (ast.In, ast.NotIn)):
            items = [_constant(item, arrays) for item in right_node.elts]  # type: ignore[attr-defined]  # A list.
            found = _any(arrays.equal(left.values, item.values) for item in items)
            wanted = isinstance(operation, ast.In)
            links.append(Column(arrays.number(found if wanted else ~found), left.known))
            continue
        position += 1
        right = operands[position]
        known = left.known & right.known
        if isinstance(operation, (ast.Eq, ast.NotEq)):
            equal = arrays.equal(left.values, right.values)
            truth = equal if isinstance(operation, ast.Eq) else ~equal
        else:
            sides = [arrays.where(known, arrays.number(own.values), nothing) for own in (left, right)]
            truth = _ORDERINGS[type(operation)](*sides)
        links.append(Column(arrays.number(truth), known))
        left = right
    return _kleene(links, arrays, is_and=True) if len(links) > 1 else links[0]


def _all(truths: Iterable[Array]) -> Array:
    return functools.reduce(operator.and_, truths)


def _any(truths: Iterable[Array]) -> Array:
    return functools.reduce(operator.or_, truths)
