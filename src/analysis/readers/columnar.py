"""Reads delimited text column by column through Arrow, where all its quotes and line ends are regular."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from analysis.readers import not_data
from analysis.readers.base import Block, IsHeader, Rejected, Section
from analysis.readers.text import Window

USUAL_LINES = 60  # a longer record is looked at closely: a quote never closed may have swallowed others
_ARROW_BLOCK = 1 << 20  # bytes that fit the processor's cache
_QUOTE, _LF, _CR = 34, 10, 13


@dataclass(frozen=True)
class Header:
    """The header of the next record, its delimiter, and the number of the record before."""

    columns: tuple[str, ...]
    delimiter: str
    number: int = 0

    def split(self, text: str) -> list[str]:
        """The cells of one record."""
        return next(csv.reader([text], delimiter=self.delimiter), [])


def record_ends(window: Window, delimiter: str) -> tuple[np.ndarray, bool]:
    """Byte offsets at which the window's whole records end, up to the first whose quotes or line ends are irregular,
    and whether there is such a record.

    This is the independent count: it knows only quotes and line ends, never cells.
    """
    data = window.data
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(bytes_ == _QUOTE)
    lines = np.flatnonzero(bytes_ == _LF)
    ends = np.flatnonzero(np.searchsorted(quotes, lines) % 2 == 0)
    long = np.flatnonzero(np.diff(ends, prepend=-1, append=len(lines) - 1) > USUAL_LINES)
    ends = lines[ends[: long[0]] if len(long) else ends] + 1
    if window.at_end and not len(long) and (not len(ends) or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    used = int(ends[-1]) if len(ends) else 0
    wrong = _first_wrong(bytes_[:used], quotes[: np.searchsorted(quotes, used)], ord(delimiter))
    return ends[: np.searchsorted(ends, wrong, side="right")], bool(len(long)) or wrong < used


def _first_wrong(bytes_: np.ndarray, quotes: np.ndarray, delimiter: int) -> int:
    """Where the first carriage return is that ends no line with the next byte, or the first quote that neither opens a
    cell nor closes one nor is half of a doubled quote inside one; behind the end where there is none."""
    beside = np.zeros(256, dtype=bool)  # what may precede an opening quote, and follow a closing one
    beside[[delimiter, _LF, _QUOTE]] = True
    opening, closing = quotes[::2], quotes[1::2]
    opens = (opening == 0) | beside[bytes_[np.maximum(opening - 1, 0)]]
    beside[_CR] = True
    closes = (closing == len(bytes_) - 1) | beside[bytes_[np.minimum(closing + 1, len(bytes_) - 1)]]
    returns = np.flatnonzero(bytes_ == _CR)
    alone = bytes_[np.minimum(returns + 1, len(bytes_) - 1)] != _LF
    wrong = [opening[~opens], closing[~closes], quotes[len(quotes) // 2 * 2 :], returns[alone]]
    return min(int(at[0]) if len(at) else len(bytes_) for at in wrong)


def read(
    data: bytes, ends: np.ndarray, header: Header, is_header: IsHeader
) -> tuple[list[Block], Header, int] | None:
    """The records that end at `ends`, as far as the first header of another width: a block for each header among them,
    the header of the next ones, bytes used.

    None where such a header is the first record, or where Arrow disagrees with the independent count.
    """
    odd: list[Rejected] = []
    headers: list[int] = []

    def judge(row: arrow_csv.InvalidRow) -> str:
        # Rows are numbered, from 1, only where Arrow reads with one thread; it does.
        cells = header.split(row.text)
        if is_header(cells):
            headers.append(row.number - 1)
            return "error"
        odd.append(not_data.odd(header.number + row.number, row.text, cells))
        return "skip"

    names = [str(at) for at in range(len(header.columns))]
    try:
        rows = arrow_csv.read_csv(
            pa.py_buffer(data).slice(0, int(ends[-1])),
            arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=_ARROW_BLOCK),
            arrow_csv.ParseOptions(
                delimiter=header.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=judge,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:  # such a header, or a cell longer than Arrow's block
        return read(data, ends[: headers[0]], header, is_header) if headers and headers[0] else None
    if rows.num_rows + len(odd) != len(ends):
        return None
    usual = np.ones(len(ends), dtype=bool)
    usual[[rejection.record - header.number - 1 for rejection in odd]] = False
    numbers = np.flatnonzero(usual) + header.number + 1
    offsets = np.concatenate(([0], ends))

    def text(number: int) -> str:
        begin, end = offsets[number - header.number - 1 : number - header.number + 1]
        return data[begin:end].decode().rstrip("\r\n")

    section = Section(header.columns, rows, pa.array(numbers, pa.int64()))
    blocks = list(not_data.blocks(section, is_header, odd, text))
    blocks[0] = replace(blocks[0], counted=len(ends))
    columns = blocks[-1].section.columns
    return blocks, replace(header, columns=columns, number=header.number + len(ends)), int(ends[-1])
