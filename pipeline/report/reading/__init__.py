"""Reads what a run left in the metadata store and in its artifacts."""

from pipeline.report.reading.run import latest_run_id, read_run

__all__ = ["latest_run_id", "read_run"]
