"""Evaluates a checked expression over whole columns, with "not known" as a third value."""

from __future__ import annotations

import ast
import dataclasses
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from models.expression.grammar import Expression, column_of

__all__ = ["Column", "evaluate"]


@dataclasses.dataclass(frozen=True)
class Column:
    """One value a row.

    Attributes:
        values: `[rows]`, float64 for numbers and conditions (0 or 1), or objects of type bytes for strings; anything
            where not known.
        known: `[rows]`, bool; False where the value is missing.
    """

    values: np.ndarray
    known: np.ndarray


_BINARY: Final[dict[type, Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
}
_COMPARE: Final[dict[type, Callable[..., Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CALLS: Final[dict[str, Callable[..., Any]]] = {
    "abs": np.abs,
    "log1p": np.log1p,
    "min": np.minimum,
    "max": np.maximum,
}


def evaluate(expression: Expression, columns: Mapping[str, Column], num_rows: int) -> Column:
    """The value of `expression` in each row.

    A missing operand, x / 0, an overflow and the logarithm of nothing make it not known. `and` and `or` follow
    Kleene: `False and unknown` is False, `True or unknown` is True.

    Args:
        expression: What `parse` returned.
        columns: Every column that `expression.columns` names.
        num_rows: Rows in each column.

    Returns:
        float64 values, conditions as 0 and 1; 0 where not known.
    """
    with np.errstate(all="ignore"):
        result = _evaluate(expression.tree, columns, num_rows)
    values = np.asarray(result.values, dtype=np.float64)
    known = result.known & np.isfinite(values)
    return Column(np.where(known, values, 0.0), known)


def _evaluate(node: ast.expr, columns: Mapping[str, Column], rows: int) -> Column:
    if isinstance(node, ast.Constant):
        return _constant(node, rows)
    if isinstance(node, ast.Name) or _called(node) == "col":
        return columns[column_of(node)]
    operands = [_evaluate(child, columns, rows) for child in _operands(node)]
    if isinstance(node, ast.BoolOp):
        return _kleene(operands, is_and=isinstance(node.op, ast.And))
    if isinstance(node, ast.IfExp):
        return _choose(*operands)
    if _called(node) == "is_missing":
        missing = ~operands[0].known
        return Column(missing.astype(np.float64), np.ones(rows, dtype=bool))
    if isinstance(node, ast.Compare):
        return _compare(node, operands, columns, rows)
    known = np.logical_and.reduce([operand.known for operand in operands])
    values = _function(node)(*[np.where(known, operand.values, 1.0).astype(np.float64) for operand in operands])
    return Column(values, known & np.isfinite(values))


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


def _function(node: ast.expr) -> Callable[..., Any]:
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return operator.neg if isinstance(node.op, ast.USub) else _negated
    return _CALLS[_called(node)]


def _negated(values: np.ndarray) -> np.ndarray:
    return (values == 0).astype(np.float64)


def _constant(node: ast.Constant, rows: int) -> Column:
    known = np.ones(rows, dtype=bool)
    if isinstance(node.value, str):
        values = np.empty(rows, dtype=object)
        values[:] = node.value.encode()
        return Column(values, known)
    return Column(np.full(rows, float(node.value)), known)  # type: ignore[arg-type]  # A number by the grammar.


def _kleene(operands: list[Column], *, is_and: bool) -> Column:
    deciding = 0.0 if is_and else 1.0  # One operand of this value settles the result, whatever the others are.
    truths = [(operand.values != 0).astype(np.float64) for operand in operands]
    settled = np.logical_or.reduce(
        [operand.known & (truth == deciding) for operand, truth in zip(operands, truths, strict=True)]
    )
    all_known = np.logical_and.reduce([operand.known for operand in operands])
    return Column(np.where(settled, deciding, 1.0 - deciding), settled | all_known)


def _choose(test: Column, then: Column, otherwise: Column) -> Column:
    chosen = test.values != 0
    values = np.where(chosen, then.values, otherwise.values)
    return Column(values, test.known & np.where(chosen, then.known, otherwise.known))


def _compare(node: ast.Compare, operands: list[Column], columns: Mapping[str, Column], rows: int) -> Column:
    """A chain `a < b < c` is `a < b and b < c`."""
    links, position, left = [], 0, operands[0]
    for operation, right_node in zip(node.ops, node.comparators, strict=True):
        if isinstance(operation, (ast.In, ast.NotIn)):
            items = [_constant(item, rows) for item in right_node.elts]  # type: ignore[attr-defined]  # A list.
            found = np.logical_or.reduce([_equal(left.values, item.values) for item in items])
            wanted = isinstance(operation, ast.In)
            links.append(Column((found == wanted).astype(np.float64), left.known))
            continue
        position += 1
        right = operands[position]
        known = left.known & right.known
        if isinstance(operation, (ast.Eq, ast.NotEq)):
            truth = _equal(left.values, right.values) == isinstance(operation, ast.Eq)
        else:
            truth = _COMPARE[type(operation)](np.where(known, left.values, 0.0), np.where(known, right.values, 0.0))
        links.append(Column(truth.astype(np.float64), known))
        left = right
    return _kleene(links, is_and=True) if len(links) > 1 else links[0]


def _equal(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.asarray(left == right, dtype=bool)
