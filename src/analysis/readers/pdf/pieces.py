"""Puts the characters of a page together into pieces: what one cell has on one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.readers.pdf.pages import Characters, joined

# In type sizes, so that a print at any scale is read alike.
SAME_LINE = 0.4  # characters of one line differ in height by less
WORD_GAP = 0.2  # a wider gap without a space in it is a space


@dataclass(frozen=True)
class Piece:
    """Characters of one cell on one line; `split` where a word runs on into the next column."""

    column: int
    down: float
    left: float
    right: float
    text: str
    split: bool = False


def pieces(page: Characters, edges: np.ndarray) -> list[Piece]:
    """The pieces of a page in the order in which the file draws them; `edges` are the positions between columns."""
    if not len(page.code):
        return []
    gap = page.left[1:] - page.right[:-1]
    same_line = np.abs(np.diff(page.down)) <= SAME_LINE * page.size
    # A space goes with the character that it touches, first of all the one before it.
    touches = same_line & (gap > -page.size) & (gap < WORD_GAP * page.size) & ~page.ink[1:]
    owner = np.where(np.concatenate(([False], touches)), 0, np.arange(len(page.code)))
    column = np.searchsorted(edges, page.left, side="right")[np.maximum.accumulate(owner)]
    onward, changes = same_line & (gap > -page.size), column[1:] != column[:-1]
    new = np.flatnonzero(~onward | changes) + 1
    crossing = set((np.flatnonzero(onward & changes & (gap < WORD_GAP * page.size)) + 1).tolist())
    letters, inked = spaced_letters(page, gap, new), np.flatnonzero(page.ink)
    ends = [0, *new.tolist(), len(page.code)]
    before = np.searchsorted(
        inked, ends
    ).tolist()  # how many characters that are no spaces stand before each end
    found = []
    for (start, first), (stop, behind) in pairwise(zip(ends, before)):
        text = joined(letters[start:stop])
        if text.strip():
            left, right = float(page.left[inked[first]]), float(page.right[inked[behind - 1]])
            split = start in crossing or stop in crossing
            found.append(Piece(int(column[start]), float(page.down[start]), left, right, text, split))
    return found


def spaced_letters(page: Characters, gap: np.ndarray, new: np.ndarray) -> list[str]:
    """The characters of a page, each with the spaces before it that the file draws and the library does not give.

    A gap inside a piece without a character in it is a space; where the library gave one space for several, its
    width says how many more. `new` are the first characters of pieces.
    """
    letters = list(map(chr, page.code.tolist()))
    ink = page.ink
    wide = (gap > WORD_GAP * page.size) & ink[1:] & ink[:-1]
    width = np.maximum((page.right - page.left)[:-1], WORD_GAP * page.size)
    after_space = ~ink[:-1] & ink[1:] & (gap > 0.7 * width)
    wide[new - 1] = after_space[new - 1] = False
    for at in np.flatnonzero(wide).tolist():
        letters[at + 1] = " " + letters[at + 1]
    for at in np.flatnonzero(after_space).tolist():
        letters[at + 1] = " " * round(float(gap[at] / width[at])) + letters[at + 1]
    return letters


def lines(found: Sequence[Piece], size: float) -> list[list[Piece]]:
    """The pieces of a page line by line from its top."""
    by_line: list[list[Piece]] = []
    for piece in sorted(found, key=lambda piece: piece.down):
        if by_line and piece.down - by_line[-1][-1].down <= SAME_LINE * size:
            by_line[-1].append(piece)
        else:
            by_line.append([piece])
    return [sorted(line, key=lambda piece: piece.left) for line in by_line]


def shown(line: Sequence[Piece]) -> str:
    """The text of a line."""
    return " ".join(piece.text.strip() for piece in line)
