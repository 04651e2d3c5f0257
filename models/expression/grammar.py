"""Reads an expression over columns and tells which columns it reads, and as what."""

from __future__ import annotations

import ast
import dataclasses
import enum
from typing import Final

from models.errors import ConfigError

__all__ = ["FUNCTIONS", "ColumnType", "Expression", "parse"]

MAX_LENGTH: Final = 1_000
FUNCTIONS: Final = {"abs": 1, "log1p": 1, "is_missing": 1, "min": 2, "max": 2}  # Name to number of arguments.

_ORDERINGS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_EQUALITIES: Final = (ast.Eq, ast.NotEq)
_MEMBERSHIPS: Final = (ast.In, ast.NotIn)
_ARITHMETIC: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_HELP: Final = (
    "Use columns, numbers, quoted strings, + - * /, == != < <= > >=, in [..], and, or, not, `a if b else c`, "
    'abs, log1p, min, max, is_missing, and col("name") for a column whose name is not a word.'
)


class ColumnType(enum.Enum):
    """What a column or a part of an expression holds."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"


@dataclasses.dataclass(frozen=True)
class Expression:
    """A checked expression.

    Attributes:
        text: As written.
        tree: The root of its syntax tree; holds only what the grammar allows.
        columns: Each column it reads, in order of appearance, and its type; None where any would do.
        type: What the whole is: a number or a boolean.
        asked: The columns of which it asks `is_missing`.
    """

    text: str
    tree: ast.expr = dataclasses.field(compare=False, repr=False)
    columns: dict[str, ColumnType | None] = dataclasses.field(compare=False)
    type: ColumnType
    asked: tuple[str, ...] = dataclasses.field(compare=False, default=())


def parse(text: str) -> Expression:
    """Reads `text`; raises `ConfigError` that says where it departs from the grammar.

    Python's own parser builds the tree; only the node types named here pass, and nothing is ever evaluated as Python.
    """
    if len(text) > MAX_LENGTH:
        raise ConfigError("expression", [f"an expression must be at most {MAX_LENGTH} characters, got {len(text)}."])
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError("expression", [f"`{text}` is not an expression: {error.args[0]}. {_HELP}"]) from error
    reader = _Reader(text)
    kind = reader.visit(tree, wanted=None)
    if kind is ColumnType.STRING:
        raise reader.error(tree, "is a string, where a number or a comparison is needed")
    if isinstance(tree, ast.Name) or reader.is_column(tree):
        reader.want(tree, ColumnType.NUMBER)
        kind = ColumnType.NUMBER
    asked = tuple(reader.asked)
    return Expression(text=text, tree=tree, columns=reader.columns, type=kind or ColumnType.NUMBER, asked=asked)


def column_of(node: ast.expr) -> str:
    """The name of the column that a `Name` or a `col("…")` node stands for."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value)
    raise TypeError(f"`node` must be a column, got {ast.dump(node)}.")


class _Reader:
    """Walks a tree once: refuses what is outside the grammar, notes every column's type and who is asked if missing."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.columns: dict[str, ColumnType | None] = {}
        self.asked: dict[str, None] = {}

    def error(self, node: ast.AST, message: str) -> ConfigError:
        part = ast.get_source_segment(self.text.strip(), node) if hasattr(node, "lineno") else None
        return ConfigError("expression", [f"in `{self.text}`: `{part or type(node).__name__}` {message}. {_HELP}"])

    def is_column(self, node: ast.expr) -> bool:
        is_name = isinstance(node, ast.Name)
        return is_name or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "col")

    def want(self, node: ast.expr, wanted: ColumnType | None) -> None:
        """Notes that the column at `node` is read as `wanted`."""
        name = column_of(node)
        known = self.columns.get(name)
        stored = ColumnType.NUMBER if wanted is ColumnType.BOOLEAN else wanted  # A flag column holds 0 or 1.
        if known and stored and known is not stored:
            raise self.error(node, f"is read both as a {known.value} and as a {stored.value}")
        self.columns[name] = stored or known

    def visit(self, node: ast.expr, wanted: ColumnType | None) -> ColumnType | None:
        """The type of `node`, which must fit `wanted`; None for a column that may be anything."""
        kind = self._visit(node, wanted)
        fits = kind is None or wanted is None or kind is wanted or (kind, wanted) in _WIDENED
        if not fits:
            raise self.error(
                node, f"is a {kind.value if kind else '?'}, where a {wanted.value if wanted else '?'} is needed"
            )
        return kind

    def _visit(self, node: ast.expr, wanted: ColumnType | None) -> ColumnType | None:
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if self.is_column(node):
            return self._column(node, wanted)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
            self.visit(node.left, ColumnType.NUMBER)
            self.visit(node.right, ColumnType.NUMBER)
            return ColumnType.NUMBER
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
            kind = ColumnType.BOOLEAN if isinstance(node.op, ast.Not) else ColumnType.NUMBER
            self.visit(node.operand, kind)
            return kind
        if isinstance(node, ast.BoolOp):
            for value in node.values:
                self.visit(value, ColumnType.BOOLEAN)
            return ColumnType.BOOLEAN
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.IfExp):
            self.visit(node.test, ColumnType.BOOLEAN)
            self.visit(node.body, ColumnType.NUMBER)
            self.visit(node.orelse, ColumnType.NUMBER)
            return ColumnType.NUMBER
        raise self.error(node, "is not part of the grammar")

    def _constant(self, node: ast.Constant) -> ColumnType:
        if isinstance(node.value, bool):
            return ColumnType.BOOLEAN
        if isinstance(node.value, (int, float)):
            return ColumnType.NUMBER
        if isinstance(node.value, str):
            return ColumnType.STRING
        raise self.error(node, "is not part of the grammar")

    def _column(self, node: ast.expr, wanted: ColumnType | None) -> ColumnType | None:
        if isinstance(node, ast.Call):
            named = len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and not node.keywords
            if not named or not isinstance(node.args[0].value, str):  # type: ignore[attr-defined]
                raise self.error(node, "must name one column in quotes")
        self.want(node, wanted)
        return wanted or self.columns[column_of(node)]

    def _call(self, node: ast.Call) -> ColumnType:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or node.keywords:
            raise self.error(node, "is not a function of the grammar")
        if len(node.args) != FUNCTIONS[name]:
            raise self.error(node, f"must have {FUNCTIONS[name]} argument(s), got {len(node.args)}")
        if name == "is_missing" and self.is_column(node.args[0]):
            self.asked[column_of(node.args[0])] = None
        for argument in node.args:
            self.visit(argument, None if name == "is_missing" else ColumnType.NUMBER)
        return ColumnType.BOOLEAN if name == "is_missing" else ColumnType.NUMBER

    def _compare(self, node: ast.Compare) -> ColumnType:
        left = node.left
        for operation, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operation, _ORDERINGS):
                self.visit(left, ColumnType.NUMBER)
                self.visit(right, ColumnType.NUMBER)
            elif isinstance(operation, _EQUALITIES):
                self._same_type(left, right)
            elif isinstance(operation, _MEMBERSHIPS):
                self._member(left, right)
            else:
                raise self.error(node, "is not part of the grammar")
            left = right
        return ColumnType.BOOLEAN

    def _same_type(self, left: ast.expr, right: ast.expr) -> None:
        kind = self.visit(left, None) or self.visit(right, None) or ColumnType.NUMBER
        self.visit(left, kind)
        self.visit(right, kind)

    def _member(self, left: ast.expr, right: ast.expr) -> None:
        if not isinstance(right, (ast.List, ast.Tuple)) or not right.elts:
            raise self.error(right, "must be a list of values, such as [1, 2]")
        for item in right.elts:
            if not isinstance(item, ast.Constant):
                raise self.error(item, "must be a number or a quoted string")
            self._same_type(left, item)


# A comparison may be used as 0 or 1 in arithmetic, and a 0-or-1 number as a condition.
_WIDENED: Final = {
    (ColumnType.BOOLEAN, ColumnType.NUMBER),
    (ColumnType.NUMBER, ColumnType.BOOLEAN),
}
