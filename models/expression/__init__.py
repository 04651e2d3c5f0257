"""The small grammar of labels and weights: comparisons and arithmetic over columns."""

from models.expression.evaluate import Column, evaluate
from models.expression.grammar import ColumnType, Expression, parse

__all__ = ["Column", "ColumnType", "Expression", "evaluate", "parse"]
