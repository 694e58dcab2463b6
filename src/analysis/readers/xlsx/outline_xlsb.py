"""Outlines the sheets of an XLSB: numbered binary records ([MS-XLSB] 2.1.4)."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

from analysis.readers.xlsx.outline import Book, Outline, OutOfOrder, next_row, targets

_ROW_HEADER, _SHEET, _BOOK_PROPERTIES, _COLUMN_INFO, _MERGE = 0, 156, 153, 60, 176
_VALUES = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62}  # the records of cells that hold something
_ERRORS = {3, 11}


def book(archive: zipfile.ZipFile) -> Book:
    """The outline of each sheet."""
    parts = targets(archive, "xl/_rels/workbook.bin.rels")
    sheets, from_1904 = {}, False
    for kind, data in _records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            link, end = _wide_text(data, 8)
            sheets[_wide_text(data, end)[0]] = _outline(archive.read(parts[link]))
        elif kind == _BOOK_PROPERTIES:
            from_1904 = bool(data[0] & 1)
    return Book(sheets, from_1904)


def _outline(part: bytes) -> Outline:
    sheet, number, is_hidden = Outline(), 0, False
    for kind, data in _records(part):
        if kind == _ROW_HEADER:
            number = next_row(struct.unpack_from("<L", data)[0] + 1, number)
            is_hidden = bool(data[11] & 0x10)
        elif kind in _VALUES:
            if sheet.last != number:
                sheet.add_rows(number, 1, is_hidden)
            sheet.columns = max(sheet.columns, struct.unpack_from("<L", data)[0] + 1)
            sheet.errors += kind in _ERRORS
        elif kind == _COLUMN_INFO and data[16] & 1:
            first, last = struct.unpack_from("<LL", data)
            sheet.hidden_columns.append((first + 1, last + 1))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<LLLL", data)
            sheet.merged.append((top + 1, bottom + 1, left + 1, right + 1))
    return sheet


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and data; both kind and length are written seven bits at a time."""
    at = 0
    while at < len(part):
        kind, at = _seven_bits(part, at, 2)
        size, at = _seven_bits(part, at, 4)
        if at + size > len(part):
            raise OutOfOrder("a record ends beyond its part")
        yield kind, part[at : at + size]
        at += size


def _seven_bits(part: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for offset in range(most):
        byte = part[at + offset]
        value |= (byte & 0x7F) << 7 * offset
        if byte < 0x80:
            return value, at + offset + 1
    return value, at + most


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * struct.unpack_from("<L", data, at)[0]
    return data[at + 4 : end].decode("utf-16-le"), end
