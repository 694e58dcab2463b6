"""Recognizes what is not data among records: repeated headers, blank records, total lines, odd widths."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers.base import Block, IsHeader, Rejected, Section

_NO_NAME = re.compile(r"(unnamed: ?|column_?)\d+(\.\d+)?(_level_\d+)?", re.I)
"""How programs call a column whose header cell was blank; often it holds nothing but running numbers."""


def is_named(column: str) -> bool:
    """Whether a header cell names its column: with a letter, and not as a program names one for want of a name."""
    return any(character.isalpha() for character in column) and not _NO_NAME.fullmatch(column.strip())


def blocks(
    section: Section,
    is_header: IsHeader,
    odd: Sequence[Rejected] = (),
    text: Callable[[int], str] | None = None,
) -> Iterator[Block]:
    """A block for the first rows and one for the rows below each header among them, without what is not data.

    `odd` are records rejected already, in order; `text` gives that of a record by its number, where it is more than
    its cells.
    """
    columns, rows, done = section.columns, section.cells.num_rows, 0
    for start, stop in pairwise([-1, *_header_rows(section, is_header), rows]):
        until = bisect(odd, section.record[stop].as_py(), key=_record) if stop < rows else len(odd)
        rejected, done = list(odd[done:until]), until
        if start >= 0:
            columns, number = section.row(start), section.record[start].as_py()
            rejected.insert(
                0, Rejected(number, "repeated header", text(number) if text else ",".join(columns))
            )
        cells, record = section.cells.slice(start + 1, stop - start - 1), section.record[start + 1 : stop]
        yield without_blanks_and_totals(Section(columns, cells, record, sheet=section.sheet), rejected)


def _header_rows(section: Section, is_header: IsHeader) -> list[int]:
    """Rows that are headers, counted from 0.

    No header cell holds two digits, and in most columns of an audit most cells do; so only rows without them, in
    the column where they are fewest (of several, that of the longest cells), are looked at, and no blank ones.
    """
    first = section.cells.slice(0, 100).columns
    column = section.cells.columns[
        min(range(len(first)), key=lambda at: (_without_two_digits(first[at]).sum(), -first[at].nbytes))
    ]
    maybe = np.flatnonzero(_without_two_digits(column) & ~blank(section.cells))
    return [int(at) for at in maybe if is_header(section.row(int(at)))]


def odd(record: int, text: str, cells: Sequence[str]) -> Rejected:
    """A record of another width than its header, or of none."""
    stripped = text.strip(" \t\r\n,;\"'")
    if not stripped:
        return Rejected(record, "blank record", "")
    total = re.match(r"(grand )?total\b", stripped, re.I)
    return Rejected(record, "total line" if total else "wrong number of cells", text, cells=tuple(cells))


def without_blanks_and_totals(section: Section, rejected: Iterable[Rejected] = ()) -> Block:
    """A block of the rows; blank records and total lines of the right width join those rejected already.

    Columns without a name do not count: a formula beside an export gives a number for a blank record too.
    """
    named = [at for at, column in enumerate(section.columns) if is_named(column)]
    found = blank(section.cells.select(named)) | _totals(section, named)
    if found.any():
        # A sheet may have a million blank rows before its last cell: they are not looked at one by one.
        empty = blank(section.cells)
        more = [Rejected(n, "blank record", "") for n in section.record.filter(pa.array(empty)).to_pylist()]
        for at in np.flatnonzero(found & ~empty).tolist():
            record, cells = section.record[at].as_py(), section.row(at)
            if any(cells[column].strip() for column in named):
                more.append(Rejected(record, "total line", ",".join(cells).rstrip(","), cells=cells))
            else:
                more.append(Rejected(record, "blank record", ",".join(cells).strip(" ,")))
        rejected, section = in_order([*rejected, *more]), section.filter(~found)
    return Block(section, tuple(rejected))


def in_order(rejected: Iterable[Rejected]) -> tuple[Rejected, ...]:
    """Rejected records by their number."""
    return tuple(sorted(rejected, key=_record))


def _record(rejected: Rejected) -> int:
    return rejected.record


def blank(cells: pa.Table) -> np.ndarray:
    """Rows in which no cell holds anything but white space."""
    blank = np.ones(cells.num_rows, dtype=bool)
    for column in cells.columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    return blank


def _totals(section: Section, named: Sequence[int]) -> np.ndarray:
    """Rows that begin with 'Total' and hold at most two further cells, as a spreadsheet's last line does."""
    total = pc.match_substring_regex(section.cells.column(0), r"(?i)^\s*(grand )?total\b").to_numpy()
    for at in np.flatnonzero(total).tolist():
        cells = section.row(at)
        total[at] = sum(bool(cells[column].strip()) for column in named) <= 3
    return total


def _without_two_digits(column: pa.ChunkedArray) -> np.ndarray:
    return ~pc.match_substring_regex(column, r"\d.*\d").to_numpy()
