"""What a sheet of a workbook says of itself in its own part: how far it goes, and what it hides."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

from analysis.refused import Refused


class OutOfOrder(Refused):
    """Rows or records that cannot follow each other so; the message holds numbers only."""


@dataclass
class Outline:
    """What a sheet says of itself; rows and columns are numbered from 1, as a spreadsheet does.

    `last` is the last row that holds a value (0 in an empty sheet), `columns` the last column, `hidden` the rows
    that are hidden and hold one, `errors` the number of cells with a spreadsheet's error, `blank` the number of rows
    without a value before the last that has one, or before any. `hidden_columns`: first and last column; `merged`:
    first and last row, first and last column.
    """

    last: int = 0
    columns: int = 0
    errors: int = 0
    blank: int = 0
    hidden: list[range] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add_rows(self, first: int, times: int, is_hidden: bool) -> None:
        """Take in `times` equal rows that hold a value, the first of them row `first`."""
        self.blank, self.last = max(self.blank, first - self.last - 1), first + times - 1
        if is_hidden:
            self.hidden.append(range(first, first + times))


@dataclass(frozen=True)
class Book:
    """The sheets of a workbook by name, and whether it counts its days from 1904 as old Macintosh ones do."""

    sheets: dict[str, Outline]
    from_1904: bool = False


def next_row(number: int, before: int) -> int:
    """The number of a row; raises `OutOfOrder` unless it is below the one before. Two of one number would hide each
    other."""
    if number <= before:
        raise OutOfOrder(f"row {number:,} comes after row {before:,}")
    return number


def parsed(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part as XML. No spreadsheet defines entities; those of a bomb would unpack to gigabytes."""
    xml = archive.read(part)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ValueError("it defines entities")
    return ElementTree.fromstring(xml)


def targets(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The part of the container that each link names."""
    return {
        link.attrib["Id"]: "xl/" + link.attrib["Target"].lstrip("/").removeprefix("xl/")
        for link in parsed(archive, part)
    }
