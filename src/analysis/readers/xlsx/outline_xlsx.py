"""Outlines the sheets of an XLSX or XLSM: XML, read by patterns, since a parser would take three times as long.

No pattern reaches beyond the tag that it begins in, so the time is in proportion to the part, whatever it holds.
"""

from __future__ import annotations

import re
import zipfile

from analysis.readers.xlsx.outline import Book, Outline, next_row, parsed, targets

_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?: [^<>]*)?>[^<]")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^<>]*)>")
_ERROR = re.compile(rb'<(?:\w+:)?c\b[^<>]*\bt="e"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')


def book(archive: zipfile.ZipFile) -> Book:
    """The outline of each sheet."""
    tags = list(parsed(archive, "xl/workbook.xml").iter())
    parts = targets(archive, "xl/_rels/workbook.xml.rels")
    sheets = {}
    for sheet in (tag for tag in tags if tag.tag.endswith("}sheet")):
        link = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        sheets[sheet.attrib["name"]] = outline(archive.read(parts[link]))
    return Book(
        sheets,
        any(tag.get("date1904") in ("1", "true") for tag in tags if tag.tag.endswith("}workbookPr")),
    )


def outline(xml: bytes) -> Outline:
    """The outline of one sheet's part."""
    starts = list(_ROW.finditer(xml))
    ends = [*(start.start() for start in starts[1:]), len(xml)]
    numbers: list[int] = []
    for row in starts:
        before = numbers[-1] if numbers else 0
        found = re.search(rb'\br="(\d{1,9})"', row[1])
        numbers.append(next_row(int(found[1]) if found else before + 1, before))

    def holds_value(at: int) -> bool:
        return _VALUE.search(xml, starts[at].end(), ends[at]) is not None

    filled = filter(holds_value, reversed(range(len(starts))))
    last, before_last = next(filled, None), next(filled, None)
    sheet = Outline(columns=_last_column(xml))
    if last is not None:
        sheet.last = numbers[last]
        sheet.blank = sheet.last - (0 if before_last is None else numbers[before_last]) - 1
        hidden = [at for at in range(last + 1) if b"hidden=" in starts[at][1]]
        sheet.hidden = [
            range(numbers[at], numbers[at] + 1)
            for at in hidden
            if _HIDDEN.search(starts[at][1]) and holds_value(at)
        ]
    if b't="e"' in xml:
        sheet.errors = len(_ERROR.findall(xml))
    sheet.hidden_columns = [
        (_number(column[1], b"min"), _number(column[1], b"max"))
        for column in _COLUMN.finditer(xml, 0, starts[0].start() if starts else len(xml))
        if _HIDDEN.search(column[1])
    ]
    sheet.merged = [
        (int(top), int(bottom), _column_number(left), _column_number(right))
        for left, top, right, bottom in _MERGED.findall(xml, max(xml.rfind(b"</c>"), 0))
    ]
    return sheet


def _number(attributes: bytes, name: bytes) -> int:
    found = re.search(rb'\b%s="(\d{1,7})"' % name, attributes)
    return int(found[1]) if found else 1


def _last_column(xml: bytes) -> int:
    far = set(re.findall(rb' r="([A-Z]{2,3})\d', xml))
    return max(map(_column_number, far or set(re.findall(rb' r="([A-Z])\d', xml[:100_000]))), default=1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
