"""Serves files of rows with Datasette, on this machine alone, and stops what would take its memory.

A page of another site that a browser has open can ask any address on this machine, and reads the answer where it has
given its own name this machine's address. So only requests are answered that were made to this machine's own name.
Anybody may write a query; none may make a cell, an answer or a working memory beyond any list of searches.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import uvicorn
from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

SETTINGS = {
    "sql_time_limit_ms": 30_000,
    "max_returned_rows": 5_000,
    "allow_download": False,
    "facet_time_limit_ms": 3_000,
}
HOST = "127.0.0.1"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
MOST_CELL, MOST_ANSWER, MOST_HEAP = 1 << 20, 1 << 26, 1 << 28
"""Bytes of one cell, of one answer, and of all that SQLite holds. The longest released cell known has 30,000."""
_TOO_LARGE = "the answer is larger than any list of searches: ask for fewer columns or rows"

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def application(files: Mapping[str, Path], metadata: Mapping[str, Any]) -> Datasette:
    """Datasette for these files, by name."""
    if not pm.has_plugin(__name__):
        pm.register(sys.modules[__name__], __name__)
    served = Datasette(metadata=metadata, settings=SETTINGS)
    for name, path in files.items():
        served.add_database(Database(served, path=str(path), is_mutable=True), name=name)
    return served


def serve(files: Mapping[str, Path], metadata: Mapping[str, Any], port: int) -> None:
    """Serve the files until this process is asked to end."""
    uvicorn.run(application(files, metadata).app(), host=HOST, port=port, log_level="warning", lifespan="on")


def _limit(conn: sqlite3.Connection) -> None:
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_CELL)
    conn.execute(f"PRAGMA hard_heap_limit = {MOST_HEAP}")
    sizes: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def row(cursor: sqlite3.Cursor, values: Sequence[Any]) -> sqlite3.Row:
        size = sum(len(value) for value in values if isinstance(value, str | bytes))
        sizes[cursor] = sizes.get(cursor, 0) + size
        if sizes[cursor] > MOST_ANSWER:
            raise sqlite3.OperationalError(_TOO_LARGE)
        return sqlite3.Row(cursor, tuple(values))

    conn.row_factory = row


def _only_this_machine(datasette: Datasette) -> Callable[[App], App]:
    def wrapped(app: App) -> App:
        async def guarded(scope: Scope, receive: Any, send: Any) -> None:
            if scope["type"] in ("http", "websocket") and _host(scope) not in LOOPBACK:
                refusal = Response.text("This address is answered on its own machine alone.\n", status=403)
                await refusal.asgi_send(send)
            else:
                await app(scope, receive, send)

        return guarded

    return wrapped


def _host(scope: Scope) -> str:
    """The machine that a request was made to, without a port; "" unless it says exactly one."""
    said = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    if len(said) != 1:
        return ""
    name, colon, port = said[0].rpartition(":")
    return (name if colon and port.isdigit() else said[0]).casefold()


def _out_of_memory(exception: Exception) -> Response | None:
    return Response.text(f"{_TOO_LARGE}.\n", status=400) if isinstance(exception, MemoryError) else None


prepare_connection = hookimpl(_limit)
asgi_wrapper = hookimpl(_only_this_machine)
handle_exception = hookimpl(_out_of_memory)
