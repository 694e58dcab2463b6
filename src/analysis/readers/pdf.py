"""Reads a printed table from a PDF's text layer: every sign is placed by where it stands on the page.

The header stands on the first page only, and teaches where each column begins. A record's cells may wrap over
several lines; its rows are told apart by the column that has one line a record. A line that was broken by the
page's width ends in a blank; a line feed of the released cell does not, so cells come back as released.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from analysis.readers import IsHeader, Reading, Section, UnreadableFile

SAME_LINE = 2.5  # points: signs of one line differ in height by less
NEW_CELL = 0.8  # of the type size: a wider gap in the header begins the next cell
LEFT_OF_HEADER = 3.0  # points: cells begin this much to the left of their header at most


@dataclass(frozen=True)
class _Sign:
    """One character: left and right edge, and its line's height from the page's top, in points."""

    text: str
    left: float
    right: float
    down: float
    size: float


@dataclass(frozen=True)
class _Line:
    """The signs of one cell that stand on one line."""

    column: int
    down: float
    right: float
    text: str


def read(path: Path, name: str, is_header: IsHeader) -> Reading:
    """Read a printed audit; see `analysis.readers` for the contract.

    Raises `UnreadableFile` for pages without text (scans), for a first page without a known header, and when
    the records found by position are not as many as those found in the text alone.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise UnreadableFile(f"{name}: the PDF cannot be opened ({error}). Ask for it again.") from None
    with document:
        _refuse_scans(document, name)
        columns, edges, below = _header(_signs(document[0]), name, is_header)
        cells, pages, anchor = _all_rows(document, edges, below, name)
        counted = _count_in_text(document, [row[anchor] for row in cells[:1]])
    texts = {str(at): pa.array([row[at] for row in cells], pa.string()) for at in range(len(columns))}
    record = pa.array(range(1, len(cells) + 1), pa.int64())
    section = Section(tuple(columns), pa.table(texts), record, pa.array(pages, pa.int64()))
    notes = (f"{len(document_pages(pages)):,} pages; cells placed by position",)
    return Reading(name, (section,), (), counted, notes)


def document_pages(pages: Sequence[int]) -> set[int]:
    """The pages that hold records."""
    return set(pages)


def _refuse_scans(document: pdfium.PdfDocument, name: str) -> None:
    empty = [at + 1 for at in range(len(document)) if not _has_text(document[at])]
    if empty:
        shown = ", ".join(map(str, empty[:8])) + (" …" if len(empty) > 8 else "")
        raise UnreadableFile(
            f"{name}: {len(empty)} of {len(document)} pages hold no text (pages {shown}); they are pictures. "
            "Ask for the file as CSV: text recognition would have to be checked by hand."
        )


def _has_text(page: pdfium.PdfPage) -> bool:
    text = page.get_textpage()
    has = text.count_chars() > 0
    text.close()
    page.close()
    return has


# Signs and their places ---------------------------------------------------------------------------------------


def _signs(page: pdfium.PdfPage) -> list[_Sign]:
    """Every printed sign of a page as a reader sees it, whatever way the page is turned."""
    text = page.get_textpage()
    turned: int = page.get_rotation()
    width, height = page.get_size()
    found = []
    for at in range(text.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text.raw, at)
        # Blanks and line ends that the library adds between signs are its guess, not the file's text.
        if code in (0, 10, 13) or pdfium_c.FPDFText_IsGenerated(text.raw, at) == 1:
            continue
        left, bottom, right, top = _upright(text.get_charbox(at, loose=True), turned, width, height)
        found.append(_Sign(chr(code), left, right, height - bottom, top - bottom))
    text.close()
    page.close()
    return found


Box = tuple[float, float, float, float]


def _upright(box: Box, turned: int, width: float, height: float) -> Box:
    """A box in the page's own coordinates, as it stands once the page is turned for reading."""
    left, bottom, right, top = box
    if turned == 90:
        return bottom, height - right, top, height - left
    if turned == 180:
        return width - right, height - top, width - left, height - bottom
    if turned == 270:
        return width - top, left, width - bottom, right
    return box


def _lines_of(signs: Sequence[_Sign]) -> list[list[_Sign]]:
    """Signs grouped into lines from the top, each from left to right."""
    lines: list[list[_Sign]] = []
    for sign in sorted(signs, key=lambda s: s.down):
        if lines and abs(lines[-1][0].down - sign.down) <= SAME_LINE:
            lines[-1].append(sign)
        else:
            lines.append([sign])
    return [sorted(line, key=lambda s: s.left) for line in lines]


def _written(signs: Sequence[_Sign]) -> str:
    """The text of signs on one line; a gap without a sign in it is a blank."""
    parts, before = [], None
    for sign in signs:
        if before and sign.left - before.right > 0.25 * sign.size and not before.text.isspace():
            parts.append(" ")
        parts.append(sign.text)
        before = sign
    return "".join(parts)


# The header ---------------------------------------------------------------------------------------------------


def _header(signs: list[_Sign], name: str, is_header: IsHeader) -> tuple[list[str], list[float], float]:
    """The header's cells, the left edge of each column, and the height below which records begin."""
    lines = _lines_of(signs)[:20]
    for line in lines:
        cells = list(_header_cells(line))
        names = [_written(cell).strip() for cell in cells]
        if is_header(names):
            return names, [cell[0].left - LEFT_OF_HEADER for cell in cells], line[0].down
    seen = "; ".join(_written(line)[:60] for line in lines[:5])
    raise UnreadableFile(
        f"{name}, page 1: no known header; the page begins with {seen!r}. If this is a search audit, ask for it "
        "as CSV; otherwise take the file away."
    )


def _header_cells(line: Sequence[_Sign]) -> Iterator[list[_Sign]]:
    cell: list[_Sign] = []
    right = 0.0
    for sign in line:
        if sign.text.isspace() and not cell:
            continue
        if cell and not sign.text.isspace() and sign.left - right > NEW_CELL * sign.size:
            yield cell
            cell = []
        cell.append(sign)
        right = right if sign.text.isspace() else sign.right
    yield cell


# Records ------------------------------------------------------------------------------------------------------


def _all_rows(
    document: pdfium.PdfDocument, edges: list[float], below: float, name: str
) -> tuple[list[list[str]], list[int], int]:
    cells: list[list[str]] = []
    pages: list[int] = []
    anchor = -1
    for at in range(len(document)):
        signs = [sign for sign in _signs(document[at]) if at or sign.down > below + SAME_LINE]
        lines = _cell_lines(signs, edges)
        if anchor < 0:
            anchor = _anchor(lines)
        rows = _rows(lines, anchor, edges)
        if not rows:
            raise UnreadableFile(
                f"{name}, page {at + 1}: text, but no record in it. Ask for the file as CSV."
            )
        cells += rows
        pages += [at + 1] * len(rows)
    return cells, pages, anchor


def _cell_lines(signs: Sequence[_Sign], edges: Sequence[float]) -> list[_Line]:
    """Each line of a page cut into cells: a sign belongs to the last column that begins left of it."""
    found = []
    for line in _lines_of(signs):
        by_column: dict[int, list[_Sign]] = {}
        for sign in line:
            column = max((at for at, edge in enumerate(edges) if edge <= sign.left), default=0)
            by_column.setdefault(column, []).append(sign)
        for column, group in by_column.items():
            text = _written(group)
            if text.strip():
                right = max(sign.right for sign in group if not sign.text.isspace())
                found.append(_Line(column, line[0].down, right, text.lstrip()))
    return found


def _anchor(lines: Sequence[_Line]) -> int:
    """The column with one line a record: of those with the usual number of lines, the one with longest text."""
    count = Counter(line.column for line in lines)
    usual = Counter(count.values()).most_common(1)[0][0]
    length = Counter[int]()
    for line in lines:
        length[line.column] += len(line.text)
    return max((column for column in count if count[column] == usual), key=lambda column: length[column])


def _rows(lines: Sequence[_Line], anchor: int, edges: Sequence[float]) -> list[list[str]]:
    """Records of a page: lines go to the record whose anchor closes (or opens) the band they stand in."""
    heights = sorted(line.down for line in lines if line.column == anchor)
    if not heights:
        return []
    # Cells hang from the bottom of their row where lines stand above the first anchor, else from its top.
    from_bottom = any(line.down < heights[0] - SAME_LINE for line in lines)
    rows: list[dict[int, list[_Line]]] = [{} for _ in heights]
    for line in lines:
        if from_bottom:
            at = sum(height < line.down - SAME_LINE for height in heights)
        else:
            at = sum(height <= line.down + SAME_LINE for height in heights) - 1
        rows[min(at, len(rows) - 1)].setdefault(line.column, []).append(line)
    limits = [*edges[1:], float("inf")]
    return [[_cell(row.get(column, []), limits[column]) for column in range(len(edges))] for row in rows]


def _cell(lines: Sequence[_Line], limit: float) -> str:
    """A cell's lines joined as they were released.

    After a blank the next line goes on; a word broken at the column's right edge is put together; any other
    line end is a line feed of the cell.
    """
    text = ""
    for line in lines:
        text += line.text
        if line is not lines[-1] and not line.text.endswith(" "):
            broken = " " not in line.text and line.right > limit - 4 * LEFT_OF_HEADER
            text += "" if broken else "\n"
    return text


# The second count ---------------------------------------------------------------------------------------------


def _count_in_text(document: pdfium.PdfDocument, first: Sequence[str]) -> int:
    """Records counted in the bare text of all pages, without any position: cells shaped like the first anchor."""
    if not first:
        return 0
    pattern = re.compile(rf"(?<![\w-]){_shape(first[0].strip())}(?![\w-])")
    total = 0
    for at in range(len(document)):
        page = document[at]
        text = page.get_textpage()
        total += len(pattern.findall(text.get_text_range()))
        text.close()
        page.close()
    return total


def _shape(text: str) -> str:
    """A pattern for cells of the same shape: a digit or letter where there was one, other signs as they are."""
    if re.fullmatch(r"[0-9a-f-]+", text):
        return "".join("-" if sign == "-" else "[0-9a-f]" for sign in text)
    return "".join(
        r"\d"
        if sign.isdigit()
        else "[A-Z]"
        if sign.isupper()
        else "[a-z]"
        if sign.islower()
        else re.escape(sign)
        for sign in text
    )
