"""Turns a container (CSV, XLSX, PDF, Parquet) into numbered rows of text, losing none.

A reader knows containers, not vendors: it is told what a header looks like (`is_header`) and gives back
every cell exactly as released. What is not data (a repeated header, a blank row, a total line, a row with
too many cells) is set aside with its number, its reason and its text, so that

    records after the first header = rows kept + rows set aside

and the left side is counted a second time by another method (`Reading.counted`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

IsHeader = Callable[[Sequence[str]], bool]

WHY = (
    "above the header",
    "on a sheet without a header",
    "repeated header",
    "blank record",
    "total line",
    "wrong number of cells",
    "unreadable record",
)
"""Every reason for which a reader sets a record aside."""


class UnreadableFile(Exception):
    """A file that cannot be read whole; the message names the file, the place, the value and the remedy."""


@dataclass(frozen=True)
class Section:
    """Consecutive records that stand under one header.

    `cells` has one string column per header cell, named "0", "1", … in header order; a blank cell is "" and
    none is null. `record` is the number of each row in its file, the first header being 0. `page` counts
    from 1 and is given for PDF files only.
    """

    columns: tuple[str, ...]
    cells: pa.Table
    record: pa.Array
    page: pa.Array | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Aside:
    """A record that is not data: its number, why (one of `WHY`), its text and, for a PDF, its page."""

    record: int
    why: str
    text: str
    page: int | None = None


@dataclass(frozen=True)
class Reading:
    """All that a file held: sections, records set aside, and the number of records counted twice over."""

    file: str
    sections: tuple[Section, ...]
    asides: tuple[Aside, ...]
    counted: int
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """Rows that stand in the sections."""
        return sum(section.cells.num_rows for section in self.sections)

    @property
    def records(self) -> int:
        """Records after the first header: rows kept and records set aside."""
        return self.kept + len(self.asides)


def read(path: Path, name: str, is_header: IsHeader) -> Reading:
    """Read any supported container, recognised by its first bytes and never by its name.

    `name` is the file's path inside its place, used in messages. Raises `UnreadableFile` when the container
    is unknown, broken, or when the two counts of its records disagree.
    """
    reading = _reader(path, name)(path, name, is_header)
    if reading.records != reading.counted:
        raise UnreadableFile(
            f"{name}: {reading.records:,} records were read but {reading.counted:,} were counted; "
            "the file may be cut off or its quotes unbalanced. Ask for it again, or open it and save it as CSV."
        )
    return reading


def _reader(path: Path, name: str) -> Callable[[Path, str, IsHeader], Reading]:
    # Imported here so that a place without PDF or XLSX files never loads those libraries.
    with path.open("rb") as file:
        start = file.read(1024)
    if not start.strip():
        raise UnreadableFile(f"{name}: the file is empty. Ask for it again.")
    if start.startswith(b"%PDF-") or b"%PDF-" in start[:1024]:
        from analysis.readers import pdf

        return pdf.read
    if start.startswith(b"PK\x03\x04"):
        from analysis.readers import xlsx

        return xlsx.read
    if start.startswith(b"PAR1"):
        from analysis.readers import parquet

        return parquet.read
    if start.startswith((b"\xd0\xcf\x11\xe0", b"PARE", b"\x1f\x8b")):
        raise UnreadableFile(
            f"{name}: this kind of file is not read (it begins with {start[:4]!r}). Save it as CSV or XLSX."
        )
    from analysis.readers import csv

    return csv.read
