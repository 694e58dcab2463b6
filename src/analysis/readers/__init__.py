"""Turns a container (CSV, XLSX, PDF, Parquet, NDJSON, ZIP) into numbered rows of text, losing none.

A reader knows containers, not vendors: it is told what a header looks like (`is_header`) and gives back
every cell exactly as released. What is not data (a repeated header, a blank row, a total line, a row with
too many cells) is rejected with its number, its reason and its text, so that

    records of the file, its first header apart = rows kept + records rejected

and the left side is counted a second time by another method (`counted`). A file may be larger than memory, so it
comes in blocks of consecutive records, each with its own rows, its own rejected records and its own second count.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from analysis.readers.adjacent import stacked
from analysis.readers.base import (
    MOST_COLUMNS,
    WHY,
    Block,
    IsHeader,
    MissingHeader,
    NoKnownHeader,
    Rejected,
    Section,
    Stream,
    UnreadableFile,
    checked,
    delimited,
    lines,
    no_known_header,
    shapes,
)

__all__ = [
    "WHY", "WORKBOOKS", "Block", "NoKnownHeader", "Rejected", "Section", "UnreadableFile",
    "delimited", "expect", "left_inside", "no_known_header", "shapes", "sheets", "stream",
]  # fmt: skip

_NOT_READ = {
    b"PARE": "an encrypted Parquet table",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\0": "a picture",
    b"MM\0*": "a picture",
    b"SQLite format 3": "a database table",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\x1f\x8b": "a gzip archive",
    b"ustar": "a TAR archive",
}
_REMEDY = {
    "table": "Ask for it as CSV.",
    "picture": "Ask for the file that was photographed or printed, as CSV.",
    "archive": "Unpack it and put its files into the place's folder.",
}
"""Files known by their first bytes that hold no text a table could be read from, and what helps."""

_MARKS_AND_BLANKS = codecs.BOM_UTF8 + codecs.BOM_UTF16 + b" \t\r\n"
_WEB_PAGE = re.compile(rb"<[!?a-z]|From: <Saved by |MIME-Version: ", re.I)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[{\]]|[{\[]$")
"""How a web page begins, and one saved with its pictures (what a server sends in place of a file is one too); and how
objects of JSON begin."""


def stream(
    path: Path,
    name: str,
    is_header: IsHeader,
    missing: MissingHeader | None = None,
    read_hidden: bool = False,
) -> Iterator[Block]:
    """Read any supported container block by block, in record order; at least one block, if need be empty.

    The container is recognized by its first bytes and never by its name. `name` is the file's path inside its
    place, used in messages. A block whose columns or sheet differ from the last one's begins a section; so
    does nothing else. `missing` knows the columns of delimited text or a sheet that begins without a header, whose
    first record is number 1 then. `read_hidden`: text of a print that nobody sees on its pages is read too; it may undo
    a redaction, and is left out otherwise. Raises `UnreadableFile` when the container is unknown or broken, and,
    after the last block, when the two counts of its records disagree: until then nothing read from it may be
    published.
    """
    blocks = _reader(path, name, missing, read_hidden)(path, name, partial(_narrow, is_header, name))
    return checked(name, stacked(blocks))


def _narrow(is_header: IsHeader, name: str, cells: Sequence[str]) -> bool:
    if not is_header(cells):
        return False
    if len(cells) > MOST_COLUMNS:
        raise UnreadableFile(
            f"{name}: a header has {len(cells):,} columns, beyond any audit. Delete those without a name, or ask "
            "for it again."
        )
    return True


def expect(paths: Iterable[Path]) -> None:
    """Get ready to read files, where some are of a kind that another process reads."""
    for path in paths:
        with path.open("rb") as file:
            if file.read(4) in (b"%PDF", b"PK\x03\x04", b"PAR1"):
                from analysis.readers import isolated

                return isolated.expect()


WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def sheets(path: Path) -> list[tuple[str, list[list[str]]]]:
    """A list kept beside the logs as its sheets, each with its name and its rows as text: those of a workbook, hidden
    ones too; or one without a name of the cells of delimited text, or of the lines of a `.txt`.

    Raises `UnreadableFile` for what is broken, locked or too large.
    """
    kind = path.suffix.lower()
    if kind == ".txt":
        return [("", [[line.strip()] for line in lines(path, path.name)])]
    if kind not in WORKBOOKS:
        return [("", delimited(path, path.name))]
    from analysis.readers import isolated, xlsx

    sections = [block.section for block in isolated.stream(xlsx.every_sheet, path, path.name)]
    return [
        (section.sheet or "", [list(row) for row in zip(*(c.to_pylist() for c in section.cells.columns))])
        for section in sections
    ]


def left_inside(path: Path, name: str) -> tuple[str, ...]:
    """Where a PDF or workbook holds what its agency may not have meant to release, in words that say not what.

    Nothing for any other file, and for one that cannot be opened: why not is said where it is read.
    """
    with path.open("rb") as file:
        start = file.read(1024)
    is_pdf = b"%PDF-" in start
    if not is_pdf and not start.startswith(b"PK\x03\x04"):
        return ()
    from analysis.readers import isolated, leaks

    try:
        blocks = list(isolated.stream(leaks.of_pdf if is_pdf else leaks.of_workbook, path, name))
    except UnreadableFile:
        return ()
    return tuple(note for block in blocks for note in block.notes)


def _reader(path: Path, name: str, missing: MissingHeader | None, read_hidden: bool) -> Stream:
    # Imported here so that a place without PDF or XLSX files never loads those libraries.
    with path.open("rb") as file:
        start = file.read(1024)
    if not start.strip(_MARKS_AND_BLANKS):
        raise UnreadableFile(f"{name}: the file is empty. Ask for it again.")
    if not start.strip(_MARKS_AND_BLANKS + b"\0"):
        raise NoKnownHeader(
            f"{name}: no known header, since it begins with nothing but zeros, as a copy that broke off does. Ask "
            "for it again."
        )
    if b"%PDF-" in start:
        from analysis.readers import isolated, pdf

        return partial(isolated.stream, partial(pdf.stream, read_hidden=read_hidden))
    if start.startswith(b"PK\x03\x04"):
        from analysis.readers import isolated, xlsx

        return partial(isolated.stream, partial(xlsx.stream, missing=missing))
    if start.startswith(b"PAR1"):
        from analysis.readers import isolated, parquet

        return partial(isolated.stream, parquet.stream)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        from analysis.readers.xlsx import old_container

        raise UnreadableFile(f"{name}: {old_container.why_not_read(path)}")
    for begins, kind in _NOT_READ.items():
        if start.startswith(begins) or (kind == "a TAR archive" and start[257:262] == b"ustar"):
            raise UnreadableFile(f"{name}: this is {kind}, which is not read. {_REMEDY[kind.split()[-1]]}")
    text = start.lstrip(_MARKS_AND_BLANKS + b"\0").replace(b"\0", b"")  # in UTF-16 half the bytes are zeros
    if _WEB_PAGE.match(text):
        raise NoKnownHeader(
            f"{name}: no known header, since this is not the file but a web page. Fetch the file in a browser, or "
            "open the page there and save its table as CSV."
        )
    if _JSON.match(text):
        from analysis.readers import ndjson

        return ndjson.stream
    from analysis.readers import csv

    return partial(csv.stream, missing=missing)
