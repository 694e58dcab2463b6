"""Finds the records that a released file repeats, from all their cells, and keeps of these nothing but a count.

Two records that differ only in a plate, an officer, a case number or a filter are two searches, though these cells
are dropped. So every cell goes into a number that is compared and thrown away.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa

_KEY = secrets.randbits(64)


def fingerprints(cells: Sequence[pa.Array | pa.ChunkedArray]) -> np.ndarray:
    """A 64-bit number for each record, from all its cells, those among them that are dropped afterwards.

    The numbers hold in this process alone: a key goes into them that is thrown away with it, so that nobody can try
    plates or names against them. They are never stored; what is kept is how many of them are equal.
    """
    names = [f"c{number}" for number in range(len(cells))]
    with _hashing().cursor() as connection:
        connection.register("cells", pa.table(list(cells), names))
        hashed = connection.sql(f"select hash({', '.join(names)}, {_KEY}::ubigint) as h from cells")
        return hashed.to_arrow_table().column("h").to_numpy()


@cache
def _hashing() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})  # blocks are worked on in threads of their own


def count_distinct(numbers: Sequence[np.ndarray]) -> int:
    """How many different numbers there are."""
    ordered = np.sort(np.concatenate([*numbers, np.empty(0, np.uint64)]))
    return len(ordered) and 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))
