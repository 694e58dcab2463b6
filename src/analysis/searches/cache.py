"""Keeps the tables that queries gave, for when these are run again, and gives their columns this library's types."""

from __future__ import annotations

import contextlib
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

LIMIT = 100_000_000
"""Bytes of tables that are kept: measures run some queries again, on files that nobody wrote since. None of them is
larger than a twentieth."""

SHARED = "ANALYSIS_CACHE"
"""The environment's name of a folder in which processes leave tables for each other, as long as it is there."""

Written = tuple[tuple[str, int], ...]
"""Each file that a query reads, and when it was last written."""

Query = tuple[str, Written]
"""The SQL of a query, and the files as they were written then."""

_TABLES: dict[Query, tuple[pa.Table, int]] = {}
"""Tables with their bytes, the oldest first."""


def cached(query: Query) -> pa.Table | None:
    """What a query gave when this process, or one that shares its tables, ran it before."""
    if query not in _TABLES and (path := _shared(query)) and path.is_file():
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as table:
            _hold(query, table.read_all())
    return _TABLES[query][0] if query in _TABLES else None


def keep(query: Query, table: pa.Table) -> None:
    """Keep what a query gave for when it is run again, in place of the oldest tables."""
    if table.nbytes > LIMIT // 20:
        return
    _hold(query, table)
    if path := _shared(query):
        written = pa.BufferOutputStream()
        with pa.ipc.new_file(written, table.schema) as file:
            file.write_table(table)
        with contextlib.suppress(OSError):  # then the others run it themselves
            # Several processes may have the same table at once, so that each writes a file of its own first.
            number, own = tempfile.mkstemp(dir=path.parent)
            with open(number, "wb") as begun:
                begun.write(written.getvalue())
            os.replace(own, path)


def _hold(query: Query, table: pa.Table) -> None:
    _TABLES[query] = table, table.nbytes
    while sum(size for _, size in _TABLES.values()) > LIMIT:
        del _TABLES[next(iter(_TABLES))]


def _shared(query: Query) -> Path | None:
    folder = os.environ.get(SHARED)
    return Path(folder, sha256(repr(query).encode()).hexdigest()) if folder else None


def frame_type(kind: pa.DataType) -> Any:
    """The type of a frame's column for one of Arrow's: text and lists stay in Arrow, missing is always `NA`."""
    if pa.types.is_string(kind):
        return pd.StringDtype("pyarrow", na_value=pd.NA)
    if pa.types.is_int64(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return pd.ArrowDtype(kind) if pa.types.is_list(kind) else None


def kept_schema(schema: pa.Schema) -> pa.Schema:
    """The schema as this library keeps it: one name of the zone, one size of whole numbers, texts as texts."""

    def kind(of: pa.DataType) -> pa.DataType:
        if pa.types.is_timestamp(of):
            return pa.timestamp("us", "UTC" if of.tz else None)
        if pa.types.is_dictionary(of):
            return of.value_type
        whole = pa.types.is_integer(of) or (pa.types.is_decimal(of) and of.scale == 0)
        return pa.int64() if whole else of

    return pa.schema([(one.name, kind(one.type)) for one in schema])
