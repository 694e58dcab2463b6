"""Counts or lists the values of columns, such as agencies, under each measure's condition and in every scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.measures.numbers import in_every_scope
from analysis.measures.register import MEASURES, Measure
from analysis.searches.sql import words
from analysis.searches.table import Searches, once

Found = dict[str, dict[str, dict[str, Any]]]
"""By scope and measure, what was found by the name of the aggregate."""

_Wanted = Sequence[tuple[str, str]]

VALUES = ("distinct", "beyond", "listed", "groups")
"""The kinds of measures that look at the values of a column."""

MANY_ROWS = 2_000_000
"""From so many searches on, those that share their key with no other are first told from the rest, and only counted."""


def is_of_values(one: Measure) -> bool:
    """Whether a measure divides counts of the values of a column."""
    return one.kind == "ratio" and bool(one.column)


@once
def _shared(searches: Searches) -> Searches:
    """The rows that share their search with another row, with what measures ask of all rows of a search."""
    havings = (one.having for one in MEASURES.values() if one.column == "search_key")
    asked = " ".join(["search_key", "camera_owner", *havings])
    return searches.shared("search_key", columns=sorted(searches.made_of(asked)))


def distinct_searches(searches: Searches) -> int:
    """How many searches there are, each counted once."""
    if searches.count() < MANY_ROWS:
        return searches.distinct("search_key")
    again = _shared(searches)
    return searches.count() - again.count() + again.distinct("search_key")


def family(searches: Searches, one: Measure) -> tuple[object, ...]:
    """What measures have in common of which the values are counted together.

    What all rows of a value meet together is asked of the measure's own rows, and of no others beside them. Few rows
    meet a condition, and all are counted otherwise where there are very many (`MANY_ROWS`).
    """
    alone = () if _is_of_counts(one) else (one.where, one.only_all)
    return (
        tuple(_columns_in(searches, one.column)),
        one.where == "true" and one.column == "search_key",
        *alone,
    )


def _columns_in(searches: Searches, sql: str) -> list[str]:
    """The columns and names that SQL names."""
    return [name for name in dict.fromkeys(words(sql)) if name in searches.columns()]


def _is_of_counts(one: Measure) -> bool:
    """Whether how many rows a value has is all that its rows meet together."""
    return all(set(words(having)) <= {"count", "true"} for having, _ in conditions(one))


def count_values(searches: Searches, about: Sequence[Measure], found: Found) -> None:
    """Count or list the values of columns under each measure's condition, in every scope, the values made once."""
    columns = list(dict.fromkeys(one.column for one in about))
    wanted = list(dict.fromkeys(pair for one in about for pair in conditions(one)))
    wheres = list(dict.fromkeys(where for _, where in wanted))
    listed = {one.where for one in about if one.kind == "listed"}
    made: list[str] = []
    at: dict[tuple[str, str], int] = {}
    for which, (having, where) in enumerate(wanted):
        rows = f"n{wheres.index(where)}"
        met = having.replace("count(*)", rows) if _is_of_counts(about[0]) else having and f"h{which}"
        holds = f"{rows} > 0" + (f" and {met}" if met else "")
        at[having, where] = len(made)
        lists = where in listed and not having
        made += [
            f"count(*) filter ({holds})",
            f"coalesce(sum({rows}), 0)",
            f"list_sort(list(counted) filter ({holds}))" if lists else "null",
        ]
    every = all(one.where == "true" for one in about) and columns == ["search_key"]
    again = _shared(searches) if every and searches.count() >= MANY_ROWS else None
    groups = _counted_together if _is_of_counts(about[0]) else _met_together
    lines = (again or searches).rows(
        f"select counts, every, camera_owner, {', '.join(made)} from ({groups(searches, about, wanted, wheres)}) "
        "group by all"
    )
    counts = {(columns[which], "all" if every else str(owner)): line for which, every, owner, *line in lines}
    every_row = (
        {scope: line[0] for scope, line in in_every_scope(searches, ["count(*)"]).items()} if again else {}
    )
    for scope, of in found.items():
        for one in about:
            line = counts.get((one.column, scope))
            (having, where), *whole = conditions(one)
            values, rows, names = line[at[having, where] :][:3] if line else (0, 0, [])
            alone = every_row.get(scope, int(rows)) - int(rows)  # each of these is a search of its own
            of[one.name] |= {
                "distinct": values + alone, "groups": values, "beyond": int(rows) - values, "listed": names or [],
                "rows": values,
            }  # fmt: skip
            if whole:
                of[one.name]["of"] = line[at[whole[0]]] if line else 0


def _counted_together(
    searches: Searches, about: Sequence[Measure], wanted: _Wanted, wheres: Sequence[str]
) -> str:
    """SQL for the values of each measure's column, and how many rows of a value meet each condition, in every scope:
    counts (which column), every, camera_owner, counted, n0, n1, …

    Rows are counted once for what the columns are made of, and these counts added up. A text is looked at once, however
    many owners' logs hold it; so are conditions on the texts alone.
    """
    parts = _columns_in(searches, about[0].column)
    keys = ", ".join(dict.fromkeys(["camera_owner", *parts]))
    numbers = [f"n{at}" for at in range(len(wheres))]
    sums = ", ".join(f"sum({name}) as {name}" for name in numbers)
    of_rows, of_parts = [], []
    for sql, name in zip(wheres, numbers):
        if set(_columns_in(searches, sql)) <= set(parts):
            of_parts.append(f"case when {sql} then n else 0 end as {name}")
        else:
            of_rows.append(f"count(*) filter ({sql}) as {name}")
    rows = ", ".join([keys, "count(*) as n", *of_rows])
    among = "" if of_parts else f"where {_any(wheres)}"
    tables = [
        f"lines as materialized (select {', '.join(['*', *of_parts])} from "
        f"(select {rows} from searches {among} group by all))"
    ]
    selected = []
    for at, column in enumerate(dict.fromkeys(one.column for one in about)):
        if parts == [column]:
            tables.append(
                f"each{at} as (select camera_owner, {column} as counted, {', '.join(numbers)} from lines)"
            )
        else:
            same = " and ".join(f"lines.{name} is not distinct from texts.{name}" for name in parts)
            texts = f"(select *, {column} as counted from (select distinct {', '.join(parts)} from lines))"
            tables.append(
                f"each{at} as materialized (select camera_owner, counted, {sums} from lines join {texts} as texts "
                f"on {same} group by all)"
            )
        of = f"from each{at} where counted is not null"
        selected += [
            f"select {at} as counts, 0 as every, * {of} and camera_owner is not null",
            f"select {at}, 1, null, counted, {sums} {of} group by counted",
        ]
    return f"with {', '.join(tables)} {' union all '.join(selected)}"


def _met_together(_: Searches, about: Sequence[Measure], wanted: _Wanted, wheres: Sequence[str]) -> str:
    """The same, and what all rows of a value meet together: h0, h1, … beside n0, n1, …"""
    sums = ", ".join(f"count(*) filter ({sql}) as n{at}" for at, sql in enumerate(wheres))
    met = "".join(f", coalesce({having}, false) as h{at}" for at, (having, _) in enumerate(wanted) if having)
    by_owner = not all(one.only_all for one in about)
    scope = (
        "grouping(camera_owner) as every, camera_owner" if by_owner else "1 as every, null as camera_owner"
    )
    sets = "grouping sets ((camera_owner, counted), (counted)) having every = 1 or camera_owner is not null"
    rows = f"select *, {about[0].column} as counted from searches where {_any(wheres)}"
    return (
        f"select 0 as counts, {scope}, counted, {sums}{met} from ({rows}) where counted is not null "
        f"group by {sets if by_owner else 'counted'}"
    )


def _any(several: Sequence[str]) -> str:
    return " or ".join(f"({sql})" for sql in several)


def conditions(one: Measure) -> list[tuple[str, str]]:
    """What all rows of a value meet together, and what a row meets: for a measure, then for its denominator."""
    whole = {"groups": [(one.of, one.where)] if one.of else [], "ratio": [("", one.of)]}
    return [(one.having, one.where), *whole.get(one.kind, [])]
