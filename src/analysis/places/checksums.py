"""The checksum of a file: whether it is the one that source.toml describes, and learned where nobody published one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from analysis import files, places, toml
from analysis.paths import inside
from analysis.places import Place, ReleasedFile
from analysis.places.downloads import WrongChecksum, not_the_file


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    return checksum(path, "sha256")


def checksum(path: Path, kind: str) -> str:
    """A checksum of a file, "sha256" or "md5", in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


Checksum = Callable[[Path, str], str]
"""`checksum`, or the same that remembers what it has read."""


def differs(file: ReleasedFile, path: Path, digest: Checksum = checksum) -> str:
    """What a file has that is not as its description says, and what that says, in words; "" where it is the one."""
    if file.sha256:
        found = digest(path, "sha256")
        said = f"learned.toml, since {file.learned}," if file.learned else "source.toml"
        return "" if found == file.sha256 else f"sha256 is {found}, {said} says {file.sha256}"
    if file.bytes not in (None, size := path.stat().st_size):
        return f"size is {size:,} bytes, source.toml says {file.bytes:,}"
    for kind, said in (("md5", file.md5), ("sha256", file.sha256_begins)):
        if said and not (found := digest(path, kind)).startswith(said):
            return f"{kind} is {found}, source.toml says {said}{'' if kind == 'md5' else '…'}"
    return ""


def pin(place: Place, file: ReleasedFile, path: Path, by_hand: bool) -> None:
    """Write down the checksum that a file has now, since nobody published one. Raises `WrongChecksum`."""
    with path.open("rb") as start:
        if why := not_the_file(start.read(512), file.name):
            raise WrongChecksum(f"data/raw/{place.name}/{file.name}: {why}. Put the file itself there.")
    kept = inside(place.raw, places.LEARNED)
    text = kept.read_text(encoding="utf-8") if kept.is_file() else _LEARNED_FROM_FILES
    entry = {
        "name": file.name, "sha256": sha256(path), "bytes": path.stat().st_size, "learned": date.today(),
        "by_hand": by_hand,
    }  # fmt: skip
    files.write(kept, f"{text}\n[[file]]\n{toml.lines(entry)}")


_LEARNED_FROM_FILES = """\
# Checksums that nobody published. Each was learned on the day that is given, from the file as it was downloaded, or
# as a person had put it here (by_hand), and every later copy is held to it. It cannot show that the file was not
# changed before that day. To take another release, delete its entry here.
"""
