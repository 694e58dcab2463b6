"""What every reader gives back: blocks of numbered rows and of rejected records; and the errors of all readers."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
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

MOST_COLUMNS = 2_000  # no audit has forty; half a million empty ones would take minutes
MOST_IN_A_LIST = 1 << 26  # bytes; the longest list known has a thousandth of it


class UnreadableFile(Refused):
    """A file that cannot be read whole; the message names the file, the record, the value and the remedy."""


class NoKnownHeader(UnreadableFile):
    """A file that can be opened and has no known header: a letter, or a table that is not known.

    `rows` are its first rows. They are somebody's words: messages count and classify them, and quote none.
    """

    def __init__(self, message: str, rows: Iterable[Sequence[str]] = ()) -> None:
        super().__init__(message)
        self.rows = tuple(map(tuple, rows))


def no_known_header(name: str, rows: Sequence[Sequence[str]]) -> NoKnownHeader:
    """The error of a file whose first rows hold no known header."""
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
class Section:
    """Consecutive records under one header.

    `cells` has one string column per header cell, named "0", "1", … in header order; a blank cell is "" and
    none is null. `record` is the number of each row in its file, the first header being 0. `page` counts
    from 1 and is given for PDF files only.
    """

    columns: tuple[str, ...]
    cells: pa.Table
    record: pa.Array
    page: pa.Array | None = None
    sheet: str | None = None

    @classmethod
    def of_rows(
        cls,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]] = (),
        record: Sequence[int] = (),
        sheet: str | None = None,
    ) -> Section:
        """Rows of Python texts under a header, with their numbers; none unless they are given."""
        cells = zip(*rows) if rows else ((),) * len(columns)
        table = pa.table({str(at): pa.array(column, pa.string()) for at, column in enumerate(cells)})
        return cls(tuple(columns), table, pa.array(record, pa.int64()), sheet=sheet)

    def row(self, at: int) -> tuple[str, ...]:
        """The cells of one row, counted from 0."""
        return tuple(column[at].as_py() for column in self.cells.columns)

    def filter(self, mask: np.ndarray) -> Section:
        """The rows for which `mask` is true."""
        keep = pa.array(mask)
        page = self.page.filter(keep) if self.page is not None else None
        return replace(self, cells=self.cells.filter(keep), record=self.record.filter(keep), page=page)


@dataclass(frozen=True)
class Block:
    """Part of a file that fits in memory: rows under one header, the records rejected among them, the
    number of both counted a second time, and what a reviewer must know."""

    section: Section
    rejected: tuple[Rejected, ...] = ()
    counted: int = 0
    notes: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """Rows kept and records rejected."""
        return self.section.cells.num_rows + len(self.rejected)


Stream = Callable[[Path, str, IsHeader], Iterator[Block]]


def headerless_note(columns: Sequence[str], below: bool) -> str:
    """What is said of a file or sheet that begins without a header, whose columns a header `below` or shapes gave."""
    how = "the header further down" if below else "the shapes of its cells, or a person,"
    return (
        f"begins without a header: {how} says that its columns are {', '.join(columns)}. Look whether reason, case "
        "number and filters are in that order"
    )


def cut_off(columns: Sequence[str], whole: int) -> Block:
    """The note on a file that breaks off after its record `whole`."""
    note = (
        f"cut off after record {whole:,}: the file ends in the middle of the next one, so whatever followed is "
        "missing. Ask for it again"
    )
    return Block(Section.of_rows(columns), notes=(note,))


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
    """The lines of a text that is a list kept beside the logs, with their ends. Raises `UnreadableFile`."""
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
        return list(csv.reader(lines(path, name)))
    except csv.Error as error:
        raise UnreadableFile(f"{name}: it is not delimited text ({error}). Save it as CSV again.") from None
