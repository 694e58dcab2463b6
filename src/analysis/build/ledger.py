"""Records, for every step, rows in, rows out and why."""

from __future__ import annotations

from typing import NamedTuple

from analysis.refused import Refused


class Line(NamedTuple):
    """A step took `rows_in` rows of a file, gave `rows_out` on and left the rest out, because."""

    step: str
    source_file: str
    rows_in: int
    rows_out: int
    set_aside: int
    why: str


class DoesNotAddUp(Refused):
    """A step after which rows are missing or too many; the run stops and nothing is written."""


class Ledger:
    """Lines in the order in which steps were done, as they are published."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def record(self, step: str, source_file: str, rows_in: int, rows_out: int, why: dict[str, int]) -> None:
        """Write a step down: one line for each reason in `why` (reason: rows), or one line without any.

        Raises `DoesNotAddUp` unless rows in = rows out + rows left out.
        """
        if rows_in != rows_out + sum(why.values()):
            raise DoesNotAddUp(
                f"{source_file}: {step} took {rows_in:,} rows and gave {rows_out:,} on, but left out "
                f"{sum(why.values()):,}. This is a mistake of the program: please report it with the file's header."
            )
        left = rows_in
        for reason, rows in sorted(why.items()) or [("", 0)]:
            self.lines.append(Line(step, source_file, left, left - rows, rows, reason))
            left -= rows
