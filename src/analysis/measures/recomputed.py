"""Writes the SQL that gives every number again with DuckDB alone, and says of each where it would differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from analysis.measures.numbers import Number
from analysis.measures.register import MEASURES
from analysis.searches.sql import quoted, words
from analysis.searches.table import Searches

HEAD = """\
-- Gives the numbers of {place} again with nothing but DuckDB. In this folder, after `make`: duckdb < measures.sql
-- A line that says 'differs' gives another value than numbers.json. At the end are the numbers that no row can give.
"""


def script(
    place: str, searches: Searches, source: str, numbers: Sequence[Number], unprinted: Collection[str] = ()
) -> str:
    """The SQL for a place: the table `searches` with every name that a number needs, then one line for each number.

    `source` is the path that the SQL reads the searches from. Numbers that need one of the names `unprinted`, whose
    SQL would show a text that is not printed, are left to the library.
    """
    by_hand = [one for one in numbers if not one.get("sql") or _uses(searches, one["sql"], unprinted)]
    counted = [one for one in numbers if one not in by_hand]
    asked = set(words(" ".join(one["sql"] for one in counted))) | {
        "source_file",
        "source_row",
        "camera_owner",
    }
    columns = ", ".join(name for name in searches.columns() if name in asked)
    table = searches.sql(f"select {columns} from searches").replace(
        quoted(str(searches.source)), quoted(source)
    )
    lines = [
        HEAD.format(place=place) + "set TimeZone = 'UTC';",
        f"create or replace temp table searches as\n{table};",
        "create or replace temp table numbers "
        "(measure varchar, scope varchar, value varchar, expected varchar, same boolean);",
        *(_line(one) for one in counted),
        "select measure, scope, value, expected, if(same, '', 'differs') as difference from numbers "
        "order by same, measure, scope;",
        "select count(*) as numbers, count(*) filter (not same) as different from numbers;",
        *(f"-- {one['measure']}, {one['scope']}: {_by_hand(one)}" for one in by_hand),
    ]
    return "\n".join(lines) + "\n"


def _uses(searches: Searches, sql: str, names: Collection[str]) -> bool:
    return bool(set(names) & {*words(sql), *searches.used(sql)})


def _by_hand(one: Number) -> str:
    says = MEASURES[one["measure"]].says if one["measure"] in MEASURES else one["unit"]
    return f"{says}; the library computes it" + (
        f" (not known: {one['because']})" if one.get("because") else ""
    )


def _line(one: Number) -> str:
    expected, same = _compared(one["value"])
    return (
        f"insert into numbers select {quoted(one['measure'])}, {quoted(one['scope'])}, value::varchar, "
        f"({expected})::varchar, {same} from ({one['sql']});"
    )


def _compared(value: Any) -> tuple[str, str]:
    """A published value as SQL, and whether the computed one is the same."""
    if value is None:
        return "null", "value is null"
    if isinstance(value, list):
        said = "[" + ", ".join(quoted(str(one)) for one in value) + "]::varchar[]"
        return said, f"coalesce(value = {said}, false)"
    if isinstance(value, str):
        return quoted(value), f"coalesce(value = {quoted(value)}::timestamptz, false)"
    if isinstance(value, float):
        return repr(value), f"coalesce(abs(value - {value!r}) <= 1e-9 * abs({value!r}), false)"
    return str(value), f"coalesce(value = {value}, false)"
