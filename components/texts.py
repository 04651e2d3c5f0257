"""Texts in artifacts' folders, wherever TFX reaches: on a disk or in an object store."""

from __future__ import annotations

import errno
import os

from tfx.dsl.io import fileio

__all__ = ["read_text", "write_text"]


def read_text(folder: str, name: str) -> str:
    """Reads `name` in `folder`; raises `FileNotFoundError` where it is not there."""
    path = os.path.join(folder, name)
    if not fileio.exists(path):  # Each file system would raise an error of its own.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    with fileio.open(path, "rb") as file:
        return bytes(file.read()).decode()


def write_text(folder: str, name: str, text: str) -> None:
    """Writes `name` in `folder`, which is made where it is not there."""
    fileio.makedirs(folder)
    with fileio.open(os.path.join(folder, name), "wb") as file:
        file.write(text.encode())
