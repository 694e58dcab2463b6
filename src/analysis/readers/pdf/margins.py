"""Takes what is printed around the records out of the pages: repeated headers, page numbers, dates of printing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.readers.pdf.pieces import Piece, lines, shown
from analysis.readers.pdf.records import ID, Row


def take_headers(pages: list[list[Piece]], header: Sequence[Piece], size: float) -> list[Row]:
    """Take headers that are printed again out of the pages (changed in place), one row for each."""
    texts = [shown(line) for line in lines(header, size)]
    found = []
    for number, pieces in enumerate(pages, 1):
        if not any(texts[0].startswith(piece.text.strip()) for piece in pieces):
            continue
        by_line = lines(pieces, size)
        for at in range(len(by_line) - len(texts) + 1):
            window = by_line[at : at + len(texts)]
            if [shown(line) for line in window] == texts:
                row = Row(number, [piece for line in window for piece in line], "repeated header")
                found.append(row)
                _take(pages, number, row.pieces)
    return found


def _take(pages: list[list[Piece]], number: int, pieces: Sequence[Piece]) -> None:
    gone = set(map(id, pieces))
    pages[number - 1] = [piece for piece in pages[number - 1] if id(piece) not in gone]


def take_margins(pages: list[list[Piece]], size: float) -> list[str]:
    """Take page numbers, dates of printing and addresses out of the margins (changed in place); notes on them.

    A line is a margin's if it is the first (or last) of every page in the same words, but for the page's
    own number, is nowhere else and holds no id.
    """
    notes = []
    for at, word in ((0, "top"), (-1, "bottom")):
        # The top of page one was taken with its header.
        numbers = [number for number, pieces in enumerate(pages, 1) if pieces and (at or number > 1)]
        while numbers and all(pages[number - 1] for number in numbers):
            if not _same_words([shown(lines(pages[n - 1], size)[at]) for n in numbers[:2]]):
                break  # as in most prints: two pages say so, and the others need no look
            by_line = {number: lines(pages[number - 1], size) for number in numbers}
            if not _is_margin(
                {number: shown(page[at]) for number, page in by_line.items()},
                {shown(line) for page in by_line.values() for line in page[1:-1]},
                len(pages),
            ):
                break
            for number in numbers:
                _take(pages, number, by_line[number][at])
            notes.append(f"a line at the {word} of the pages is not part of the table and was left out")
    return notes


def _same_words(texts: Sequence[str]) -> bool:
    """Whether lines are in the same words, but for numbers, and hold no id."""
    return not ID.search(texts[0]) and len({re.sub(r"\d+", "#", text) for text in texts}) == 1


def _is_margin(texts: dict[int, str], inside: set[str], last: int) -> bool:
    """Whether lines, by page, are a margin's; `inside` are the lines that are neither first nor last."""
    first, text = next(iter(texts.items()))
    if len(texts) == 1:
        return re.fullmatch(rf"(?i)page {first}( of {last})?", text) is not None
    if not _same_words(list(texts.values())) or inside & set(texts.values()):
        return False
    numbers = zip(*([int(n) for n in re.findall(r"\d+", text)] for text in texts.values()))
    return all(len(set(column)) == 1 or list(column) == list(texts) for column in numbers)
