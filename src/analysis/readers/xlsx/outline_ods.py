"""Outlines the sheets of an ODS: one XML part, read by patterns, in which equal rows are written once with their
number."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator

from analysis.readers.xlsx.outline import Book, Outline

_TAG = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell|table-column)(?=[\s/>])([^<>]*)>"
    rb"|<text:p(?:\s[^<>]*)?>[^<]"
)
_MOST = 1 << 30  # rows or columns that a sheet may say it has: longer numbers could not even be written


def book(archive: zipfile.ZipFile) -> Book:
    """The outline of each sheet."""
    tags = _TAG.finditer(archive.read("content.xml"))
    return Book({
        _attribute(tag[3], "table:name"): _outline(tags)
        for tag in tags
        if tag[2] == b"table" and not tag[1]
    })  # fmt: skip


def _outline(tags: Iterator[re.Match[bytes]]) -> Outline:
    """One table, tag by tag up to its end."""
    sheet, row, column = Outline(), 0, 0
    for tag in tags:
        what, attributes = tag[2], tag[3]
        if what == b"table":
            break
        if what == b"table-column":
            first, column = column + 1, column + _times(attributes, "columns-repeated")
            if _is_hidden(attributes):
                sheet.hidden_columns.append((first, column))
        elif what == b"table-row" and not tag[1]:
            times = _times(attributes, "rows-repeated")
            width = 0 if attributes.endswith(b"/") else _width(tags, row + 1, sheet)
            if width:
                sheet.add_rows(row + 1, times, _is_hidden(attributes))
                sheet.columns = max(sheet.columns, width)
            row += times
        _refuse_endless(row, column)
    return sheet


def _width(tags: Iterator[re.Match[bytes]], row: int, sheet: Outline) -> int:
    """The number of the row's last column that holds a value, 0 for none; its merged cells are added to the sheet's.

    A cell holds a value if it has a type or a paragraph that is not empty.
    """
    column = width = 0
    for tag in tags:
        what, attributes = tag[2], tag[3]
        if what is None or b"office:value-type=" in attributes:
            column += _times(attributes, "columns-repeated") if what else 0
            width = column
        elif what == b"table-row":
            break
        elif not tag[1]:
            column += _times(attributes, "columns-repeated")
        if what and b'-spanned="' in attributes:
            down, across = _times(attributes, "rows-spanned"), _times(attributes, "columns-spanned")
            sheet.merged.append((row, row + down - 1, column, column + across - 1))
        _refuse_endless(column)
    return width


def _refuse_endless(*numbers: int) -> None:
    if max(numbers) > _MOST:
        raise ValueError("a sheet says that it has more rows or columns than any program shows")


def _is_hidden(attributes: bytes) -> bool:
    return _attribute(attributes, "table:visibility") in ("collapse", "filter")


def _times(attributes: bytes, what: str) -> int:
    return int(_attribute(attributes, f"table:number-{what}") or 1)


def _attribute(attributes: bytes, name: str) -> str:
    found = re.search(rf'{name}="([^"]{{0,1000}})"'.encode(), attributes)
    return html.unescape(found[1].decode()) if found else ""
