"""Puts the wrapped lines of a print's cells together again.

A line that ends in a space goes on in the next line. Where a print keeps those spaces, any other line end is a line
feed of the released cell, unless one long word (an id) was broken at the column's edge. Where a print drops them,
lines are joined by a space, except a broken id, and except where the next word would have had room: there the
released cell had a line feed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from analysis.readers.pdf.pieces import SAME_LINE, WORD_GAP, Piece
from analysis.readers.pdf.records import Row

_WHOLE_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def cells(rows: Sequence[Row], columns: int, size: float) -> list[list[str]]:
    """The text of every cell of every row; `size` is the type size."""
    pieces = [[[p for p in row.pieces if p.column == at] for at in range(columns)] for row in rows]
    limits = [max((p.right for row in pieces for p in row[at]), default=0.0) for at in range(columns)]
    keeps_spaces = any(p.text[-1].isspace() for row in pieces for cell in row for p in cell[:-1])
    return [[_joined(cell, limit, size, keeps_spaces) for cell, limit in zip(row, limits)] for row in pieces]


def _joined(cell: Sequence[Piece], limit: float, size: float, keeps_spaces: bool) -> str:
    text = cell[0].text if cell else ""
    for line, after in pairwise(cell):
        text += _between(line, after, limit, size, keeps_spaces) + after.text
    return text


def _between(line: Piece, after: Piece, limit: float, size: float, keeps_spaces: bool) -> str:
    """What was between two lines of a cell: nothing, a space or a line feed."""
    if line.text[-1].isspace():
        return ""
    if abs(line.down - after.down) <= SAME_LINE * size:
        return " "
    if _is_broken_word(line, after, limit, size, keeps_spaces):
        return ""
    if keeps_spaces:
        return "\n"
    word = after.text.split()[0]
    room = (after.right - after.left) * len(word) / len(after.text.rstrip())
    return "\n" if line.right + WORD_GAP * size + room < limit - size else " "


def _is_broken_word(line: Piece, after: Piece, limit: float, size: float, keeps_spaces: bool) -> bool:
    """Whether a line is all of one word that reached the column's edge and goes on below."""
    begun, rest = line.text.strip(), after.text.split()[0]
    if _WHOLE_ID.fullmatch(begun + rest):
        return True
    if " " in begun or (line.right < limit - size and not begun.endswith("-")):
        return False
    # Without spaces at line ends a full line may be a whole word: only codes are put together.
    return keeps_spaces or (bool(re.search(r"[\d-]", begun)) and bool(re.fullmatch(r"[\w-]+", begun + rest)))
