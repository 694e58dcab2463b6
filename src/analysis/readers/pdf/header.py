"""Finds the header of a print, and the positions between its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.readers.base import IsHeader, no_known_header
from analysis.readers.pdf.pages import Characters, joined
from analysis.readers.pdf.pieces import SAME_LINE, WORD_GAP, spaced_letters

HEADER_LINES = 6  # lines that a header may be wrapped over
HEADER_WITHIN = 60  # lines of page one: cover notes above a header are shorter than this
# In type sizes, so that a print at any scale is read alike.
CELL_GAP = 0.8  # a wider gap in the header begins the next cell
CLOSE = 1.8  # lines of one header follow each other more closely
STEPS_A_POINT = 10  # in which white strips are looked for


@dataclass(frozen=True)
class _Cell:
    left: float
    right: float
    text: str

    def overlaps(self, other: _Cell) -> bool:
        return self.left < other.right and other.left < self.right


@dataclass(frozen=True)
class Header:
    """The column names of a print, the left and right edge of each, and the header's first and last line."""

    columns: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]
    top: float
    bottom: float


def find(page: Characters, name: str, is_header: IsHeader) -> Header:
    """The header on a page, wrapped over several lines or not. Raises `NoKnownHeader`."""
    order = np.argsort(page.down, kind="stable")
    breaks = np.flatnonzero(np.diff(page.down[order]) > SAME_LINE * page.size) + 1
    lines = [page[group] for group in np.split(order, breaks)[:HEADER_WITHIN]]
    lines = [line[np.argsort(line.left, kind="stable")] for line in lines]
    for first in range(len(lines)):
        for count in range(_most_lines(lines[first : first + HEADER_LINES]), 0, -1):
            cells = _stacked([cell for line in lines[first : first + count] for cell in _cells(line)])
            columns = tuple(cell.text for cell in cells)
            if is_header(columns):
                top, bottom = float(lines[first].down.min()), float(lines[first + count - 1].down.max())
                return Header(columns, tuple((cell.left, cell.right) for cell in cells), top, bottom)
    raise no_known_header(f"{name}, page 1", [[cell.text for cell in _cells(line)] for line in lines])


def _most_lines(lines: Sequence[Characters]) -> int:
    """The most of these lines that may be one header: lines close together, without any digit."""
    for count, (line, after) in enumerate(pairwise(lines), 1):
        digit = any(chr(code).isdigit() for code in after.code)
        if digit or after.down[0] - line.down[0] > CLOSE * after.size:
            return count
    return len(lines)


def _cells(line: Characters) -> Iterator[_Cell]:
    """The cells of one header line; a space before a name belongs to it, as in the export."""
    start = 0
    ink = np.flatnonzero(line.ink)
    for before, after in pairwise(ink.tolist()):
        if line.left[after] - line.right[before] > CELL_GAP * line.size:
            end = before + 1
            # Spaces that touch the word before end it; the others begin the next cell.
            while not line.ink[end] and line.left[end] - line.right[end - 1] < WORD_GAP * line.size:
                end += 1
            yield _cell(line[start:end])
            start = end
    if len(ink):
        yield _cell(line[start:])


def _cell(characters: Characters) -> _Cell:
    ink = np.flatnonzero(characters.ink)
    gap = characters.left[1:] - characters.right[:-1]
    text = joined(spaced_letters(characters, gap, np.array([], dtype=int))).rstrip()
    return _Cell(float(characters.left[ink[0]]), float(characters.right[ink[-1]]), text)


def _stacked(cells: Sequence[_Cell]) -> list[_Cell]:
    """Header cells from left to right, those above each other joined."""
    found: list[_Cell] = []
    for cell in sorted(cells, key=lambda cell: cell.left):
        if not any(other.overlaps(cell) for other in found):
            found.append(cell)
    stacks = [[cell for cell in cells if cell is top or top.overlaps(cell)] for top in found]
    return [
        _Cell(
            min(cell.left for cell in stack),
            max(cell.right for cell in stack),
            " ".join([stack[0].text, *(cell.text.strip() for cell in stack[1:])]),
        )
        for stack in stacks
    ]


def column_edges(header: Header, pages: Sequence[Characters]) -> np.ndarray:
    """The positions between columns: the widest strip between two header cells that is white on every page.

    Where no strip is white throughout, the one with least in it; words that cross it are found later.
    """
    ink = [page[page.ink] for page in pages]
    lefts, rights = np.concatenate([p.left for p in ink]), np.concatenate([p.right for p in ink])
    return np.array([
        _whitest(lefts, rights, before[1], after[0]) for before, after in pairwise(header.spans)
    ])  # fmt: skip


def _whitest(lefts: np.ndarray, rights: np.ndarray, start: float, stop: float) -> float:
    """The middle of the widest strip from `start` to `stop` over which the fewest characters reach."""
    steps = max(int((stop - start) * STEPS_A_POINT), 1)
    begin = np.floor((np.clip(lefts, start, stop) - start) * STEPS_A_POINT).astype(int)
    end = np.ceil((np.clip(rights, start, stop) - start) * STEPS_A_POINT).astype(int)
    change = np.bincount(begin, minlength=steps + 2) - np.bincount(end, minlength=steps + 2)
    over = np.cumsum(change)[:steps]
    white = np.concatenate(([0], over == over.min(), [0]))
    strips = np.flatnonzero(np.diff(white)).reshape(-1, 2)
    widest = strips[np.argmax(strips[:, 1] - strips[:, 0])]
    return start + float(widest.mean()) / STEPS_A_POINT
