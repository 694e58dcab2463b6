"""Reads a printed table from a PDF's text layer: every character belongs to where it is on the page.

The header (usually on the first page only) says which columns there are; the strips that stay white on every
page say where they end. A record begins where the column of ids, or else of search times, begins a new one.

Whatever cannot be decided is an error or a rejected record, never a guess. The document's title and author are not
read: they name staff, and the title may be another file's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from analysis.readers.base import Block, IsHeader, Rejected, Section
from analysis.readers.pdf import header, margins, pages, records, second_reading
from analysis.readers.pdf.cells import cells
from analysis.readers.pdf.pieces import SAME_LINE, pieces
from analysis.wording import counted as said


def stream(path: Path, name: str, is_header: IsHeader, read_hidden: bool = False) -> Iterator[Block]:
    """Read a printed audit, whole, as one block; see `analysis.readers` for the contract.

    The second count looks at no position: it finds ids (or times) in the bare text of every page. Sampled pages
    are read a second time with another library. `read_hidden`: text that nobody sees is read too. Raises
    `UnreadableFile` for pages without text (scans), for a first page without a known header, and where
    nobody could say to which record a line belongs.
    """
    opened = pages.open_pages(path, name, read_hidden)
    unseen = pages.notes_on_hidden(opened, name, read_hidden)
    paper = pages.refuse_scans(opened, name)
    first, size = opened[0].seen, opened[0].seen.size
    found = header.find(first, name, is_header)
    below = first.down > found.bottom + SAME_LINE * size
    printed = [first[below], *(page.seen for page in opened[1:])]
    edges = header.column_edges(found, printed)
    second_reading.check(path, name, [page.whole for page in opened], edges)
    by_page = [pieces(page, edges) for page in printed]
    again = margins.take_headers(by_page, pieces(first[~below & (first.down >= found.top)], edges), size)
    margin_notes = margins.take_margins(by_page, size)
    if not any(by_page):
        section = replace(Section.of_rows(found.columns), page=pa.array([], pa.int64()))
        yield Block(section, notes=(*paper, *unseen))
        return
    column, begins = records.anchor(by_page, name)
    rows, how = records.rows(by_page, column, begins, size, name)
    rows = sorted([*rows, *again], key=lambda row: (row.page, row.top))
    texts = cells(rows, len(found.columns), size)
    # Independent of positions: beginnings of ids (or times) in all bare text, less those in other cells. Headers and
    # stray text begin with none; both are lines of the file and are rejected below.
    everywhere = sum(len(begins.findall(page.text)) for page in opened)
    others = sum(len(begins.findall(cell)) for row in texts for at, cell in enumerate(row) if at != column)
    counted = everywhere - others + sum(bool(row.why) for row in rows)
    rows = [records.judged(row, size) for row in rows]
    kept = [at for at, row in enumerate(rows) if not row.why]
    section = Section.of_rows(found.columns, [texts[at] for at in kept], [at + 1 for at in kept])
    notes = [f"{said(len(opened), 'page')}; {how}", *paper, *margin_notes, *unseen]
    if again:
        notes.append(f"the header is printed again {len(again):,} times")
    yield Block(
        replace(section, page=pa.array([rows[at].page for at in kept], pa.int64())),
        tuple(
            Rejected(at, row.why, " ".join(piece.text.strip() for piece in row.pieces), row.page)
            for at, row in enumerate(rows, 1)
            if row.why
        ),
        counted,
        tuple(notes),
    )
