"""Reads from a workbook's own parts, without any spreadsheet library, how far each sheet goes: the second count.

What is no workbook, broken, locked or too large is refused before anything else opens it.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from analysis.readers.base import MOST_COLUMNS, NoKnownHeader, UnreadableFile
from analysis.readers.xlsx import outline_ods, outline_xlsb, outline_xlsx
from analysis.readers.xlsx.old_container import LOCKED
from analysis.readers.xlsx.outline import Book, OutOfOrder

MOST_BYTES, MOST_RATIO, MOST_PARTS, MOST_CELLS, MOST_BLANK = 1 << 31, 200, 10_000, 40_000_000, 100_000
"""A workbook that unpacks to more than this is refused: no audit seen comes near, and a bomb would.

The ratio is that of unpacked to packed bytes; cells are the last row times the last column of a sheet, since
one cell in the far corner makes a sheet of 17 billion. The largest export known has 14 million. Blank are the rows
before a sheet's last: a forgotten cell in row 1,048,576 would make a million blank records.
"""

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ElementTree.ParseError),
    *(NotImplementedError, LookupError, ValueError, EOFError, OSError, StopIteration, OutOfOrder),
)
_KINDS = {
    "xl/workbook.xml": outline_xlsx.book,
    "xl/workbook.bin": outline_xlsb.book,
    "content.xml": outline_ods.book,
}


def read(path: Path, name: str) -> Book:
    """The outline of each sheet; raises `UnreadableFile` for what is no workbook, broken or too large to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = _read(archive, path, name)
    except _BROKEN as error:
        # A library's words may quote the file.
        words = str(error) if isinstance(error, OutOfOrder) else type(error).__name__
        raise UnreadableFile(f"{name}: the workbook is broken ({words}). Ask for it again.") from None
    except RuntimeError:  # how the library says that a part is encrypted
        raise UnreadableFile(f"{name}: {LOCKED}") from None
    for number, sheet in enumerate(book.sheets.values(), start=1):
        too_many = sheet.last * sheet.columns > MOST_CELLS or sheet.columns > MOST_COLUMNS
        if too_many or sheet.blank > MOST_BLANK:
            below = f", below {sheet.blank:,} blank rows" if sheet.blank > MOST_BLANK else ""
            raise UnreadableFile(
                f"{name}, sheet {number}: its last cell is in row {sheet.last:,}, column {sheet.columns:,}{below}, "
                "beyond any audit. Delete what is far below or right of the records, or save the sheet as CSV."
            )
    return book


def _read(archive: zipfile.ZipFile, path: Path, name: str) -> Book:
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    if size > MOST_BYTES or size > MOST_RATIO * max(path.stat().st_size, 100_000) or len(infos) > MOST_PARTS:
        raise UnreadableFile(
            f"{name}: it would unpack to {size:,} bytes in {len(infos):,} parts, more than any audit. "
            "It was not opened; ask for it as CSV."
        )
    parts = set(archive.namelist())
    part = next((part for part in _KINDS if part in parts), None)
    if part is None:
        what = "a document" if {"word/document.xml", "ppt/presentation.xml"} & parts else "an archive"
        raise NoKnownHeader(
            f"{name}: no known header, since this is {what} and no workbook. If a search "
            "audit is in it, save that as CSV and put it into the place's folder."
        )
    if "META-INF/manifest.xml" in parts and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableFile(f"{name}: {LOCKED}")
    # Each part is read to its end first: one that unpacks to more than it says has another checksum.
    if broken := archive.testzip():
        raise zipfile.BadZipFile(f"bad checksum in {broken}")
    return _KINDS[part](archive)
