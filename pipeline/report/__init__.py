"""What a run came to: a table for the terminal and a page for the browser."""

from pipeline.report.errors import UnreadableRunError
from pipeline.report.page import render_page, write_report
from pipeline.report.reading import latest_run_id, read_run
from pipeline.report.record import NodeRecord, NodeState, Push, RunRecord
from pipeline.report.summary import summary_table

__all__ = [
    "NodeRecord",
    "NodeState",
    "Push",
    "RunRecord",
    "UnreadableRunError",
    "latest_run_id",
    "read_run",
    "render_page",
    "summary_table",
    "write_report",
]
