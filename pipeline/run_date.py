"""The date of a run: given, or the day on which the run began, remembered under the run's id."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Final

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import metadata

from pipeline.config import PipelineConfig

__all__ = ["recorded_run_date", "with_run_date"]

_TYPE: Final = "evenkeel_run"
_DATE: Final = "run_date"


def with_run_date(
    config: PipelineConfig, *, run_id: str, today: str, connection: metadata.ConnectionConfigType | None = None
) -> PipelineConfig:
    """The configuration with the date of its run, if it reads a window of days; a date that was given wins.

    Args:
        config: A checked configuration.
        run_id: Names the run.
        today: The present day in UTC, such as 2026-01-31.
        connection: Of the metadata store; None for the file in the pipeline's home.
    """
    if config.data.window_days is None or config.data.run_date is not None:
        return config
    if connection is None:
        os.makedirs(config.home, exist_ok=True)
        connection = metadata.sqlite_metadata_connection_config(config.metadata_file)
    date = recorded_run_date(connection, pipeline=config.name, run_id=run_id, today=today)
    return dataclasses.replace(config, data=dataclasses.replace(config.data, run_date=date))


def recorded_run_date(connection: metadata.ConnectionConfigType, *, pipeline: str, run_id: str, today: str) -> str:
    """The date that is recorded in the metadata store under the run's id; `today`, then recorded, where none is.

    The first node of a run to ask decides for all its nodes and their retries, also past midnight: of two that ask at
    once the store lets one write.
    """
    name = f"{pipeline}.{run_id}"
    with metadata.Metadata(connection) as handle:
        store: Any = handle.store
        properties = {_DATE: metadata_store_pb2.STRING}
        kind = store.put_context_type(metadata_store_pb2.ContextType(name=_TYPE, properties=properties))
        context = metadata_store_pb2.Context(type_id=kind, name=name)
        context.properties[_DATE].string_value = today
        try:
            store.put_contexts([context])
        except mlmd.errors.AlreadyExistsError:
            return str(store.get_context_by_type_and_name(_TYPE, name).properties[_DATE].string_value)
    return today
