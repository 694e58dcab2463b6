"""Gives the cells of a workbook back as text, and its columns their letters."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import Any

from analysis.readers.xlsx.outline import Outline


def texts(row: Sequence[Any]) -> list[str]:
    """Cells as text."""
    return [cell if type(cell) is str else text(cell) for cell in row]


def text(cell: Any) -> str:
    """One cell as text: whole numbers without '.0', dates as ISO text, codes as they were typed."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date):
        return code(cell) or cell.isoformat()
    return str(cell)


def code(day: dt.date) -> str | None:
    """The code, such as 10-37, that a spreadsheet took for October of a year 37; None for a true date.

    A spreadsheet does so only where the second number can be no day of that month, and stores the first day
    of the month in 19xx or 20xx. Nothing in an audit is so old or so far ahead.
    """
    year = day.year % 100
    is_code = day.day == 1 and year > calendar.monthrange(day.year, day.month)[1]
    return f"{day.month}-{year:02}" if is_code else None


def letters(column: int) -> str:
    """A column's letters as a spreadsheet shows them: 1 is A, 27 is AA."""
    return letters((column - 1) // 26) + chr(ord("A") + (column - 1) % 26) if column else ""


def hidden_columns(outline: Outline) -> str:
    """The hidden columns of a sheet that hold something, or "": columns D-F, H are."""
    columns = [(a, min(b, outline.columns)) for a, b in outline.hidden_columns if a <= outline.columns]
    if not columns:
        return ""
    runs = [letters(a) if a == b else f"{letters(a)}-{letters(b)}" for a, b in columns]
    shown = ", ".join(runs[:8]) + (" …" if len(runs) > 8 else "")
    return f"column {shown} is" if len(runs) == 1 and "-" not in runs[0] else f"columns {shown} are"
