"""TFDV, imported after TFX, which puts a module in place that tfx-bsl 1.21 has no more."""

from __future__ import annotations

import tfx  # noqa: F401  # isort: skip
import tensorflow_data_validation
from tensorflow_data_validation.statistics import stats_impl, stats_options

__all__ = ["StatsOptions", "generate_statistics_in_memory", "validate_statistics"]

StatsOptions = stats_options.StatsOptions
generate_statistics_in_memory = stats_impl.generate_statistics_in_memory
validate_statistics = tensorflow_data_validation.validate_statistics
