"""Transformed examples, read once and given out in an order that depends on their content alone."""

from components.trainer.rows.format import RowFormat, row_format
from components.trainer.rows.order import Split
from components.trainer.rows.shards import store_rows
from components.trainer.rows.store import RowStore

__all__ = ["RowFormat", "RowStore", "Split", "row_format", "store_rows"]
