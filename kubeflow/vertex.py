"""A configuration as a pipeline of Vertex AI, which runs what TFX itself compiles for Kubeflow."""

from __future__ import annotations

import json
import posixpath
from typing import Final

from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner

from kubeflow.placing import declared, placed
from models.errors import raise_if_any
from pipeline.config import PipelineConfig
from pipeline.config.kubeflow import KubeflowConfig
from pipeline.graph import build_pipeline

__all__ = ["compile_vertex"]

_MOUNTED: Final = "/gcs/"  # Where Vertex AI mounts every bucket that its service account may read.
_BUCKETS: Final = "gs://"


def compile_vertex(config: PipelineConfig) -> str:
    """The pipeline as JSON that Vertex AI takes; the same configuration gives the same bytes.

    Artifacts go to the bucket in which the volume's path lies, all else below the path. Vertex AI keeps the metadata,
    and its cache is off: it would not see that files under the same names have changed.

    Args:
        config: A checked configuration whose section `kubeflow` has its volume in a bucket: /gcs/<bucket>/...

    Raises:
        NotDeclaredError: There is no such section.
        ConfigError: The volume is in no bucket, or `bucket` is declared besides.
    """
    section = declared(config)
    _check(section)
    pipeline = build_pipeline(placed(config))
    root = pipeline.pipeline_info.pipeline_root
    pipeline.pipeline_info.pipeline_root = _BUCKETS + root.removeprefix(_MOUNTED)
    pipeline.pipeline_info.pipeline_name = config.name.replace("_", "-")  # As Vertex AI names things.
    pipeline.enable_cache = False
    runner = kubeflow_v2_dag_runner.KubeflowV2DagRunner(
        kubeflow_v2_dag_runner.KubeflowV2DagRunnerConfig(default_image=section.image)
    )
    return json.dumps(runner.run(pipeline, write_out=False), indent=1, sort_keys=True) + "\n"


def _check(section: KubeflowConfig) -> None:
    path, problems = section.volume.path, []
    if not path.startswith(_MOUNTED) or posixpath.normpath(path) == _MOUNTED.rstrip("/"):
        wanted = f"`volume.path` must be {_MOUNTED}<bucket> on Vertex AI, where it mounts buckets"
        problems.append(f"{wanted}, got {path!r}: name a bucket of yours.")
    if section.bucket is not None:
        wanted = "`bucket` must be left out on Vertex AI"
        problems.append(f"{wanted}, got {section.bucket.url!r}: its nodes share `volume.path`, which is in a bucket.")
    raise_if_any("kubeflow", problems)
