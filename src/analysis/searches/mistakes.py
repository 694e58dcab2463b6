"""Says in a sentence what is wrong with a question, where DuckDB would say it in many lines of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import duckdb

from analysis.refused import Refused
from analysis.searches.sql import quoted
from analysis.wording import near

TYPES = {
    "BOOLEAN": "true or false",
    "DATE": "a day, as '2025-12-31'",
    "DOUBLE": "a number",
    "TIMESTAMP WITH TIME ZONE": "a time, as '2025-12-31 23:59:00+00'",
    "TIMESTAMP": "a time, as '2025-12-31 23:59:00'",
}
"""What a column of each of DuckDB's types holds, but whole numbers, texts and lists of texts."""


class UnknownName(Refused):
    """A column, condition or value that the searches do not have, or SQL that asks nothing; the message names the
    nearest."""


def unknown(name: str, known: Iterable[str]) -> UnknownName:
    """The error of a name that is no column or condition."""
    close = near(name, known) or f"; put a text in single quotes, as '{name}'"
    return UnknownName(f"the searches have no column or condition {name!r}{close}")


def refuse_values(asked: duckdb.DuckDBPyConnection, column: str, kind: str, values: Iterable[Any]) -> None:
    """Refuse values that a column of this type cannot have. Raises `UnknownName`."""
    for one in values if not kind.endswith("[]") else ():
        if asked.execute(f"select try_cast({quoted(str(one))} as {kind})").fetchall() == [(None,)]:
            raise UnknownName(f"{column} is {TYPES.get(kind, 'a whole number')}, and {one!r} is not")


def refuse_unknown(column: str, values: Iterable[Any], known: Collection[Any]) -> None:
    """Refuse values that no search has. Raises `UnknownName`."""
    for one in values:
        if one not in known:
            raise UnknownName(f"no search has {column} {str(one)!r}{near(str(one), known)}")


CANNOT = "the searches cannot answer this"
_OF_THE_QUESTION = (
    duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.SyntaxException,
)  # fmt: skip
"""Errors that DuckDB finds before it looks at a row; what it says of any other may quote a cell."""


def explained(error: duckdb.Error, known: Iterable[str]) -> UnknownName:
    """The error of a question that DuckDB does not understand, from what it says; it quotes nothing of a log."""
    said = str(error)
    if found := re.search(r"when casting from source column (\w+)", said):
        return UnknownName(f"{found[1]} holds texts: compare it with one, as {found[1]} = 'TX'")
    if "destination type VARCHAR[]" in said:
        return UnknownName("a list is not compared with a text: list_contains(topics, 'theft') looks into it")
    if not isinstance(error, _OF_THE_QUESTION):
        return UnknownName(f"{CANNOT}: a text is not the number or the time that it is read as")
    if found := re.search(r'(?:column|[Tt]able(?: with)? name) "?([A-Za-z_.]+)', said):
        return unknown(found[1], known)
    first = said.partition("\n")[0].partition(": ")[2].rstrip("!.")
    return UnknownName(f"{CANNOT}: {first}")
