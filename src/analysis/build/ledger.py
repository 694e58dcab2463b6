"""Records, for every step, rows in, rows out and why."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import pandas as pd

from analysis.refused import Refused

COLUMNS = ("step", "source_file", "rows_in", "rows_out", "set_aside", "why")


class DoesNotAddUp(Refused):
    """A step after which rows are missing or too many; the run stops and nothing is written."""


@dataclass(frozen=True)
class Entry:
    """One line: a step took `rows_in` rows of a file, gave `rows_out` on and set the rest aside, because."""

    step: str
    source_file: str
    rows_in: int
    rows_out: int
    set_aside: int
    why: str


class Ledger:
    """The lines in the order in which they happened."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def record(self, step: str, source_file: str, rows_in: int, rows_out: int, why: dict[str, int]) -> None:
        """Write a step down: one line for each reason in `why` (reason: rows), or one line without any.

        Raises `DoesNotAddUp` unless rows in = rows out + rows set aside.
        """
        if rows_in != rows_out + sum(why.values()):
            raise DoesNotAddUp(
                f"{source_file}: {step} took {rows_in:,} rows and gave {rows_out:,} on, but set aside "
                f"{sum(why.values()):,}. This is a mistake of the program: please report it with the file's header."
            )
        left = rows_in
        for reason, rows in sorted(why.items()) or [("", 0)]:
            self.entries.append(Entry(step, source_file, left, left - rows, rows, reason))
            left -= rows

    def table(self) -> pd.DataFrame:
        """The ledger as it is published, with the columns `COLUMNS`."""
        return pd.DataFrame([astuple(entry) for entry in self.entries], columns=list(COLUMNS))
