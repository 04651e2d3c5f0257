"""What the Pusher's node and a rollback are told of the versions beside the one they put there."""

from __future__ import annotations

import posixpath

from components.pusher.policy import PushPolicy
from pipeline.config.config import PipelineConfig

__all__ = ["push_policy"]


def push_policy(config: PipelineConfig) -> PushPolicy:
    """As declared, each folder with the model's name."""
    push = config.push
    return PushPolicy(
        name=config.name,
        server_path=posixpath.join(push.server_path, config.name),
        serve=push.serve,
        keep=push.keep,
        anchor=config.gate.anchor,
        copy_to=posixpath.join(push.copy_to, config.name) if push.copy_to else "",
    )
