"""Reads sampled pages of a print again with another library, character by character, and refuses any difference.

Both libraries are told where the columns end; each finds for itself which characters a page holds and where they are.
Spaces are left out, since one library guesses them, and so is the order of characters, which is each library's own.
"""

from __future__ import annotations

import logging
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.readers.base import UnreadableFile
from analysis.readers.pdf.pages import Characters, joined

SAMPLED = 5


def check(path: Path, name: str, pages: Sequence[Characters], edges: np.ndarray) -> None:
    """Hold sampled pages against another library's reading. Raises `UnreadableFile` where they differ."""
    try:
        difference = _difference(path, pages, edges)
    except Exception as error:  # whatever keeps the other library from reading the file
        raise UnreadableFile(
            f"{name}: it could not be read a second time with another library ({type(error).__name__}). "
            "Ask for the file as CSV."
        ) from None
    if difference:
        raise UnreadableFile(
            f"{name}, {difference}: two libraries read it differently. Ask for the file as CSV."
        )


def sample(pages: int) -> list[int]:
    """The pages to read twice: the first, the last and some between, counted from 0."""
    return sorted({round(at) for at in np.linspace(0, pages - 1, SAMPLED)})


def _difference(path: Path, pages: Sequence[Characters], edges: np.ndarray) -> str:
    """The first page on which the readings differ and how, or ""."""
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    sampled = sample(len(pages))
    with path.open("rb") as file:  # closing the document itself would look through all pages once more
        document = pdfplumber.open(file, pages=[at + 1 for at in sampled])
        for at, page in zip(sampled, document.pages):
            lefts = pages[at][pages[at].ink].left
            mine = _by_column(*_letters(pages[at]), edges)
            # A bold character may be drawn twice; taking those out is slow, and done where the readings differ.
            for drawn in (_drawn, _drawn_once):
                inked = [(text, left) for text, left in drawn(page) if text.strip()]
                places = np.array([left for _, left in inked])
                if len(places) and len(lefts):
                    places += lefts.min() - places.min()  # the libraries count from different corners
                theirs = _by_column([text for text, _ in inked], places, edges)
                if theirs == mine:
                    break
            else:
                column, count = next(
                    (number, ((ours - others) + (others - ours)).total())
                    for number, (ours, others) in enumerate(zip(mine, theirs), 1)
                    if ours != others
                )
                return f"page {at + 1}: in column {column}, {count:,} characters are not the same"
    return ""


def _drawn(page: Any) -> Iterator[tuple[str, float]]:
    """Every character that the other library finds on a page, and its left edge."""
    from pdfminer.layout import LTChar, LTContainer

    waiting = [page.layout]
    while waiting:
        for item in waiting.pop():
            if isinstance(item, LTChar):
                yield item.get_text(), item.x0
            elif isinstance(item, LTContainer):
                waiting.append(item)


def _drawn_once(page: Any) -> Iterator[tuple[str, float]]:
    """The same, without characters that are drawn twice at one place."""
    return ((character["text"], character["x0"]) for character in page.dedupe_chars().chars)


def _letters(page: Characters) -> tuple[list[str], np.ndarray]:
    """The characters of a page that are no spaces, those beyond 65,536 put together of their halves, and their left
    edges."""
    page = page[page.ink]
    second_half = (page.code >= 0xDC00) & (page.code < 0xE000)
    starts = np.flatnonzero(~second_half)
    letters = [joined(map(chr, codes.tolist())) for codes in np.split(page.code, starts[1:])]
    return letters, page.left[starts]


def _by_column(letters: Sequence[str], lefts: np.ndarray, edges: np.ndarray) -> list[Counter[str]]:
    """For each column of a page how often each character is in it; `edges` are the positions between columns."""
    found: list[Counter[str]] = [Counter() for _ in range(len(edges) + 1)]
    hyphens = dict.fromkeys(map(ord, "\u00ad\u2010\u2011"), "-")
    for letter, column in zip(letters, np.searchsorted(edges, lefts, side="right").tolist()):
        plain = unicodedata.normalize("NFKC", letter).translate(hyphens)  # ligatures as letters
        found[column].update(character for character in plain if not character.isspace())
    return found
