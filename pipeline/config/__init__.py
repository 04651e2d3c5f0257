"""The YAML file as typed, validated dataclasses."""

from pipeline.config.config import PipelineConfig
from pipeline.config.load import load_config

__all__ = ["PipelineConfig", "load_config"]
