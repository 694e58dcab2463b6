"""Writes a file or a folder whole or not at all: it is made beside its target, and renamed when it is finished."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".building-"
"""How the name of a file or folder begins that is not finished; what a killed run leaves of them is removed."""


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path beside `target` at which to make a file or a folder, which replaces `target` when the block ends.

    If the block raises, what was made is removed and `target` is as it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(UNFINISHED + target.name)
    remove(new)
    try:
        yield new
        if new.is_dir():
            _replace_folder(new, target)
        else:
            os.replace(new, target)
    finally:
        remove(new)


def write(path: Path, content: str | bytes) -> None:
    """Write a file: text in UTF-8 with line ends as given, or bytes."""
    with replacing(path) as new:
        new.write_bytes(content.encode() if isinstance(content, str) else content)


def copy(path: Path, target: Path) -> None:
    """Copy a file byte for byte."""
    with replacing(target) as new:
        shutil.copyfile(path, new)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there and can be removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def recover(folder: Path) -> None:
    """Put a folder back that a killed run had moved away to replace it, and remove what that run left of either."""
    old = _old(folder)
    if old.exists() and not folder.exists():
        os.replace(old, folder)
    remove(old)
    remove(folder.with_name(UNFINISHED + folder.name))


def _replace_folder(new: Path, folder: Path) -> None:
    """No system replaces a folder that is not empty in one step, so the old one is first moved away."""
    old = _old(folder)
    remove(old)
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(new, folder)
    except OSError:
        if old.exists():
            os.replace(old, folder)
        raise
    remove(old)


def _old(folder: Path) -> Path:
    return folder.with_name(f".old-{folder.name}")
