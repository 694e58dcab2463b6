"""Reads Parquet: row by row in batches of bounded size, typed columns given back as text that loses nothing.

The footer's column names are the header (record 0) and its rows are records 1, 2, …. A null is a blank cell. A
whole number that a table keeps as a fraction (1480.0) comes back as digits, any other number in the shortest
form that reads back as the same number. A time with a zone comes back in UTC as 2025-06-18T00:02:04.789Z, a
time without one as 2025-06-18 00:02:04.789; milliseconds where they hold it all, else every digit there is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.readers import not_data
from analysis.readers.base import Block, IsHeader, Rejected, Section, UnreadableFile, no_known_header

ROWS_AT_ONCE = 131_072
MOST_IN_A_GROUP = 1 << 33  # bytes that one row group may unpack to; the largest in common use has an eighth
_INDEX = re.compile(r"__index_level_\d+__")  # what pandas calls the numbers of its own rows
_EXACT = 1 << 53  # whole numbers below it are exact in a column of fractions


def stream(path: Path, name: str, is_header: IsHeader) -> Iterator[Block]:
    """Read one table block by block; see `analysis.readers` for the contract.

    The second count is the number of rows that the footer states. Raises `UnreadableFile` where the columns
    are no known header's, a row group would fill the memory, or the file is broken.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns, notes = _header(file, name, is_header)
            yield Block(not_data.none(columns), counted=file.metadata.num_rows, notes=notes)
            yield from _blocks(file, columns, name, is_header)
    except MemoryError:  # also Arrow's own, which is one of its other errors too
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        kind = type(error).__name__
        raise UnreadableFile(f"{name}: the Parquet file is broken ({kind}). Ask for it again.") from None


def _header(file: pq.ParquetFile, name: str, is_header: IsHeader) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns' names and what is to be said of them; a column that only numbers the rows has no name."""
    names = file.schema_arrow.names
    if not is_header(names):
        raise no_known_header(name, [names])
    for at in range(file.num_row_groups):
        size = file.metadata.row_group(at).total_byte_size
        if size > MOST_IN_A_GROUP:
            raise UnreadableFile(
                f"{name}: row group {at + 1} would unpack to {size:,} bytes, more than any audit. It was not "
                "opened; ask for it as CSV."
            )
    index = [n for n in names if _INDEX.fullmatch(n)]
    notes = (f"{len(index)} columns number the rows only and are not read",) if index else ()
    return tuple("" if n in index else n for n in names), notes


def _blocks(
    file: pq.ParquetFile, columns: tuple[str, ...], name: str, is_header: IsHeader
) -> Iterator[Block]:
    """The table in order, a bounded number of rows at a time, each with the rows set aside from it."""
    before = 0
    for batch in file.iter_batches(ROWS_AT_ONCE):
        cells = pa.table({str(at): _text(column, at, name) for at, column in enumerate(batch.columns)})
        record = pa.array(range(before + 1, before + 1 + len(cells)), pa.int64())
        before += len(cells)
        yield _set_aside(Section(columns, cells, record), is_header)


# Records that are not data --------------------------------------------------------------------------------------


def _set_aside(section: Section, is_header: IsHeader) -> Block:
    """Take out what is not data, and headers that were read as rows when exports were put together."""
    cells = section.cells
    longest = max(range(len(section.columns)), key=lambda at: len(section.columns[at]))
    alike = pc.equal(pc.utf8_trim_whitespace(cells.column(longest)), section.columns[longest].strip())
    heads = {at: not_data.row(cells, at) for at in pc.indices_nonzero(alike).to_pylist()}
    heads = {at: texts for at, texts in heads.items() if is_header(texts)}
    rejected = [
        Rejected(section.record[at].as_py(), "repeated header", ",".join(texts))
        for at, texts in heads.items()
    ]
    if heads:
        keep = pa.array([at not in heads for at in range(cells.num_rows)], pa.bool_())
        section = Section(section.columns, cells.filter(keep), section.record.filter(keep))
    return not_data.set_aside(section, rejected)


# Cells as text ----------------------------------------------------------------------------------------------------


def _text(column: pa.Array, at: int, name: str) -> pa.Array:
    """A column as text, exactly; null becomes blank."""
    kind = column.type
    try:
        if pa.types.is_dictionary(kind):
            return _text(column.dictionary_decode(), at, name)
        if pa.types.is_floating(kind):
            texts = _digits(column)
        elif pa.types.is_timestamp(kind):
            texts = _time(column)
        elif pa.types.is_nested(kind):
            texts = pa.array([None if v is None else _json(v) for v in column.to_pylist()], pa.string())
        else:
            texts = column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError):
        raise UnreadableFile(
            f"{name}: column {at + 1} ({kind}) cannot be read as text. Ask for it as text."
        ) from None
    return texts.fill_null("")


def _digits(column: pa.Array) -> pa.Array:
    """Numbers as the shortest text that reads back the same; whole ones as digits, and no number as blank."""
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    column = pc.if_else(pc.is_nan(column), None, column)
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), float(_EXACT)))
    digits = pc.if_else(whole, column, 0).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, digits, column.cast(pa.string()))


def _time(column: pa.Array) -> pa.Array:
    zone = column.type.tz
    plain = column.cast(pa.timestamp(column.type.unit, "UTC" if zone else None))
    try:
        whole = plain.cast(pa.timestamp("ms", plain.type.tz))
    except pa.ArrowInvalid:  # finer than milliseconds: every digit is kept
        texts = plain.cast(pa.string())
        return pc.binary_replace_slice(texts, 10, 11, "T") if zone else texts
    return _written(whole.cast(pa.int64()), b"T" if zone else b" ", b"Z" if zone else b"")


_DAY = 86_400_000  # milliseconds
_YEARS = range(-719_162 * _DAY, 2_932_897 * _DAY)  # from the year 1 to 9999, which have four digits


def _written(moments: pa.Array, before_clock: bytes, end: bytes) -> pa.Array:
    """Milliseconds since 1970 as text, from tables of days, seconds and thousandths: twenty times as fast as Arrow."""
    ticks = moments.fill_null(0).to_numpy()
    first, last = (int(ticks.min()), int(ticks.max())) if len(ticks) else (0, 0)
    days = range(first // _DAY, last // _DAY + 1)
    if first not in _YEARS or last not in _YEARS or len(days) > len(ticks) + 100_000:
        texts = moments.cast(pa.timestamp("ms")).cast(pa.string())
        texts = pc.binary_replace_slice(texts, 10, 11, before_clock.decode())
        return pc.binary_join_element_wise(texts, end.decode(), "")
    day = np.datetime_as_string(np.arange(days.start, days.stop).astype("datetime64[D]")).astype("S10")
    clock, thousandths = _clocks(before_clock, end)
    texts = _side_by_side(
        day[ticks // _DAY - days.start], clock[ticks % _DAY // 1_000], thousandths[ticks % 1_000]
    )
    return pc.if_else(moments.is_valid(), texts, None) if moments.null_count else texts


def _side_by_side(*columns: np.ndarray) -> pa.Array:
    """Texts of fixed widths, joined row by row."""
    rows, width = len(columns[0]), sum(column.itemsize for column in columns)
    signs, at = np.empty((rows, width), dtype=np.uint8), 0
    for column in columns:
        signs[:, at : at + column.itemsize] = column.view(np.uint8).reshape(rows, column.itemsize)
        at += column.itemsize
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(signs))


@cache
def _clocks(before: bytes, end: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Every second of a day as text, and every thousandth of a second with what stands behind it."""
    sign, behind = before.decode(), end.decode()
    seconds = [f"{sign}{s // 3_600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]
    return np.array(seconds, "S9"), np.array([f".{part:03}{behind}" for part in range(1_000)], "S")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
