"""Opens ZIP and gzip: each member is a file of its own, named `release.zip/2025-06.csv`.

An archive inside an archive adds its name: `release.zip/inner.zip/2025-06.csv`. Record numbers begin anew in each
member, and so does the account of its rows. A workbook is a ZIP too and is left whole. Nothing is passed over
unnamed: what is not opened is handed out with the reason.

Members are unpacked one after the other under names of our own, so that no name in an archive can point anywhere; an
archive whose names try to is refused all the same. Where the system keeps files in memory alone (Linux), a member that
is only read is one, and nothing of it is on a disk unless it is a PDF or very large. The limits below are held before
anything is unpacked and again while it is, because an archive may lie about its size.
"""

from __future__ import annotations

import gzip
import lzma
import os
import re
import shutil
import stat
import struct
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import IO

from analysis import paths
from analysis.readers.base import UnreadableFile

MOST_BYTES, MOST_RATIO, MOST_MEMBERS, MOST_NESTED = 1 << 34, 200, 10_000, 2
"""Limits of one released archive: bytes and members in all, unpacked to packed bytes of a member, and how deep
archives may lie inside it. A year of the busiest log known unpacks to a tenth of it."""

SMALL = 1 << 26  # bytes: what unpacks to less is no bomb, however well it packs
MOST_IN_MEMORY = 1 << 28  # bytes of an unpacked member: a month of the busiest log known is half of it
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
    in_memory: bool = False,
) -> Iterator[Member]:
    """The files of a release one after the other, those of a ZIP in the order of their names.

    A member can be read until the next one is asked for. It lies in `folder`, or with `in_memory` mostly on no disk,
    where nobody can move it. `leave_out` names members of the archive that a
    person has looked at and found to hold no searches. A file that is no archive is handed out as it is. Messages
    call a member as `printed` says, since its name is text like any other. Raises
    `UnreadableFile` for an archive that is broken, encrypted or beyond the limits, or whose names are not sound.
    """
    wanted = {f"{name}/{left}" for left in leave_out}
    opener = _Opener(folder, printed, frozenset(wanted), in_memory)
    for member in opener.open(Member(name, path, unpacked=name), 0):
        wanted.discard(member.name)
        yield member
    if wanted:
        raise UnreadableFile(
            f"{name}: leave_out names {min(wanted).removeprefix(f'{name}/')!r}, which is not in it. Fix source.toml."
        )


class _Opener:
    """Opens what is in one released archive, as long as its limits are not reached; `printed` is for messages."""

    def __init__(
        self, folder: Path, printed: Callable[[str], str], left_out: frozenset[str], in_memory: bool
    ) -> None:
        self._folder, self._printed, self._left_out, self._in_memory = folder, printed, left_out, in_memory
        self._bytes, self._members, self._lock = MOST_BYTES, MOST_MEMBERS, threading.Lock()

    def open(self, member: Member, depth: int) -> Iterator[Member]:
        """A file, or what is inside it, at any depth."""
        path, name = member.path, member.name
        if name in self._left_out:
            yield replace(member, path=None, why="left out by source.toml")
        elif path is None or not is_archive(path):
            yield member
        elif depth > MOST_NESTED:
            raise UnreadableFile(
                f"{self._printed(name)}: it lies in archives more than {MOST_NESTED} deep. Unpack the outer ones and "
                "put their files into the place's folder."
            )
        elif _is_gzip(path):
            with gzip.open(path) as source, self._unpacked(source, path.stat().st_size, name) as unpacked:
                yield from self.open(replace(member, path=unpacked), depth + 1)
        else:
            yield from self._open_zip(member, path, depth)

    def _open_zip(self, outer: Member, path: Path, depth: int) -> Iterator[Member]:
        stem = re.sub(r"\.zip$", "", outer.unpacked, flags=re.I)
        with self._explained(outer.name):
            archive = zipfile.ZipFile(path)
        with archive, ExitStack() as every, ThreadPoolExecutor(1) as ahead:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            self._check(infos, outer.name)

            def unpack(info: zipfile.ZipInfo, name: str) -> tuple[Path, ExitStack]:
                held = every.enter_context(ExitStack())
                with self._explained(name):
                    source = held.enter_context(archive.open(info))
                return held.enter_context(self._unpacked(source, info.compress_size, name)), held

            def begun() -> Iterator[tuple[Member, Future[tuple[Path, ExitStack]] | None]]:
                for info in sorted(infos, key=_name):
                    name = f"{outer.name}/{_name(info)}"
                    member = Member(name, None, unpacked=f"{stem}/{_name(info)}")
                    yield member, None if _SYSTEM.search(_name(info)) else ahead.submit(unpack, info, name)

            # While a member is read, the next one is unpacked.
            for now, _ in pairwise(chain(begun(), [None])):
                assert now is not None
                member, unpacked = now
                if unpacked is None:
                    yield replace(member, why="the operating system's own")
                    continue
                found, held = unpacked.result()
                with held:
                    yield from self.open(replace(member, path=found), depth + 1)

    @contextmanager
    def _unpacked(self, source: IO[bytes] | gzip.GzipFile, packed: int, name: str) -> Iterator[Path]:
        """One member, unpacked no further than the limits allow, while it is read."""
        size = 0
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            disk = Path(folder) / "member"
            path, file = (self._in_memory and _memory()) or (disk, disk.open("w+b"))
            try:
                with self._explained(name):
                    while piece := source.read(_AT_ONCE):
                        size += len(piece)
                        with self._lock:
                            self._bytes -= len(piece)
                        self._refuse_bomb(size, packed, name, self._bytes)
                        is_print = (
                            size == len(piece) and b"%PDF-" in piece[:1024]
                        )  # pdfium opens no such file
                        if path != disk and (is_print or size > MOST_IN_MEMORY):
                            path, file = disk, _moved(file, disk)
                        file.write(piece)
                file.flush()
                yield path
            finally:
                file.close()

    def _check(self, infos: Sequence[zipfile.ZipInfo], archive: str) -> None:
        """Refuse an archive that is too large, locked or has names that are not sound, before any of it is unpacked."""
        self._members -= len(infos)
        if self._members < 0:
            raise UnreadableFile(
                f"{self._printed(archive)}: it holds more than {MOST_MEMBERS:,} files. It was not unpacked; take out "
                "the audits and put them into the place's folder."
            )
        left = self._bytes
        seen: set[str] = set()
        for info in infos:
            inner = _name(info)
            if wrong := _unsound(info, self._printed):
                raise UnreadableFile(f"{self._printed(archive)}: {wrong}")
            left -= info.file_size
            self._refuse_bomb(info.file_size, info.compress_size, f"{archive}/{inner}", left)
            if inner in seen:
                raise UnreadableFile(
                    f"{self._printed(archive)}: two files in it are called {self._printed(inner)!r}, so nobody could "
                    "say which of them a row is from. Unpack it, give each a name of its own, and put them into the "
                    "place's folder."
                )
            seen.add(inner)

    def _refuse_bomb(self, size: int, packed: int, name: str, left: int) -> None:
        if left < 0 or (size > SMALL and size > MOST_RATIO * packed):
            raise UnreadableFile(
                f"{self._printed(name)}: it would unpack to {size:,} bytes or more, from {packed:,}, beyond any "
                "audit. It was not read; ask for it as CSV."
            )

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        """What a library raises on a broken archive, as an `UnreadableFile`."""
        try:
            yield
        except _BROKEN as error:
            words = str(error).partition("'")[0] or type(error).__name__  # what it quotes is a name
            raise UnreadableFile(
                f"{self._printed(name)}: it cannot be unpacked ({words[:80]}). Ask for it again, or unpack it and put "
                "its files into the place's folder."
            ) from None


def _memory() -> tuple[Path, IO[bytes]] | None:
    """A file that is in memory alone, and the path by which any process of this user can open it while it is open
    here; None where the system has none."""
    if sys.platform != "linux":
        return None
    file = os.fdopen(os.memfd_create("member"), "w+b")
    path = Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
    return (path, file) if path.is_file() else None


def _moved(file: IO[bytes], path: Path) -> IO[bytes]:
    """A new file at a path with what is in another one, which is closed."""
    to = path.open("w+b")
    with file:
        file.seek(0)
        shutil.copyfileobj(file, to)
    return to


def _unsound(info: zipfile.ZipInfo, printed: Callable[[str], str]) -> str:
    """What is wrong with a member of a ZIP that is not unpacked, and what helps; "" for any other."""
    name = _name(info)
    if paths.leads_out(name) or paths.shown(name) != name:
        return (
            f"the name '{paths.shown(printed(name))[:80]}' in it points outside the archive or cannot be shown. It was "
            "not unpacked; ask for the files themselves."
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"{printed(name)!r} is only a link to a file elsewhere. Ask for the file itself."
    if info.flag_bits & 1:
        return (
            f"{printed(name)!r} is locked with a password. Unpack it with the password and put its files into the "
            "place's folder, or ask for it without one."
        )
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")  # as some Windows programs write it


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(1024)
    if not start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _OFFICE.isdisjoint(archive.namelist())
    except _BROKEN:
        # Broken, so the list of names cannot be read: a workbook begins with one of these parts.
        return not re.search(rb"\[Content_Types\]\.xml|mimetype|_rels/|xl/|docProps/", start)
