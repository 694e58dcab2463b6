"""Opens ZIP and gzip: each member is a file of its own, named `release.zip/2025-06.csv`.

An archive inside an archive adds its name: `release.zip/inner.zip/2025-06.csv`. Record numbers begin anew in each
member, and so does the account of its rows. A workbook is a ZIP too and is left whole. Nothing is passed over
unnamed: what is not opened is handed out with the reason.

Members are unpacked one at a time under names of our own, so that no name in an archive can point anywhere; an
archive whose names try to is refused all the same. The limits below are held before anything is unpacked and again
while it is, because an archive may lie about its size.
"""

from __future__ import annotations

import gzip
import lzma
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from analysis import paths
from analysis.readers.base import UnreadableFile

MOST_BYTES, MOST_RATIO, MOST_MEMBERS, MOST_NESTED = 1 << 34, 200, 10_000, 2
"""Limits of one released archive: bytes and members in all, unpacked to packed bytes of a member, and how deep
archives may lie inside it. A year of the busiest log known unpacks to a tenth of it."""

SMALL = 1 << 26  # bytes: what unpacks to less is no bomb, however well it packs
_AT_ONCE = 1 << 20
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError),
    *(EOFError, OSError, ValueError, RuntimeError),
)
_OFFICE = {"[Content_Types].xml", "mimetype", "content.xml", "xl/workbook.xml", "xl/workbook.bin"}
_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.I)
_TABLE = re.compile(r"\.(csv|tsv|tab|xlsx?|xlsm|xlsb|ods|parquet|ndjson|jsonl)(\.gz)?$", re.I)


@dataclass(frozen=True)
class Member:
    """One file of a release: its name, where it lies, and why it was not opened, if it was not.

    `unpacked` is its name as if its archives had been unpacked, each into a folder called as it is but for `.zip`.
    Only what is an archive's name is cut: a folder inside one may be called anything.
    """

    name: str
    path: Path | None
    why: str = ""
    unpacked: str = ""


@dataclass
class _Budget:
    """What is left of the limits of one released archive, where members are unpacked, and how messages call them."""

    folder: Path
    printed: Callable[[str], str] = str
    bytes: int = MOST_BYTES
    members: int = MOST_MEMBERS


def is_archive(path: Path) -> bool:
    """Whether a file is gzip or a ZIP of other files; a workbook or document, though a ZIP inside, is neither."""
    return _is_gzip(path) or _is_zip(path)


def is_table(name: str) -> bool:
    """Whether a file's name says that it holds a table; such a file is never taken for a letter."""
    return _TABLE.search(name) is not None


def members(
    path: Path,
    name: str,
    folder: Path,
    leave_out: Sequence[str] = (),
    printed: Callable[[str], str] = str,
) -> Iterator[Member]:
    """The files of a release one after the other, those of a ZIP in the order of their names.

    A member lies in `folder` until the next one is asked for. `leave_out` names members of the archive that a
    person has looked at and found to hold no searches. A file that is no archive is handed out as it is. Messages
    call a member as `printed` says, since its name is text like any other. Raises
    `UnreadableFile` for an archive that is broken, encrypted or beyond the limits, or whose names are not sound.
    """
    wanted = {f"{name}/{left}" for left in leave_out}
    for member in _opened(Member(name, path, unpacked=name), _Budget(folder, printed), wanted, 0):
        wanted.discard(member.name)
        yield member
    if wanted:
        raise UnreadableFile(
            f"{name}: leave_out names {min(wanted).removeprefix(f'{name}/')!r}, which is not in it. Mend source.toml."
        )


def _opened(member: Member, budget: _Budget, left_out: set[str], depth: int) -> Iterator[Member]:
    """A file, or what is inside it, at any depth."""
    path, name = member.path, member.name
    if name in left_out:
        yield Member(name, None, "left out by source.toml", member.unpacked)
    elif path is None or not is_archive(path):
        yield member
    elif depth > MOST_NESTED:
        raise UnreadableFile(
            f"{budget.printed(name)}: it lies in archives more than {MOST_NESTED} deep. Unpack the outer ones and put "
            "their files into the place's folder."
        )
    elif _is_gzip(path):
        with gzip.open(path) as source, tempfile.TemporaryDirectory(dir=budget.folder) as folder:
            unpacked = _unpack(source, path.stat().st_size, name, Path(folder), budget)
            opened = Member(name, unpacked, unpacked=member.unpacked)
            yield from _opened(opened, budget, left_out, depth + 1)
    else:
        yield from _unzipped(member, path, budget, left_out, depth)


def _unzipped(outer: Member, path: Path, budget: _Budget, left_out: set[str], depth: int) -> Iterator[Member]:
    name, stem = outer.name, re.sub(r"\.zip$", "", outer.unpacked, flags=re.I)
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise _broken(budget.printed(name), error) from None
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _check(infos, name, budget)
        for info in sorted(infos, key=_name):
            inner, at = f"{name}/{_name(info)}", f"{stem}/{_name(info)}"
            if _SYSTEM.search(_name(info)):
                yield Member(inner, None, "the operating system's own", at)
                continue
            with tempfile.TemporaryDirectory(dir=budget.folder) as folder:
                try:
                    source = archive.open(info)
                except _BROKEN as error:
                    raise _broken(budget.printed(inner), error) from None
                with source:
                    unpacked = _unpack(source, info.compress_size, inner, Path(folder), budget)
                yield from _opened(Member(inner, unpacked, unpacked=at), budget, left_out, depth + 1)


def _unpack(source: IO[bytes] | gzip.GzipFile, packed: int, name: str, folder: Path, budget: _Budget) -> Path:
    """Unpack one member, no further than the limits allow."""
    target = folder / "member"
    size = 0
    with target.open("wb") as file:
        try:
            while part := source.read(_AT_ONCE):
                size += len(part)
                budget.bytes -= len(part)
                _refuse_bomb(size, packed, budget.printed(name), budget)
                file.write(part)
        except _BROKEN as error:
            raise _broken(budget.printed(name), error) from None
    return target


# What is refused ----------------------------------------------------------------------------------------------


def _check(infos: Sequence[zipfile.ZipInfo], name: str, budget: _Budget) -> None:
    """Refuse an archive that is too large, locked or has names that are not sound, before any of it is unpacked."""
    budget.members -= len(infos)
    if budget.members < 0:
        raise UnreadableFile(
            f"{budget.printed(name)}: it holds more than {MOST_MEMBERS:,} files. It was not unpacked; take out the "
            "audits and put them into the place's folder."
        )
    left = replace(budget)
    seen: set[str] = set()
    for info in infos:
        _refuse_name(info, name, budget.printed)
        left.bytes -= info.file_size
        _refuse_bomb(info.file_size, info.compress_size, budget.printed(f"{name}/{_name(info)}"), left)
        if _name(info) in seen:
            raise UnreadableFile(
                f"{budget.printed(name)}: two files in it are called {budget.printed(_name(info))!r}, so their rows "
                "could not be told apart. Unpack it, give each a name of its own, and put them into the place's folder."
            )
        seen.add(_name(info))


def _refuse_name(info: zipfile.ZipInfo, outer: str, printed: Callable[[str], str]) -> None:
    inner, name = _name(info), printed(outer)
    if paths.leads_out(inner) or paths.shown(inner) != inner:
        raise UnreadableFile(
            f"{name}: the name '{paths.shown(printed(inner))[:80]}' in it points outside the archive or cannot be "
            "shown. It was not unpacked; ask for the files themselves."
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableFile(
            f"{name}: {printed(inner)!r} is only a link to a file elsewhere. Ask for the file itself."
        )
    if info.flag_bits & 1:
        raise UnreadableFile(
            f"{name}: {printed(inner)!r} is locked with a password. Unpack it with the password and put its files into "
            "the place's folder, or ask for it without one."
        )


def _refuse_bomb(size: int, packed: int, name: str, left: _Budget) -> None:
    if left.bytes < 0 or (size > SMALL and size > MOST_RATIO * packed):
        raise UnreadableFile(
            f"{name}: it would unpack to {size:,} bytes or more, from {packed:,}, beyond any audit. It was not read; "
            "ask for it as CSV."
        )


def _broken(name: str, error: BaseException) -> UnreadableFile:
    said = str(error).partition("'")[0] or type(error).__name__  # what it quotes is a name
    return UnreadableFile(
        f"{name}: it cannot be unpacked ({said[:80]}). Ask for it again, or unpack it and put its files into the "
        "place's folder."
    )


# What a file is -----------------------------------------------------------------------------------------------


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")  # as some Windows programs write it


def _starts(path: Path, length: int) -> bytes:
    with path.open("rb") as file:
        return file.read(length)


def _is_gzip(path: Path) -> bool:
    return _starts(path, 2) == b"\x1f\x8b"


def _is_zip(path: Path) -> bool:
    if _starts(path, 4) not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _OFFICE.isdisjoint(archive.namelist())
    except _BROKEN:
        # Broken, so the list of names cannot be read: a workbook begins with one of these parts.
        return not re.search(rb"\[Content_Types\]\.xml|mimetype|_rels/|xl/|docProps/", _starts(path, 1024))
