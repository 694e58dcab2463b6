"""Reads Parquet: row by row in batches of bounded size, typed columns given back as text that loses nothing.

The footer's column names are the header (record 0) and its rows are records 1, 2, …. A null is a blank cell. A
whole number that a table keeps as a fraction (1480.0) comes back as digits, any other number in the shortest
form that reads back as the same number. A time with a zone comes back in UTC as 2025-06-18T00:02:04.789Z, a
time without one as 2025-06-18 00:02:04.789; milliseconds where they hold it all, else every digit there is.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.readers import Aside, Block, IsHeader, NoKnownHeader, Section, UnreadableFile, not_data

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
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        said = str(error).split("\n")[0][:120]
        raise UnreadableFile(f"{name}: the Parquet file is broken ({said}). Ask for it again.") from None


def _header(file: pq.ParquetFile, name: str, is_header: IsHeader) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns' names and what is to be said of them; a column that only numbers the rows has no name."""
    names = file.schema_arrow.names
    if not is_header(names):
        raise NoKnownHeader(
            f"{name}: no known export has these columns: {', '.join(repr(n[:40]) for n in names[:20])}. If this is "
            "a search audit, add its column names to formats/flock.toml; otherwise take the file away."
        )
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
        cells = pa.table(
            {str(at): _text(column, columns[at], name) for at, column in enumerate(batch.columns)}
        )
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
    asides = [
        Aside(section.record[at].as_py(), "repeated header", ",".join(texts)) for at, texts in heads.items()
    ]
    if heads:
        keep = pa.array([at not in heads for at in range(cells.num_rows)], pa.bool_())
        section = Section(section.columns, cells.filter(keep), section.record.filter(keep))
    return not_data.set_aside(section, asides)


# Cells as text ----------------------------------------------------------------------------------------------------


def _text(column: pa.Array, header: str, name: str) -> pa.Array:
    """A column as text, exactly; null becomes blank."""
    kind = column.type
    try:
        if pa.types.is_dictionary(kind):
            return _text(column.dictionary_decode(), header, name)
        if pa.types.is_floating(kind):
            texts = _digits(column)
        elif pa.types.is_timestamp(kind):
            texts = _time(column)
        elif pa.types.is_nested(kind):
            texts = pa.array([None if v is None else _json(v) for v in column.to_pylist()], pa.string())
        else:
            texts = column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError) as error:
        raise UnreadableFile(
            f"{name}: the column {header!r} ({kind}) cannot be read as text ({str(error)[:80]}). Ask for it as text."
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
    with contextlib.suppress(pa.ArrowInvalid):  # finer than milliseconds: every digit is kept
        plain = plain.cast(pa.timestamp("ms", plain.type.tz))
    texts = plain.cast(pa.string())
    return pc.binary_replace_slice(texts, 10, 11, "T") if zone else texts


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
