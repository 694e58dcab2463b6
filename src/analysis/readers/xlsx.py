"""Reads workbooks: every sheet, hidden or not; cells as text, as near to what was released as a workbook keeps it.

A spreadsheet turns digits into numbers and some codes into dates. Numbers come back as digits, dates as ISO
text, and a code such as 10-37 that was stored as the first of a month comes back as month-year. Leading
zeros that a spreadsheet took cannot be recovered, and are not.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from analysis.readers import Aside, IsHeader, Reading, Section, UnreadableFile

HEADER_WITHIN = 50  # rows: cover notes above a header are shorter than this in every release seen
MOST_BYTES, MOST_RATIO, MOST_PARTS = 1 << 31, 200, 10_000
"""A workbook that unpacks to more than this is refused: no audit seen comes near, and a bomb would."""

_ROW = re.compile(rb"<row\b([^>]*?)(/?)>")
_NUMBER = re.compile(rb'\br="(\d+)"')


def read(path: Path, name: str, is_header: IsHeader) -> Reading:
    """Read every sheet that has a known header; see `analysis.readers` for the contract.

    Record numbers run on from one such sheet to the next, each sheet's header using up one. Rows above a
    header and sheets without one are named in the notes. Raises `UnreadableFile` where no sheet has a header,
    or the container is broken or oversized.
    """
    parts = _sheet_parts(path, name)
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise UnreadableFile(f"{name}: the workbook cannot be opened ({error}). Save it as CSV.") from None
    sections: list[Section] = []
    asides: list[Aside] = []
    notes: list[str] = []
    seen: list[list[str]] = []
    counted, before = 0, -1
    for sheet in book.sheets_metadata:
        rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        head = next((at for at, row in enumerate(rows[:HEADER_WITHIN]) if is_header(_texts(row))), None)
        if head is None:
            notes += (
                [f"sheet {sheet.name!r} has no known header and {len(rows)} rows: not read"] if rows else []
            )
            seen += [_texts(rows[0])] if rows else []
            continue
        section, aside = _sheet(sheet.name, rows[head:], before + 1)
        asides += aside if not sections else [_header_again(before + 1, rows[head]), *aside]
        last, hidden = _rows_in_xml(path, parts.get(sheet.name))
        counted += last - head - 1 + bool(sections)
        before += len(rows) - head
        sections.append(section)
        notes += _sheet_notes(sheet, head, hidden, rows[head:])
    if not sections:
        found = "; ".join(", ".join(row[:8])[:100] for row in seen[:3]) or "nothing"
        raise UnreadableFile(
            f"{name}: no sheet has a known header; found {found}. Take the file away, or name its columns."
        )
    return Reading(name, tuple(sections), tuple(asides), counted, tuple(notes))


def _sheet(name: str, rows: list[list[Any]], header: int) -> tuple[Section, list[Aside]]:
    columns = _texts(rows[0])
    kept: list[list[str]] = []
    numbers: list[int] = []
    asides = []
    for number, row in enumerate(rows[1:], header + 1):
        texts = _texts(row)
        if any(text.strip() for text in texts):
            kept.append(texts)
            numbers.append(number)
        else:
            asides.append(Aside(number, "blank record", ""))
    cells = zip(*kept) if kept else [[] for _ in columns]
    table = pa.table({str(at): pa.array(list(cell), pa.string()) for at, cell in enumerate(cells)})
    return Section(tuple(columns), table, pa.array(numbers, pa.int64()), sheet=name), asides


def _header_again(number: int, row: list[Any]) -> Aside:
    return Aside(number, "repeated header", ",".join(_texts(row)))


# Cells --------------------------------------------------------------------------------------------------------


def _texts(row: list[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """One cell as text: whole numbers without '.0', dates as ISO text, ten-codes as they were typed."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime | dt.date):
        return _date(cell)
    return str(cell)


def _date(cell: dt.date) -> str:
    # A spreadsheet reads 10-37 as October of a year 37: only numbers that can be no day become such months.
    midnight = not isinstance(cell, dt.datetime) or cell.time() == dt.time()
    if midnight and cell.day == 1 and cell.year % 100 >= 32:
        return f"{cell.month}-{cell.year % 100:02}"
    return cell.isoformat(sep=" ", timespec="seconds") if isinstance(cell, dt.datetime) else cell.isoformat()


def _sheet_notes(sheet: Any, head: int, hidden: int, rows: list[list[Any]]) -> Iterator[str]:
    if head:
        yield f"sheet {sheet.name!r}: {head} rows stand above the header and are not read"
    if sheet.visible != SheetVisibleEnum.Visible:
        yield f"sheet {sheet.name!r} is hidden and was read"
    if hidden:
        yield f"sheet {sheet.name!r}: {hidden} hidden rows were read"
    codes = sum(
        isinstance(cell, dt.date) and re.fullmatch(r"\d+-\d+", _text(cell)) is not None
        for row in rows
        for cell in row
    )
    if codes:
        yield f"{codes} cells stored as a month were given back as month-year"


# The container ------------------------------------------------------------------------------------------------


def _sheet_parts(path: Path, name: str) -> dict[str, str]:
    """The part of the container that holds each sheet; refuses what is no workbook, or too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive, path, name)
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFile(
                    f"{name}: this archive is no workbook. Unpack it and name the files one by one."
                )
            return _parts(archive)
    except zipfile.BadZipFile as error:
        raise UnreadableFile(f"{name}: the workbook is broken ({error}). Ask for it again.") from None


def _refuse_bombs(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    if (
        size > MOST_BYTES
        or size > MOST_RATIO * max(path.stat().st_size, 100_000)
        or len(entries) > MOST_PARTS
    ):
        raise UnreadableFile(
            f"{name}: it would unpack to {size:,} bytes in {len(entries):,} parts, more than any audit. It was not opened."
        )


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    from xml.etree import ElementTree

    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    link = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.attrib["Id"]: one.attrib["Target"].lstrip("/").removeprefix("xl/") for one in links}
    return {s.attrib["name"]: f"xl/{targets[s.attrib[link]]}" for s in book.iter(f"{main}sheet")}


def _rows_in_xml(path: Path, part: str | None) -> tuple[int, int]:
    """The last row that the sheet's own text holds and how many rows it hides: the independent count."""
    if part is None:
        return -1, 0
    last = hidden = 0
    with zipfile.ZipFile(path) as archive:
        data = archive.read(part)
    for match in _ROW.finditer(data):
        number = _NUMBER.search(match[1])
        here = int(number[1]) if number else last + 1
        has_cell = not match[2] and data[match.end() : match.end() + 3] == b"<c "
        last = here if has_cell else last
        hidden += b'hidden="1"' in match[1]
    return last, hidden
