"""What follows a push or a rollback and may be done again: the server is told, old versions go, the store gets them."""

from __future__ import annotations

from components.pusher.folder import remove_version, replace_file, versions
from components.pusher.models_config import MODELS_CONFIG, loaded_versions, models_config
from components.pusher.policy import OLDEST, PushPolicy

__all__ = ["settle"]


def settle(directory: str, policy: PushPolicy) -> None:
    """Brings everything beside the versions up to what they are; only within `folder.alone`.

    A push that was killed half way is completed by it: every step looks at what there is.

    Args:
        directory: The served folder, with at least one version.
        policy: What to do.

    Raises:
        OSError: A file cannot be written, here or in the object store.
    """
    text = models_config(directory, policy)
    replace_file(directory, MODELS_CONFIG, text)
    for version in _superfluous(directory, policy):
        remove_version(directory, version)
    if policy.copy_to:
        from components.pusher.bucket import copy_to  # Imports Arrow, which has the object stores.

        copy_to(directory, policy.copy_to, loaded_versions(directory, policy.serve))


def _superfluous(directory: str, policy: PushPolicy) -> list[int]:
    """The versions that nobody needs any more: not what is loaded, nor what the gate counts from."""
    known = versions(directory)
    anchor = known[0] if policy.anchor == OLDEST else policy.anchor
    kept = {*known[-policy.keep :], *loaded_versions(directory, policy.serve), anchor}
    return [version for version in known if version not in kept]
