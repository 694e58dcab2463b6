"""Tells records from what is not data: repeated headers, blank records, total lines, odd widths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers.base import Block, IsHeader, Rejected, Section


def none(columns: Sequence[str]) -> Section:
    """No rows under a header."""
    cells = pa.table({str(place): pa.array([], pa.string()) for place in range(len(columns))})
    return Section(tuple(columns), cells, pa.array([], pa.int64()))


_NO_NAME = re.compile(r"(unnamed: ?|column_?)\d+(\.\d+)?(_level_\d+)?", re.I)
"""How programs call a column whose header cell was blank; often it holds nothing but running numbers."""


def is_named(column: str) -> bool:
    """Whether a header cell names its column: with a letter, and not as a program names one for want of a name."""
    return any(character.isalpha() for character in column) and not _NO_NAME.fullmatch(column.strip())


def row(rows: pa.Table, at: int) -> tuple[str, ...]:
    """The cells of one row."""
    return tuple(cells[at].as_py() for cells in rows.columns)


def header_rows(rows: pa.Table, is_header: IsHeader) -> list[int]:
    """Rows that are headers. No column is called by two digits, and in most columns of an audit most cells
    hold two; so only rows without them, in the column where they are fewest, are asked, and no blank ones."""
    without = [_without_two_digits(column.slice(0, 100)) for column in rows.columns]
    column = rows.column(int(np.argmin([mask.sum() for mask in without])))
    asked = np.flatnonzero(_without_two_digits(column) & ~blank(rows))
    return [int(at) for at in asked if is_header(row(rows, int(at)))]


def odd(record: int, text: str, cells: Sequence[str]) -> Rejected:
    """A record of another width than its header, or of none."""
    stripped = text.strip(" \t\r\n,;\"'")
    if not stripped:
        return Rejected(record, "blank record", "")
    total = re.match(r"(grand )?total\b", stripped, re.I)
    return Rejected(record, "total line" if total else "wrong number of cells", text, cells=tuple(cells))


def set_aside(section: Section, rejected: Sequence[Rejected]) -> Block:
    """A block in which blank records and total lines of the right width stand among the rejected.

    Columns without a name do not count: a formula beside an export gives a number for a blank record too.
    """
    named = [at for at, column in enumerate(section.columns) if is_named(column)]
    cells, record = section.cells, section.record
    found = blank(cells.select(named)) | _total(cells, named)
    if found.any():
        # A sheet may have a million blank rows before its last cell: they are not looked at one by one.
        empty = blank(cells)
        more = [Rejected(number, "blank record", "") for number in record.filter(pa.array(empty)).to_pylist()]
        rows = np.flatnonzero(found & ~empty)
        more += [_no_row(record[int(at)].as_py(), row(cells, int(at)), named) for at in rows]
        rejected = in_order([*rejected, *more])
        keep = pa.array(~found)
        page = section.page.filter(keep) if section.page is not None else None
        section = replace(section, cells=cells.filter(keep), record=record.filter(keep), page=page)
    return Block(section, tuple(rejected))


def in_order(rejected: Sequence[Rejected]) -> tuple[Rejected, ...]:
    """Asides by the number of their record."""
    return tuple(sorted(rejected, key=lambda aside: aside.record))


def _no_row(record: int, texts: tuple[str, ...], named: Sequence[int]) -> Rejected:
    if not any(texts[place].strip() for place in named):
        return Rejected(record, "blank record", ",".join(texts).strip(" ,"))
    return Rejected(record, "total line", ",".join(texts).rstrip(","), cells=texts)


def blank(cells: pa.Table) -> np.ndarray:
    """Rows in which no cell holds anything but blanks."""
    blank = np.ones(cells.num_rows, dtype=bool)
    for column in cells.columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    return blank


def _total(cells: pa.Table, named: Sequence[int]) -> np.ndarray:
    """Rows that begin with 'Total' and hold at most two further cells, as a spreadsheet's last line does."""
    total = pc.match_substring_regex(cells.column(0), r"(?i)^\s*(grand )?total\b").to_numpy()
    for at in np.flatnonzero(total):
        texts = row(cells, int(at))
        total[at] = sum(bool(texts[place].strip()) for place in named) <= 3
    return total


def _without_two_digits(cells: pa.ChunkedArray) -> np.ndarray:
    return ~pc.match_substring_regex(cells, r"\d.*\d").to_numpy()
