"""Reads from a workbook's own parts, without any spreadsheet library, how far each sheet goes: the second count.

XLSX and XLSM are XML, read here by patterns: a parser of XML would take three times as long. No pattern reaches
beyond the tag that it begins in, so the time is in proportion to the part, whatever stands in it. XLSB is the same
in numbered binary records ([MS-XLSB] 2.1.4), ODS one XML part in which equal rows stand once with their number.
What is no workbook, broken, locked or too large is refused before anything else opens it.
"""

from __future__ import annotations

import html
import lzma
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers.base import MOST_COLUMNS, NoKnownHeader, UnreadableFile

MOST_BYTES, MOST_RATIO, MOST_PARTS, MOST_CELLS, MOST_BLANK = 1 << 31, 200, 10_000, 40_000_000, 100_000
"""A workbook that unpacks to more than this is refused: no audit seen comes near, and a bomb would.

The ratio is that of unpacked to packed bytes; cells are the last row times the last column of a sheet, since
one cell in the far corner makes a sheet of 17 billion. The largest export known has 14 million. Blank are the rows
before a sheet's last: a forgotten cell in row 1,048,576 would make a million blank records.
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


class _OutOfOrder(ValueError):
    """Rows or records that cannot follow each other so; the message holds numbers only."""


@dataclass(frozen=True)
class Outline:
    """What a sheet says of itself.

    `last` is the number of the last row that holds a value (1-based, 0 in an empty sheet), `columns` that of the
    last column, `hidden` the numbers of the rows that are hidden and hold one, `errors` the number of cells with a
    spreadsheet's error, `blank` the number of rows without a value before the last that has one, or before any.
    `hidden_columns` and `merged` are as a spreadsheet counts, from 1: first and last column; first and last row,
    first and last column.
    """

    last: int = 0
    columns: int = 0
    hidden: tuple[range, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    errors: int = 0
    merged: tuple[tuple[int, int, int, int], ...] = ()
    blank: int = 0


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
        # A library's words may quote the file.
        said = str(error) if isinstance(error, _OutOfOrder) else type(error).__name__
        raise UnreadableFile(f"{name}: the workbook is broken ({said}). Ask for it again.") from None
    except RuntimeError:  # how the library says that a part is encrypted
        raise UnreadableFile(f"{name}: {_LOCKED}") from None
    for number, outline in enumerate(book.sheets.values(), start=1):
        too_many = outline.last * outline.columns > MOST_CELLS or outline.columns > MOST_COLUMNS
        if too_many or outline.blank > MOST_BLANK:
            below = f", below {outline.blank:,} blank rows" if outline.blank > MOST_BLANK else ""
            raise UnreadableFile(
                f"{name}, sheet {number}: its last cell stands in row {outline.last:,}, column {outline.columns:,}"
                f"{below}, beyond any audit. Delete what is far below or right of the records, or save the sheet as "
                "CSV."
            )
    return book


_LOCKED = (
    "this is a workbook locked with a password. Open it with the password and save it without one, or ask for it "
    "without one or as CSV."
)
_OLD = (
    ("EncryptedPackage", _LOCKED),
    (
        "WordDocument",
        "this is an old Word document (.doc), no table. If a search audit is in it, ask for that as CSV.",
    ),
    ("PowerPoint Document", "these are old slides (.ppt), no table. Ask for the audit itself, as CSV."),
    (
        "__properties_version1.0",
        "this is an e-mail saved by Outlook (.msg). Save its attachments and give those.",
    ),
    ("Workbook", "this is a workbook in Excel's old format (.xls). Open it and save it as XLSX or CSV."),
    ("Book", "this is a workbook in Excel's oldest format (.xls). Open it and save it as XLSX or CSV."),
)
"""What a file of Office's old container holds, by the names of its streams, and what helps."""


def in_old_container(path: Path) -> str:
    """Why a file in the container that Office used until 2007 is not read, or "" for any other file.

    Workbooks of today that are locked with a password are in it too.
    """
    with path.open("rb") as file:
        if file.read(4) != b"\xd0\xcf\x11\xe0":
            return ""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found = (said for stream, said in _OLD if data.find(stream.encode("utf-16-le") + b"\0\0") >= 0)
            return next(
                found, "this is an old workbook or document, which is not read. Save it as XLSX or CSV."
            )


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
        what = "a document" if {"word/document.xml", "ppt/presentation.xml"} & parts else "an archive"
        raise NoKnownHeader(
            f"{name}: no known header, since this is {what} and no workbook. If a search "
            "audit is in it, save that as CSV and put it into the place's folder."
        )
    if "META-INF/manifest.xml" in parts and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableFile(f"{name}: {_LOCKED}")
    if broken := archive.testzip():
        raise zipfile.BadZipFile(f"bad checksum in {broken}")
    return kinds[part]


# XLSX ---------------------------------------------------------------------------------------------------------


def _xlsx(archive: zipfile.ZipFile) -> Book:
    book = _parsed(archive, "xl/workbook.xml")
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


def _parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part as XML. No spreadsheet defines entities; those of a bomb would unpack to gigabytes."""
    xml = archive.read(part)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ValueError("it defines entities")
    return ElementTree.fromstring(xml)


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The part of the container that each link names."""
    links = _parsed(archive, part)
    return {
        link.attrib["Id"]: "xl/" + link.attrib["Target"].lstrip("/").removeprefix("xl/") for link in links
    }


_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?: [^<>]*)?>[^<]")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
_ERROR = re.compile(rb'<(?:\w+:)?c\b[^<>]*\bt="e"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')


def _xlsx_outline(xml: bytes) -> Outline:
    starts = list(_ROW.finditer(xml))
    numbers = _numbers(starts)
    ends = [start.start() for start in starts[1:]] + [len(xml)]

    def holds_value(at: int) -> bool:
        return _VALUE.search(xml, starts[at].end(), ends[at]) is not None

    filled = filter(holds_value, range(len(starts) - 1, -1, -1))
    last, before_last = next(filled, -1), next(filled, -1)
    hidden = [at for at in range(last + 1) if b"hidden=" in starts[at][1]]
    before, after = xml[: ends[-1] if not starts else starts[0].start()], xml.rfind(b"</c>")
    return Outline(
        numbers[last] if last >= 0 else 0,
        _last_column(xml),
        tuple(
            range(numbers[at], numbers[at] + 1)
            for at in hidden
            if _HIDDEN.search(starts[at][1]) and holds_value(at)
        ),
        tuple(
            (_number(column[1], b"min"), _number(column[1], b"max"))
            for column in _COLUMN.finditer(before)
            if _HIDDEN.search(column[1])
        ),
        len(_ERROR.findall(xml)) if b't="e"' in xml else 0,
        tuple(
            (int(top), int(bottom), _column_number(left), _column_number(right))
            for left, top, right, bottom in _MERGED.findall(xml, max(after, 0))
        ),
        numbers[last] - (numbers[before_last] if before_last >= 0 else 0) - 1 if last >= 0 else 0,
    )


def _number(attributes: bytes, name: bytes) -> int:
    said = re.search(rb'\b%s="(\d{1,7})"' % name, attributes)
    return int(said[1]) if said else 1


def _numbers(rows: list[re.Match[bytes]]) -> list[int]:
    """The rows' numbers; a row without one follows the row before. Two of one number would hide each other."""
    numbers: list[int] = []
    number = 0
    for row in rows:
        said = re.search(rb'\br="(\d{1,9})"', row[1])
        before, number = number, int(said[1]) if said else number + 1
        if number <= before:
            raise _OutOfOrder(f"row {number:,} stands below row {before:,}")
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

_ROW_HEADER, _SHEET, _BOOK_PROPERTIES, _COLUMN_INFO, _MERGE = 0, 156, 153, 60, 176
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
    number = last = columns = errors = blank = 0
    hidden: list[range] = []
    hidden_columns: list[tuple[int, int]] = []
    merged: list[tuple[int, int, int, int]] = []
    hides = False
    for kind, data in _binary_records(part):
        if kind == _ROW_HEADER:
            before, number = number, struct.unpack_from("<L", data)[0] + 1
            if number <= before:
                raise _OutOfOrder(f"row {number:,} stands below row {before:,}")
            hides = bool(data[11] & 0x10)
        elif kind in _VALUES:
            if hides and last != number:
                hidden.append(range(number, number + 1))
            blank, last = max(blank, number - last - 1), number
            columns = max(columns, struct.unpack_from("<L", data)[0] + 1)
            errors += kind in _ERRORS
        elif kind == _COLUMN_INFO and data[16] & 1:
            first, end = struct.unpack_from("<LL", data)
            hidden_columns.append((first + 1, end + 1))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<LLLL", data)
            merged.append((top + 1, bottom + 1, left + 1, right + 1))
    return Outline(last, columns, tuple(hidden), tuple(hidden_columns), errors, tuple(merged), blank)


def _binary_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and data; both kind and length are written seven bits at a time."""
    at = 0
    while at < len(part):
        kind, at = _seven_bits(part, at, 2)
        size, at = _seven_bits(part, at, 4)
        if at + size > len(part):
            raise _OutOfOrder("a record ends beyond its part")
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

_ODS = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell|table-column)(?=[\s/>])([^<>]*)>"
    rb"|<text:p(?:\s[^<>]*)?>[^<]"
)
_UNSEEN = ("collapse", "filter")
_MOST = 1 << 30  # rows or columns that a sheet may say it has: longer numbers could not even be written


def _ods(archive: zipfile.ZipFile) -> Book:
    sheets: dict[str, Outline] = {}
    tags = _ODS.finditer(archive.read("content.xml"))
    for tag in tags:
        if tag[2] == b"table" and not tag[1]:
            sheets[_said(tag[3], "table:name")] = _ods_outline(tags)
    return Book(sheets)


def _ods_outline(tags: Iterator[re.Match[bytes]]) -> Outline:
    """One table, tag by tag up to its end."""
    number = last = columns = blank = passed = 0
    hidden: list[range] = []
    hidden_columns: list[tuple[int, int]] = []
    merged: list[tuple[int, int, int, int]] = []
    for tag in tags:
        what, said = tag[2], tag[3]
        if what == b"table":
            break
        if what == b"table-column":
            first, passed = passed + 1, passed + _times(said, "columns-repeated")
            if _said(said, "table:visibility") in _UNSEEN:
                hidden_columns.append((first, passed))
        elif what == b"table-row" and not tag[1]:
            times = _times(said, "rows-repeated")
            width = 0 if said.endswith(b"/") else _ods_width(tags, number + 1, merged)
            if width:
                blank = max(blank, number - last)
                last, columns = number + times, max(columns, width)
                if _said(said, "table:visibility") in _UNSEEN:
                    hidden.append(range(number + 1, last + 1))
            number += times
        _refuse_endless(number, passed)
    return Outline(last, columns, tuple(hidden), tuple(hidden_columns), 0, tuple(merged), blank)


def _ods_width(tags: Iterator[re.Match[bytes]], row: int, merged: list[tuple[int, int, int, int]]) -> int:
    """The number of the row's last column that holds a value, 0 for none; its merged cells are added to the others.

    A cell holds a value if it has a type or a paragraph that is not empty.
    """
    column = width = 0
    for tag in tags:
        what, said = tag[2], tag[3]
        if what is None or b"office:value-type=" in said:
            column += _times(said, "columns-repeated") if what else 0
            width = column
        elif what == b"table-row":
            break
        elif not tag[1]:
            column += _times(said, "columns-repeated")
        if what and (b'-spanned="' in said):
            down, across = _times(said, "rows-spanned"), _times(said, "columns-spanned")
            merged.append((row, row + down - 1, column, column + across - 1))
        _refuse_endless(column)
    return width


def _refuse_endless(*numbers: int) -> None:
    if max(numbers) > _MOST:
        raise ValueError("a sheet says that it has more rows or columns than any program shows")


def _times(attributes: bytes, what: str) -> int:
    return int(_said(attributes, f"table:number-{what}") or 1)


def _said(attributes: bytes, name: str) -> str:
    found = re.search(rf'{name}="([^"]{{0,1000}})"'.encode(), attributes)
    return html.unescape(found[1].decode()) if found else ""
