"""Fills the merged cells of a sheet: a spreadsheet keeps one value for all of them and leaves the others blank."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

from analysis.readers.xlsx.cells import letters


class Merged:
    """The merged cells below a sheet's header.

    Where rows of one column are merged, as an agency over its searches, each record gets the value back that is
    shown beside it. Where columns are merged no one knows to which the value belongs: they are named.
    """

    def __init__(
        self, merged: Sequence[tuple[int, int, int, int]], header: int, columns: Sequence[str]
    ) -> None:
        """`header` is the row number of the header, `columns` its cells."""
        below = sorted(cells for cells in merged if cells[1] > header)
        self._wide = [cells for cells in below if cells[2] < cells[3]]
        self._columns = columns
        self._runs: dict[int, deque[tuple[int, int]]] = {}
        for top, bottom, column, right in below:
            runs = self._runs.setdefault(column - 1, deque())
            overlap = runs and top <= runs[-1][1]  # as no spreadsheet makes them
            if column == right and column <= len(columns) and not overlap:
                runs.append((top, bottom))
        self._filled: Counter[str] = Counter()
        self._value: dict[int, Any] = {}  # of the run of a column that goes on in the next rows

    def fill(self, rows: Sequence[Any], first: int) -> None:
        """Put the value of each merged run into its blank cells; `first` is the row's number in the sheet."""
        last = first + len(rows) - 1
        for column, runs in self._runs.items():
            while runs and runs[0][0] <= last:
                top, bottom = runs[0]
                if top >= first:
                    row = rows[top - first]
                    self._value[column] = row[column] if column < len(row) else ""
                value = self._value.get(column, "")
                for row in rows[max(top + 1 - first, 0) : bottom + 1 - first] if value != "" else ():
                    if column < len(row) and row[column] == "" and any(cell != "" for cell in row):
                        row[column] = value
                        self._filled[self._columns[column].strip()] += 1
                if bottom > last:
                    break
                runs.popleft()

    def notes(self) -> Iterator[str]:
        """What was filled in and what was not."""
        for column, cells in self._filled.items():
            yield f"{cells:,} cells of {column!r} were blank below a merged cell and were given its value"
        if self._wide:
            shown = ", ".join(
                f"{letters(left)}{top}:{letters(right)}{bottom}"
                for top, bottom, left, right in self._wide[:5]
            )
            more = " …" if len(self._wide) > 5 else ""
            yield (
                f"{len(self._wide):,} merged cells reach over several columns ({shown}{more}); the cells below them "
                "are blank and were left so"
            )
