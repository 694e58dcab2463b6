"""Reads workbooks: every sheet, hidden or not; cells as text, as near to what was released as a workbook keeps it.

A spreadsheet turns digits into numbers and some codes into dates. Numbers come back as digits, dates as ISO
text, and a code such as 10-37 that was stored as a month comes back as month-year. Leading zeros that a
spreadsheet took cannot be recovered, and are not. Hidden is not deleted: hidden rows and sheets are read.

Record numbers run on from sheet to sheet: the first header is 0, each later row of a sheet with a header adds
one, blank rows and the headers of later sheets included. Rows above a header are not counted.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from analysis.readers import Aside, IsHeader, NoKnownHeader, Reading, Section, UnreadableFile

HEADER_WITHIN = 50  # rows: cover notes above a header are shorter than this in every release seen
MOST_BYTES, MOST_RATIO, MOST_PARTS, MOST_CELLS = 1 << 31, 200, 10_000, 40_000_000
"""A workbook that unpacks to more than this is refused: no audit seen comes near, and a bomb would.

The ratio is that of unpacked to packed bytes; cells are the last row times the last column of a sheet, since
one cell in the far corner makes a sheet of 17 billion. The largest export known has 14 million.
"""

_CODE = re.compile(r"\d{1,2}-\d\d")
_TOTAL = re.compile(r"\s*(grand )?total\b", re.I)


@dataclass(frozen=True)
class _Outline:
    """What a sheet's own text says of it, read without any spreadsheet library: the independent count.

    `last` is the number of the last row that holds a value (1-based, 0 in an empty sheet), `hidden` the
    numbers of the rows that are hidden and hold one, `errors` the number of cells with a spreadsheet error.
    """

    last: int = 0
    columns: int = 0
    hidden: tuple[int, ...] = ()
    hidden_columns: bool = False
    errors: int = 0


def read(path: Path, name: str, is_header: IsHeader) -> Reading:
    """Read every sheet that has a known header; see `analysis.readers` for the contract.

    Rows above a header and sheets without one are named in the notes. The second count takes the numbers of
    the rows that hold a value from the sheet's XML. Raises `UnreadableFile` where no sheet has a header, or
    the container is broken, oversized or no workbook.
    """
    outlines = _outlines(path, name)
    sections: list[Section] = []
    asides: list[Aside] = []
    notes: list[str] = []
    seen: list[str] = []
    counted = -1
    for sheet, rows in _sheets(path, name):
        head = next((at for at, row in enumerate(rows[:HEADER_WITHIN]) if is_header(_texts(row))), None)
        if head is None:
            notes += _unread(sheet, rows)
            seen += [f"{sheet.name!r} with {_first_cells(rows)}"] if rows else []
            continue
        below, set_aside = _records(sheet.name, rows[head:], counted + 1, is_header)
        sections += below
        asides += set_aside
        outline = outlines.get(sheet.name, _Outline())
        counted += outline.last - head
        notes += _notes(sheet, head, rows[head:], below, outline)
    if not sections:
        raise NoKnownHeader(
            f"{name}: no sheet has a known header in its first {HEADER_WITHIN} rows; found "
            f"{'; '.join(seen[:3]) or 'no cells at all'}. If this is a search audit, add its "
            "column names to formats/flock.toml; otherwise take the file away."
        )
    return Reading(name, tuple(sections), tuple(asides), counted, tuple(notes))


Rows = list[list[Any]]


def _sheets(path: Path, name: str) -> Iterator[tuple[SheetMetadata, Rows]]:
    """Every sheet that can hold cells, with its rows from the first; a sheet of charts holds none."""
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    yield sheet, book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise UnreadableFile(
            f"{name}: the workbook cannot be opened ({error}). Open it and save it as CSV, or ask for it again."
        ) from None


# Records ------------------------------------------------------------------------------------------------------


def _records(name: str, rows: Rows, first: int, is_header: IsHeader) -> tuple[list[Section], list[Aside]]:
    """A sheet's sections, one for each header in it; `first` is the record number of its first row."""
    columns = _texts(rows[0])
    mark = max((column.strip() for column in columns), key=len)
    marks = {mark, f" {mark}"}
    named = _named(columns)
    sections: list[Section] = []
    asides = [Aside(first, "repeated header", ",".join(columns))] if first else []
    kept: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows[1:], first + 1):
        texts = _texts(row)
        # Only a row that repeats the longest name can be a header; asking of each row would take longest.
        if not marks.isdisjoint(texts) and is_header(texts):
            sections.append(_section(name, columns, kept))
            asides.append(Aside(number, "repeated header", ",".join(texts)))
            columns, named, kept = texts, _named(texts), []
        elif why := _why_not(texts, named):
            asides.append(Aside(number, why, ",".join(texts).strip(",")))
        else:
            kept.append((number, texts))
    return [*sections, _section(name, columns, kept)], asides


def _section(sheet: str, columns: Sequence[str], kept: Sequence[tuple[int, list[str]]]) -> Section:
    cells = zip(*(texts for _, texts in kept)) if kept else [() for _ in columns]
    table = pa.table({str(at): pa.array(list(cell), pa.string()) for at, cell in enumerate(cells)})
    return Section(tuple(columns), table, pa.array([number for number, _ in kept], pa.int64()), sheet=sheet)


def _why_not(texts: Sequence[str], named: Sequence[int]) -> str | None:
    """Why a row is no record: it is blank, but for helper cells under no name, or sums up the others."""
    if not any(texts[at].strip() for at in named):
        return "blank record"
    if _TOTAL.match(texts[0]) and sum(bool(texts[at].strip()) for at in named) <= 3:
        return "total line"
    return None


def _named(columns: Sequence[str]) -> list[int]:
    """The columns that have a name; a formula beside an export gives a number or nothing for one."""
    return [at for at, column in enumerate(columns) if any(sign.isalpha() for sign in column)]


# Cells --------------------------------------------------------------------------------------------------------


def _texts(row: Sequence[Any]) -> list[str]:
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


# Notes --------------------------------------------------------------------------------------------------------


def _unread(sheet: SheetMetadata, rows: Rows) -> list[str]:
    hidden = "" if sheet.visible == SheetVisibleEnum.Visible else "hidden "
    what = f"no known header and {len(rows):,} rows: not read" if rows else "no cells"
    return [f"{hidden}sheet {sheet.name!r} has {what}"]


def _first_cells(rows: Rows) -> str:
    first = next((texts for row in rows if any(texts := _texts(row))), [])
    return ", ".join(repr(text[:40]) for text in first[:8])


def _notes(
    sheet: SheetMetadata, head: int, rows: Rows, sections: Sequence[Section], outline: _Outline
) -> Iterator[str]:
    """What a reviewer must know of one sheet."""
    hidden = sum(number > head + 1 for number in outline.hidden)
    dates = [cell for row in rows for cell in row if isinstance(cell, dt.date)]
    codes = sum(_CODE.fullmatch(_text(cell)) is not None for cell in dates)
    nameless = len(sections[0].columns) - len(_named(sections[0].columns))
    said = {
        f"{head:,} rows stand above the header and are not read": head,
        "the sheet is hidden and was read": sheet.visible != SheetVisibleEnum.Visible,
        f"{hidden:,} of {len(rows) - 1:,} rows are hidden and were read": hidden,
        "some columns are hidden and were read": outline.hidden_columns,
        f"{codes:,} cells stored as a month were given back as month-year": codes,
        f"{len(dates) - codes:,} cells stored as a date were given back as ISO text": len(dates) - codes,
        f"{nameless:,} columns have no name": nameless,
        f"{outline.errors:,} cells hold a spreadsheet's error; what was typed there is lost": outline.errors,
    }
    yield from (f"sheet {sheet.name!r}: {text}" for text, is_so in said.items() if is_so)


# The container ------------------------------------------------------------------------------------------------


def _outlines(path: Path, name: str) -> dict[str, _Outline]:
    """The outline of each sheet; refuses what is no workbook, broken or too large to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_oversized(archive, path, name)
            _refuse_others(archive, name)
            outlines = {sheet: _outline(archive.read(part)) for sheet, part in _parts(archive).items()}
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, NotImplementedError) as error:
        raise UnreadableFile(f"{name}: the workbook is broken ({error}). Ask for it again.") from None
    except RuntimeError as error:  # the library's word for an encrypted part
        raise UnreadableFile(f"{name}: {error}. Ask for it without a password.") from None
    for sheet, outline in outlines.items():
        if outline.last * outline.columns > MOST_CELLS:
            raise UnreadableFile(
                f"{name}, sheet {sheet!r}: its last cell stands in row {outline.last:,}, column {outline.columns:,}, "
                "beyond any audit. Delete what is far below or right of the records, or save the sheet as CSV."
            )
    return outlines


def _refuse_oversized(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > MOST_BYTES or size > MOST_RATIO * max(path.stat().st_size, 100_000) or len(parts) > MOST_PARTS:
        raise UnreadableFile(
            f"{name}: it would unpack to {size:,} bytes in {len(parts):,} parts, more than any audit. "
            "It was not opened; ask for it as CSV."
        )


def _refuse_others(archive: zipfile.ZipFile, name: str) -> None:
    parts = set(archive.namelist())
    if "xl/workbook.bin" in parts or "content.xml" in parts:
        raise UnreadableFile(
            f"{name}: this kind of workbook is not read. Open it and save it as XLSX or CSV."
        )
    if "xl/workbook.xml" not in parts:
        shown = ", ".join(sorted(parts)[:5])
        raise UnreadableFile(
            f"{name}: this archive is no workbook; it holds {shown or 'nothing'}. Unpack it and put its files "
            "into the place's folder."
        )
    # A part may unpack to more than it says; reading each to its end, no further, finds that by its checksum.
    if broken := archive.testzip():
        raise zipfile.BadZipFile(f"bad checksum in {broken}")


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the container that holds each sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.attrib["Id"]: link.attrib["Target"].lstrip("/").removeprefix("xl/") for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
            found[sheet.attrib["name"]] = f"xl/{targets[link]}"
    return found


def _outline(xml: bytes) -> _Outline:
    """Read by pattern: a parser of XML would take three times as long and would not be another method."""
    row = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
    value = re.compile(rb"<(?:\w+:)?(?:v|t)(?: [^>]*)?>[^<]")
    starts = list(row.finditer(xml))
    ends = [start.start() for start in starts[1:]] + [len(xml)]
    number = last = 0
    hidden = []
    for start, end in zip(starts, ends):
        said = re.search(rb'\br="(\d+)"', start[1])
        number = int(said[1]) if said else number + 1
        if value.search(xml, start.end(), end):
            last = number
            if re.search(rb'\bhidden="(?:1|true)"', start[1]):
                hidden.append(number)
    return _Outline(
        last,
        max((_column_number(letters) for letters in set(re.findall(rb'\br="([A-Z]+)\d', xml))), default=1),
        tuple(hidden),
        re.search(rb'<(?:\w+:)?col\b[^>]*\bhidden="(?:1|true)"', xml) is not None,
        len(re.findall(rb'<(?:\w+:)?c\b[^>]*\bt="e"', xml)) if b't="e"' in xml else 0,
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
