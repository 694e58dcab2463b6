"""Reads a text file piece by piece as UTF-8, whatever its encoding, and finds its physical lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from analysis.readers.base import UnreadableFile

LONGEST_RECORD = 1 << 25  # bytes: a file without line ends would fill the memory


class Window:
    """The piece of a file's text that is being read: filled at its end, taken from its start."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        self.data, self.at_end = b"", False
        self._pieces, self._name, self._wanted = pieces, name, 0

    def fill(self, size: int) -> bool:
        """Hold some `size` bytes, twice as many where nothing could be taken; False at the end of the file."""
        if len(self.data) > LONGEST_RECORD:
            raise UnreadableFile(
                f"{self._name}: one record is longer than {LONGEST_RECORD >> 20} MB, so the file has no line ends or "
                "is no table. Ask for it again, as CSV."
            )
        self._wanted = max(self._wanted, size)
        pieces = [self.data]
        while not self.at_end and sum(map(len, pieces)) < self._wanted:
            pieces.append(next(self._pieces, b""))
            self.at_end = not pieces[-1]
        self.data = b"".join(pieces)
        self._wanted = 2 * len(self.data)
        return bool(self.data)

    def take(self, used: int) -> None:
        """Take bytes from the start."""
        if used:
            self.data, self._wanted = self.data[used:], 0


def utf8(file: BinaryIO, encoding: str, piece: int) -> Iterator[bytes]:
    """A file's text in UTF-8 without a byte-order mark, in pieces of about `piece` bytes."""
    pieces = iter(partial(file.read, piece), b"")
    if encoding == "utf-8":
        return pieces
    return (text.encode() for text in codecs.iterdecode(pieces, encoding, "replace"))


def encoding(path: Path) -> tuple[str, str]:
    """The encoding of a file and, unless it is plain UTF-8, a note on it."""
    with path.open("rb") as file:
        start = file.read(200)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", "UTF-8 with a byte-order mark"
        if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # which begins like UTF-16
            return "utf-32", "UTF-32"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", "UTF-16"
        for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            if start[first::2].count(0) > len(start[first::2]) * 0.9:
                return name, "UTF-16 without a byte-order mark"
        file.seek(0)
        if not is_utf8(file):
            return "cp1252", "cp1252 (it is not UTF-8)"
    return "utf-8", ""


_CHECKED = 1 << 18  # bytes that fit the processor's cache


def is_utf8(file: BinaryIO, piece: int = _CHECKED) -> bool:
    """Whether a file is UTF-8 from here to its end; Arrow looks at its bytes several times as fast as Python."""
    rest = b""
    for more in iter(partial(file.read, piece), b""):
        text = rest + more
        # A character that begins in the last three bytes may go on in the next piece.
        begins = next((at for at in (-1, -2, -3) if text[at:][:1] >= b"\xc0"), len(text))
        text, rest = text[:begins], text[begins:]
        if not _are_whole_characters(text):
            return False
    return _are_whole_characters(rest)


def _are_whole_characters(text: bytes) -> bool:
    if text.isascii():
        return True
    ends = pa.py_buffer(np.array([0, len(text)], np.int32))
    try:
        pa.StringArray.from_buffers(1, ends, pa.py_buffer(text)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def lines(data: bytes) -> Iterator[tuple[str, int]]:
    """Physical lines, each with its line end and the offset after it."""
    # Latin-1 separators such as U+2028 do not end a record, so str.splitlines would lose count.
    for match in re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|$)").finditer(data):
        if match.start() < len(data):
            yield match.group().decode("utf-8", "replace"), match.end()


def count_lines(data: bytes) -> int:
    """The same number of lines by counting line ends alone."""
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends + (not data.endswith((b"\n", b"\r")) if data else 0)
