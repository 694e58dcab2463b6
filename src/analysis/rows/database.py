"""Keeps a place's rows in a SQLite file, with one query for every claim and measure, and serves it on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import sqlite3
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import build, claims, files, pages
from analysis.build import inputs
from analysis.measures import NAMES
from analysis.places import Place
from analysis.privacy import visible_cells
from analysis.rows.queries import counted_once, metadata
from analysis.rows.shown import MEANINGS, Shown

INDEXES = (("immigration_tier", "camera_owner"), ("searching_agency",), ("reason_origin",), ("own_search",))
FIRST_PORT = 8001
INSTALL = "The rows are shown with Datasette, which is not installed here: run `make extras` once, then `make rows`."


# The file -------------------------------------------------------------------------------------------------


def file(place: Place) -> Path:
    """Where a place's rows are kept."""
    return place.processed / "rows.db"


def make(place: Place, say: Callable[[str], None] = lambda _: None) -> Path:
    """Write the place's rows.db, unless it is up to date: searches, rejected, numbers and claims.

    The file is written beside the old one and replaces it when it is whole. Nothing in it is private that is
    not in the searches, and rare reasons are left out (`Shown`).
    """
    path, mark = file(place), _fingerprint(place)
    if path.is_file() and _mark_of(path) == mark:
        return path
    say(f"writing the rows of {place.name} into {path.name} …")
    with files.replacing(path) as new:
        with sqlite3.connect(new) as into:
            into.execute("PRAGMA journal_mode = OFF")
            into.execute("PRAGMA synchronous = OFF")
            _fill(into, place, mark)
        into.close()
    return path


def _fill(into: sqlite3.Connection, place: Place, mark: str) -> None:
    opened = Shown(place)
    filters = [key for claim in claims.load(place) for key in claim.among if key in NAMES]
    again = [name.removeprefix("not ") for name in counted_once(place)]
    columns = tuple(dict.fromkeys([*MEANINGS, *filters, *again]))
    _copy(into, opened.table(opened.every_row, columns))
    for columns in INDEXES:
        into.execute(f"CREATE INDEX by_{columns[0]} ON searches ({', '.join(columns)})")
    visible_cells(build.open_rejected(place)).to_sql("rejected", into, index=False)
    numbers = pd.DataFrame(pages.open_numbers(place))
    numbers["value"] = numbers["value"].map(lambda v: ", ".join(v) if isinstance(v, list) else v)
    visible_cells(numbers).to_sql("numbers", into, index=False)
    visible_cells(pages.open_claims(place)).to_sql("claims", into, index=False)
    pd.DataFrame({"made_from": [mark]}).to_sql("made", into, index=False)


def _copy(into: sqlite3.Connection, rows: pa.Table) -> None:
    """The rows as the table `searches`; batch by batch, each distinct value made once."""
    kinds = {name: _kind_of(rows.schema.field(name).type) for name in rows.column_names}
    into.execute(f"CREATE TABLE searches ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
    insert = f"INSERT INTO searches VALUES ({', '.join('?' * len(kinds))})"
    for batch in rows.to_batches(max_chunksize=100_000):
        into.executemany(insert, zip(*map(_values, batch.columns)))


def _values(column: pa.Array) -> list[Any]:
    coded = column.dictionary_encode()
    values = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    return list(values[coded.indices.fill_null(len(values) - 1).to_numpy()])


def _kind_of(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "INTEGER"
    return "REAL" if pa.types.is_floating(kind) else "TEXT"


def _mark_of(path: Path) -> str:
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as rows:
            return str(rows.execute("SELECT made_from FROM made").fetchone()[0])
    except sqlite3.Error:
        return ""


def _fingerprint(place: Place) -> str:
    """What rows.db depends on: the processed tables, the results, what is cleared for print, and this code."""
    files = [
        *(place.results / name for name in ("numbers.json", "claims.csv")),
        *(place.hand / name for name in ("cleared.csv", "everyday_words.toml", "common_names.csv")),
        *sorted((place.raw / "reference").glob("*")),
        *sorted(Path(__file__).parent.glob("*.py")),
    ]
    digest = hashlib.sha256(str(inputs.tables(place)).encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


# In a browser ---------------------------------------------------------------------------------------------


def is_installed() -> bool:
    """Whether Datasette can be started from here."""
    return find_spec("datasette") is not None


def serve(
    chosen: Sequence[Place],
    say: Callable[[str], None],
    alone: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
) -> int:
    """Write the rows of these places where that is due, and serve them on this machine until interrupted.

    `alone` keeps other runs out while rows are written, and lets them in again while these are served.
    """
    if not is_installed():
        say(INSTALL)
        return 1
    from analysis.rows import server

    with alone():
        files = {place.name: make(place, say) for place in chosen}
    port = _free_port()
    say(f"Open http://127.0.0.1:{port}/ in a browser; Ctrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        server.serve(files, metadata(chosen), port)
    return 0


def _free_port() -> int:
    """The first free port from `FIRST_PORT` on."""
    for port in range(FIRST_PORT, FIRST_PORT + 50):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)):
                return port
    return FIRST_PORT
