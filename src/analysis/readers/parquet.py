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
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.readers import not_data
from analysis.readers.base import Block, IsHeader, Section, UnreadableFile, no_known_header

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
        # A piece of a column at a time: Arrow would take a whole group of rows into memory first.
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            columns, notes = _header(file, name, is_header)
            yield Block(Section.of_rows(columns), counted=file.metadata.num_rows, notes=notes)
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
    """The table in order, a bounded number of rows at a time, each with the rows rejected from it."""
    before = 0
    for batch in file.iter_batches(ROWS_AT_ONCE):
        cells = pa.table({str(at): _text(column, at, name) for at, column in enumerate(batch.columns)})
        record = pa.array(np.arange(before + 1, before + 1 + len(cells)))
        before += len(cells)
        for block in not_data.blocks(Section(columns, cells, record), is_header):
            columns = block.section.columns
            yield block


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
            values = (
                None if value is None else json.dumps(value, ensure_ascii=False, default=str)
                for value in column.to_pylist()
            )
            texts = pa.array(values, pa.string())
        else:
            texts = column.cast(pa.string())
            texts.validate(full=True)
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
    unit, zone = column.type.unit, column.type.tz
    # Written without its zone, which is UTC: with one Arrow takes thirty times as long.
    plain = column.cast(pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit)) if zone else column
    with suppress(pa.ArrowInvalid):  # finer than milliseconds: every digit is kept
        plain = plain.cast(pa.timestamp("ms"))
    texts = plain.cast(pa.string())
    return (
        pc.binary_replace_slice(pc.binary_join_element_wise(texts, "Z", ""), 10, 11, "T") if zone else texts
    )
