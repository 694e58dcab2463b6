"""Finds the files of a release, opens its archives, and copies what is taken; nothing is ever overwritten."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import sources
from analysis.places import LeftOut
from analysis.readers import UnreadableFile, archives
from analysis.refused import Refused


class WouldOverwrite(Refused):
    """A file of that name is in the place already, with other content; nothing was copied."""


class NothingToTake(Refused):
    """No file given is a search audit; the message says of each file why not."""


_CLUTTER = re.compile(r"\.|~\$|Thumbs\.db$|desktop\.ini$|source\.toml$", re.I)


@dataclass(frozen=True)
class Arrived:
    """One file of a release: its name inside the place, where it lies, and the archive it came in, if any."""

    name: str
    path: Path
    archive: str = ""


def arrived(given: Iterable[Path], folder: Path) -> Iterator[Arrived]:
    """Every file given; what a computer leaves lying is passed over."""
    for start in given:
        if not start.exists() and start != folder:
            raise NothingToTake(f"{start} is not there: check the path after FROM=")
        if start.is_file():
            yield Arrived(_plain_name(start.name), start)
            continue
        for parent, folders, names in os.walk(start):
            folders[:] = sorted(
                f for f in folders if not _CLUTTER.match(f) and not _is_ours(parent, f, folder)
            )
            for name in sorted(names):
                path = Path(parent) / name
                if not _CLUTTER.match(name) and path != folder / "README.md" and path.is_file():
                    yield Arrived(_plain_name(str(path.relative_to(start))), path)


def _is_ours(parent: str, name: str, folder: Path) -> bool:
    return Path(parent) == folder and name == "reference"


def _plain_name(name: str) -> str:
    """A file's name without signs that no file of a place may have (line ends and the like)."""
    return re.sub(r"[\x00-\x1f\x7f]", "_", name).replace("\\", "/")


def unpacked(arrived: Sequence[Arrived], folder: Path) -> tuple[list[Arrived], list[LeftOut]]:
    """The files of a release with those inside its ZIPs, unpacked as they are, and the ZIPs that cannot be opened.

    An archive often holds logs of several owners, so each of its files is described by itself. A workbook and a
    single compressed file stay as they came.
    """
    files: list[Arrived] = []
    broken: list[LeftOut] = []
    for number, one in enumerate(arrived):
        try:
            files += _members(one, folder / str(number))
        except UnreadableFile as error:
            broken.append(LeftOut(one.name, sources.sha256(one.path), without_name(str(error), one.name)))
    return files, broken


def _members(one: Arrived, folder: Path) -> list[Arrived]:
    if not archives.is_archive(one.path):
        return [one]
    folder.mkdir()
    found = []
    for number, member in enumerate(archives.members(one.path, one.name, folder)):
        if member.name == one.name:
            return [one]
        if member.path is not None:
            kept = folder / f"{number}-{Path(member.name).name}"
            shutil.move(member.path, kept)
            found.append(Arrived(re.sub(r"\.zip(?=/)", "", member.name, flags=re.I), kept, one.name))
    return found


def fresh(
    arrived: Sequence[Arrived], known: Mapping[str, str]
) -> tuple[list[tuple[Arrived, str]], list[str]]:
    """Files whose content is new, each with its checksum, and sentences on those that are here already."""
    fresh: list[tuple[Arrived, str]] = []
    again: list[str] = []
    seen = dict(known)
    for one in arrived:
        checksum = sources.sha256(one.path)
        if checksum in seen:
            again.append(f"{one.name} is here already, as {seen[checksum]}")
        else:
            seen[checksum] = one.name
            fresh.append((one, checksum))
    return fresh, again


def refuse_overwriting(folder: Path, files: Iterable[tuple[str, Path, str]]) -> None:
    """Raise `WouldOverwrite` where a file (name, path, checksum) would take the place of another."""
    for name, path, checksum in files:
        target = folder / name
        if target.exists() and target != path and sources.sha256(target) != checksum:
            raise WouldOverwrite(
                f"{target.name} is in data/raw/{folder.name}/ already, with other content. Nothing was copied: give "
                "the new file another name, such as the day on which it was released."
            )


def copy(path: Path, target: Path) -> None:
    """Copy a file byte for byte, whole or not at all; one that is there already is left as it is."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(path, new)
    os.replace(new, target)


def without_name(message: str, name: str) -> str:
    """A reader's message without the file's name in front, for where the name stands beside it."""
    return message.removeprefix(f"{name}: ").removeprefix(f"{name}, ")
