"""Rows of CSV, TFRecord or Parquet to examples with every task's label, known-mask and weight as columns.

What is named here imports neither TFX nor TensorFlow nor Beam; the component is in `component.py`.
"""

from components.example_gen.event_time import EventTime, TimeUnit
from components.example_gen.label_check import LabelCheck
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.source import DataConfig, Format, Whitespace
from components.example_gen.split import FilesSplit, HashSplit, SpanSplit, Split, TimeSplit

__all__ = [
    "DataConfig",
    "EventTime",
    "ExampleGenPlan",
    "FilesSplit",
    "Format",
    "HashSplit",
    "LabelCheck",
    "SpanSplit",
    "Split",
    "TimeSplit",
    "TimeUnit",
    "Whitespace",
]
