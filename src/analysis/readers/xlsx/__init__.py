"""Reads workbooks (XLSX, XLSM, XLSB, ODS): every sheet, hidden or not, with cells as near to the release as they get.

A spreadsheet turns digits into numbers and some codes into dates. Numbers come back as digits, dates as ISO
text, and a code such as 10-37 that was stored as a month comes back as month-year. Leading zeros that a
spreadsheet took cannot be recovered, and are not. Hidden is not deleted: hidden rows and sheets are read.

Record numbers run on from sheet to sheet: the first header is 0, each row after it adds one, blank rows and the
headers of later sheets included, and rows before it count downwards. A sheet without a known header is rejected
row by row, because its rows may be records whose header is on another.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from analysis.readers import not_data
from analysis.readers.base import (
    Block,
    IsHeader,
    MissingHeader,
    NoKnownHeader,
    Rejected,
    Section,
    UnreadableFile,
    headerless_note,
    no_known_header,
)
from analysis.readers.xlsx import old_container, outlines
from analysis.readers.xlsx.cells import hidden_columns, text, texts
from analysis.readers.xlsx.dates import Dates
from analysis.readers.xlsx.merged import Merged
from analysis.readers.xlsx.outline import Book, Outline
from analysis.wording import counted

HEADER_WITHIN = 50  # rows: cover notes above a header are shorter than this in every release seen
ROWS_AT_ONCE, CELLS_AT_ONCE = 1 << 16, 1 << 21

Row = Sequence[Any]


def stream(
    path: Path, name: str, is_header: IsHeader, missing: MissingHeader | None = None
) -> Iterator[Block]:
    """Read every sheet block by block; see `analysis.readers` for the contract.

    The second count is the last row of each sheet that holds a value, taken from the sheet's own part. Raises
    `NoKnownHeader` where no sheet has a header, `UnreadableFile` for what is broken, oversized or no workbook.
    """
    book = outlines.read(path, name)
    notes = ["the workbook counts its days from 1904"] if book.from_1904 else []
    waiting: list[tuple[str, str]] = []  # rejected records that have no number yet: why, text
    seen: list[list[str]] = []
    last: int | None = None  # the number of the last record handed out
    counted = -1  # the first header is no record
    section = Section.of_rows(())
    question: NoKnownHeader | None = None
    numbers = {sheet: f"sheet {number}" for number, sheet in enumerate(book.sheets, start=1)}
    for sheet, sheet_rows in _sheets(path, name, book):
        rows, shown = (
            sheet_rows,
            numbers[sheet.name],
        )  # a sheet's name is somebody's word, and is not repeated
        counted += book.sheets[sheet.name].last
        header, above = _above(rows, is_header)
        headed = header is not None
        if missing and above:
            try:
                below = header or next((row for row in map(texts, above) if is_header(row)), ())
                if found := missing([texts(row) for row in above[:HEADER_WITHIN]], below):
                    rows = chain(above, [header] if header else [], rows)
                    notes.append(f"{shown}: {headerless_note(found, bool(below))}")
                    header, above, headed = list(found), [], False
                    counted += last is None  # its first row is a record
            except NoKnownHeader as error:
                question = question or error
        why = "above the header" if header else "on a sheet without a header"
        waiting += [(why, ",".join(texts(row)).strip(" ,")) for row in above]
        notes += _notes_above(sheet, shown, header, len(above))
        if header is None:
            seen += map(texts, above[:HEADER_WITHIN])
            if last is None:
                continue
        else:
            section = replace(Section.of_rows(header), sheet=sheet.name)
            if last is not None and headed:
                waiting.append(("repeated header", ",".join(header)))
        first = -len(waiting) if last is None else last + 1
        last = 0 if last is None else last + len(waiting)
        yield Block(
            section,
            tuple(Rejected(first + at, *reason_and_text) for at, reason_and_text in enumerate(waiting)),
            counted,
            tuple(notes),
        )
        counted, waiting, notes = 0, [], []
        if header is not None:
            known = _Sheet(
                f"{name}, {shown}",
                shown,
                section,
                book.sheets[sheet.name],
                len(above) + headed,
                book.from_1904,
            )
            last = yield from _below(rows, known, last, is_header)
    if last is None:
        raise question or no_known_header(name, seen)


def every_sheet(path: Path, name: str) -> Iterator[Block]:
    """Every cell of every sheet as text, without looking for a header: a block for each sheet.

    An old workbook (.xls) is read too. Raises `UnreadableFile` for what is broken, locked or too large.
    """
    old = old_container.why_not_read(path)
    if old and "(.xls)" not in old:
        raise UnreadableFile(f"{name}: {old}")
    for sheet, rows in _sheets(path, name, Book({}) if old else outlines.read(path, name)):
        cells = [texts(row) for row in rows]
        width = max(map(len, cells), default=0)
        filled = [row + [""] * (width - len(row)) for row in cells]
        yield Block(Section.of_rows(("",) * width, filled, range(len(filled)), sheet.name))


def _sheets(path: Path, name: str, book: Book) -> Iterator[tuple[SheetMetadata, Iterator[Row]]]:
    """Every sheet that can hold cells, with its rows from the first; a sheet of charts holds none."""
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    cells = workbook.get_sheet_by_name(sheet.name)
                    left = [""] * (cells.start[1] if cells.start else 0)
                    rows = ([*left, *row] for row in cells.iter_rows()) if left else cells.iter_rows()
                    outline = book.sheets[sheet.name] if book.sheets else None  # an old workbook has none
                    yield sheet, _without_tail(rows, outline.last) if outline else rows
    except BaseException as error:
        # What the library calls a panic, on parts that contradict each other, is no Exception to Python.
        if (
            not isinstance(error, (CalamineError, OSError, KeyError))
            and type(error).__name__ != "PanicException"
        ):
            raise
        raise UnreadableFile(
            f"{name}: the workbook cannot be opened ({type(error).__name__}). Open it and save it as CSV, or ask for "
            "it again."
        ) from None


def _without_tail(rows: Iterator[Row], last: int) -> Iterator[Row]:
    """The rows up to the last that holds a value; those after it too, if any of them holds one after all."""
    yield from islice(rows, last)
    tail = list(rows)
    if any(text(cell) for row in tail for cell in row):
        yield from tail


def _above(rows: Iterator[Row], is_header: IsHeader) -> tuple[list[str] | None, list[Row]]:
    """The header and the rows above it, taken from the rows; all rows of a sheet without one."""
    above: list[Row] = []
    for row in islice(rows, HEADER_WITHIN):
        cells = texts(row)
        if is_header(cells):
            return cells, above
        above.append(row)
    return None, [*above, *rows]


@dataclass(frozen=True)
class _Sheet:
    """A sheet that has a header, whose rows are still to be read: what messages and notes call it, no rows under its
    header, its outline, the header's row number, and whether its days are counted from 1904."""

    name: str
    shown: str
    section: Section
    outline: Outline
    header: int
    from_1904: bool


def _below(rows: Iterator[Row], sheet: _Sheet, last: int, is_header: IsHeader) -> Generator[Block, None, int]:
    """The records under a sheet's header, with the notes on the sheet at the end; gives the last one's number."""
    section, first = sheet.section, last
    dates, merged = Dates(), Merged(sheet.outline.merged, sheet.header, section.columns)
    at_once = max(1, min(ROWS_AT_ONCE, CELLS_AT_ONCE // max(sheet.outline.columns, len(section.columns))))
    while chunk := list(islice(rows, at_once)):
        merged.fill(chunk, sheet.header + 1 + last - first)
        columns = list(zip(*chunk))
        for column, cells in zip([*section.columns, *[""] * len(columns)], columns):
            dates.look_at(column, cells)
        table = pa.table({str(at): _column(cells) for at, cells in enumerate(columns)})
        record = pa.array(np.arange(last + 1, last + 1 + len(chunk)))
        for block in not_data.blocks(replace(section, cells=table, record=record), is_header):
            section = block.section
            yield block
        last += len(chunk)
    if sheet.from_1904 and dates.has_bare_numbers:
        raise UnreadableFile(
            f"{sheet.name}: it counts its days from 1904 and holds bare numbers for times, which would come out four "
            "years early. Open it, give the column a date format and save it as CSV."
        )
    notes = [*_notes(sheet, last - first), *dates.notes(), *merged.notes()]
    yield Block(
        replace(sheet.section, columns=section.columns),
        notes=tuple(f"{sheet.shown}: {note}" for note in notes),
    )
    return last


def _column(cells: Sequence[Any]) -> pa.Array:
    plain = set(map(type, cells)) == {str}
    return pa.array(cells if plain else texts(cells), pa.string())


# What a reviewer must know --------------------------------------------------------------------------------------


def _notes_above(sheet: SheetMetadata, shown: str, header: Sequence[str] | None, above: int) -> Iterator[str]:
    hidden = "hidden " if sheet.visible != SheetVisibleEnum.Visible else ""
    if header is None and not above:
        yield f"{hidden}{shown} has no cells"
    elif header is None:
        yield (
            f"{hidden}{shown} has no known header: {counted(above, 'row')} rejected (if they are records, copy the "
            "header above them)"
        )
    else:
        if hidden:
            yield f"{shown}: the sheet is hidden and was read"
        if above:
            yield f"{shown}: {counted(above, 'row')} above the header, rejected"


def _notes(sheet: _Sheet, rows: int) -> Iterator[str]:
    if hidden := sum(len(range(max(run.start, sheet.header + 1), run.stop)) for run in sheet.outline.hidden):
        yield f"{hidden:,} of {rows:,} rows are hidden and were read"
    if columns := hidden_columns(sheet.outline):
        yield f"{columns} hidden and were read"
    if nameless := sum(not not_data.is_named(column) for column in sheet.section.columns):
        yield f"{counted(nameless, 'column')} without a name"
    if sheet.outline.errors:
        yield f"{counted(sheet.outline.errors, 'cell')} with a spreadsheet's error; what was typed there is lost"
