"""What ExampleGen is told, derived from the configuration."""

from __future__ import annotations

import dataclasses

from components.example_gen.plan import ExampleGenPlan
from pipeline.config import PipelineConfig
from pipeline.config.features import MultivaluedFeature

__all__ = ["example_gen_plan"]


def example_gen_plan(config: PipelineConfig) -> ExampleGenPlan:
    """What ExampleGen reads, derives and writes; lists of ranking tasks lie together, unless larger groups do."""
    delimiters = {
        feature.column or name: feature.delimiter
        for name, feature in config.features.items()
        if isinstance(feature, MultivaluedFeature)
    }
    data, column = config.data, config.graph.list_column
    if column is not None and not data.group_columns:
        data = dataclasses.replace(data, group_columns=(column,))
    return ExampleGenPlan(data=data, tasks=config.graph, columns=config.kept_columns, delimiters=delimiters)
