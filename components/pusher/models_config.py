"""The file that tells TF Serving which versions to load, and which labels they have."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from components.pusher.folder import versions
from components.pusher.policy import PushPolicy, Serve
from components.pusher.record import read_record

__all__ = ["MODELS_CONFIG", "loaded_versions", "models_config"]

MODELS_CONFIG: Final = "models.config"

_HEAD: Final = (
    "# A ModelServerConfig in text form, written last and in one step by whoever pushes or rolls back. A version that\n"
    "# it does not name may be half there: readers of an object store take the versions from here.\n"
)


def loaded_versions(directory: str, serve: Serve) -> list[int]:
    """The versions that a model server loads, ascending."""
    return versions(directory)[-serve.num_versions :]


def models_config(directory: str, policy: PushPolicy) -> str:
    """The text for what a served folder holds, of which there is at least one version.

    A label moves to a version that the server must load first, and the version it leaves must still answer: so with
    labels there is one version more than labels name.

    Source: TF Serving's guide "Serving configuration", "Assigning String Labels to Model Versions".
    """
    loaded = loaded_versions(directory, policy.serve)
    lines = [f"    name: {_quoted(policy.name)}", f"    base_path: {_quoted(policy.server_path)}"]
    lines += ['    model_platform: "tensorflow"', "    model_version_policy {", "      specific {"]
    lines += [*(f"        versions: {version}" for version in loaded), "      }", "    }"]
    if policy.serve is Serve.CANARY:
        for label, version in _labels(directory, loaded).items():
            lines.append(f'    version_labels {{ key: "{label}" value: {version} }}')
    return _HEAD + "\n".join(["model_config_list {", "  config {", *lines, "  }", "}", ""])


def _labels(directory: str, loaded: Sequence[int]) -> dict[str, int]:
    newest, before = loaded[-1], loaded[-2:][0]
    record = read_record(os.path.join(directory, str(newest)))
    # What was put back was stable before, and what came between is what nobody should be asked to try.
    put_back = record is not None and record.puts_back is not None
    return {"stable": newest if put_back else before, "canary": newest}


def _quoted(text: str) -> str:
    """As protocol buffers' text form writes a string."""
    return '"' + "".join(char if char.isprintable() and char not in '"\\' else _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode())
