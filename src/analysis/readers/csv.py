"""Reads delimited text: a fast columnar path, and a plain one for files whose quotes cannot be trusted.

A file is read in pieces, cut where a record ends. Both paths follow the same rules (RFC 4180, strictly), and
tests hold them equal, piece by piece and for pieces of any size. Records go to Arrow only as far as every quote in
them opens a cell, closes one or is doubled; where one does not, some records are read line by line before Arrow goes
on, so that an unclosed quote costs one record and not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from analysis.readers import columnar, not_data, text
from analysis.readers.base import (
    Block,
    IsHeader,
    MissingHeader,
    NoKnownHeader,
    Rejected,
    Section,
    cut_off,
    headerless_note,
    no_known_header,
)
from analysis.readers.columnar import USUAL_LINES, Header

DELIMITERS = ",;\t|"
HEADER_WITHIN = 50  # records: cover notes above a header are shorter than this in every release seen
HEADER_BYTES = 1 << 20  # and no cover note is longer than this
LINES_IN_A_RECORD = 1_000  # a quote still open after so many lines was never closed
PIECE = 1 << 23  # bytes: about 40,000 records
_LINE_BY_LINE = 32  # one part in so many of a window is read line by line where Arrow cannot begin
_LEAST = 1 << 16  # bytes, and at least so many: to begin again takes as long as to read a thousand lines
_ODD = ("wrong number of cells", "unreadable record")

csv.field_size_limit(1 << 30)  # a cell may be as long as its file; the limit is the whole process's


def stream(
    path: Path, name: str, is_header: IsHeader, piece: int = PIECE, *, missing: MissingHeader | None = None
) -> Iterator[Block]:
    """Read one delimited file, `piece` bytes at a time; see `analysis.readers` for the contract.

    UTF-8 (with or without mark), UTF-32, UTF-16 and cp1252 are recognized; any of LF, CRLF, CR ends a record; comma,
    semicolon, tab or vertical bar separates cells. Raises `NoKnownHeader` where no known header is found.
    """
    encoding, note = text.encoding(path)
    with path.open("rb") as file:
        window = text.Window(text.utf8(file, encoding, min(piece, HEADER_BYTES)), name)
        try:
            first, header = _find_header(window, name, is_header, missing)
        except NoKnownHeader:
            # A header further down says what the records above it hold, if their cells fit it.
            below = _header_below(path, encoding, is_header) if missing else ()
            found = _without_header(window, missing, below) if missing and below else None
            if found is None:
                raise
            first, header = found
        yield replace(first, notes=tuple(filter(None, [note, *first.notes])))
        odd: deque[Rejected] = deque(maxlen=LINES_IN_A_RECORD)  # since the last record that is whole
        whole, tail = 0, b""
        while window.fill(piece):
            blocks, header, used = _next(window, header, is_header)
            whole, tail = _last_whole(blocks, whole), window.data[max(used - 1, 0) : used] or tail
            window.take(used)
            odd.extend(rejection for block in blocks for rejection in block.rejected)
            yield from blocks
        last = [rejection for rejection in odd if rejection.record > whole]
        if whole < header.number and _breaks_off(last, header, tail in b"\r\n"):
            yield cut_off(header.columns, whole)


def _last_whole(blocks: Sequence[Block], before: int) -> int:
    """The number of the last record that is whole, whether a row or not."""
    rows = [block.section.record[-1].as_py() for block in blocks if len(block.section.record)]
    others = [
        rejection.record for block in blocks for rejection in block.rejected if rejection.why not in _ODD
    ]
    return max([before, *rows, *others])


def _breaks_off(odd: Sequence[Rejected], header: Header, line_ended: bool) -> bool:
    """Whether the odd records at a file's end are the beginning of one that broke off: a quote still open, or a
    record with too few cells and no line end."""
    if any(rejection.why == "unreadable record" and rejection.text.count('"') % 2 for rejection in odd):
        return True
    cells = header.split(odd[-1].text) if odd else []
    footer = len(cells) == 1 and " " in cells[0].strip()
    return bool(cells) and not line_ended and len(cells) < len(header.columns) and not footer


def _next(window: text.Window, header: Header, is_header: IsHeader) -> tuple[list[Block], Header, int]:
    """The records that are whole in the window, the header of the next ones, bytes used."""
    ends, is_irregular = columnar.record_ends(window, header.delimiter)
    some = max(_LEAST, 1 + len(window.data) // _LINE_BY_LINE)
    if len(ends):
        fast = columnar.read(window.data, ends, header, is_header)
        return fast or _read_lines(window, header, is_header, (), min(some, int(ends[-1])))
    if is_irregular:
        note = "quotes or line ends are irregular: read line by line"
        return _read_lines(window, header, is_header, (note,), some)
    return [], header, 0


# The header ---------------------------------------------------------------------------------------------


def _find_header(
    window: text.Window, name: str, is_header: IsHeader, missing: MissingHeader | None
) -> tuple[Block, Header]:
    """Take what is above the records: an empty block under the header, with the rows above it rejected."""
    window.fill(HEADER_BYTES)
    while window.data.startswith(codecs.BOM_UTF8):  # a second mark, where a file with one was saved again
        window.take(len(codecs.BOM_UTF8))
    above: list[str] = []
    for line, end in text.lines(window.data):
        if end == len(window.data) and not window.at_end:
            break  # the line, or the two bytes of its end, may go on
        for delimiter in DELIMITERS:
            header = Header((), delimiter)
            columns = header.split(line.rstrip("\r\n"))
            if is_header(columns):
                if above and missing and (found := _without_header(window, missing, columns)):
                    return found
                counted = text.count_lines(window.data[:end]) - 1
                window.take(end)
                rejected = (
                    Rejected(at - len(above), "above the header", line) for at, line in enumerate(above)
                )
                notes = (f"rejected above the header: {len(above)}",) if above else ()
                block = Block(Section.of_rows(columns), tuple(rejected), counted, notes)
                return block, replace(header, columns=tuple(columns))
        above.append(line.rstrip("\r\n"))
        if len(above) == HEADER_WITHIN:
            break
    if missing and (found := _without_header(window, missing, ())):
        return found
    tables = [list(csv.reader([f"{line}\n" for line in above], delimiter=mark)) for mark in DELIMITERS]
    raise no_known_header(name, max(tables, key=lambda rows: max(map(len, rows), default=0)))


def _without_header(
    window: text.Window, missing: MissingHeader, below: Sequence[str]
) -> tuple[Block, Header] | None:
    """The columns of records that begin without a header, of which nothing is taken; None where they are not known.

    `below` is the first header below them, if there is one.
    """
    for delimiter in DELIMITERS:
        first: list[list[str]] = []
        for cells, *_ in _records(window, Header(("",) * 9, delimiter), len(window.data)):
            if len(first) == HEADER_WITHIN or (below and cells == list(below)):
                break
            first.append(cells or [])
        if columns := tuple(missing(first, below)):
            note = f"the file {headerless_note(columns, bool(below))}"
            return Block(Section.of_rows(columns), notes=(note,)), Header(columns, delimiter)
    return None


def _header_below(path: Path, encoding: str, is_header: IsHeader) -> Sequence[str]:
    """The first header anywhere in a file; nothing where there is none."""
    rest = b""
    with path.open("rb") as file:
        for piece in chain(text.utf8(file, encoding, PIECE), [b"\n"]):
            *lines, rest = re.split(rb"[\r\n]", rest + piece)
            # No header cell holds two digits; few lines of records do not.
            for line in (line for line in lines if line and not re.search(rb"\d.*\d", line)):
                for delimiter in DELIMITERS:
                    cells = Header((), delimiter).split(line.decode("utf-8", "replace"))
                    if is_header(cells):
                        return cells
    return ()


# The plain path -----------------------------------------------------------------------------------------


def _read_lines(
    window: text.Window, header: Header, is_header: IsHeader, notes: tuple[str, ...], least: int
) -> tuple[list[Block], Header, int]:
    """The first `least` bytes of the window record by record, to the end of one, as far as they are sure to be whole;
    the same as `_next` gives."""
    blocks: list[Block] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    lines = used = 0
    number, columns = header.number, header.columns

    def end_block() -> None:
        section = Section.of_rows(columns, rows, numbers)
        blocks.append(not_data.without_blanks_and_totals(section, rejected))

    for number, (cells, line, end, spans) in enumerate(_records(window, header, least), header.number + 1):
        lines, used = lines + spans, end
        if cells is not None and is_header(cells):
            end_block()
            columns, rows, numbers = tuple(cells), [], []
            rejected = [Rejected(number, "repeated header", line)]
        elif cells is None:
            rejected.append(Rejected(number, "unreadable record", line))
        elif len(cells) != len(columns):
            rejected.append(not_data.odd(number, line, cells))
        else:
            rows.append(cells)
            numbers.append(number)
        if used >= least:
            break
    end_block()
    # Independent of the parse: every physical line belongs to exactly one record.
    counted = number - header.number + text.count_lines(window.data[:used]) - lines
    blocks[0] = replace(blocks[0], counted=counted, notes=notes)
    return blocks, replace(header, columns=columns, number=number), used


def _records(
    window: text.Window, header: Header, least: int
) -> Iterator[tuple[list[str] | None, str, int, int]]:
    """Records one by one, those of the first `least` bytes and maybe more: cells, or None where the quotes are broken;
    text; offset after it; lines used.

    A record is taken only where all the lines that it may use are in the window.
    """
    found = text.lines(window.data)
    lines: list[tuple[str, int]] = []
    end = 0
    while end < least and (line := next(found, None)):
        lines.append(line)
        end = line[1]
    lines += islice(found, LINES_IN_A_RECORD + 1)
    # The last line may go on in the next piece, and a carriage return there may be half of a line end.
    all_lines = window.at_end and next(found, None) is None
    whole = len(lines) if all_lines else len(lines) - 1 - LINES_IN_A_RECORD
    at = 0
    while at < whole:
        taken = (line for line, _ in lines[at : at + LINES_IN_A_RECORD])
        reader = csv.reader(taken, delimiter=header.delimiter, strict=True)
        try:
            cells: list[str] | None = next(reader, [])
            spans = reader.line_num
        except csv.Error:
            cells = None
        if cells is None or _swallows(lines[at : at + spans], header):
            cells, spans = None, 1  # the broken line alone; the next one starts afresh
        record = "".join(line for line, _ in lines[at : at + spans]).rstrip("\r\n")
        at += spans
        yield cells, record, lines[at - 1][1], spans


def _swallows(lines: Sequence[tuple[str, int]], header: Header) -> bool:
    """Whether most lines of a long cell are records themselves, so that its quote was never closed."""
    delimiters = len(header.columns) - 1
    alike = sum(line.count(header.delimiter) == delimiters for line, _ in lines[1:])
    return len(lines) > USUAL_LINES and 2 * alike > len(lines)
