"""Keeps a place's rows in a SQLite file, with one query for every claim and measure, and serves it on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis import build, claims, files, pages
from analysis.build import inputs
from analysis.measures import MEASURES, NAMES, Measure, formatted, in_scope, lookup
from analysis.opened import Opened
from analysis.places import Place
from analysis.privacy import visible_cells
from analysis.rows.shown import MEANINGS, USUAL, Shown
from analysis.searches.sql import quoted, words
from analysis.searches.table import Searches

INDEXES = (("immigration_tier", "camera_owner"), ("searching_agency",), ("reason_origin",), ("own_search",))
FIRST_PORT = 8001
INSTALL = "The rows are shown with Datasette, which is not installed here: run `make extras` once, then `make rows`."


# The file -------------------------------------------------------------------------------------------------


def file(place: Place) -> Path:
    """Where a place's rows are kept."""
    return place.processed / "rows.db"


def make(place: Place, say: Callable[[str], None] = lambda _: None) -> Path:
    """Write the place's rows.db, unless it is up to date: searches, rejected, numbers and claims.

    The file is made aside and takes the place of the old one when it is whole. Nothing in it is private that is
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
    columns = tuple(dict.fromkeys([*MEANINGS, *filters]))
    _copy(into, opened.table(opened.searches, columns))
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


# The queries ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Behind:
    """The rows behind a number: a measure, whose log, and further conditions on shown columns."""

    measure: Measure
    scope: str = "all"
    filters: tuple[str, ...] = ()

    def sql(self, any_owner: bool = False) -> str:
        """The rows, or the groups, behind the number as one SELECT on the table `searches` of rows.db.

        `any_owner` leaves the camera owner open: the parameter :camera_owner, blank for every log.
        """
        conditions = [*self._conditions(any_owner), *self.filters]
        if any_owner:
            conditions.append("(:camera_owner = '' OR camera_owner = :camera_owner)")
        elif self.scope != "all":
            conditions.append(f"camera_owner = {quoted(self.scope)}")
        one, where = self.measure, "\nWHERE " + "\n  AND ".join(conditions) if conditions else ""
        if self.by:
            most = "\nLIMIT 1" if one.kind == "largest" else ""
            return (
                f"SELECT {self.by}, count(*) AS searches\nFROM searches{where}\nGROUP BY {self.by}\n"
                f"ORDER BY searches DESC, {self.by}{most}"
            )
        if one.kind in ("most", "least"):
            end = "max" if one.kind == "most" else "min"
            word = "\n  AND" if where else "\nWHERE"
            where += f"{word} {one.column} = (SELECT {end}({one.column}) FROM searches{where.replace(chr(10), ' ')})"
        return f"SELECT {', '.join(self.columns)}\nFROM searches{where}\nORDER BY rowid"

    def _conditions(self, any_owner: bool) -> Iterator[str]:
        one, where = self.measure, self._where
        if where != "true":
            yield f"({where})" if " or " in where else where
        if self._is_of_rows_of_searches:
            word = "repeats" if self.scope == "all" else "repeats_in_log"
            if any_owner:
                word = "CASE WHEN :camera_owner = '' THEN repeats ELSE repeats_in_log END"
            yield f"{word} = {int(one.kind == 'beyond')}"
        elif one.kind in ("distinct", "listed", "largest"):
            yield f"{one.column} IS NOT NULL"

    @property
    def _where(self) -> str:
        """What the rows meet from which the number was computed."""
        one = self.measure
        return {"ratio": f"{one.where} or {one.of}", "largest_share": one.of}.get(one.kind, one.where)

    @property
    def _is_of_rows_of_searches(self) -> bool:
        return self.measure.column == "search_key" and self.measure.where == "true"

    @property
    def by(self) -> str:
        """The column whose values the number counts or lists; blank where it counts rows."""
        grouped = self.measure.kind in ("distinct", "listed", "largest") and not self._is_of_rows_of_searches
        return self.measure.column if grouped else ""

    @property
    def columns(self) -> list[str]:
        """The columns of its list of rows."""
        ends = [self.measure.column] if self.measure.kind in ("most", "least") else []
        return list(dict.fromkeys((*USUAL, *self.measure.shows, *ends)))

    def searches(self, opened: Opened) -> Searches:
        """The same, to be asked of the place's dataset."""
        found = in_scope(opened.searches, self.scope).where(*self.filters)
        one = self.measure
        if self._is_of_rows_of_searches:
            word = "repeats" if self.scope == "all" else "repeats_in_log"
            return found.where(word if one.kind == "beyond" else f"not {word}")
        return one.rows(found) if one.kind in ("most", "least") else found.where(self._where)


def has_rows(measure: Measure) -> bool:
    """Whether a list of rows can be shown behind a measure: every column that it is made of is one that is shown."""
    asked = set(words(f"{measure.where} {measure.column} {measure.of}"))
    hidden = {"reason_as_released", "released_id", "reason_text"}
    return measure.has_rows and measure.kind not in ("groups", "rest") and not asked & hidden


def query_name(measure: str) -> str:
    """The name of a measure's query; a dot would look like a file's ending in an address."""
    return measure.replace(".", "-")


def of_claim(claim: claims.Claim, end: Mapping[str, str], shown: Shown) -> Behind | None:
    """The rows behind a claim as it ended: those of its measure, or of the first definition that fits.

    None where no rows are behind it, and for a claim about a typed reason, because rare reasons are not kept.
    """
    if not claim.measure or end.get("outcome") == "cannot be checked" or "reason" in claim.among:
        return None
    measure = MEASURES.get(_measure(claim, end.get("explanation", "")))
    if measure is None or not has_rows(measure):
        return None
    names = set(shown.agencies().values()) if "searching_agency" in claim.among else ()
    return Behind(measure, claim.scope, tuple(claims.conditions(claim, names)))


def _measure(claim: claims.Claim, explanation: str) -> str:
    """The measure that a claim was compared with, its definition spelled out."""
    fitting = re.search(r"fits ([a-z-]+)", explanation)
    named = fitting[1] if claim.definition == "unpublished" and fitting else claim.definition
    named = {"drop-down": "dropdown", "unpublished": "core"}.get(named, named)
    full = f"{claim.measure}.{named}"
    return full if full in MEASURES else claim.measure


def metadata(chosen: Sequence[Place]) -> dict[str, Any]:
    """What Datasette is told: what each file is, what its columns mean, and a query for every claim and measure."""
    return {
        "title": "The rows behind every number",
        "description": "Choose a place, then a query: its rows are those that the number counts. Nothing here leaves "
        "this machine. Officers and plates are in no row; a reason is shown where it is common and could name nobody, "
        "or where a person has cleared it.",
        "databases": {place.name: _about(place) for place in chosen},
    }


def _about(place: Place) -> dict[str, Any]:
    kind = "REPLICA: invented records. " if place.is_replica else ""
    return {
        "description": f"{kind}{place.title}.",
        "source": str(place.released.get("by", "")),
        "tables": {
            "searches": {
                "description": f"{kind}One row for each released row that is a search. `search_key` is the same for "
                "rows that record the same search; 1 means yes and 0 no.",
                "columns": MEANINGS,
                "facets": ["camera_owner", "immigration_tier", "reason_origin"],
                "size": 50,
            },
            "rejected": {
                "description": "Released rows that are no search, and why; of their text times, counts and known "
                "words are left."
            },
            "numbers": {"description": "Every number of results/, with its numerator and denominator."},
            "claims": {"description": "Every published number, and how it ended."},
        },
        "queries": queries(place),
    }


def queries(place: Place) -> dict[str, dict[str, str]]:
    """One query for each claim that has rows, then one for each measure: {name: {sql, title, description}}."""
    shown = Shown(place)
    ends = {end["id"]: end for end in pages.open_claims(place).to_dict("records")}
    found = {}
    for claim in claims.load(place):
        end = ends.get(claim.id, {})
        if behind := of_claim(claim, end, shown):
            found[f"claim-{claim.id}"] = {
                "title": f"Claim: {claim.says}",
                "description": f"{end['outcome']}: published {claims.printed(end)}, computed {end['computed']}. "
                f"{_reads(behind)} {_kind(place)}",
                "sql": behind.sql(),
            }
    values = lookup(pages.open_numbers(place))
    for name in sorted(
        {name for name, _ in values} & {name for name, one in MEASURES.items() if has_rows(one)}
    ):
        number, behind = values[name, "all"], Behind(MEASURES[name])
        found[query_name(name)] = {
            "title": f"Measure: {name.replace('_', ' ').replace('.', ', ')}",
            "description": f"All logs: {formatted(number['value'], number['unit'])}: {MEASURES[name].says}. "
            f"{_reads(behind)} {_kind(place)}",
            "sql": behind.sql(any_owner=True),
        }
    found["rows_rejected"] = {
        "title": "Measure: rows rejected",
        "description": f"Released rows that are not among the searches, and why. {_kind(place)}",
        "sql": "SELECT source_file, source_row, source_page, why, text FROM rejected ORDER BY rowid",
    }
    return found


def _kind(place: Place) -> str:
    return "REPLICA: invented records." if place.is_replica else ""


def _reads(behind: Behind) -> str:
    """How the rows of a query make its number."""
    kind = behind.measure.kind
    if kind in ("share", "ratio", "mean", "largest_share"):
        return "The number was computed from these rows."
    if kind == "largest":
        return "The number is the count beside the first."
    if behind.by:
        return "The number is how many lines there are, or what they list."
    return (
        f"These rows hold it in {behind.measure.column}."
        if kind in ("most", "least")
        else "The number is how many rows there are."
    )


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
