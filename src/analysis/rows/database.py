"""Keeps a place's rows in a SQLite file, with one query for every claim and measure, and serves it on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis import agencies, build, claims, files, pages
from analysis.build import inputs
from analysis.measures import formatted, lookup
from analysis.places import Place
from analysis.privacy import visible_cells
from analysis.rows.behind import BEHIND, Behind, Condition
from analysis.rows.log import Log

USUAL = (
    "source_file", "source_row", "source_page", "camera_owner", "searched_at", "searching_agency", "agency_state",
    "reason", "immigration_tier", "immigration_kind",
)  # fmt: skip
"""The columns that every list of rows shows."""

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
    not in the searches, and rare reasons are left out (`log.Log`).
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
    _copy(into, Log(place).table())
    for columns in INDEXES:
        into.execute(f"CREATE INDEX by_{columns[0]} ON searches ({', '.join(columns)})")
    visible_cells(build.open_rejected(place)).to_sql("rejected", into, index=False)
    numbers = pd.DataFrame(pages.open_numbers(place))
    numbers["value"] = numbers["value"].map(lambda v: ", ".join(v) if isinstance(v, list) else v)
    visible_cells(numbers).to_sql("numbers", into, index=False)
    visible_cells(pages.open_claims(place)).to_sql("claims", into, index=False)
    pd.DataFrame({"made_from": [mark]}).to_sql("made", into, index=False)


def _copy(into: sqlite3.Connection, rows: pa.Table) -> None:
    """The rows as the table `searches`; batch by batch, in 60 % of the time that pandas takes."""
    kinds = {name: _kind_of(rows.schema.field(name).type) for name in rows.column_names}
    into.execute(f"CREATE TABLE searches ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})")
    insert = f"INSERT INTO searches VALUES ({', '.join('?' * len(kinds))})"
    for batch in rows.to_batches(max_chunksize=100_000):
        into.executemany(insert, zip(*(column.to_pylist() for column in batch.columns)))


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


def sql(behind: Behind, any_owner: bool = False) -> str:
    """The rows, or the groups, behind a number as one SELECT.

    `any_owner` leaves the camera owner open: the parameter :camera_owner, blank for every log.
    """
    where = _where(behind.where, any_owner)
    if behind.by:
        most = "\nLIMIT 1" if behind.largest else ""
        return (
            f"SELECT {behind.by}, count(*) AS searches\nFROM searches{where}\nGROUP BY {behind.by}\n"
            f"ORDER BY searches DESC, {behind.by}{most}"
        )
    if ends := behind.most or behind.least:
        end = "max" if behind.most else "min"
        word = "\n  AND" if where else "\nWHERE"
        where += f"{word} {ends} = (SELECT {end}({ends}) FROM searches{where.replace(chr(10), ' ')})"
    columns = dict.fromkeys((*USUAL, *behind.shows, *filter(None, [ends])))
    return f"SELECT {', '.join(columns)}\nFROM searches{where}\nORDER BY rowid"


def _where(conditions: Sequence[Condition], any_owner: bool) -> str:
    said = [_condition(*one, any_owner=any_owner) for one in conditions]
    if any_owner:
        said.append("(:camera_owner = '' OR camera_owner = :camera_owner)")
    return "\nWHERE " + "\n  AND ".join(said) if said else ""


def _condition(name: str, operator: str, value: Any, any_owner: bool = False) -> str:
    if operator == "is null":
        return f"{name} IS NULL"
    if operator == "in":
        return f"{name} IN ({', '.join(map(_literal, value))})"
    if name == "repeats" and any_owner:
        name = "CASE WHEN :camera_owner = '' THEN repeats ELSE repeats_in_log END"
    return f"{name} {operator} {_literal(value)}"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def query_name(measure: str) -> str:
    """The name of a measure's query; a dot would look like a file's ending in an address."""
    return measure.replace(".", "-")


def of_claim(claim: claims.Claim, end: Mapping[str, str], log: Log | None = None) -> Behind | None:
    """The rows behind a claim as it ended: those of its measure, or of the first definition that fits.

    None where no rows are behind it. A claim about part of the rows needs the `log`, to find the agency's names;
    one about a typed reason has no query, because rare reasons are not kept.
    """
    if not claim.measure or end.get("outcome") == "cannot be checked":
        return None
    behind = BEHIND.get(_measure(claim, end.get("explanation", "")))
    more = _part(claim, log) if claim.among else ()
    return None if behind is None or more is None else behind.of(claim.scope, *more)


def _measure(claim: claims.Claim, explanation: str) -> str:
    """The measure that a claim was compared with, its definition spelled out."""
    fitting = re.search(r"fits ([a-z-]+)", explanation)
    named = fitting[1] if claim.definition == "unpublished" and fitting else claim.definition
    named = {"drop-down": "dropdown", "unpublished": "core"}.get(named, named)
    full = f"{claim.measure}.{named}"
    return full if full in BEHIND else claim.measure


def _part(claim: claims.Claim, log: Log | None) -> tuple[Condition, ...] | None:
    if "reason" in claim.among or log is None:
        return None
    found: list[Condition] = []
    for key, value in claim.among.items():
        if key == "searching_agency":
            names = log.column(key).unique().to_pylist()
            found.append((key, "in", tuple(one for one in names if agencies.own(one, value))))
        elif key == "agency_state":
            found.append((key, "=", value))
        else:
            found.append(("local_day", ">=" if key == "from" else "<=", value.isoformat()))
    return tuple(found)


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
                "description": f"{kind}One row for each released row that is a search. `search` has one number for "
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
    log = Log(place)
    ends = {end["id"]: end for end in pages.open_claims(place).to_dict("records")}
    found = {}
    for claim in claims.load(place):
        end = ends.get(claim.id, {})
        if behind := of_claim(claim, end, log):
            found[f"claim-{claim.id}"] = {
                "title": f"Claim: {claim.says}",
                "description": f"{end['outcome']}: published {claims.printed(end)}, computed {end['computed']}. "
                f"{_reads(behind)} {_kind(place)}",
                "sql": sql(behind),
            }
    values = lookup(pages.open_numbers(place))
    for measure in sorted({name for name, _ in values} & set(BEHIND)):
        one = values[measure, "all"]
        found[query_name(measure)] = {
            "title": f"Measure: {measure.replace('_', ' ').replace('.', ', ')}",
            "description": f"All logs: {formatted(one['value'], one['unit'])}. {_reads(BEHIND[measure])} "
            + _kind(place),
            "sql": sql(BEHIND[measure], any_owner=True),
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
    if behind.derived:
        return "The number was computed from these rows."
    if behind.largest:
        return "The number is the count beside the first."
    if behind.by:
        return "The number is how many lines there are, or what they list."
    ends = behind.most or behind.least
    return f"These rows hold it in {ends}." if ends else "The number is how many rows there are."


MEANINGS = {
    "source_file": "the released file",
    "source_row": "the number of the record in it; the header is 0",
    "source_page": "the page, where the file is a PDF",
    "camera_owner": "whose cameras were searched",
    "searched_at": "when, in UTC; where only the day is known, its first moment on the camera owner's clock",
    "searched_at_precision": "how much of it is known: second, minute or day",
    "local_day": "the day on the camera owner's clock",
    "searching_agency": "the agency whose account searched, in one spelling",
    "agency_as_released": "its name as the log has it",
    "agency_state": "the searching agency's state, where its name says it",
    "agency_kind": "municipal, county sheriff and so on, where its name says it",
    "reason": "the stated reason, in lower case, where it is common and could name nobody, or cleared",
    "reason_origin": "typed, chosen from the menu, both, machine-made, masked or blank",
    "offense_types": "the menu's part of the reason",
    "immigration_tier": "the narrowest definition that counts the row: strict, core, broad or none",
    "immigration_kind": "civil, criminal, both or unspecified, where the row counts",
    "topics": "every topic that a rule found in the reason",
    "rules": "every rule that matched",
    "era": "the vendor's regime on the day",
    "search_type": "the kind of search",
    "moderation": "what the vendor's moderation said",
    "networks_searched": "networks that the search reached",
    "devices_searched": "cameras that it reached",
    "lookback_days": "days from the start of the time frame to the search",
    "window_days": "days that the time frame lasted",
    "has_case_number": "1 where a case number stood; the number itself is not kept",
    "own_search": "1 where the camera owner's own police searched",
    "mixed": "1 where the reason names immigration and another offense",
    "had_agreement": "1 where the agency held a 287(g) agreement that day",
    "is_menu_immigration": "1 where the menu's immigration value was chosen",
    "is_vague": "1 where the reason names no purpose",
    "states_no_purpose": "1 where the reason is blank, masked, vague, a case number alone, or written by the software",
    "is_patrol": "1 where the whole reason is 'patrol'",
    "is_named": "0 where the agency's name is blank or masked",
    "is_out_of_state": "1 where the agency is of another state than the camera owner",
    "search": "one number for all rows that record the same search",
    "repeats": "1 for rows beyond the first of a search, over all logs",
    "repeats_in_log": "the same inside each log",
}
"""What each column of `searches` means."""


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
