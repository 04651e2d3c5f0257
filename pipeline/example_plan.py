"""What ExampleGen is told, derived from the configuration."""

from __future__ import annotations

from components.example_gen.plan import ExampleGenPlan
from pipeline.config import PipelineConfig
from pipeline.config.features import MultivaluedFeature

__all__ = ["example_gen_plan"]


def example_gen_plan(config: PipelineConfig) -> ExampleGenPlan:
    """What ExampleGen reads, derives and writes."""
    delimiters = {
        feature.column or name: feature.delimiter
        for name, feature in config.features.items()
        if isinstance(feature, MultivaluedFeature)
    }
    return ExampleGenPlan(data=config.data, tasks=config.graph, columns=config.kept_columns, delimiters=delimiters)
