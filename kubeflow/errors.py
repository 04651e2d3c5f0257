"""Errors of cluster runs, named by what the caller does next."""

from __future__ import annotations

from models.errors import ConfigError

__all__ = [
    "ApiRefusedError",
    "ApiUnreachableError",
    "BucketUnusableError",
    "ChangedPipelineError",
    "ClusterRunFailedError",
    "EvictedError",
    "KeptNoMoreError",
    "MetadataUnusableError",
    "NodeFailedError",
    "NotDeclaredError",
]


class NotDeclaredError(ConfigError):
    """The configuration must say how it runs on a cluster."""


class ChangedPipelineError(ConfigError):
    """What was compiled is not what the container holds: compile and submit again, from one state of both."""


class BucketUnusableError(OSError):
    """The bucket of artifacts does not answer, or refuses: mend that, a retry begins anew."""


class KeptNoMoreError(ConfigError):
    """What earlier nodes left is gone from the bucket: put it back, or have it made anew; no retry helps."""


class EvictedError(RuntimeError):
    """The pod is asked to go: a retry, elsewhere perhaps, does the work."""


class MetadataUnusableError(RuntimeError):
    """The metadata store must be mended; nothing was run.

    Attributes:
        passing: Whether it may be there later.
    """

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class NodeFailedError(RuntimeError):
    """A node did not do its work; a retry begins anew."""


class ApiRefusedError(RuntimeError):
    """Kubeflow's API understood what it was asked and refused: nothing was started."""


class ApiUnreachableError(RuntimeError):
    """Kubeflow's API does not answer: nothing was started that is known of."""


class ClusterRunFailedError(RuntimeError):
    """A run on the cluster did not end well: look at its log there."""
