"""What every reader gives back: sections of numbered rows, records that are not data, blocks; and its errors."""

from __future__ import annotations

import csv as plain_csv
import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from analysis.refused import Refused
from analysis.wording import counted

IsHeader = Callable[[Sequence[str]], bool]
MissingHeader = Callable[[Sequence[Sequence[str]], Sequence[str]], Sequence[str]]
"""The column names of a file's first records, which have no header above them, and of the first header below them
(maybe none); nothing where they are not known."""

WHY = (
    "above the header",
    "on a sheet without a header",
    "repeated header",
    "blank record",
    "total line",
    "wrong number of cells",
    "unreadable record",
)
"""Every reason for which a reader rejects a record."""

ROWS_IN_A_BLOCK = 1 << 16
MOST_IN_A_LIST = 1 << 26  # bytes; the longest list known has a thousandth of it
MOST_COLUMNS = 2_000  # no audit has forty; half a million empty ones would take minutes


class UnreadableFile(Refused):
    """A file that cannot be read whole; the message names the file, the place, the value and the remedy."""


class NoKnownHeader(UnreadableFile):
    """A file that can be opened and in which no known header is: a letter, or a table that is not known.

    `rows` are its first rows. They are somebody's words: messages count and classify them, and quote none.
    """

    def __init__(self, message: str, rows: Iterable[Sequence[str]] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(map(tuple, rows))


def no_known_header(name: str, rows: Sequence[Sequence[str]]) -> NoKnownHeader:
    """The error of a file in whose first rows no known header is."""
    widest = max(map(len, rows), default=0)
    cells = shapes(cell for row in rows for cell in row)
    return NoKnownHeader(
        f"{name}: no known header in its first {counted(len(rows), 'line')}, of up to {counted(widest, 'cell')} "
        f"({cells})",
        rows,
    )


_SHAPES = {
    "blank": re.compile(r"\s*"),
    "whole number": re.compile(r"\s*[+-]?\d[\d,]*(\.0+)?\s*"),
    "other number": re.compile(r"\s*[+-]?[\d,]*\.\d+\s*"),
    "date": re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*", re.S),
    "text": re.compile(r".*", re.S),
}


def shapes(cells: Iterable[str]) -> str:
    """What cells look like, in counts: '312 texts, 14 whole numbers, 3 dates'. No cell is quoted."""
    count = Counter(next(kind for kind, shape in _SHAPES.items() if shape.fullmatch(cell)) for cell in cells)
    return ", ".join(counted(n, kind) for kind, n in count.most_common()) or "nothing"


@dataclass(frozen=True)
class Section:
    """Consecutive records that stand under one header.

    `cells` has one string column per header cell, named "0", "1", … in header order; a blank cell is "" and
    none is null. `record` is the number of each row in its file, the first header being 0. `page` counts
    from 1 and is given for PDF files only.
    """

    columns: tuple[str, ...]
    cells: pa.Table
    record: pa.Array
    page: pa.Array | None = None
    sheet: str | None = None

    def rows(self, start: int, stop: int) -> Section:
        """The rows from `start` up to `stop`, without a copy."""
        size = stop - start
        page = self.page.slice(start, size) if self.page is not None else None
        cells, record = self.cells.slice(start, size), self.record.slice(start, size)
        return Section(self.columns, cells, record, page, self.sheet)


@dataclass(frozen=True)
class Rejected:
    """A record that is not data: its number, why (one of `WHY`), its text and, for a PDF, its page.

    Records above the first header are numbered downwards from it: the nearest is -1. `cells` are those of a record
    that may be a row all the same, which only someone who knows the vendor's columns can tell: one of another width
    than its header, or a line that begins with 'Total'.
    """

    record: int
    why: str
    text: str
    page: int | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A part of a file that fits in memory: rows under one header, the records rejected among them, the
    number of both counted a second time, and what a reviewer must know."""

    section: Section
    rejected: tuple[Rejected, ...] = ()
    counted: int = 0
    notes: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """Rows kept and records rejected."""
        return self.section.cells.num_rows + len(self.rejected)


@dataclass(frozen=True)
class Reading:
    """All that a file held: sections, records rejected, and the number of records counted twice over."""

    file: str
    sections: tuple[Section, ...]
    rejected: tuple[Rejected, ...]
    counted: int
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """Rows of the sections."""
        return sum(section.cells.num_rows for section in self.sections)

    @property
    def records(self) -> int:
        """Records of the file, its first header apart: rows kept and records rejected."""
        return self.kept + len(self.rejected)


Stream = Callable[[Path, str, IsHeader], Iterator[Block]]


def checked(name: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks; raises `UnreadableFile` after the last one when the two counts of records disagree."""
    records = counted = 0
    for block in blocks:
        records, counted = records + block.records, counted + block.counted
        yield block
    if records != counted:
        raise UnreadableFile(
            f"{name}: {records:,} records were read but {counted:,} were counted; "
            "the file may be cut off or its quotes unbalanced. Ask for it again, or open it and save it as CSV."
        )


def lines(path: Path, name: str) -> list[str]:
    """The lines of a text that stands as a list beside the logs, with their ends. Raises `UnreadableFile`."""
    if path.stat().st_size > MOST_IN_A_LIST:
        raise UnreadableFile(f"{name}: it is larger than {MOST_IN_A_LIST >> 20} MB, as no list is.")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.splitlines(keepends=True)


def delimited(path: Path, name: str) -> list[list[str]]:
    """The rows of such a text, whose cells commas separate. Raises `UnreadableFile`."""
    try:
        return list(plain_csv.reader(lines(path, name)))
    except plain_csv.Error as error:
        raise UnreadableFile(f"{name}: it is no delimited text ({error}). Save it as CSV again.") from None


def reading_of(name: str, blocks: Iterable[Block]) -> Reading:
    """The blocks of one file put together: consecutive blocks under one header make one section."""
    runs: list[list[Section]] = []
    rejected: list[Rejected] = []
    notes: dict[str, None] = {}
    counted = 0
    for block in blocks:
        same = runs and (runs[-1][0].columns, runs[-1][0].sheet) == (
            block.section.columns,
            block.section.sheet,
        )
        if same:
            runs[-1].append(block.section)
        else:
            runs.append([block.section])
        rejected += block.rejected
        notes |= dict.fromkeys(block.notes)
        counted += block.counted
    return Reading(name, tuple(_joined(run) for run in runs), tuple(rejected), counted, tuple(notes))


def _joined(run: Sequence[Section]) -> Section:
    pages = [section.page for section in run if section.page is not None]
    return Section(
        run[0].columns,
        pa.concat_tables([section.cells for section in run]),
        pa.concat_arrays([section.record for section in run]),
        pa.concat_arrays(pages) if pages else None,
        run[0].sheet,
    )


def blocks_of(reading: Reading) -> Iterator[Block]:
    """A file read whole, cut into blocks; the first carries its count and its notes, each its own rejected."""
    rest, left = (reading.counted, reading.notes), list(reading.rejected)
    cuts = [
        section.rows(start, min(start + ROWS_IN_A_BLOCK, section.cells.num_rows))
        for section in reading.sections
        for start in range(0, max(section.cells.num_rows, 1), ROWS_IN_A_BLOCK)
    ]
    for cut in cuts:
        last = cut.record[-1].as_py() if len(cut.record) else -1
        upto = len(left) if cut is cuts[-1] else bisect(left, last, key=lambda aside: aside.record)
        yield Block(cut, tuple(left[:upto]), *rest)
        rest, left = (0, ()), left[upto:]
