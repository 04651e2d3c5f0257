"""Beam's in-process runner, with its worker processes told the pipeline's plug-ins."""

from __future__ import annotations

from typing import final

from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions
from apache_beam.portability.api import beam_runner_api_pb2
from apache_beam.runners.job.utils import dict_to_struct
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner, RunnerResult
from typing_extensions import override

from components.beam_guard import guard_buffers

__all__ = ["InProcessRunner"]


@final
class InProcessRunner(FnApiRunner):
    """Runs a Beam pipeline in this process, or in worker processes with `--direct_running_mode=multi_processing`.

    Differs from Beam 2.77's, which starts those workers without the pipeline's options: `--beam_plugin` is lost, and
    code that must have imported tfx first breaks. And which loses rows between several of them, see `guard_buffers`.
    """

    @override
    def run_via_runner_api(
        self, pipeline_proto: beam_runner_api_pb2.Pipeline, options: PipelineOptions
    ) -> RunnerResult:
        guard_buffers()
        plugins = options.view_as(SetupOptions).beam_plugins or []
        told = dict_to_struct({"beam:option:beam_plugins:v1": list(plugins)})
        self._provision_info.provision_info.pipeline_options.CopyFrom(told)
        return super().run_via_runner_api(pipeline_proto, options)
