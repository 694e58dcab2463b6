"""Looks in a PDF or workbook for what its agency may not have meant to release, and says where, never what.

Text under a box, hidden rows, comments, names in a document's properties: a file is released with them again when a
newsroom publishes it. So each file is looked through when it is taken, and a person decides what to do.
"""

from __future__ import annotations

import ctypes
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as c
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from analysis.readers.base import Block, Section
from analysis.readers.pdf import hidden
from analysis.readers.pdf.pages import open_pages, ranges
from analysis.readers.xlsx import outlines
from analysis.readers.xlsx.cells import hidden_columns
from analysis.readers.xlsx.outline import Outline
from analysis.wording import counted

MOST_LINES = 8  # of one kind: a print of 800 pages may have something under a box on each


def of_pdf(path: Path, name: str) -> Iterator[Block]:
    """What a PDF holds beyond what its pages show, as the notes of one block. Raises `UnreadableFile`."""
    pages = open_pages(path, name)
    lines = [f"page {at:,}: {said}" for at, page in enumerate(pages, 1) if (said := hidden.said(page.hidden))]
    found = _few(lines)
    if commented := [at for at, page in enumerate(pages, 1) if page.comments]:
        found.append(f"{ranges(commented)}: comments")
    with pdfium.PdfDocument(path) as document:
        if files := c.FPDFDoc_GetAttachmentCount(document.raw):
            found.append(f"{counted(files, 'file')} embedded in it")
        # Whether each is there; its text, in UTF-16 with an end of two bytes, is not looked at.
        keys = [
            key.lower()
            for key in ("Author", "Title", "Subject", "Keywords")
            if c.FPDF_GetMetaText(document.raw, key.encode(), ctypes.c_void_p(), 0) > 2
        ]
    if keys:
        found.append(f"its properties: {' and '.join(filter(None, [', '.join(keys[:-1]), keys[-1]]))}")
    data = path.read_bytes()
    saved = data.count(b"startxref") - 1 - (b"/Linearized" in data[:1024])
    if saved > 0:
        found.append(f"{counted(saved, 'earlier version')} of itself, kept when it was changed and saved")
    yield _notes(found)


_PARTS = {
    r"xl/revisions/": "tracked changes",
    r"xl/externalLinks/externalLink": "links to other workbooks, with what was read from them",
    r"xl/pivotCache/pivotCacheRecords": "copies of whole tables, kept for pivot tables",
    r"xl/(embeddings|media)/|Object |Pictures/": "embedded files or pictures",
    r"xl/(connections|queryTables)": "addresses of the databases it was filled from",
    r"xl/vbaProject|Basic/": "macros",
    r"docProps/custom|customXml/item\d*\.xml": "properties that its agency's programs added",
}
_TEXTS = {
    r"docProps/core\.xml|meta\.xml": (
        rb"<(?:dc:creator|cp:lastModifiedBy|meta:initial-creator|meta:printed-by)(?: [^<>]*)?>[^<]",
        "its properties: who made or changed it",
    ),
    r"docProps/app\.xml": (rb"<(?:Manager|Company)>[^<]", "its properties: a company or manager"),
    r"xl/workbook\.xml": (rb"<x15ac:absPath ", "the folder in which it was saved"),
    r"content\.xml": (rb"<table:tracked-changes", "tracked changes"),
}
_NAME = re.compile(rb'<(?:\w+:)?definedName\b(?![^<>]*\bname="_xlnm\.)')


def of_workbook(path: Path, name: str) -> Iterator[Block]:
    """What a workbook holds beside what its sheets show, as the notes of one block. Raises `UnreadableFile`."""
    book = outlines.read(path, name)
    found: list[str] = []
    with CalamineWorkbook.from_path(str(path)) as workbook:
        for number, sheet in enumerate(workbook.sheets_metadata, 1):
            visible = sheet.visible == SheetVisibleEnum.Visible
            outline = book.sheets.get(sheet.name, Outline())
            found += [f"sheet {number:,}: {what}" for what in _hidden(visible, outline)]
    with zipfile.ZipFile(path) as archive:
        parts = archive.namelist()
        found += _comments(archive, parts)
        texts = {part: archive.read(part) for part in parts if re.fullmatch("|".join(_TEXTS), part)}
    found += [said for begins, said in _PARTS.items() if any(re.match(begins, part) for part in parts)]
    found += [
        said
        for which, (pattern, said) in _TEXTS.items()
        if any(re.fullmatch(which, part) and re.search(pattern, text) for part, text in texts.items())
    ]
    if names := len(_NAME.findall(texts.get("xl/workbook.xml", b""))):
        found.append(f"{counted(names, 'named range')} (Formulas, Name Manager)")
    yield _notes(found)


def _hidden(visible: bool, outline: Outline) -> Iterator[str]:
    if not visible:
        yield "the sheet is hidden"
    if columns := hidden_columns(outline):
        yield f"{columns} hidden"
    if rows := outline.hidden:
        first, last = rows[0].start, rows[-1].stop - 1
        yield f"{counted(sum(map(len, rows)), 'row')} hidden, from row {first:,} to row {last:,}"


def _comments(archive: zipfile.ZipFile, parts: Sequence[str]) -> list[str]:
    """Sheets with comments, which a part of its own links to the sheet."""
    linked = {
        int(found[1])
        for part in parts
        if (found := re.fullmatch(r"xl/worksheets/_rels/sheet(\d{1,6})\.(?:xml|bin)\.rels", part))
        and re.search(rb"/(?:comments|threadedComment)\"", archive.read(part))
    }
    if "content.xml" in parts and b"<office:annotation" in archive.read("content.xml"):
        return ["comments"]
    return _few([f"sheet {number:,}: comments" for number in sorted(linked)])


def _notes(found: Sequence[str]) -> Block:
    return Block(Section.of_rows(()), notes=tuple(found))


def _few(lines: list[str]) -> list[str]:
    more = [f"and so on, {len(lines):,} in all"] if len(lines) > MOST_LINES else []
    return [*lines[:MOST_LINES], *more]
