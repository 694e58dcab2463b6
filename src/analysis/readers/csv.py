"""Reads delimited text: a fast columnar path, and a plain one for files whose quotes cannot be trusted.

Both follow the same rules (RFC 4180, strictly), and a test holds them equal. The fast path hands a file to
Arrow only when every quote opens a cell, closes one or is doubled; otherwise the plain path reads line by
line, so that an unclosed quote costs one record and not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from analysis.readers import Aside, IsHeader, Reading, Section, UnreadableFile

DELIMITERS = ",;\t"
HEADER_WITHIN = 50  # records: cover notes above a header are shorter than this in every release seen
LINES_IN_A_RECORD = 60  # a quote still open after so many lines was never closed
_QUOTE, _LF, _CR = 34, 10, 13


@dataclass(frozen=True)
class _Start:
    """Where the records begin: the header, its delimiter, and what stood above it."""

    columns: tuple[str, ...]
    delimiter: str
    above: int  # records above the header
    offset: int  # byte at which the first record after the header begins


def read(path: Path, name: str, is_header: IsHeader) -> Reading:
    """Read one delimited file into sections; see `analysis.readers` for the contract.

    UTF-8 (with or without mark), UTF-16 and cp1252 are recognised in that order; any of LF, CRLF, CR ends a
    record; comma, semicolon and tab part cells. Raises `UnreadableFile` where no known header is found.
    """
    data, notes = _as_utf8(path.read_bytes())
    start = _find_header(data, name, is_header)
    if start.above:
        notes.append(f"{start.above} records stand above the header and are not read")
    shape = _shape(data, start)
    if shape is not None:
        fast = _read_columns(data, start, shape, name, is_header, notes)
        if fast is not None:
            return fast
    notes.append("quotes or line ends are irregular: read line by line")
    return _read_lines(data, start, name, is_header, notes)


def _as_utf8(data: bytes) -> tuple[bytes, list[str]]:
    """The same text in UTF-8 without a mark, and a note on any other encoding found."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:], ["UTF-8 with a byte-order mark"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16").encode(), ["UTF-16"]
    if data[1:200:2].count(0) > len(data[1:200:2]) * 0.9:
        return data.decode("utf-16-le", "replace").encode(), ["UTF-16 without a byte-order mark"]
    if data.isascii():
        return data, []
    if _is_utf8(data):
        return data, []
    return data.decode("cp1252", "replace").encode(), ["cp1252 (it is not UTF-8)"]


def _is_utf8(data: bytes) -> bool:
    """Whether every run of bytes beyond ASCII is UTF-8; the rest needs no look, and is nearly everything."""
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    step = 1 << 21  # a piece that fits the processor's cache
    pieces = (np.flatnonzero(bytes_[at : at + step] >= 128) + at for at in range(0, len(bytes_), step))
    beyond = np.concatenate([np.empty(0, dtype=np.int64), *pieces])
    runs = np.insert(bytes_[beyond], np.flatnonzero(np.diff(beyond) > 1) + 1, ord(" "))
    try:
        runs.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes, offset: int) -> Iterator[tuple[str, int]]:
    """Physical lines from a byte offset, each with its line end and the offset after it."""
    # Latin-1 separators such as U+2028 do not end a record, so str.splitlines would lose count.
    for match in re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|$)").finditer(data, offset):
        if match.start() < len(data):
            yield match.group().decode("utf-8"), match.end()


def _find_header(data: bytes, name: str, is_header: IsHeader) -> _Start:
    first: list[str] = []
    for above, (line, end) in enumerate(_lines(data, 0)):
        if above == HEADER_WITHIN:
            break
        for delimiter in DELIMITERS:
            cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
            first = first or (cells if len(cells) > 1 else [])
            if is_header(cells):
                return _Start(tuple(cells), delimiter, above, end)
    found = ", ".join(repr(cell[:40]) for cell in first[:20]) or repr(data[:60].decode("utf-8", "replace"))
    raise UnreadableFile(
        f"{name}: no known header in the first {HEADER_WITHIN} records; found {found}. If this is a search "
        "audit, add its column names to formats/flock.toml; otherwise take the file away."
    )


# The fast path ------------------------------------------------------------------------------------------


def _shape(data: bytes, start: _Start) -> np.ndarray | None:
    """Byte offsets at which records end, or None where quotes or line ends are irregular.

    This is the independent count: it knows only quotes and line ends, never cells.
    """
    bytes_ = np.frombuffer(data, dtype=np.uint8)[start.offset :]
    if len(bytes_) == 0:
        return np.empty(0, dtype=np.int64)
    if data.count(b"\r", start.offset) != data.count(b"\r\n", start.offset):
        return None
    quotes = np.flatnonzero(bytes_ == _QUOTE)
    if len(quotes) % 2 or not _quotes_are_regular(bytes_, quotes, ord(start.delimiter)):
        return None
    ends = np.flatnonzero(bytes_ == _LF)
    ends = ends[np.searchsorted(quotes, ends) % 2 == 0] + 1
    if len(ends) == 0 or ends[-1] != len(bytes_):
        ends = np.append(ends, len(bytes_))
    return ends + start.offset


def _quotes_are_regular(bytes_: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether each quote opens a cell, closes one, or is half of a doubled quote inside one."""
    opening, closing = quotes[::2], quotes[1::2]
    before = bytes_[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | np.isin(before, [delimiter, _LF, _QUOTE])
    after = bytes_[np.minimum(closing + 1, len(bytes_) - 1)]
    closes = (closing == len(bytes_) - 1) | np.isin(after, [delimiter, _LF, _CR, _QUOTE])
    return bool(opens.all() and closes.all())


def _read_columns(
    data: bytes, start: _Start, ends: np.ndarray, name: str, is_header: IsHeader, notes: list[str]
) -> Reading | None:
    """All sections through Arrow, or None where Arrow disagrees with the independent count."""
    headers = _headers_below(data, start, ends, is_header)
    sections: list[Section] = []
    asides = [Aside(number, "repeated header", text) for number, _, text in headers]
    bounds = [(0, start.columns), *((number, columns) for number, columns, _ in headers)]
    starts = np.concatenate(([start.offset], ends))
    for place, (number, columns) in enumerate(bounds):
        stop = bounds[place + 1][0] - 1 if place + 1 < len(bounds) else len(ends)
        block = data[starts[number] : starts[stop]]
        parsed = _parse(block, columns, start.delimiter, stop - number, number)
        if parsed is None or any(_holds_header(aside.text, start, is_header) for aside in parsed[1]):
            return None  # a header of another shape: line by line it begins a section of its own
        section, aside = _set_aside(parsed[0], parsed[1])
        sections.append(section)
        asides += aside
    return Reading(name, tuple(sections), _in_order(asides), counted=len(ends), notes=tuple(notes))


def _headers_below(
    data: bytes, start: _Start, ends: np.ndarray, is_header: IsHeader
) -> list[tuple[int, tuple[str, ...], str]]:
    """Headers that stand again among the records: (record number, columns, text).

    A second export pasted under the first brings its own header; both carry the longest of the names.
    """
    mark = max((cell.strip() for cell in start.columns), key=len).encode().lower()
    starts = np.concatenate(([start.offset], ends))
    low = data.lower()  # names are compared without regard to capitals
    found, at = [], low.find(mark, start.offset)
    while at >= 0:
        number = int(np.searchsorted(ends, at, side="right"))
        text = data[starts[number] : ends[number]].decode("utf-8").rstrip("\r\n")
        cells = tuple(next(csv.reader([text], delimiter=start.delimiter), []))
        if is_header(cells):
            found.append((number + 1, cells, text))
        at = low.find(mark, int(ends[number]))
    return found


def _holds_header(text: str, start: _Start, is_header: IsHeader) -> bool:
    return is_header(next(csv.reader([text], delimiter=start.delimiter), []))


def _parse(
    block: bytes, columns: Sequence[str], delimiter: str, records: int, before: int
) -> tuple[Section, list[Aside]] | None:
    """One section through Arrow: its rows, and the rows with too many or too few cells."""
    names = [str(place) for place in range(len(columns))]
    if not records:
        return Section(tuple(columns), _no_rows(names), pa.array([], pa.int64())), []
    odd: list[tuple[int, str]] = []
    table = _arrow_rows(block, names, delimiter, threads=True, odd=odd)
    if odd:
        # Arrow numbers odd rows only when it reads with one thread.
        odd.clear()
        table = _arrow_rows(block, names, delimiter, threads=False, odd=odd)
    if table is None or table.num_rows + len(odd) != records:
        return None
    numbers = np.ones(records, dtype=bool)
    numbers[[number - 1 for number, _ in odd]] = False
    asides = [Aside(before + number, _why_odd(text), text) for number, text in odd]
    record = pa.array(np.flatnonzero(numbers) + before + 1, pa.int64())
    return Section(tuple(columns), table, record), asides


def _arrow_rows(
    block: bytes, names: list[str], delimiter: str, threads: bool, odd: list[tuple[int, str]]
) -> pa.Table | None:
    def keep(row: arrow_csv.InvalidRow) -> str:
        odd.append((row.number or 0, row.text))
        return "skip"

    try:
        return arrow_csv.read_csv(
            pa.py_buffer(block),
            arrow_csv.ReadOptions(use_threads=threads, column_names=names, block_size=1 << 22),
            arrow_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None  # a cell longer than a block; the plain path reads it


def _no_rows(names: list[str]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in names})


# Records that are not data ------------------------------------------------------------------------------


def _why_odd(text: str) -> str:
    stripped = text.strip(" \t\r\n,;\"'")
    if not stripped:
        return "blank record"
    return "total line" if re.match(r"(grand )?total\b", stripped, re.I) else "wrong number of cells"


def _set_aside(section: Section, asides: list[Aside]) -> tuple[Section, list[Aside]]:
    """Take blank records and total lines of the right width out of a section."""
    cells = section.cells
    odd = np.flatnonzero(_blank(cells) | _total(cells)) if cells.num_rows else np.empty(0, dtype=np.int64)
    if not len(odd):
        return section, asides
    texts = [",".join(column[int(row)].as_py() for column in cells.columns) for row in odd]
    more = [Aside(section.record[int(row)].as_py(), _why_odd(text), text) for row, text in zip(odd, texts)]
    keep = np.ones(cells.num_rows, dtype=bool)
    keep[odd] = False
    mask = pa.array(keep)
    return Section(section.columns, cells.filter(mask), section.record.filter(mask)), asides + more


def _blank(cells: pa.Table) -> np.ndarray:
    """Rows in which no cell holds anything but blanks."""
    blank = np.ones(cells.num_rows, dtype=bool)
    for column in cells.columns:
        if not blank.any():
            break
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    return blank


def _total(cells: pa.Table) -> np.ndarray:
    """Rows that begin with 'Total' and hold at most two further cells, as a spreadsheet's last line does."""
    total = pc.match_substring_regex(cells.column(0), "(?i)^ *(grand )?total\\b").to_numpy()
    for row in np.flatnonzero(total):
        filled = sum(bool(column[int(row)].as_py().strip()) for column in cells.columns)
        total[row] = filled <= 3
    return total


def _in_order(asides: list[Aside]) -> tuple[Aside, ...]:
    return tuple(sorted(asides, key=lambda aside: aside.record))


# The plain path -----------------------------------------------------------------------------------------


def _records(data: bytes, start: _Start) -> Iterator[tuple[list[str] | None, str, int]]:
    """Records one by one: (cells, or None where the quotes are broken; text; lines used)."""
    lines = [line for line, _ in _lines(data, start.offset)]
    at = 0
    while at < len(lines):
        taken = iter(lines[at : at + LINES_IN_A_RECORD])
        reader = csv.reader(taken, delimiter=start.delimiter, strict=True)
        try:
            cells: list[str] | None = next(reader, [])
            used = reader.line_num
        except csv.Error:
            cells, used = None, 1  # the broken line alone; the next one starts afresh
        yield cells, "".join(lines[at : at + used]).rstrip("\r\n"), used
        at += used


def _read_lines(data: bytes, start: _Start, name: str, is_header: IsHeader, notes: list[str]) -> Reading:
    csv.field_size_limit(1 << 30)
    columns, sections, asides = start.columns, [], []
    rows: list[list[str]] = []
    numbers: list[int] = []
    number = lines = 0
    for number, (cells, text, used) in enumerate(_records(data, start), 1):
        lines += used
        if cells is not None and is_header(cells):
            sections.append(_section(columns, rows, numbers))
            asides.append(Aside(number, "repeated header", text))
            columns, rows, numbers = tuple(cells), [], []
        elif cells is None:
            asides.append(Aside(number, "unreadable record", text))
        elif len(cells) != len(columns):
            asides.append(Aside(number, _why_odd(text), text))
        else:
            rows.append(cells)
            numbers.append(number)
    sections.append(_section(columns, rows, numbers))
    sorted_out = [_set_aside(section, []) for section in sections]
    asides += [aside for _, more in sorted_out for aside in more]
    # Independent of the parse: every physical line belongs to exactly one record.
    counted = number if lines == sum(1 for _ in _lines(data, start.offset)) else -1
    return Reading(
        name, tuple(section for section, _ in sorted_out), _in_order(asides), counted, tuple(notes)
    )


def _section(columns: tuple[str, ...], rows: list[list[str]], numbers: list[int]) -> Section:
    names = [str(place) for place in range(len(columns))]
    if not rows:
        return Section(columns, _no_rows(names), pa.array([], pa.int64()))
    cells = {name: pa.array(list(column), pa.string()) for name, column in zip(names, zip(*rows))}
    return Section(columns, pa.table(cells), pa.array(numbers, pa.int64()))
