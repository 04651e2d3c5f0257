"""Worker processes of the in-process runner are told the pipeline's plug-ins."""

import sys

import apache_beam as beam
import pytest

from pipeline.config.run import BeamConfig

pytestmark = [pytest.mark.slow, pytest.mark.integration]

SEVERAL = ("--direct_running_mode=multi_processing", "--direct_num_workers=2")


def stand_in_is_there(_):
    # What `import tfx` puts there on Python 3.11; see the platform notes in pyproject.toml.
    return sys.modules["tfx"].__name__, "tfx_bsl.arrow.sql_util" in sys.modules or "tfx_bsl" not in sys.modules


def test_workers_have_imported_tfx_before_they_run_anything(tmp_path):
    config = BeamConfig(args=SEVERAL)
    with beam.Pipeline(argv=list(config.pipeline_args)) as pipeline:
        seen = pipeline | beam.Create([1]) | beam.Map(stand_in_is_there) | beam.Map(str)
        _ = seen | beam.io.WriteToText(str(tmp_path / "seen"), shard_name_template="")
    assert (tmp_path / "seen").read_text().startswith("('tfx'")
