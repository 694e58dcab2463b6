"""Reads from a workbook's own parts, without any spreadsheet library, how far each sheet goes: the second count.

XLSX and XLSM are XML, read here by pattern: a parser of XML would take three times as long. XLSB is the same in
numbered binary records ([MS-XLSB] 2.1.4), ODS one XML part in which equal rows stand once with their number.
What is no workbook, broken, locked or too large is refused before anything else opens it.
"""

from __future__ import annotations

import html
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers import MOST_COLUMNS, NoKnownHeader, UnreadableFile

MOST_BYTES, MOST_RATIO, MOST_PARTS, MOST_CELLS = 1 << 31, 200, 10_000, 40_000_000
"""A workbook that unpacks to more than this is refused: no audit seen comes near, and a bomb would.

The ratio is that of unpacked to packed bytes; cells are the last row times the last column of a sheet, since
one cell in the far corner makes a sheet of 17 billion. The largest export known has 14 million.
"""

_BROKEN = (
    *(
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        ElementTree.ParseError,
        NotImplementedError,
    ),
    *(LookupError, ValueError, EOFError, OSError, StopIteration),
)


@dataclass(frozen=True)
class Outline:
    """What a sheet says of itself.

    `last` is the number of the last row that holds a value (1-based, 0 in an empty sheet), `columns` that of the
    last column, `hidden` the numbers of the rows that are hidden and hold one, `errors` the number of cells with
    a spreadsheet's error.
    """

    last: int = 0
    columns: int = 0
    hidden: tuple[int, ...] = ()
    hidden_columns: bool = False
    errors: int = 0


@dataclass(frozen=True)
class Book:
    """The sheets of a workbook by name, and whether it counts its days from 1904 as old Macintosh ones do."""

    sheets: dict[str, Outline]
    from_1904: bool = False


def read(path: Path, name: str) -> Book:
    """The outline of each sheet; raises `UnreadableFile` for what is no workbook, broken or too large to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_oversized(archive, path, name)
            book = _kind(archive, name)(archive)
    except _BROKEN as error:
        raise UnreadableFile(f"{name}: the workbook is broken ({error}). Ask for it again.") from None
    except RuntimeError as error:  # the library's word for an encrypted part
        raise UnreadableFile(f"{name}: {error}. Ask for it without a password.") from None
    for sheet, outline in book.sheets.items():
        if outline.last * outline.columns > MOST_CELLS or outline.columns > MOST_COLUMNS:
            raise UnreadableFile(
                f"{name}, sheet {sheet!r}: its last cell stands in row {outline.last:,}, column {outline.columns:,}, "
                "beyond any audit. Delete what is far below or right of the records, or save the sheet as CSV."
            )
    return book


def _refuse_oversized(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > MOST_BYTES or size > MOST_RATIO * max(path.stat().st_size, 100_000) or len(parts) > MOST_PARTS:
        raise UnreadableFile(
            f"{name}: it would unpack to {size:,} bytes in {len(parts):,} parts, more than any audit. "
            "It was not opened; ask for it as CSV."
        )


def _kind(archive: zipfile.ZipFile, name: str) -> Callable[[zipfile.ZipFile], Book]:
    """How the parts are read. Each is read to its end first: one that unpacks to more than it says has another
    checksum."""
    parts = set(archive.namelist())
    kinds = {"xl/workbook.xml": _xlsx, "xl/workbook.bin": _xlsb, "content.xml": _ods}
    part = next((part for part in kinds if part in parts), None)
    if part is None:
        shown = ", ".join(sorted(parts)[:5])
        what = "a document" if {"word/document.xml", "ppt/presentation.xml"} & parts else "an archive"
        raise NoKnownHeader(
            f"{name}: no known header, since this is {what} and no workbook; it holds {shown or 'nothing'}. If a "
            "search audit is in it, save that as CSV and put it into the place's folder."
        )
    if broken := archive.testzip():
        raise zipfile.BadZipFile(f"bad checksum in {broken}")
    return kinds[part]


# XLSX ---------------------------------------------------------------------------------------------------------


def _xlsx(archive: zipfile.ZipFile) -> Book:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    targets = _targets(archive, "xl/_rels/workbook.xml.rels")
    sheets = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
            sheets[sheet.attrib["name"]] = _xlsx_outline(archive.read(targets[link]))
    from_1904 = any(
        one.get("date1904") in ("1", "true") for one in book.iter() if one.tag.endswith("}workbookPr")
    )
    return Book(sheets, from_1904)


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The part of the container that each link names."""
    links = ElementTree.fromstring(archive.read(part))
    return {
        link.attrib["Id"]: "xl/" + link.attrib["Target"].lstrip("/").removeprefix("xl/") for link in links
    }


_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?: [^>]*)?>[^<]")


def _xlsx_outline(xml: bytes) -> Outline:
    starts = list(_ROW.finditer(xml))
    numbers = _numbers(starts)
    ends = [start.start() for start in starts[1:]] + [len(xml)]

    def holds_value(at: int) -> bool:
        return _VALUE.search(xml, starts[at].end(), ends[at]) is not None

    last = next((at for at in range(len(starts) - 1, -1, -1) if holds_value(at)), -1)
    hidden = [at for at in range(last + 1) if b"hidden=" in starts[at][1]]
    return Outline(
        numbers[last] if last >= 0 else 0,
        _last_column(xml),
        tuple(
            numbers[at]
            for at in hidden
            if re.search(rb'\bhidden="(?:1|true)"', starts[at][1]) and holds_value(at)
        ),
        re.search(rb'<(?:\w+:)?col\b[^>]*\bhidden="(?:1|true)"', xml) is not None,
        len(re.findall(rb'<(?:\w+:)?c\b[^>]*\bt="e"', xml)) if b't="e"' in xml else 0,
    )


def _numbers(rows: list[re.Match[bytes]]) -> list[int]:
    """The rows' numbers; a row without one follows the row before. Two of one number would hide each other."""
    numbers: list[int] = []
    number = 0
    for row in rows:
        said = re.search(rb'\br="(\d+)"', row[1])
        before, number = number, int(said[1]) if said else number + 1
        if number <= before:
            raise ValueError(f"row {number:,} stands below row {before:,}")
        numbers.append(number)
    return numbers


def _last_column(xml: bytes) -> int:
    far = set(re.findall(rb' r="([A-Z]{2,3})\d', xml))
    return max(map(_column_number, far or set(re.findall(rb' r="([A-Z])\d', xml[:100_000]))), default=1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


# XLSB ---------------------------------------------------------------------------------------------------------

_ROW_HEADER, _SHEET, _BOOK_PROPERTIES, _COLUMN = 0, 156, 153, 60
_VALUES = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62}  # the records of cells that hold something
_ERRORS = {3, 11}


def _xlsb(archive: zipfile.ZipFile) -> Book:
    targets = _targets(archive, "xl/_rels/workbook.bin.rels")
    sheets, from_1904 = {}, False
    for kind, data in _binary_records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            link, end = _wide_text(data, 8)
            sheets[_wide_text(data, end)[0]] = _xlsb_outline(archive.read(targets[link]))
        elif kind == _BOOK_PROPERTIES:
            from_1904 = bool(data[0] & 1)
    return Book(sheets, from_1904)


def _xlsb_outline(part: bytes) -> Outline:
    number = last = columns = errors = 0
    hidden: list[int] = []
    hides = hidden_columns = False
    for kind, data in _binary_records(part):
        if kind == _ROW_HEADER:
            before, number = number, struct.unpack_from("<L", data)[0] + 1
            if number <= before:
                raise ValueError(f"row {number:,} stands below row {before:,}")
            hides = bool(data[11] & 0x10)
        elif kind in _VALUES:
            if hides and last != number:
                hidden.append(number)
            last = number
            columns = max(columns, struct.unpack_from("<L", data)[0] + 1)
            errors += kind in _ERRORS
        elif kind == _COLUMN:
            hidden_columns |= bool(data[16] & 1)
    return Outline(last, columns, tuple(hidden), hidden_columns, errors)


def _binary_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and data; both kind and length are written seven bits at a time."""
    at = 0
    while at < len(part):
        kind, at = _seven_bits(part, at, 2)
        size, at = _seven_bits(part, at, 4)
        if at + size > len(part):
            raise ValueError("a record ends beyond its part")
        yield kind, part[at : at + size]
        at += size


def _seven_bits(part: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place in range(most):
        byte = part[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    return value, at + most


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * struct.unpack_from("<L", data, at)[0]
    return data[at + 4 : end].decode("utf-16-le"), end


# ODS ----------------------------------------------------------------------------------------------------------

_TABLE = re.compile(rb"<table:table ([^>]*)>(.*?)</table:table>", re.S)
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.S)
_ODS_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.S
)
_ODS_VALUE = re.compile(rb"office:value-type=|<text:p[^>]*>[^<]")


def _ods(archive: zipfile.ZipFile) -> Book:
    xml = archive.read("content.xml")
    return Book({_said(table[1], "table:name"): _ods_outline(table[2]) for table in _TABLE.finditer(xml)})


def _ods_outline(xml: bytes) -> Outline:
    number = last = columns = 0
    hidden: list[int] = []
    for row in _ODS_ROW.finditer(xml):
        times = int(_said(row[1], "table:number-rows-repeated") or 1)
        if width := _ods_width(row[2] or b""):
            last, columns = number + times, max(columns, width)
            if _said(row[1], "table:visibility") in ("collapse", "filter"):
                hidden += range(number + 1, min(last, number + 1_000_000) + 1)
        number += times
    hidden_columns = re.search(rb'<table:table-column\b[^>]*table:visibility="collapse"', xml) is not None
    return Outline(last, columns, tuple(hidden), hidden_columns)


def _ods_width(row: bytes) -> int:
    """The number of the row's last column that holds a value; 0 for none."""
    at = width = 0
    for cell in _ODS_CELL.finditer(row):
        at += int(_said(cell[1], "table:number-columns-repeated") or 1)
        if _ODS_VALUE.search(cell[0]):
            width = at
    return width


def _said(attributes: bytes, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"'.encode(), attributes)
    return html.unescape(found[1].decode()) if found else ""
