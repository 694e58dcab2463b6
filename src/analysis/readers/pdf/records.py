"""Puts the pieces of all pages together into records, by where they are and in which order they are drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from analysis.readers.base import UnreadableFile
from analysis.readers.pdf.pieces import SAME_LINE, Piece

# In type sizes, so that a print at any scale is read alike.
FAR = 4.5  # lines of one record follow each other more closely
STRAY = 2.2  # text that is no record's is this far from the records

ID = re.compile(r"(?<![\w/-])[0-9a-fA-F]{8}-")
TIME = re.compile(r"(?<![\w/.-])(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d)(?![\w/])")
"""How the cells begin that every record of an audit has: its id, or else the time of its search."""

_NEXT_PAGE = 1e6  # points: lines that go on on the next page are below all others

Pages = Sequence[Sequence[Piece]]
_IsStart = Callable[[Piece], bool]


@dataclass
class Row:
    """The pieces of one record in reading order, the page on which it begins, and why it is rejected, if it is."""

    page: int
    pieces: list[Piece]
    why: str = ""

    @property
    def top(self) -> float:
        return min(piece.down for piece in self.pieces)


def anchor(pages: Pages, name: str) -> tuple[int, re.Pattern[str]]:
    """The column whose cells begin a record, and how they begin. Raises `UnreadableFile` where there is none.

    Ids before times; of several columns of times the one with fewest, since a time frame holds two a record.
    Columns with a third of the most are considered, so that a date typed into a reason is not.
    """
    for begins in (ID, TIME):
        count = Counter(
            piece.column for pieces in pages for piece in pieces if begins.match(piece.text.strip())
        )
        usual = {column: n for column, n in count.items() if n >= max(count.values()) / 3}
        if usual:
            return min(usual, key=lambda column: (usual[column], column)), begins
    raise UnreadableFile(
        f"{name}: no column of ids or times is under the header, so nobody could say where a record begins. "
        "Ask for the file as CSV."
    )


def rows(pages: Pages, column: int, begins: re.Pattern[str], size: float, name: str) -> tuple[list[Row], str]:
    """The records of all pages, and how they were found. Raises `UnreadableFile` where that cannot be known."""

    def is_start(piece: Piece) -> bool:
        return piece.column == column and begins.match(piece.text.strip()) is not None

    found = _as_drawn(pages, is_start, size)
    if found is not None:
        return found, "cells placed by position, records in the order in which they are drawn"
    return _by_height(pages, is_start, size, name), "cells and records placed by position"


def _as_drawn(pages: Pages, is_start: _IsStart, size: float) -> list[Row] | None:
    """Records of a file that draws one after the other, cell by cell; None where a file does not.

    The next record begins where the column drops back. Each must hold one start and be below the one before;
    what is close above a page's first start goes on from the page before. Text far from all records, such as a
    stamp, is a row of its own, to be rejected.
    """
    found: list[Row] = []
    for number, pieces in enumerate(pages, 1):
        groups: list[list[Piece]] = []
        for piece in pieces:
            if groups and piece.column >= groups[-1][-1].column:
                groups[-1].append(piece)
            else:
                groups.append([piece])
        starts = [sum(map(is_start, group)) for group in groups]
        records = [group for group, count in zip(groups, starts) if count]
        if max(starts, default=0) > 1 or not _in_order(records, size):
            return None
        heights = np.array([piece.down for record in records for piece in record])
        for at, (group, count) in enumerate(zip(groups, starts)):
            if count:
                found.append(Row(number, list(group)))
            elif all((np.abs(heights - piece.down) > STRAY * size).all() for piece in group):
                found.append(Row(number, list(group), "unreadable record"))
            elif at == 0 and found:
                found[-1].pieces += [replace(piece, down=piece.down + _NEXT_PAGE) for piece in group]
            else:
                return None
    return found


def _in_order(groups: Sequence[Sequence[Piece]], size: float) -> bool:
    heights = [[piece.down for piece in group] for group in groups]
    return all(min(after) > max(before) + SAME_LINE * size for before, after in pairwise(heights))


def _by_height(pages: Pages, is_start: _IsStart, size: float, name: str) -> list[Row]:
    """Records of a file that draws line by line: cells hang from the top of their row, or all are on its bottom."""
    starts = [sorted(piece.down for piece in pieces if is_start(piece)) for pieces in pages]
    near = SAME_LINE * size
    above = [bool(s) and min(p.down for p in pieces) < s[0] - near for s, pieces in zip(starts, pages)]
    below = [bool(s) and max(p.down for p in pieces) > s[-1] + near for s, pieces in zip(starts, pages)]
    wrapped = any(
        all(abs(p.down - at) > near for at in s) for s, pieces in zip(starts, pages) for p in pieces
    )
    touching = [any(b - a <= near for a, b in pairwise(s)) for s in starts]
    if not all(starts) or any(touching) or (wrapped and any(above) == any(below)):
        faults = ([not s for s in starts], touching, above)
        which = next((fault.index(True) + 1 for fault in faults if any(fault)), 1)
        raise UnreadableFile(
            f"{name}, page {which}: nobody could say to which of two neighboring records a line belongs. Ask for the "
            "file as CSV."
        )
    found = []
    for number, (heights, pieces) in enumerate(zip(starts, pages), 1):
        mine = [Row(number, []) for _ in heights]
        for piece in sorted(pieces, key=lambda piece: (piece.down, piece.left)):
            if any(above):
                at = int(np.searchsorted(heights, piece.down - near))
            else:
                at = int(np.searchsorted(heights, piece.down + near, side="right")) - 1
            mine[at].pieces.append(piece)
        found += mine
    return found


def judged(row: Row, size: float) -> Row:
    """The row, rejected if it cannot be trusted: a word runs into the next column, or a line is far off."""
    heights = sorted(piece.down for piece in row.pieces)
    far = any(FAR * size < b - a < _NEXT_PAGE / 2 for a, b in pairwise(heights))
    split = any(piece.split for piece in row.pieces)
    return replace(row, why="unreadable record") if (far or split) and not row.why else row
