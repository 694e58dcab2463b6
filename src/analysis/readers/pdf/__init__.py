"""Reads a printed table from a PDF's text layer: every sign is placed by where it stands on the page.

The header (usually on the first page only) says which columns there are; the strips that stay white on every
page say where they end. A record begins where the column of ids, or else of search times, begins a new one.

How a wrapped cell is put together again: a line that ends in a blank goes on in the next line. Where a print
keeps those blanks, any other line end is a line feed of the released cell, unless one long word (an id) was
broken at the column's edge. Where a print drops them, lines are joined by a blank, except a broken id, and
except where the next word would have had room: there the released cell had a line feed.

Whatever cannot be told apart is an error or a record set aside, never a guess. The document's title and
author are not read: they name staff, and the title may be another file's.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from analysis.readers.base import (
    Block,
    IsHeader,
    Reading,
    Rejected,
    Section,
    UnreadableFile,
    blocks_of,
    no_known_header,
)
from analysis.readers.pdf import hidden, second_reading
from analysis.wording import counted as said

HEADER_LINES = 6  # lines that a header may be wrapped over
HEADER_WITHIN = 60  # lines of page one: cover notes above a header are shorter than this
# All of these in type sizes, so that a print at any scale is read alike.
SAME_LINE = 0.4  # signs of one line differ in height by less
WORD_GAP = 0.2  # a wider gap without a blank in it is a blank
CELL_GAP = 0.8  # a wider gap in the header begins the next cell
CLOSE = 1.8  # lines of one header follow each other more closely
FAR = 4.5  # lines of one record follow each other more closely
APART = 2.2  # text that is no record's stands this far from the records
LARGEST = 14_400  # points: no page is longer, so text that stands further out is no print's
PER_POINT = 10  # steps in which white strips are looked for

ID = re.compile(r"(?<![\w/-])[0-9a-fA-F]{8}-")
TIME = re.compile(r"(?<![\w/.-])(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d\d-\d\d)(?![\w/])")
"""How the cells begin that every record of an audit has: its id, or else the time of its search."""

_WHOLE_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LINE_END_HYPHENS = str.maketrans(
    {"\x02": "-", "\ufffe": "-"}
)  # how the library marks a hyphen that ends a line
_BLANK = 32


@dataclass(frozen=True)
class _Signs:
    """All signs of one page in the order in which the file draws them.

    Edges in points: left and right from the page's left, `down` from its top, as a reader holds the page.
    """

    code: np.ndarray
    left: np.ndarray
    right: np.ndarray
    down: np.ndarray
    size: float

    def __getitem__(self, which: np.ndarray) -> _Signs:
        return _Signs(self.code[which], self.left[which], self.right[which], self.down[which], self.size)


@dataclass(frozen=True)
class _Piece:
    """Signs of one cell on one line; `split` where a word runs on into the next column."""

    column: int
    down: float
    left: float
    right: float
    text: str
    split: bool = False


@dataclass
class _Row:
    """The pieces of one record in reading order, and the page on which it begins."""

    page: int
    pieces: list[_Piece]
    why: str = ""  # why it is set aside, if it is

    @property
    def top(self) -> float:
        return min(piece.down for piece in self.pieces)


@dataclass(frozen=True)
class _Header:
    columns: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]  # left and right of each header cell
    top: float
    bottom: float


@dataclass(frozen=True)
class Page:
    """A page: its signs that are seen and its bare text; all its signs; how many are hidden in which way; comments."""

    signs: _Signs
    text: str
    whole: _Signs
    hidden: Counter[str]
    comments: int


def stream(path: Path, name: str, is_header: IsHeader, read_hidden: bool = False) -> Iterator[Block]:
    """A print block by block; it is read whole before the first. `read_hidden`: text that nobody sees is read too."""
    return blocks_of(read(path, name, is_header, read_hidden))


def read(path: Path, name: str, is_header: IsHeader, read_hidden: bool = False) -> Reading:
    """Read a printed audit; see `analysis.readers` for the contract.

    The second count looks at no position: it finds ids (or times) in the bare text of every page. Sampled pages
    are read a second time with another library. Raises
    `UnreadableFile` for pages without text (scans), for a first page without a known header, and where
    records cannot be told apart.
    """
    opened = open_pages(path, name, read_hidden)
    pages, texts = [page.signs for page in opened], [page.text for page in opened]
    unseen = _hidden(opened, name, read_hidden)
    blanks = _refuse_scans(pages, texts, name)
    header = _header(pages[0], name, is_header)
    first, size = pages[0], pages[0].size
    below = first.down > header.bottom + SAME_LINE * size
    printed = [first[below], *pages[1:]]
    edges = _edges(header, printed)
    _read_again(path, name, [page.whole for page in opened], edges)
    pieces = [_pieces(page, edges) for page in printed]
    again = _take_headers(pieces, _pieces(first[~below & (first.down >= header.top)], edges), size)
    margins = _take_margins(pieces, size)
    if not any(pieces):
        return Reading(name, (_section(header.columns, [], [])[0],), (), 0, (*blanks, *unseen))
    column, begins = _anchor(pieces, name)
    rows, how = _rows(pieces, column, begins, size, name)
    rows = sorted([*rows, *again], key=lambda row: (row.page, row.top))
    cells = _cells(rows, len(header.columns), size)
    # Headers and stray text begin with no id; both are lines of the file and are set aside below.
    counted = _counted(texts, begins, cells, column) + sum(bool(row.why) for row in rows)
    rows = list(map(_judged(size), rows))
    notes = [f"{said(len(pages), 'page')}; {how}", *blanks, *margins, *unseen]
    if again:
        notes.append(f"the header is printed again {len(again):,} times")
    section, rejected = _section(header.columns, rows, cells)
    return Reading(name, (section,), rejected, counted, tuple(notes))


# The file -----------------------------------------------------------------------------------------------------


def open_pages(path: Path, name: str, read_hidden: bool = False) -> list[Page]:
    """Every page of a PDF. Raises `UnreadableFile`."""
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
            raise UnreadableFile(
                f"{name}, page {at + 1}: text stands far outside of any page. Ask for it again."
            )
        turned = page.get_rotation()
        drawn = pdfium_c.FPDFPage_CountObjects(page.raw)
        # A page on which nothing is drawn at all is blank paper; one with a picture only is a scan.
        bare = text.get_text_range() if drawn else "\f"
        comments = hidden.notes_on(page)
        kinds = hidden.of_page(page, text, boxes, layered)
        whole = signs = _upright(boxes, turned)
        if (kinds >= 0).any() and not read_hidden:
            signs = _upright(boxes[kinds < 0], turned)
            gone = set(boxes[kinds >= 0, 5].astype(int).tolist())
            codes = (
                pdfium_c.FPDFText_GetUnicode(text.raw, n) for n in range(text.count_chars()) if n not in gone
            )
            bare = _whole("".join(map(chr, codes)))
        return Page(signs, bare.translate(_LINE_END_HYPHENS), whole, hidden.counted(kinds, boxes), comments)
    finally:
        text.close()
        page.close()


def _hidden(pages: Sequence[Page], name: str, are_read: bool) -> list[str]:
    """Notes on text that nobody sees on the page, and on comments. Raises `UnreadableFile` where there is no other."""
    where = {number: said for number, page in enumerate(pages, 1) if (said := hidden.said(page.hidden))}
    notes = [
        f"{ranges(commented)}: comments, which were not read"
        for commented in [[number for number, page in enumerate(pages, 1) if page.comments]]
        if commented
    ]
    if not where:
        return notes
    shown = "; ".join(f"page {number:,}: {said}" for number, said in list(where.items())[:8])
    more = f" … on {len(where):,} pages in all" if len(where) > 8 else ""
    if not are_read and not any((page.signs.code != _BLANK).any() for page in pages):
        raise UnreadableFile(
            f"{name}: all its text is hidden ({shown}{more}), as in a scan with recognized text below the picture. Ask "
            f"for the file as CSV, or look at it and say {hidden.READ} in its [[file]] entry of source.toml."
        )
    if are_read:
        return [
            f"LOOK: text that nobody sees on the page was read, as source.toml says: {shown}{more}",
            *notes,
        ]
    return [
        f"LOOK: text that nobody sees on the page was left out: {shown}{more}. It may undo a redaction. {hidden.READ} "
        "in the file's entry of source.toml would read it",
        *notes,
    ]


def _boxes(text: pdfium.PdfTextPage) -> np.ndarray:
    """One line for each printed sign: code, left, bottom, right, top in the page's own coordinates, its number.

    Loose boxes: tight ones put an apostrophe on a line of its own.
    """
    code, loose, byref = pdfium_c.FPDFText_GetUnicode, pdfium_c.FPDFText_GetLooseCharBox, ctypes.byref
    raw, count = text.raw, text.count_chars()
    if not count:
        return np.empty((0, 6))
    rectangles = np.empty(
        (count, 4), dtype=np.float32
    )  # filled by the library itself: left, top, right, bottom
    first, each = pdfium_c.FS_RECTF.from_buffer(rectangles), rectangles.itemsize * 4
    for at in range(count):
        loose(raw, at, byref(first, at * each))
    signs = np.array([code(raw, at) for at in range(count)])
    # Line ends, and blanks that the library adds between signs, are its guess and not the file's text.
    kept = (signs != 0) & (signs != ord("\n")) & (signs != ord("\r"))
    for at in np.flatnonzero(signs == _BLANK).tolist():
        kept[at] = pdfium_c.FPDFText_IsGenerated(raw, at) != 1
    left, top, right, bottom = rectangles.T
    return np.stack([signs, left, bottom, right, top, np.arange(count)], axis=1)[kept]


def _upright(boxes: np.ndarray, turned: int) -> _Signs:
    """Signs as they stand once the page is turned for reading by 0, 90, 180 or 270 degrees."""
    code, left, bottom, right, top, _ = boxes.T
    code = np.where(np.isin(code, [2, 0xFFFE]), ord("-"), code).astype(int)
    left, right, down, up = {
        0: (left, right, -bottom, -top),
        90: (bottom, top, right, left),
        180: (-right, -left, top, bottom),
        270: (-top, -bottom, -left, -right),
    }[turned]
    size = float(np.median(down - up)) if len(code) else 0.0
    return _Signs(code, left, right, down, size)


def _refuse_scans(pages: Sequence[_Signs], texts: Sequence[str], name: str) -> list[str]:
    """Notes on blank paper at the end; any other page without text is an error."""
    written = [at for at, page in enumerate(pages) if (page.code != _BLANK).any()]
    last = written[-1] if written else -1
    empty = [at + 1 for at in range(len(pages)) if at not in set(written)]
    paper = [number for number in empty if number > last + 1 and texts[number - 1] == "\f"]
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


def _read_again(path: Path, name: str, pages: Sequence[_Signs], edges: np.ndarray) -> None:
    """Hold sampled pages against another library's reading; any difference is an error."""
    ours = {}
    for at in second_reading.sample(len(pages)):
        page = pages[at][pages[at].code != _BLANK]
        halves = (page.code >= 0xDC00) & (page.code < 0xE000)  # the second half of a sign beyond 65,536
        starts = np.flatnonzero(~halves)
        letters = [_whole("".join(map(chr, part.tolist()))) for part in np.split(page.code, starts[1:])]
        ours[at] = (page.left, second_reading.columns(letters, page.left[starts], edges))
    try:
        said = second_reading.difference(path, ours, edges)
    except Exception as error:  # whatever keeps the other library from reading the file
        raise UnreadableFile(
            f"{name}: it could not be read a second time with another library ({type(error).__name__}). "
            "Ask for the file as CSV."
        ) from None
    if said:
        raise UnreadableFile(f"{name}, {said}: two libraries read it differently. Ask for the file as CSV.")


# The header and the columns -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    left: float
    right: float
    text: str


def _header(page: _Signs, name: str, is_header: IsHeader) -> _Header:
    """The header's cells and where they stand; it may be wrapped over several lines."""
    lines = _lines(page)[:HEADER_WITHIN]
    for first in range(len(lines)):
        for count in _heights(lines[first : first + HEADER_LINES]):
            cells = _stacked([cell for line in lines[first : first + count] for cell in _header_cells(line)])
            if is_header([cell.text for cell in cells]):
                top, bottom = float(lines[first].down.min()), float(lines[first + count - 1].down.max())
                spans = tuple((cell.left, cell.right) for cell in cells)
                return _Header(tuple(cell.text for cell in cells), spans, top, bottom)
    raise no_known_header(f"{name}, page 1", [[cell.text for cell in _header_cells(line)] for line in lines])


def _heights(lines: Sequence[_Signs]) -> range:
    """Numbers of lines that may be one header, the most first: lines close together, without any digit."""
    count = 1
    while count < len(lines) and not any(chr(code).isdigit() for code in lines[count].code):
        if lines[count].down[0] - lines[count - 1].down[0] > CLOSE * lines[count].size:
            break
        count += 1
    return range(count, 0, -1)


def _lines(page: _Signs) -> list[_Signs]:
    """A page's lines from its top, each from left to right."""
    order = np.argsort(page.down, kind="stable")
    breaks = np.flatnonzero(np.diff(page.down[order]) > SAME_LINE * page.size) + 1
    lines = [page[group] for group in np.split(order, breaks)]
    return [line[np.argsort(line.left, kind="stable")] for line in lines]


def _header_cells(line: _Signs) -> Iterator[_Words]:
    """The cells of one header line; a blank that stands before a name belongs to it, as in the export."""
    start = 0
    ink = np.flatnonzero(line.code != _BLANK)
    for before, after in pairwise(ink.tolist()):
        if line.left[after] - line.right[before] > CELL_GAP * line.size:
            end = before + 1
            # Blanks that touch the word before end it; the others begin the next cell.
            while line.code[end] == _BLANK and line.left[end] - line.right[end - 1] < WORD_GAP * line.size:
                end += 1
            yield _words(line, start, end)
            start = end
    if len(ink):
        yield _words(line, start, len(line.code))


def _words(line: _Signs, start: int, end: int) -> _Words:
    part = line[np.arange(start, end)]
    ink = np.flatnonzero(part.code != _BLANK)
    letters = _letters(part, part.left[1:] - part.right[:-1], np.array([], dtype=int))
    return _Words(float(part.left[ink[0]]), float(part.right[ink[-1]]), _whole("".join(letters)).rstrip())


def _stacked(cells: Sequence[_Words]) -> list[_Words]:
    """Header cells from left to right, those that stand above each other joined."""
    found: list[_Words] = []
    for cell in sorted(cells, key=lambda cell: cell.left):
        at = next((at for at, one in enumerate(found) if _overlap(one, cell)), None)
        if at is None:
            found.append(cell)
    joined = []
    for one in found:
        parts = [cell for cell in cells if cell is one or _overlap(one, cell)]
        text = " ".join([parts[0].text, *(part.text.strip() for part in parts[1:])])
        joined.append(_Words(min(p.left for p in parts), max(p.right for p in parts), text))
    return joined


def _overlap(one: _Words, other: _Words) -> bool:
    return one.left < other.right and other.left < one.right


def _edges(header: _Header, pages: Sequence[_Signs]) -> np.ndarray:
    """The places between columns: the widest strip between two header cells that is white on every page.

    Where no strip is white throughout, the one with least in it; words that cross it are found later.
    """
    ink = [page[page.code != _BLANK] for page in pages]
    lefts, rights = (np.concatenate([getattr(page, side) for page in ink]) for side in ("left", "right"))
    limits = [(before[1], after[0]) for before, after in pairwise(header.spans)]
    return np.array([_whitest(lefts, rights, *between) for between in limits])


def _whitest(lefts: np.ndarray, rights: np.ndarray, start: float, stop: float) -> float:
    """The middle of the widest strip from `start` to `stop` over which the fewest signs reach."""
    steps = max(int((stop - start) * PER_POINT), 1)
    begin = np.floor((np.clip(lefts, start, stop) - start) * PER_POINT).astype(int)
    end = np.ceil((np.clip(rights, start, stop) - start) * PER_POINT).astype(int)
    change = np.bincount(begin, minlength=steps + 2) - np.bincount(end, minlength=steps + 2)
    over = np.cumsum(change)[:steps]
    white = np.concatenate(([0], over == over.min(), [0]))
    strips = np.flatnonzero(np.diff(white)).reshape(-1, 2)
    widest = strips[np.argmax(strips[:, 1] - strips[:, 0])]
    return start + float(widest.mean()) / PER_POINT


# Signs to pieces ----------------------------------------------------------------------------------------------


def _pieces(page: _Signs, edges: np.ndarray) -> list[_Piece]:
    """Signs put together that one cell has on one line, in the order in which the file draws them."""
    if not len(page.code):
        return []
    column = _columns(page, edges)
    gap, same_line = _steps(page)
    onward = same_line & (gap > -page.size)
    new = np.flatnonzero(~onward | (column[1:] != column[:-1])) + 1
    crossing = set(
        (np.flatnonzero(onward & (column[1:] != column[:-1]) & (gap < WORD_GAP * page.size)) + 1).tolist()
    )
    letters = _letters(page, gap, new)
    ink = page.code != _BLANK
    found = []
    for start, stop in pairwise([0, *new.tolist(), len(page.code)]):
        text = _whole("".join(letters[start:stop]))
        if text.strip():
            here = np.flatnonzero(ink[start:stop])
            left, right = float(page.left[start + here[0]]), float(page.right[start + here[-1]])
            split = start in crossing or stop in crossing
            found.append(_Piece(int(column[start]), float(page.down[start]), left, right, text, split))
    return found


def _steps(page: _Signs) -> tuple[np.ndarray, np.ndarray]:
    """From each sign to the next: the width of the gap, and whether they stand on one line."""
    return page.left[1:] - page.right[:-1], np.abs(np.diff(page.down)) <= SAME_LINE * page.size


def _letters(page: _Signs, gap: np.ndarray, new: np.ndarray) -> list[str]:
    """The signs of a page; a gap inside a piece without a sign in it is a blank before the next sign."""
    letters = list(map(chr, page.code.tolist()))
    wide = (gap > WORD_GAP * page.size) & (page.code[1:] != _BLANK) & (page.code[:-1] != _BLANK)
    wide[new - 1] = False
    for at in (np.flatnonzero(wide) + 1).tolist():
        letters[at] = " " + letters[at]
    for at, more in _further_blanks(page, gap, new):
        letters[at] = " " * more + letters[at]
    return letters


def _further_blanks(page: _Signs, gap: np.ndarray, new: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where the library gave one blank for several that the file draws: the sign after it, and how many more."""
    width = np.maximum((page.right - page.left)[:-1], WORD_GAP * page.size)
    after_blank = (page.code[:-1] == _BLANK) & (page.code[1:] != _BLANK) & (gap > 0.7 * width)
    after_blank[new - 1] = False
    for at in np.flatnonzero(after_blank).tolist():
        yield at + 1, round(float(gap[at] / width[at]))


def _whole(text: str) -> str:
    """Text whose signs beyond the first 65,536 came in halves."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _columns(page: _Signs, edges: np.ndarray) -> np.ndarray:
    """The column of each sign; a blank goes with the sign that it touches, first of all the one before it."""
    column = np.searchsorted(edges, page.left, side="right")
    gap, same_line = _steps(page)
    touches = same_line & (gap > -page.size) & (gap < WORD_GAP * page.size) & (page.code[1:] == _BLANK)
    own = np.where(np.concatenate(([False], touches)), 0, np.arange(len(column)))
    return column[np.maximum.accumulate(own)]


# What is printed around the records ---------------------------------------------------------------------------


def _printed_lines(pieces: Sequence[_Piece], size: float) -> list[list[_Piece]]:
    """The pieces of a page line by line from its top."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.down):
        if lines and piece.down - lines[-1][-1].down <= SAME_LINE * size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.left) for line in lines]


def _shown(line: Sequence[_Piece]) -> str:
    return " ".join(piece.text.strip() for piece in line)


def _take_headers(pages: list[list[_Piece]], header: Sequence[_Piece], size: float) -> list[_Row]:
    """Take headers that are printed again out of the pages (changed in place), one row for each."""
    shown = [_shown(line) for line in _printed_lines(header, size)]
    found = []
    for number, pieces in enumerate(pages, 1):
        if not any(shown[0].startswith(piece.text.strip()) for piece in pieces):
            continue
        lines = _printed_lines(pieces, size)
        for at in range(len(lines) - len(shown) + 1):
            window = lines[at : at + len(shown)]
            if [_shown(line) for line in window] == shown:
                found.append(_Row(number, [piece for line in window for piece in line], "repeated header"))
        gone = {id(piece) for row in found if row.page == number for piece in row.pieces}
        pages[number - 1] = [piece for piece in pieces if id(piece) not in gone]
    return found


def _take_margins(pages: list[list[_Piece]], size: float) -> list[str]:
    """Take page numbers, dates of printing and addresses out of the margins (changed in place); notes on them.

    A line is a margin's if it is the first (or last) of every page in the same words, but for the page's
    own number, stands nowhere else and holds no id.
    """
    notes = []
    for place, word in ((0, "top"), (-1, "bottom")):
        # The top of page one was taken with its header.
        numbers = [number for number, pieces in enumerate(pages, 1) if pieces and (place or number > 1)]
        while numbers and all(pages[number - 1] for number in numbers):
            if not _may_be_margin([_shown(_printed_lines(pages[n - 1], size)[place]) for n in numbers[:2]]):
                break  # as in most prints: two pages say so, and the others need no look
            lines = {number: _printed_lines(pages[number - 1], size) for number in numbers}
            if not _is_margin(
                {number: _shown(lines[number][place]) for number in numbers}, lines, len(pages)
            ):
                break
            for number in numbers:
                gone = {id(piece) for piece in lines[number][place]}
                pages[number - 1] = [piece for piece in pages[number - 1] if id(piece) not in gone]
            notes.append(f"a line at the {word} of the pages is not part of the table and was left out")
    return notes


def _may_be_margin(texts: Sequence[str]) -> bool:
    """Whether lines are in the same words, but for numbers, and hold no id."""
    return not ID.search(texts[0]) and len({re.sub(r"\d+", "#", text) for text in texts}) == 1


def _is_margin(texts: dict[int, str], lines: dict[int, list[list[_Piece]]], last: int) -> bool:
    first, text = next(iter(texts.items()))
    if len(texts) == 1:
        return re.fullmatch(rf"(?i)page {first}( of {last})?", text) is not None
    numbers = {number: [int(n) for n in re.findall(r"\d+", text)] for number, text in texts.items()}
    if not _may_be_margin(list(texts.values())) or any(
        len(found) != len(numbers[first]) for found in numbers.values()
    ):
        return False
    counts = all(len(set(column)) == 1 or list(column) == list(numbers) for column in zip(*numbers.values()))
    inside = {_shown(line) for page in lines.values() for line in page[1:-1]}
    return counts and not inside & set(texts.values())


# Records ------------------------------------------------------------------------------------------------------


def _anchor(pages: Sequence[Sequence[_Piece]], name: str) -> tuple[int, re.Pattern[str]]:
    """The column whose cells begin a record, and how they begin.

    Ids before times; of several columns of times the one with fewest, since a time frame holds two a record.
    Columns with a third of the most are considered, so that a date typed into a reason is not.
    """
    for begins in (ID, TIME):
        count: dict[int, int] = {}
        for piece in (piece for pieces in pages for piece in pieces if begins.match(piece.text.strip())):
            count[piece.column] = count.get(piece.column, 0) + 1
        usual = {column: n for column, n in count.items() if n >= max(count.values()) / 3}
        if usual:
            return min(usual, key=lambda column: (usual[column], column)), begins
    raise UnreadableFile(
        f"{name}: no column of ids or times stands under the header, so records cannot be told apart. "
        "Ask for the file as CSV."
    )


def _rows(
    pages: Sequence[Sequence[_Piece]], column: int, begins: re.Pattern[str], size: float, name: str
) -> tuple[list[_Row], str]:
    """The records of all pages, and how they were told apart."""

    def is_start(piece: _Piece) -> bool:
        return piece.column == column and begins.match(piece.text.strip()) is not None

    rows = _rows_as_drawn(pages, is_start, size)
    if rows is not None:
        return rows, "cells placed by position, records in the order in which they are drawn"
    return _rows_by_height(pages, is_start, size, name), "cells and records placed by position"


IsStart = Callable[[_Piece], bool]


def _rows_as_drawn(pages: Sequence[Sequence[_Piece]], is_start: IsStart, size: float) -> list[_Row] | None:
    """Records of a file that draws one after the other, cell by cell; None where a file does not.

    The next record begins where the column drops back. Each must hold one start and stand below the one
    before; what stands close above a page's first start goes on from the page before. Text far from all
    records, such as a stamp, is a row of its own, to be set aside.
    """
    rows: list[_Row] = []
    for number, pieces in enumerate(pages, 1):
        groups = _groups(pieces)
        starts = [sum(map(is_start, group)) for group in groups]
        records = [group for group, count in zip(groups, starts) if count]
        if max(starts, default=0) > 1 or not _in_order(records, size):
            return None
        for at, (group, count) in enumerate(zip(groups, starts)):
            if count:
                rows.append(_Row(number, list(group)))
            elif _is_apart(group, records, size):
                rows.append(_Row(number, list(group), "unreadable record"))
            elif at == 0 and rows:
                rows[-1].pieces += [replace(piece, down=piece.down + _NEXT_PAGE) for piece in group]
            else:
                return None
    return rows


def _groups(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Pieces in the order in which they are drawn, a new group wherever the column drops back."""
    groups: list[list[_Piece]] = []
    for piece in pieces:
        if groups and piece.column >= groups[-1][-1].column:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _is_apart(group: Sequence[_Piece], records: Sequence[Sequence[_Piece]], size: float) -> bool:
    heights = [piece.down for record in records for piece in record]
    return all(abs(piece.down - height) > APART * size for piece in group for height in heights)


_NEXT_PAGE = 1e6  # points: lines that go on on the next page stand below all others


def _in_order(groups: Sequence[Sequence[_Piece]], size: float) -> bool:
    heights = [(min(p.down for p in group), max(p.down for p in group)) for group in groups]
    return all(after[0] > before[1] + SAME_LINE * size for before, after in pairwise(heights))


def _rows_by_height(
    pages: Sequence[Sequence[_Piece]], is_start: IsStart, size: float, name: str
) -> list[_Row]:
    """Records of a file that draws line by line: cells hang from the top of their row, or all stand on its bottom."""
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
            f"{name}, page {which}: the lines of neighboring records cannot be told apart. Ask for the file as CSV."
        )
    rows = []
    for number, (heights, pieces) in enumerate(zip(starts, pages), 1):
        mine = [_Row(number, []) for _ in heights]
        for piece in sorted(pieces, key=lambda piece: (piece.down, piece.left)):
            if any(above):
                at = int(np.searchsorted(heights, piece.down - near))
            else:
                at = int(np.searchsorted(heights, piece.down + near, side="right")) - 1
            mine[at].pieces.append(piece)
        rows += mine
    return rows


def _judged(size: float) -> Callable[[_Row], _Row]:
    """Marks a record that cannot be trusted: a word runs into the next column, or a line stands far off."""

    def judge(row: _Row) -> _Row:
        heights = sorted(piece.down for piece in row.pieces)
        far = any(FAR * size < b - a < _NEXT_PAGE / 2 for a, b in pairwise(heights))
        split = any(piece.split for piece in row.pieces)
        return replace(row, why="unreadable record") if (far or split) and not row.why else row

    return judge


# Cells --------------------------------------------------------------------------------------------------------


def _cells(rows: Sequence[_Row], columns: int, size: float) -> list[list[str]]:
    """The text of every cell; how lines are joined stands at the top of this module."""
    parts = [[[p for p in row.pieces if p.column == at] for at in range(columns)] for row in rows]
    limits = [max((p.right for row in parts for p in row[at]), default=0.0) for at in range(columns)]
    keeps_blanks = any(p.text[-1].isspace() for row in parts for cell in row for p in cell[:-1])
    return [[_joined(cell, limit, size, keeps_blanks) for cell, limit in zip(row, limits)] for row in parts]


def _joined(cell: Sequence[_Piece], limit: float, size: float, keeps_blanks: bool) -> str:
    text = cell[0].text if cell else ""
    for line, after in pairwise(cell):
        text += _between(line, after, limit, size, keeps_blanks) + after.text
    return text


def _between(line: _Piece, after: _Piece, limit: float, size: float, keeps_blanks: bool) -> str:
    """What stood between two lines of a cell: nothing, a blank or a line feed."""
    if abs(line.down - after.down) <= SAME_LINE * size or line.text[-1].isspace():
        return "" if line.text[-1].isspace() else " "
    if _is_broken_word(line, after, limit, size, keeps_blanks):
        return ""
    if keeps_blanks:
        return "\n"
    word = after.text.split()[0]
    room = (after.right - after.left) * len(word) / len(after.text.rstrip())
    return "\n" if line.right + WORD_GAP * size + room < limit - size else " "


def _is_broken_word(line: _Piece, after: _Piece, limit: float, size: float, keeps_blanks: bool) -> bool:
    """Whether a line is all of one word that reached the column's edge and goes on below."""
    begun, rest = line.text.strip(), after.text.split()[0]
    if _WHOLE_ID.fullmatch(begun + rest):
        return True
    if " " in begun or (line.right < limit - size and not begun.endswith("-")):
        return False
    # Without blanks at line ends a full line may be a whole word: only codes are put together.
    return keeps_blanks or (bool(re.search(r"[\d-]", begun)) and bool(re.fullmatch(r"[\w-]+", begun + rest)))


# The result ---------------------------------------------------------------------------------------------------


def _counted(
    texts: Sequence[str], begins: re.Pattern[str], cells: Sequence[Sequence[str]], column: int
) -> int:
    """Records counted in the bare text of all pages: beginnings of ids (or times), less those in other cells."""
    everywhere = sum(len(begins.findall(text)) for text in texts)
    others = sum(len(begins.findall(cell)) for row in cells for at, cell in enumerate(row) if at != column)
    return everywhere - others


def _section(
    columns: tuple[str, ...], rows: Sequence[_Row], cells: Sequence[Sequence[str]]
) -> tuple[Section, tuple[Rejected, ...]]:
    kept = [at for at, row in enumerate(rows) if not row.why]
    rejected = tuple(
        Rejected(at + 1, row.why, " ".join(piece.text.strip() for piece in row.pieces), row.page)
        for at, row in enumerate(rows)
        if row.why
    )
    table = pa.table(
        {
            str(column): pa.array([cells[at][column] for at in kept], pa.string())
            for column in range(len(columns))
        }
    )
    record = pa.array([at + 1 for at in kept], pa.int64())
    return Section(columns, table, record, pa.array([rows[at].page for at in kept], pa.int64())), rejected
