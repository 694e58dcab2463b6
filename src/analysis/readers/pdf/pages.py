"""Opens a PDF and gives the characters of each page with their positions, seen and hidden, and its bare text."""

from __future__ import annotations

import ctypes
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from analysis.readers.base import UnreadableFile
from analysis.readers.pdf import hidden

LARGEST = 14_400  # points: no page is longer, so text further out is no print's
BLANK = 32
_HYPHENS_AT_LINE_ENDS = str.maketrans({"\x02": "-", "\ufffe": "-"})  # how the library marks them


@dataclass(frozen=True)
class Characters:
    """Characters of one page in the order in which the file draws them.

    Edges in points: left and right from the page's left, `down` from its top, as a reader holds the page; `size` is
    the usual type size of the page.
    """

    code: np.ndarray
    left: np.ndarray
    right: np.ndarray
    down: np.ndarray
    size: float

    def __getitem__(self, which: np.ndarray | slice) -> Characters:
        return Characters(self.code[which], self.left[which], self.right[which], self.down[which], self.size)

    @property
    def ink(self) -> np.ndarray:
        """Which of them are not spaces."""
        return self.code != BLANK


@dataclass(frozen=True)
class Page:
    """A page: its characters that are seen and its bare text; all its characters; how many are hidden in which way;
    how many comments are put over it."""

    seen: Characters
    text: str
    whole: Characters
    hidden: Counter[str]
    comments: int


def open_pages(path: Path, name: str, read_hidden: bool = False) -> list[Page]:
    """Every page of a PDF; with `read_hidden`, hidden characters count as seen. Raises `UnreadableFile`."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise UnreadableFile(
            f"{name}: the PDF cannot be opened ({error}). Ask for it again, without a password, or as CSV."
        ) from None
    layered = hidden.layers(path)
    with document:
        pages = [_page(document, at, name, layered, read_hidden) for at in range(len(document))]
    if not pages:
        raise UnreadableFile(f"{name}: the PDF has no pages. Ask for it again.")
    return pages


def _page(document: pdfium.PdfDocument, at: int, name: str, layered: bool, read_hidden: bool) -> Page:
    try:
        page = document[at]
    except pdfium.PdfiumError as error:
        raise UnreadableFile(
            f"{name}, page {at + 1}: it cannot be opened ({error}). Ask for it again."
        ) from None
    text = page.get_textpage()
    try:
        boxes = _boxes(text)
        if len(boxes) and np.abs(boxes[:, 1:5]).max() > LARGEST:
            raise UnreadableFile(f"{name}, page {at + 1}: text is far outside of any page. Ask for it again.")
        turned = page.get_rotation()
        # A page on which nothing is drawn at all is blank paper; one with a picture only is a scan.
        bare = text.get_text_range() if pdfium_c.FPDFPage_CountObjects(page.raw) else "\f"
        comments = hidden.notes_on(page)
        kinds = hidden.of_page(page, text, boxes, layered)
        whole = seen = _upright(boxes, turned)
        if (kinds >= 0).any() and not read_hidden:
            seen = _upright(boxes[kinds < 0], turned)
            gone = set(boxes[kinds >= 0, 5].astype(int).tolist())
            codes = (
                pdfium_c.FPDFText_GetUnicode(text.raw, n) for n in range(text.count_chars()) if n not in gone
            )
            bare = joined(map(chr, codes))
        return Page(
            seen, bare.translate(_HYPHENS_AT_LINE_ENDS), whole, hidden.counted(kinds, boxes), comments
        )
    finally:
        text.close()
        page.close()


def _quick(function: Any, *given: type[Any]) -> Callable[..., int]:
    """A function of the library that takes addresses as plain numbers: called for each of a print's million
    characters, it takes half the time."""
    return ctypes.PYFUNCTYPE(ctypes.c_int, *given)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_code = _quick(pdfium_c.FPDFText_GetUnicode, ctypes.c_void_p, ctypes.c_int)
_loose_box = _quick(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def _boxes(text: pdfium.PdfTextPage) -> np.ndarray:
    """One line for each printed character: code, left, bottom, right, top in the page's own coordinates, its number.

    Loose boxes: tight ones put an apostrophe on a line of its own.
    """
    count = text.count_chars()
    if not count:
        return np.empty((0, 6))
    raw = repeat(ctypes.cast(text.raw, ctypes.c_void_p).value)
    # Filled by the library itself: left, top, right, bottom.
    rectangles = np.empty((count, 4), dtype=np.float32)
    first, each = rectangles.ctypes.data, rectangles.itemsize * 4
    deque(map(_loose_box, raw, range(count), range(first, first + each * count, each)), maxlen=0)
    codes = np.fromiter(map(_code, raw, range(count)), np.int64, count)
    # Line ends, and spaces that the library adds between characters, are its guess and not the file's text.
    kept = (codes != 0) & (codes != ord("\n")) & (codes != ord("\r"))
    for at in np.flatnonzero(codes == BLANK).tolist():
        kept[at] = pdfium_c.FPDFText_IsGenerated(text.raw, at) != 1
    left, top, right, bottom = rectangles.T
    return np.stack([codes, left, bottom, right, top, np.arange(count)], axis=1)[kept]


def _upright(boxes: np.ndarray, turned: int) -> Characters:
    """Characters where they are once the page is turned for reading by 0, 90, 180 or 270 degrees."""
    code, left, bottom, right, top, _ = boxes.T
    code = np.where(np.isin(code, [2, 0xFFFE]), ord("-"), code).astype(int)
    left, right, down, up = {
        0: (left, right, -bottom, -top),
        90: (bottom, top, right, left),
        180: (-right, -left, top, bottom),
        270: (-top, -bottom, -left, -right),
    }[turned]
    return Characters(code, left, right, down, float(np.median(down - up)) if len(code) else 0.0)


def joined(letters: Sequence[str] | map) -> str:
    """Text of characters, of which those beyond the first 65,536 came in halves."""
    text = "".join(letters)
    return (
        text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )


# What is said of pages ------------------------------------------------------------------------------------------


def notes_on_hidden(pages: Sequence[Page], name: str, are_read: bool) -> list[str]:
    """Notes on text that nobody sees on the page, and on comments. Raises `UnreadableFile` where there is no other."""
    commented = [number for number, page in enumerate(pages, 1) if page.comments]
    notes = [f"{ranges(commented)}: comments, which were not read"] if commented else []
    where = [
        f"page {number:,}: {said}"
        for number, page in enumerate(pages, 1)
        if (said := hidden.said(page.hidden))
    ]
    if not where:
        return notes
    shown = "; ".join(where[:8]) + (f" … on {len(where):,} pages in all" if len(where) > 8 else "")
    if are_read:
        return [f"LOOK: text that nobody sees on the page was read, as source.toml says: {shown}", *notes]
    if not any(page.seen.ink.any() for page in pages):
        raise UnreadableFile(
            f"{name}: all its text is hidden ({shown}), as in a scan with recognized text below the picture. Ask "
            f"for the file as CSV, or look at it and say {hidden.READ} in its [[file]] entry of source.toml."
        )
    return [
        f"LOOK: text that nobody sees on the page was left out: {shown}. It may undo a redaction. {hidden.READ} "
        "in the file's entry of source.toml would read it",
        *notes,
    ]


def refuse_scans(pages: Sequence[Page], name: str) -> list[str]:
    """Notes on blank paper at the end; any other page without text is an error."""
    written = [number for number, page in enumerate(pages, 1) if page.seen.ink.any()]
    last = max(written, default=0)
    empty = [number for number in range(1, len(pages) + 1) if number not in set(written)]
    paper = [number for number in empty if number > last and pages[number - 1].text == "\f"]
    scans = [number for number in empty if number not in paper]
    if scans or not written:
        raise UnreadableFile(
            f"{name}: {ranges(scans or paper)} of {len(pages):,}: no text there; it is a scan or blank. "
            "Ask for the file as CSV, or run text recognition by hand and check it."
        )
    return [f"blank paper: {ranges(paper)}"] if paper else []


def ranges(numbers: Sequence[int]) -> str:
    """Page numbers as people write them: pages 1-3, 7."""
    starts = [n for n in numbers if n - 1 not in set(numbers)]
    ends = [n for n in numbers if n + 1 not in set(numbers)]
    shown = [f"{a:,}" if a == b else f"{a:,}-{b:,}" for a, b in zip(starts, ends)]
    word = "page " if len(numbers) == 1 else "pages "
    return word + ", ".join(shown[:8]) + (" …" if len(shown) > 8 else "")
