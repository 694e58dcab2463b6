"""Looks at the dates of a sheet, which a spreadsheet may have changed, and says what a reviewer must know of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.readers.xlsx.cells import code
from analysis.wording import counted


@dataclass
class _Column:
    """What a column's cells say of day and month: cells stored as dates, as bare numbers, and as text."""

    codes: int = 0
    numbers: int = 0  # under a header that says time or date
    stored: list[dt.date] = field(default_factory=list)
    typed: int = 0  # cells with a text such as 12/31/2025


class Dates:
    """The dates of one sheet by column; most columns hold none."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}

    @property
    def has_bare_numbers(self) -> bool:
        return any(found.numbers for found in self._columns.values())

    def look_at(self, column: str, cells: Sequence[Any]) -> None:
        """Add a column's cells to what is known of its dates."""
        kinds = set(map(type, cells))
        numbers = (
            kinds & {int, float} and re.search(r"time|date", column, re.I) and "frame" not in column.lower()
        )
        if not kinds & {dt.date, dt.datetime} and not numbers and column not in self._columns:
            return
        found = self._columns.setdefault(column, _Column())
        for cell in cells:
            if numbers and type(cell) in (int, float):
                found.numbers += 1
            elif isinstance(cell, dt.date):
                if type(cell) is dt.date and code(cell):
                    found.codes += 1
                else:
                    found.stored.append(cell)
            elif isinstance(cell, str) and re.match(r"\s*\d{1,2}/\d{1,2}/\d", cell):
                found.typed += 1

    def notes(self) -> Iterator[str]:
        """What was given back otherwise than stored, what are bare numbers, and in which columns day and month could
        be exchanged and no other cell says which is which.

        A spreadsheet set to another country takes 12/05 for 12 May and leaves 12/31 as text, so in a column that it
        changed no stored day is after the 12th. What the texts beside them prove is decided with all dates of a file.
        """
        if codes := sum(found.codes for found in self._columns.values()):
            yield f"{counted(codes, 'cell')} stored as a month, given back as month-year"
        if stored := sum(len(found.stored) for found in self._columns.values()):
            yield f"{counted(stored, 'cell')} stored as a date, given back as ISO text"
        for column, found in self._columns.items():
            if found.numbers:
                numbers = counted(found.numbers, "bare number")
                yield f"{numbers} in {column.strip()!r}, read as days since 30 December 1899"
        for column, found in self._columns.items():
            both = sum(day.day <= 12 and day.day != day.month for day in found.stored)
            if both and not found.typed and all(day.day <= 12 for day in found.stored):
                yield (
                    f"dates in {column.strip()!r} that could have day and month exchanged: {both:,}; nothing else in "
                    "the column says which is which"
                )
