"""Reads workbooks (XLSX, XLSM, XLSB, ODS): every sheet, hidden or not, with cells as near to the release as they get.

A spreadsheet turns digits into numbers and some codes into dates. Numbers come back as digits, dates as ISO
text, and a code such as 10-37 that was stored as a month comes back as month-year. Leading zeros that a
spreadsheet took cannot be recovered, and are not. Hidden is not deleted: hidden rows and sheets are read.

Record numbers run on from sheet to sheet: the first header is 0, each row after it adds one, blank rows and the
headers of later sheets included, and rows before it count downwards. A sheet without a known header is set aside
row by row, because its rows may be records whose header stands elsewhere.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from analysis.readers import not_data
from analysis.readers.base import Block, IsHeader, Rejected, Section, UnreadableFile, no_known_header
from analysis.readers.xlsx import outlines
from analysis.readers.xlsx.outlines import Outline

HEADER_WITHIN = 50  # rows: cover notes above a header are shorter than this in every release seen
ROWS_AT_ONCE, CELLS_AT_ONCE = 1 << 16, 1 << 21

Row = Sequence[Any]


def stream(path: Path, name: str, is_header: IsHeader) -> Iterator[Block]:
    """Read every sheet block by block; see `analysis.readers` for the contract.

    The second count is the last row of each sheet that holds a value, taken from the sheet's own part. Raises
    `NoKnownHeader` where no sheet has a header, `UnreadableFile` for what is broken, oversized or no workbook.
    """
    book = outlines.read(path, name)
    notes = ["the workbook counts its days from 1904"] if book.from_1904 else []
    waiting: list[tuple[str, str]] = []  # what is to be set aside: why, text
    seen: list[list[str]] = []
    last: int | None = None  # the number of the last record handed out
    counted = -1  # the first header is no record
    columns: tuple[str, ...] = ()
    under: str | None = None
    numbers = {name: f"sheet {number}" for number, name in enumerate(book.sheets, start=1)}
    for sheet, rows in _sheets(path, name, book):
        shown = numbers[sheet.name]  # a sheet's name is somebody's word, and is not repeated
        counted += book.sheets[sheet.name].last
        head, above = _above(rows, is_header)
        waiting += _set_aside(above, head)
        notes += _notes_above(sheet, shown, head, above)
        if head is None:
            seen += map(_texts, above[:HEADER_WITHIN])
            if last is None:
                continue
        elif last is not None:
            waiting.append(("repeated header", ",".join(head)))
        first = -len(waiting) if last is None else last + 1
        last = 0 if last is None else last + len(waiting)
        columns, under = (tuple(head), sheet.name) if head else (columns, under)
        rejected = tuple(Rejected(first + at, *aside) for at, aside in enumerate(waiting))
        yield Block(replace(not_data.none(columns), sheet=under), rejected, counted, tuple(notes))
        counted, waiting, notes = 0, [], []
        if head is not None:
            known = _Sheet(
                name, shown, sheet.name, columns, book.sheets[sheet.name], len(above), book.from_1904
            )
            last = yield from _below(rows, known, last, is_header)
    if last is None:
        raise no_known_header(name, seen)


def _sheets(path: Path, name: str, book: outlines.Book) -> Iterator[tuple[SheetMetadata, Iterator[Row]]]:
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
    if any(_text(cell) for row in tail for cell in row):
        yield from tail


def every_sheet(path: Path, name: str) -> Iterator[Block]:
    """Every cell of every sheet as text, without looking for a header: a block for each sheet.

    An old workbook (.xls) is read too. Raises `UnreadableFile` for what is broken, locked or too large.
    """
    old = outlines.in_old_container(path)
    if old and "(.xls)" not in old:
        raise UnreadableFile(f"{name}: {old}")
    book = outlines.Book({}) if old else outlines.read(path, name)
    for sheet, rows in _sheets(path, name, book):
        texts = [_texts(row) for row in rows]
        width = max(map(len, texts), default=0)
        filled = [row + [""] * (width - len(row)) for row in texts]
        columns = {str(at): pa.array([row[at] for row in filled], pa.string()) for at in range(width)}
        numbers = pa.array(range(len(filled)), pa.int64())
        yield Block(Section(("",) * width, pa.table(columns), numbers, sheet=sheet.name))


# Records ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheet:
    """A sheet that has a header: the rows below it are still to be read."""

    file: str
    shown: str
    name: str
    columns: tuple[str, ...]
    outline: Outline
    above: int
    from_1904: bool


def _above(rows: Iterator[Row], is_header: IsHeader) -> tuple[list[str] | None, list[Row]]:
    """The header and the rows above it, taken from the rows; all rows of a sheet without one."""
    above: list[Row] = []
    for row in islice(rows, HEADER_WITHIN):
        texts = _texts(row)
        if is_header(texts):
            return texts, above
        above.append(row)
    return None, [*above, *rows]


def _set_aside(above: Sequence[Row], head: Sequence[str] | None) -> list[tuple[str, str]]:
    why = "on a sheet without a header" if head is None else "above the header"
    return [(why, ",".join(_texts(row)).strip(" ,")) for row in above]


def _below(rows: Iterator[Row], sheet: _Sheet, last: int, is_header: IsHeader) -> Generator[Block, None, int]:
    """The records under a sheet's header, with the notes on the sheet at the end; gives the last one's number."""
    columns, first = sheet.columns, last
    dates: dict[str, _Dates] = {}
    merged = _Merged(sheet)
    at_once = max(1, min(ROWS_AT_ONCE, CELLS_AT_ONCE // max(sheet.outline.columns, len(columns))))
    while chunk := list(islice(rows, at_once)):
        merged.fill(chunk, sheet.above + 2 + last - first)
        for at, cells in enumerate(zip(*chunk)):
            _look_at_dates(cells, columns[at] if at < len(columns) else "", dates)
        table = pa.table({str(at): _column(cells) for at, cells in enumerate(zip(*chunk))})
        heads = not_data.header_rows(table, is_header)
        for start, stop in pairwise([-1, *heads, len(chunk)]):
            rejected = []
            if start >= 0:
                columns = not_data.row(table, start)
                rejected = [Rejected(last + 1 + start, "repeated header", ",".join(columns))]
            record = pa.array(np.arange(start + 1, stop) + last + 1, pa.int64())
            section = Section(columns, table.slice(start + 1, stop - start - 1), record, sheet=sheet.name)
            yield not_data.set_aside(section, rejected)
        last += len(chunk)
    if sheet.from_1904 and any(found.numbers for found in dates.values()):
        raise UnreadableFile(
            f"{sheet.file}, {sheet.shown}: it counts its days from 1904 and holds bare numbers for times, which "
            "would come out four years early. Open it, give the column a date format and save it as CSV."
        )
    notes = [*_notes(sheet, last - first, dates), *merged.notes()]
    yield Block(replace(not_data.none(columns), sheet=sheet.name), notes=tuple(notes))
    return last


# Merged cells -------------------------------------------------------------------------------------------------


class _Merged:
    """The merged cells of a sheet: a spreadsheet keeps one value for all of them and leaves the others blank.

    Where rows of one column are merged, as an agency over its searches, each record gets the value back that is
    shown beside it. Where columns are merged no one knows to which the value belongs: they are named.
    """

    def __init__(self, sheet: _Sheet) -> None:
        self._sheet = sheet
        below = sorted(one for one in sheet.outline.merged if one[1] > sheet.above + 1)
        self._wide = [one for one in below if one[2] < one[3]]
        self._columns: dict[int, deque[tuple[int, int]]] = {}
        for top, bottom, column, right in below:
            runs = self._columns.setdefault(column - 1, deque())
            overlap = runs and top <= runs[-1][1]  # as no spreadsheet makes them
            if column == right and column <= len(sheet.columns) and not overlap:
                runs.append((top, bottom))
        self._filled: Counter[str] = Counter()
        self._above: dict[int, Any] = {}  # the value of a run that goes on in the next rows

    def fill(self, rows: Sequence[Any], first: int) -> None:
        """Put the value of each merged run into its blank cells; `first` is the row's number in the sheet."""
        last = first + len(rows) - 1
        for column, runs in self._columns.items():
            while runs and runs[0][0] <= last:
                top, bottom = runs[0]
                if top >= first:
                    self._above[column] = _cell(rows[top - first], column)
                self._fill(rows[max(top + 1 - first, 0) : bottom + 1 - first], column)
                if bottom > last:
                    break
                runs.popleft()

    def _fill(self, rows: Sequence[Any], column: int) -> None:
        value = self._above.get(column, "")
        if value == "":
            return
        for row in rows:
            if column < len(row) and row[column] == "" and any(cell != "" for cell in row):
                row[column] = value
                self._filled[self._sheet.columns[column].strip()] += 1

    def notes(self) -> Iterator[str]:
        """What was filled in and what was not."""
        at = f"{self._sheet.shown}: "
        for column, cells in self._filled.items():
            yield f"{at}{cells:,} cells of {column!r} were blank below a merged cell and were given its value"
        if self._wide:
            shown = ", ".join(
                f"{letters(left)}{top}:{letters(right)}{bottom}"
                for top, bottom, left, right in self._wide[:5]
            )
            more = " …" if len(self._wide) > 5 else ""
            yield (
                f"{at}{len(self._wide):,} merged cells reach over several columns ({shown}{more}); the cells below "
                "them are blank and were left so"
            )


def _cell(row: Row, column: int) -> Any:
    return row[column] if column < len(row) else ""


def letters(column: int) -> str:
    """A column's letters as a spreadsheet shows them: 1 is A, 27 is AA."""
    return letters((column - 1) // 26) + chr(ord("A") + (column - 1) % 26) if column else ""


def hidden_columns(outline: Outline) -> str:
    """The hidden columns of a sheet that hold something, or "": columns D-F, H are."""
    columns = [(a, min(b, outline.columns)) for a, b in outline.hidden_columns if a <= outline.columns]
    if not columns:
        return ""
    runs = [letters(a) if a == b else f"{letters(a)}-{letters(b)}" for a, b in columns]
    more = " …" if len(runs) > 8 else ""
    one = len(runs) == 1 and "-" not in runs[0]
    return f"column{'' if one else 's'} {', '.join(runs[:8])}{more} {'is' if one else 'are'}"


# Cells --------------------------------------------------------------------------------------------------------


def _column(cells: Sequence[Any]) -> pa.Array:
    plain = set(map(type, cells)) == {str}
    return pa.array(cells if plain else _texts(cells), pa.string())


def _texts(row: Row) -> list[str]:
    return [cell if type(cell) is str else _text(cell) for cell in row]


def _text(cell: Any) -> str:
    """One cell as text: whole numbers without '.0', dates as ISO text, codes as they were typed."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date):
        return _code(cell) or cell.isoformat()
    return str(cell)


def _code(day: dt.date) -> str | None:
    """The code, such as 10-37, that a spreadsheet took for October of a year 37; None for a true date.

    A spreadsheet does so only where the second number can be no day of that month, and stores the first day
    of the month in 19xx or 20xx. Nothing in an audit is so old or so far ahead.
    """
    year = day.year % 100
    is_code = day.day == 1 and year > calendar.monthrange(day.year, day.month)[1]
    return f"{day.month}-{year:02}" if is_code else None


# Dates --------------------------------------------------------------------------------------------------------


@dataclass
class _Dates:
    """What a column's cells say of day and month: cells stored as dates, as bare numbers, and as text."""

    codes: int = 0
    numbers: int = 0  # under a header that says time or date
    stored: list[dt.date] = field(default_factory=list)
    typed: int = 0  # cells with a text such as 12/31/2025


def _look_at_dates(cells: Sequence[Any], column: str, dates: dict[str, _Dates]) -> None:
    """Add a column's cells to what is known of its dates; most columns hold none."""
    kinds = set(map(type, cells))
    numbers = kinds & {int, float} and re.search(r"time|date", column, re.I) and "frame" not in column.lower()
    if not kinds & {dt.date, dt.datetime} and not numbers and column not in dates:
        return
    found = dates.setdefault(column, _Dates())
    for cell in cells:
        if numbers and type(cell) in (int, float):
            found.numbers += 1
        if isinstance(cell, dt.date):
            if type(cell) is dt.date and _code(cell):
                found.codes += 1
            else:
                found.stored.append(cell)
        elif isinstance(cell, str) and re.match(r"\s*\d{1,2}/\d{1,2}/\d", cell):
            found.typed += 1


def _exchanged(column: str, dates: _Dates) -> str | None:
    """A note on dates in which day and month could stand for each other where no other cell says which is which.

    A spreadsheet set to another country takes 12/05 for 12 May and leaves 12/31 as text, so in a column that it
    changed no stored day lies after the 12th. What the texts beside them prove is decided with all dates of a file.
    """
    both = sum(day.day <= 12 and day.day != day.month for day in dates.stored)
    if not both or dates.typed or any(day.day > 12 for day in dates.stored):
        return None
    return (
        f"dates in {column.strip()!r} that could have day and month exchanged: {both:,}; nothing else in the column "
        "says which is which"
    )


# Notes --------------------------------------------------------------------------------------------------------


def _notes_above(
    sheet: SheetMetadata, shown: str, head: Sequence[str] | None, above: Sequence[Row]
) -> list[str]:
    hidden = "hidden " if sheet.visible != SheetVisibleEnum.Visible else ""
    if head is None and not above:
        return [f"{hidden}{shown} has no cells"]
    if head is None:
        return [
            f"{hidden}{shown} has no known header: its {len(above):,} rows are set aside (if they are "
            "records, copy the header above them)"
        ]
    notes = [f"{shown}: the sheet is hidden and was read"] if hidden else []
    if above:
        notes.append(f"{shown}: {len(above):,} rows stand above the header and are set aside")
    return notes


def _notes(sheet: _Sheet, rows: int, dates: dict[str, _Dates]) -> Iterator[str]:
    """What a reviewer must know of one sheet, once its rows are read."""
    outline = sheet.outline
    hidden = sum(len(range(max(run.start, sheet.above + 2), run.stop)) for run in outline.hidden)
    columns = hidden_columns(outline)
    codes = sum(found.codes for found in dates.values())
    stored = sum(len(found.stored) for found in dates.values())
    nameless = sum(not not_data.is_named(column) for column in sheet.columns)
    said = {
        f"{hidden:,} of {rows:,} rows are hidden and were read": hidden,
        f"{columns} hidden and were read": columns,
        f"{codes:,} cells stored as a month were given back as month-year": codes,
        f"{stored:,} cells stored as a date were given back as ISO text": stored,
        f"{nameless:,} columns have no name": nameless,
        f"{outline.errors:,} cells hold a spreadsheet's error; what was typed there is lost": outline.errors,
    }
    texts = [text for text, is_so in said.items() if is_so]
    texts += [
        f"{found.numbers:,} bare numbers in {column.strip()!r} stand for days since 30 December 1899"
        for column, found in dates.items()
        if found.numbers
    ]
    texts += filter(None, (_exchanged(column, found) for column, found in dates.items()))
    yield from (f"{sheet.shown}: {text}" for text in texts)
