"""Finds the files of a release, opens its archives, and copies what is taken; nothing is ever overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis import files, paths
from analysis.places import LeftOut, Place, sources
from analysis.privacy import file_name
from analysis.readers import UnreadableFile, archives
from analysis.refused import Refused


class WouldOverwrite(Refused):
    """A file of that name is in the place already, with other content; nothing was copied."""


class NothingToTake(Refused):
    """No file given is a search audit; the message says of each file why not."""


_CLUTTER = re.compile(r"\.|~\$|Thumbs\.db$|desktop\.ini$|(source|learned)\.toml$", re.I)


@dataclass(frozen=True)
class Arrived:
    """One file of a release: its name inside the place, where it lies, the archive it came in, if any, why it is
    left out, if its name alone tells, and its checksum, once it is known."""

    name: str
    path: Path
    archive: str = ""
    why: str = ""
    sha256: str = ""


def arrived(given: Iterable[Path], folder: Path) -> Iterator[Arrived]:
    """Every file given; what a computer leaves lying is passed over.

    A link out of a folder that is given is not followed. Names are made fit for every system, but for files that
    lie in the place already: those keep theirs, or are left out.
    """
    for start in given:
        if not start.exists() and start != folder:
            raise NothingToTake(f"{paths.shown(str(start))} is not there: check the path after FROM=")
        if start.is_file():
            yield Arrived(paths.plain(start.name), start)
            continue
        named = paths.plain if start != folder else str
        for parent, folders, names in os.walk(start):
            ours = "reference" if Path(parent) == folder else None
            folders[:] = sorted(name for name in folders if not _CLUTTER.match(name) and name != ours)
            links = [name for name in folders if (Path(parent) / name).is_symlink()]
            for name in sorted((*names, *links)):
                path = Path(parent) / name
                if _CLUTTER.match(name) or path == folder / "README.md":
                    continue
                at = named(path.relative_to(start).as_posix())
                if path.is_symlink() and not path.resolve().is_relative_to(start.resolve()):
                    why = "only a link to what lies elsewhere; put the file itself in its place"
                    yield Arrived(at, path, why=why)
                elif path.is_file():
                    yield Arrived(at, path)


def listed(arrived: Sequence[Arrived], place: Place | None) -> tuple[list[Arrived], list[Arrived], list[str]]:
    """The files that source.toml does not list yet; those that it lists and that were not there, under the names that
    it gives them; and a sentence on each that it lists. An archive that it lists is kept as it is."""
    rest, copies, sentences = [], [], []
    for file in arrived:
        entry = sources.listed(place, file.path) if place and not file.why else None
        if place is None or entry is None:
            rest.append(file)
            continue
        name = paths.shown(_printed(file.name, sources.sha256(file.path)))
        said = "here already"
        if not (place.raw / entry.name).exists():
            copies.append(replace(file, name=entry.name, sha256=sources.sha256(file.path)))
            said = "in source.toml already, and was put where that says"
        sentences.append(f"{name} is {said}, as {entry.name}")
    return rest, copies, sentences


def unpacked(arrived: Sequence[Arrived], folder: Path) -> tuple[list[Arrived], list[LeftOut]]:
    """The files of a release with those inside its ZIPs, unpacked as they are, and the ZIPs that cannot be opened.

    An archive often holds logs of several owners, so each of its files is described by itself. A workbook and a
    single compressed file stay as they came.
    """
    files: list[Arrived] = []
    broken: list[LeftOut] = []
    for number, file in enumerate(arrived):
        if why := file.why:  # where the link leads has a checksum; what lies there is not looked at
            checksum, kind = hashlib.sha256(os.fsencode(os.readlink(file.path))).hexdigest(), "link"
        else:
            try:
                files += _members(file, folder / str(number))
                continue
            except UnreadableFile as error:
                why, checksum = paths.shown(without_name(str(error), file.name)), sources.sha256(file.path)
                kind = "locked" if "password" in why else "broken"
        broken.append(LeftOut(_printed(paths.shown(file.name), checksum), checksum, why, kind))
    return files, broken


def _members(file: Arrived, folder: Path) -> list[Arrived]:
    if not archives.is_archive(file.path):
        return [file]
    folder.mkdir()
    found = []
    for number, member in enumerate(archives.members(file.path, file.name, folder, printed=file_name)):
        if member.name == file.name:
            return [file]
        if member.path is not None:
            ending = re.search(r"\.\w{1,8}$", member.name)  # the one part of a name that readers look at
            kept = folder / f"{number}{ending[0] if ending else ''}"
            shutil.move(member.path, kept)
            found.append(Arrived(paths.plain(member.unpacked), kept, file.name))
    return found


def fresh(arrived: Sequence[Arrived], known: Mapping[str, str]) -> tuple[list[Arrived], list[str]]:
    """Files whose content is new, each with its checksum, and sentences on those that are here already.

    Names are from here on those of `privacy.file_name`: a file's name is printed wherever the file is spoken of.
    """
    fresh: list[Arrived] = []
    again: list[str] = []
    seen = dict(known)
    for file in arrived:
        checksum = sources.sha256(file.path)
        name = _printed(file.name, checksum)
        if checksum in seen:
            again.append(f"{paths.shown(name)} is here already, as {seen[checksum]}")
        else:
            seen[checksum] = name
            fresh.append(replace(file, name=name, archive=_printed(file.archive, checksum), sha256=checksum))
    return fresh, again


def _printed(name: str, checksum: str) -> str:
    return file_name(name, checksum[:8])


_OURS = {"source.toml", "learned.toml", f"{files.UNFINISHED}source.toml", "readme.md", "reference"}


def fit(fresh: Sequence[Arrived], folder: Path) -> tuple[list[Arrived], list[LeftOut]]:
    """Files whose name can be a file's in the place, and those left out because theirs cannot."""
    there = {paths.key(name) for name in _files_in(folder)}
    folders = paths.folders([*there, *(file.name for file in fresh)])
    kept, left = [], []
    for file in fresh:
        unfit = {
            "another file lies in a folder of its name": paths.key(file.name) in folders,
            "a file of the place has the name of its folder": paths.folders([file.name]) & there,
            "a place has a file or folder of its own of that name": paths.key(file.name) in _OURS,
            "its name may name a person or a vehicle, and names of files are printed": (
                file.path.is_relative_to(folder) and file.path != folder / file.name
            ),
        }
        if why := paths.why_not(file.name) or next((why for why, is_so in unfit.items() if is_so), ""):
            left.append(LeftOut(paths.shown(file.name), file.sha256, f"{why}; give it another name", "link"))
        else:
            kept.append(file)
    return kept, left


def _files_in(folder: Path) -> dict[str, Path]:
    """The files of a folder, at any depth, by name."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def refuse_overwriting(folder: Path, files: Iterable[Arrived]) -> None:
    """Raise `WouldOverwrite` where a file would replace another, here or on a system that takes their names for one;
    `UnsafeName` where it would be written outside the folder."""
    there = {paths.key(name): path for name, path in _files_in(folder).items()}
    for file in files:
        target = paths.inside(folder, file.name)
        other = there.setdefault(paths.key(file.name), file.path)
        if other == file.path or (other == target and sources.sha256(other) == file.sha256):
            continue
        held = f"two files of the release would be called {file.name}, and they differ"
        if other.is_relative_to(folder):
            there_already = f"{other.relative_to(folder)} is in data/raw/{folder.name}/ already"
            held = f"{there_already}, and is not the same as {file.name}"
        raise WouldOverwrite(
            f"{held}. Nothing was copied: give the new file another name, such as the day on which it was released."
        )


def copy(path: Path, folder: Path, name: str) -> None:
    """Copy a file byte for byte into a folder, whole or not at all; one that is there already is left as it is."""
    if not (target := paths.inside(folder, name)).exists():
        files.copy(path, target)


def without_name(message: str, name: str) -> str:
    """A reader's message without the file's name in front, or that of a file inside it."""
    if message.startswith(f"{name}/"):
        return message.partition(": ")[2]
    return message.removeprefix(f"{name}: ").removeprefix(f"{name}, ")
