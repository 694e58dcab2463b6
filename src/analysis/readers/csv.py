"""Reads delimited text: a fast columnar path, and a plain one for files whose quotes cannot be trusted.

A file is read in pieces, cut where a record ends. Both paths follow the same rules (RFC 4180, strictly), and
tests hold them equal, piece by piece and for pieces of any size. A piece goes to Arrow only when every quote
in it opens a cell, closes one or is doubled; otherwise it is read line by line, so that an unclosed quote
costs one record and not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from analysis.readers import not_data
from analysis.readers.base import (
    Block,
    IsHeader,
    MissingHeader,
    NoKnownHeader,
    Rejected,
    Section,
    UnreadableFile,
    no_known_header,
)

DELIMITERS = ",;\t"
HEADER_WITHIN = 50  # records: cover notes above a header are shorter than this in every release seen
HEADER_BYTES = 1 << 20  # and no cover note is longer than this
USUAL_LINES = (
    60  # a record of more lines is looked at closely: a quote never closed may have swallowed others
)
LINES_IN_A_RECORD = 1_000  # a quote still open after so many lines was never closed
PIECE = 1 << 23  # bytes: about 40,000 records
LONGEST_RECORD = 1 << 25  # bytes: a file without line ends would fill the memory
_OTHER_HEADERS = 4  # in one piece; with more of them, reading line by line is quicker
_ARROW_BLOCK = 1 << 20  # bytes that fit the processor's cache
_QUOTE, _LF, _CR = 34, 10, 13
_ODD = ("wrong number of cells", "unreadable record")

csv.field_size_limit(1 << 30)  # a cell may be as long as its file; the limit is the whole process's


@dataclass(frozen=True)
class _Under:
    """What the next record stands under: the header, its delimiter, and how many records came before."""

    columns: tuple[str, ...]
    delimiter: str
    number: int = 0


_Read = tuple[list[Block], _Under]


def stream(
    path: Path, name: str, is_header: IsHeader, piece: int = PIECE, *, missing: MissingHeader | None = None
) -> Iterator[Block]:
    """Read one delimited file, `piece` bytes at a time; see `analysis.readers` for the contract.

    UTF-8 (with or without mark), UTF-16 and cp1252 are recognized in that order; any of LF, CRLF, CR ends a
    record; comma, semicolon and tab part cells. Raises `NoKnownHeader` where no known header is found.
    """
    encoding, note = _encoding(path)
    with path.open("rb") as file:
        window = _Window(_utf8(file, encoding, piece), name)
        try:
            first, under = _find_header(window, name, is_header, missing)
        except NoKnownHeader:
            # A header further down says what stands above it, if the cells there fit it.
            below = _header_below(path, encoding, is_header) if missing else ()
            found = _without_header(window, missing, below) if missing and below else None
            if found is None:
                raise
            first, under = found
        yield replace(first, notes=tuple(filter(None, [note, *first.notes])))
        blocks: list[Block] = []
        whole, tail = 0, b""
        while window.fill(piece):
            blocks, under, used = _next(window, under, is_header)
            whole, tail = _last_whole(blocks, whole), window.data[max(used - 1, 0) : used] or tail
            window.take(used)
            yield from blocks
        if whole < under.number and _is_cut_off(blocks, whole, under, tail in b"\r\n"):
            note = (
                f"cut off after record {whole:,}: the file ends in the middle of the next one, so whatever followed "
                "is missing. Ask for it again"
            )
            yield Block(not_data.none(under.columns), notes=(note,))


def _last_whole(blocks: Sequence[Block], before: int) -> int:
    """The last record that is whole, whether a row or not."""
    rows = [block.section.record[-1].as_py() for block in blocks if len(block.section.record)]
    rejected = [aside.record for block in blocks for aside in block.rejected if aside.why not in _ODD]
    return max([before, *rows, *rejected])


def _is_cut_off(blocks: Sequence[Block], whole: int, under: _Under, line_ended: bool) -> bool:
    """Whether the odd records at a file's end are the beginning of one that broke off: a quote still open, or a
    record with too few cells and no line end."""
    odd = [aside for block in blocks for aside in block.rejected if aside.record > whole]
    if any(aside.why == "unreadable record" and aside.text.count('"') % 2 for aside in odd):
        return True
    cells = _cells(odd[-1].text, under.delimiter) if odd else []
    footer = len(cells) == 1 and " " in cells[0].strip()
    return bool(cells) and not line_ended and len(cells) < len(under.columns) and not footer


def _next(window: _Window, under: _Under, is_header: IsHeader) -> tuple[list[Block], _Under, int]:
    """The records that are whole in the window, the header that the next ones stand under, bytes used."""
    ends = _record_ends(window, under.delimiter)
    if ends is not None and not len(ends):
        return [], under, 0
    fast = _read_columns(window.data, ends, under, is_header) if ends is not None else None
    if fast is not None and ends is not None:
        return *fast, int(ends[-1])
    note = () if ends is not None else ("quotes or line ends are irregular: read line by line",)
    return _read_lines(window, under, is_header, note)


# Text -----------------------------------------------------------------------------------------------------


class _Window:
    """The part of a file's text that is being read, in UTF-8: filled at its end, taken from its start."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        self.data, self.at_end = b"", False
        self._pieces, self._name, self._wants = pieces, name, 0

    def fill(self, size: int) -> bool:
        """See that some `size` bytes are there, twice as many where nothing could be taken; False at the end."""
        if len(self.data) > LONGEST_RECORD:
            raise UnreadableFile(
                f"{self._name}: one record is longer than {LONGEST_RECORD >> 20} MB, so the file has no line ends or "
                "is no table. Ask for it again, as CSV."
            )
        self._wants = max(self._wants, size)
        parts = [self.data]
        while not self.at_end and sum(map(len, parts)) < self._wants:
            parts.append(next(self._pieces, b""))
            self.at_end = not parts[-1]
        self.data = b"".join(parts)
        self._wants = 2 * len(self.data)
        return bool(self.data)

    def take(self, used: int) -> None:
        """Take bytes from the start."""
        if used:
            self.data, self._wants = self.data[used:], 0


def _utf8(file: BinaryIO, encoding: str, piece: int) -> Iterator[bytes]:
    """A file's text in UTF-8 without a mark, in pieces."""
    pieces = iter(partial(file.read, piece), b"")
    if encoding == "utf-8":
        return pieces
    return (text.encode() for text in codecs.iterdecode(pieces, encoding, "replace"))


def _encoding(path: Path) -> tuple[str, str]:
    """The encoding of a file and, unless it is plain UTF-8, a note on it."""
    with path.open("rb") as file:
        start = file.read(200)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", "UTF-8 with a byte-order mark"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", "UTF-16"
        for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if start[first::2].count(0) > len(start[first::2]) * 0.9:
                return encoding, "UTF-16 without a byte-order mark"
        file.seek(0)
        return ("utf-8", "") if _is_utf8(file) else ("cp1252", "cp1252 (it is not UTF-8)")


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in iter(partial(file.read, 1 << 20), b""):
            if decoder.getstate()[0] or not piece.isascii():
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes) -> Iterator[tuple[str, int]]:
    """Physical lines, each with its line end and the offset after it."""
    # Latin-1 separators such as U+2028 do not end a record, so str.splitlines would lose count.
    for match in re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|$)").finditer(data):
        if match.start() < len(data):
            yield match.group().decode("utf-8", "replace"), match.end()


def _count_lines(data: bytes) -> int:
    """The same number of lines by counting line ends alone."""
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends + (not data.endswith((b"\n", b"\r")) if data else 0)


def _find_header(
    window: _Window, name: str, is_header: IsHeader, missing: MissingHeader | None
) -> tuple[Block, _Under]:
    """Take what stands above the records: an empty block under the header, with the rows above it set aside."""
    window.fill(HEADER_BYTES)
    while window.data.startswith(codecs.BOM_UTF8):  # a second mark, where a file with one was saved again
        window.take(len(codecs.BOM_UTF8))
    above: list[str] = []
    for line, end in _lines(window.data):
        if end == len(window.data) and not window.at_end:
            break  # the line, or the two bytes of its end, may go on
        for delimiter in DELIMITERS:
            cells = _cells(line.rstrip("\r\n"), delimiter)
            if is_header(cells):
                if above and missing and (found := _without_header(window, missing, cells)):
                    return found
                counted = _count_lines(window.data[:end]) - 1
                window.take(end)
                return _header_block(cells, above, counted), _Under(tuple(cells), delimiter)
        above.append(line.rstrip("\r\n"))
        if len(above) == HEADER_WITHIN:
            break
    if missing and (found := _without_header(window, missing, ())):
        return found
    tables = [list(csv.reader([f"{line}\n" for line in above], delimiter=one)) for one in DELIMITERS]
    raise no_known_header(name, max(tables, key=lambda rows: max(map(len, rows), default=0)))


def _without_header(
    window: _Window, missing: MissingHeader, below: Sequence[str]
) -> tuple[Block, _Under] | None:
    """The columns of records that begin without a header, of which nothing is taken; None where they are not known."""
    for delimiter in DELIMITERS:
        records = _first_records(window, delimiter, below)
        if columns := tuple(missing(records, below)):
            how = "the header further down" if below else "the shapes of its cells, or a person,"
            note = (
                f"the file begins without a header: {how} says that its columns are {', '.join(columns)}. Look whether "
                "reason, case number and filters stand in that order"
            )
            return Block(not_data.none(columns), notes=(note,)), _Under(columns, delimiter)
    return None


def _first_records(window: _Window, delimiter: str, below: Sequence[str]) -> list[list[str]]:
    """The records at the start of the window, up to the header that stands below them."""
    found: list[list[str]] = []
    for cells, *_ in _records(window, _Under(("",) * 9, delimiter)):
        if len(found) == HEADER_WITHIN or (below and cells == list(below)):
            break
        found.append(cells or [])
    return found


def _header_below(path: Path, encoding: str, is_header: IsHeader) -> Sequence[str]:
    """The first header anywhere in a file; nothing where there is none."""
    rest = b""
    with path.open("rb") as file:
        for piece in chain(_utf8(file, encoding, PIECE), [b"\n"]):
            *lines, rest = re.split(rb"[\r\n]", rest + piece)
            # A header is called by words; few lines of records hold no two digits.
            for line in (line for line in lines if line and not re.search(rb"\d.*\d", line)):
                for delimiter in DELIMITERS:
                    cells = _cells(line.decode("utf-8", "replace"), delimiter)
                    if is_header(cells):
                        return cells
    return ()


def _header_block(columns: Sequence[str], above: Sequence[str], counted: int) -> Block:
    rejected = [Rejected(at - len(above), "above the header", text) for at, text in enumerate(above)]
    notes = [f"{len(above)} records stand above the header and are set aside"] if above else []
    return Block(not_data.none(columns), tuple(rejected), counted, tuple(notes))


# The fast path ------------------------------------------------------------------------------------------


def _record_ends(window: _Window, delimiter: str) -> np.ndarray | None:
    """Byte offsets at which the window's whole records end, or None where quotes or line ends are irregular.

    This is the independent count: it knows only quotes and line ends, never cells.
    """
    data = window.data
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(bytes_ == _QUOTE)
    lines = np.flatnonzero(bytes_ == _LF)
    ends = np.flatnonzero(np.searchsorted(quotes, lines) % 2 == 0)
    if np.diff(ends, prepend=-1, append=len(lines) - 1).max() > USUAL_LINES:
        return None
    ends = lines[ends] + 1
    if window.at_end and (not len(ends) or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    used = int(ends[-1]) if len(ends) else 0
    pairs = np.count_nonzero(bytes_[lines[(lines > 0) & (lines < used)] - 1] == _CR) if used else 0
    if np.count_nonzero(bytes_[:used] == _CR) != pairs:
        return None
    quotes = quotes[: np.searchsorted(quotes, used)]
    return ends if _quotes_are_regular(bytes_[:used], quotes, ord(delimiter)) else None


def _quotes_are_regular(bytes_: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether each quote opens a cell, closes one, or is half of a doubled quote inside one."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    beside = np.zeros(256, dtype=bool)  # what may stand before an opening quote, and after a closing one
    beside[[delimiter, _LF, _QUOTE]] = True
    opens = (opening == 0) | beside[bytes_[np.maximum(opening - 1, 0)]]
    beside[_CR] = True
    closes = (closing == len(bytes_) - 1) | beside[bytes_[np.minimum(closing + 1, len(bytes_) - 1)]]
    return bool(opens.all() and closes.all())


def _read_columns(data: bytes, ends: np.ndarray, under: _Under, is_header: IsHeader) -> _Read | None:
    """The records of a piece through Arrow, or None where Arrow disagrees with the independent count."""
    starts = np.concatenate(([0], ends))
    blocks: list[Block] = []
    done = headers = 0
    while done < len(ends):
        parsed = _arrow_rows(data[starts[done] : ends[-1]], under, is_header)
        stop = len(ends) if parsed.header is None else done + parsed.header.record - 1
        if parsed.header is not None:
            parsed = replace(_arrow_rows(data[starts[done] : starts[stop]], under), header=parsed.header)
        more = _as_blocks(parsed, data, starts[done : stop + 1], under, is_header)
        headers += parsed.header is not None
        if more is None or headers > _OTHER_HEADERS:
            return None
        blocks += more[0]
        under, done = more[1], stop
        if parsed.header is not None:
            header = replace(parsed.header, record=under.number + 1)
            under = _Under(tuple(_cells(header.text, under.delimiter)), under.delimiter, header.record)
            blocks.append(Block(not_data.none(under.columns), (header,), counted=1))
            done += 1
    return blocks, under


@dataclass(frozen=True)
class _Parsed:
    """Records of one width (None: Arrow refused), those of another, and the first header among the others.

    Asides are numbered from 1 in the text that was parsed.
    """

    rows: pa.Table | None
    odd: tuple[Rejected, ...] = ()
    header: Rejected | None = None


def _arrow_rows(data: bytes, under: _Under, is_header: IsHeader | None = None) -> _Parsed:
    """Parse records with Arrow as far as the first header of another width (all, unless `is_header` is given)."""
    names = [str(place) for place in range(len(under.columns))]
    if not data:
        return _Parsed(not_data.none(under.columns).cells)
    odd: list[Rejected] = []
    header: list[Rejected] = []

    def judge(row: arrow_csv.InvalidRow) -> str:
        # Rows are numbered only where Arrow reads with one thread; it does.
        cells = _cells(row.text, under.delimiter)
        if is_header and is_header(cells):
            header.append(Rejected(row.number, "repeated header", row.text))
            return "error"
        odd.append(not_data.odd(row.number, row.text, cells))
        return "skip"

    try:
        rows = arrow_csv.read_csv(
            pa.py_buffer(data),
            arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=_ARROW_BLOCK),
            arrow_csv.ParseOptions(
                delimiter=under.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=judge,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:  # a header, or a cell longer than a block, which is read line by line
        return _Parsed(None, header=header[0] if header else None)
    return _Parsed(rows, tuple(odd))


def _as_blocks(
    parsed: _Parsed, data: bytes, starts: np.ndarray, under: _Under, is_header: IsHeader
) -> _Read | None:
    """Blocks of what was parsed, one for each header that stands in it; None where records are missing."""
    records = len(starts) - 1
    if parsed.rows is None or parsed.rows.num_rows + len(parsed.odd) != records:
        return None
    usual = np.ones(records, dtype=bool)
    usual[[aside.record - 1 for aside in parsed.odd]] = False
    numbers = np.flatnonzero(usual) + under.number + 1
    rejected = [replace(aside, record=aside.record + under.number) for aside in parsed.odd]
    headers = not_data.header_rows(parsed.rows, is_header)
    blocks, columns = [], under.columns
    for start, stop in pairwise([-1, *headers, parsed.rows.num_rows]):
        if start >= 0:
            columns = not_data.row(parsed.rows, start)
            at = int(numbers[start]) - under.number
            text = data[starts[at - 1] : starts[at]].decode().rstrip("\r\n")
            rejected.append(Rejected(int(numbers[start]), "repeated header", text))
        cells = parsed.rows.slice(start + 1, stop - start - 1)
        section = Section(columns, cells, pa.array(numbers[start + 1 : stop], pa.int64()))
        blocks.append(not_data.set_aside(section, []))
    rejected += [aside for block in blocks for aside in block.rejected]
    blocks = [replace(block, rejected=()) for block in blocks]
    blocks[0] = replace(blocks[0], rejected=not_data.in_order(rejected), counted=records)
    return blocks, _Under(columns, under.delimiter, under.number + records)


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter), [])


# The plain path -----------------------------------------------------------------------------------------


def _read_lines(
    window: _Window, under: _Under, is_header: IsHeader, notes: tuple[str, ...]
) -> tuple[list[Block], _Under, int]:
    """The window's records one by one, as far as they are sure to be whole."""
    blocks: list[Block] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    lines = used = 0
    number, columns = under.number, under.columns
    for number, (cells, text, end, spans) in enumerate(_records(window, under), under.number + 1):
        lines, used = lines + spans, end
        if cells is not None and is_header(cells):
            blocks.append(not_data.set_aside(_section(columns, rows, numbers), rejected))
            columns, rows, numbers = tuple(cells), [], []
            rejected = [Rejected(number, "repeated header", text)]
        elif cells is None:
            rejected.append(Rejected(number, "unreadable record", text))
        elif len(cells) != len(columns):
            rejected.append(not_data.odd(number, text, cells))
        else:
            rows.append(cells)
            numbers.append(number)
    blocks.append(not_data.set_aside(_section(columns, rows, numbers), rejected))
    # Independent of the parse: every physical line belongs to exactly one record.
    counted = number - under.number + _count_lines(window.data[:used]) - lines
    blocks[0] = replace(blocks[0], counted=counted, notes=notes)
    return blocks, _Under(columns, under.delimiter, number), used


def _records(window: _Window, under: _Under) -> Iterator[tuple[list[str] | None, str, int, int]]:
    """Records one by one: cells, or None where the quotes are broken; text; offset after it; lines used.

    A record is taken only where all the lines that it may use are in the window.
    """
    lines = list(_lines(window.data))
    # The last line may go on in the next piece, and a carriage return there may be half of a line end.
    whole = len(lines) if window.at_end else len(lines) - 1 - LINES_IN_A_RECORD
    at = 0
    while at < whole:
        taken = (line for line, _ in lines[at : at + LINES_IN_A_RECORD])
        reader = csv.reader(taken, delimiter=under.delimiter, strict=True)
        try:
            cells: list[str] | None = next(reader, [])
            spans = reader.line_num
        except csv.Error:
            cells = None
        if cells is None or _swallows(lines[at : at + spans], under):
            cells, spans = None, 1  # the broken line alone; the next one starts afresh
        text = "".join(line for line, _ in lines[at : at + spans]).rstrip("\r\n")
        at += spans
        yield cells, text, lines[at - 1][1], spans


def _swallows(lines: Sequence[tuple[str, int]], under: _Under) -> bool:
    """Whether most lines of a long cell are records themselves, so that its quote was never closed."""
    delimiters = len(under.columns) - 1
    alike = sum(line.count(under.delimiter) == delimiters for line, _ in lines[1:])
    return len(lines) > USUAL_LINES and 2 * alike > len(lines)


def _section(columns: tuple[str, ...], rows: list[list[str]], numbers: list[int]) -> Section:
    if not rows:
        return not_data.none(columns)
    cells = {str(place): pa.array(list(column), pa.string()) for place, column in enumerate(zip(*rows))}
    return Section(columns, pa.table(cells), pa.array(numbers, pa.int64()))
