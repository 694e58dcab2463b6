"""Computes declared measures from few scans: one for all that counts rows, one for each column that is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from analysis.measures.columns import NAMES
from analysis.measures.logs import seen_again
from analysis.measures.needs import EMPTY, NEEDS, Unmet, unmet, why_not
from analysis.measures.numbers import Number, Numbers, in_every_scope, number
from analysis.measures.register import EFFECTIVE, HALF, Measure, measure, running
from analysis.searches.sql import words
from analysis.searches.table import Searches

_Found = dict[str, dict[str, dict[str, Any]]]
_Wanted = Sequence[tuple[str, str]]


def numbers(
    searches: Searches, measures: Iterable[Measure], lacks: Unmet | None = None, owners: Sequence[str] = ()
) -> Numbers:
    """These measures of all searches and of each camera owner's, in that order.

    `lacks` are the needs that each scope does not meet (`needs.unmet`), asked of these searches without it. `owners`
    are camera owners whose logs may hold no search; they are scopes too.
    """
    chosen = [one for one in measures if one.has_rows]
    lacks = (
        unmet(searches, {"searches", *(need for one in chosen for need in one.needs)})
        if lacks is None
        else lacks
    )
    found = _rows(searches, chosen, owners)
    together: dict[tuple[object, ...], list[Measure]] = {}
    for one in chosen:
        if one.kind in VALUES or _is_of_values(one):
            together.setdefault(_family(searches, one), []).append(one)
    for about in together.values():
        _values(searches, about, found)
    for one in chosen:
        if one.kind in ("largest", "rest", "largest_share", "effective", "half"):
            _largest(searches, one, found)
    return [
        made
        for scope, of in found.items()
        for one in chosen
        if scope == "all" or not one.only_all
        for made in [one.number(scope, of[one.name], lacks.get(scope, EMPTY))]
        if made["value"] != 0 or not one.if_any
    ]


def only_known(numbers: Iterable[Number], lacks: Unmet) -> Numbers:
    """Numbers that functions computed, of which those that the log cannot tell have no value and say why.

    `lacks` are the needs that each scope does not meet (`needs.unmet`); the log of an owner that is not there meets
    none.
    """
    return [_if_known(one, lacks.get(one["scope"], EMPTY)) for one in numbers]


def _if_known(one: Number, missing: frozenset[str]) -> Number:
    because = why_not(measure(one["measure"]).needs, missing)
    if not because and one["unit"] == "share" and one.get("denominator") == 0:
        because = NEEDS["share"].because
    return number(one["measure"], one["scope"], None, one["unit"], because=because) if because else one


def _rows(searches: Searches, chosen: Sequence[Measure], owners: Sequence[str]) -> _Found:
    """Everything that one pass over the rows gives: {scope: {measure: {aggregate: value}}}."""
    counts = {(one.name, name): sql for one in chosen for name, sql in _counted(one).items()}
    few = {key: sql for key, sql in counts.items() if _is_of_few_values(searches, sql)}
    alike = {key: f"coalesce(sum(alike) filter ({sql}), 0)::bigint" for key, sql in few.items()}
    others = {key: f"count(*) filter ({sql})" for key, sql in counts.items() if key not in few}
    others |= {(one.name, name): sql for one in chosen for name, sql in _aggregated(one).items()}
    # The lines of what is alike also say which camera owners there are, whatever else is asked.
    scans = [(alike, in_every_scope(_alike(searches, few.values()), list(alike.values()) or ["0"]))]
    if others:
        scans.append((others, in_every_scope(searches, list(others.values()))))
    scopes = {scope for _, lines in scans for scope in lines} | set(owners)
    found: _Found = {}
    for scope in ["all", *sorted(scopes - {"all"})]:
        found[scope] = {one.name: {} for one in chosen}
        for asked, lines in scans:
            nothing = [0 if key in counts else None for key in asked]
            for (name, aggregate), value in zip(asked, lines.get(scope, nothing)):
                found[scope][name][aggregate] = value
    return found


def _counted(one: Measure) -> dict[str, str]:
    """The conditions whose rows a measure needs to be counted."""
    made: dict[str, str] = {}
    if _is_of_values(one):
        return made
    if one.kind in ("rows", "share", "ratio", "mean"):
        made["rows"] = one.where
    if one.of and one.kind != "groups":
        made["of"] = one.of
    return made


def _aggregated(one: Measure) -> dict[str, str]:
    """What else a measure needs of a pass over the rows, as SQL."""
    if one.also:
        return {"with_others": one.with_others}
    if one.kind == "quantile":
        return {"quantile": f"quantile_disc({one.column}, {one.quantile}) filter ({one.where})"}
    if one.kind not in ("most", "least", "mean"):
        return {}
    name, sql = {"most": ("most", "max"), "least": ("least", "min"), "mean": ("sum", "sum")}[one.kind]
    return {name: f"{sql}({one.column}) filter ({one.where})"}


FEW = frozenset((
    "camera_owner", "agency_state", "agency_kind", "own_search", "searched_at_precision", "reason_origin", "era",
    "immigration_tier", "immigration_kind", "mixed", "dhs_ambiguous",
))  # fmt: skip
"""Columns of few values: rows that are alike in them, and in the conditions that other columns make, are counted
together, and each condition is then looked at once for all of them."""


def _is_of_few_values(searches: Searches, condition: str) -> bool:
    """Whether a condition is made of conditions of the vocabulary and of columns of few values alone."""
    asked = set(words(condition)) & set(searches.columns())
    return all(name in FEW or (name in searches.names and not NAMES[name].unit) for name in asked)


def _alike(searches: Searches, conditions: Iterable[str]) -> Searches:
    """The searches, those that are alike in what the conditions ask made one line, with their number in `alike`."""
    columns, made = {"camera_owner"}, {}
    for name in set(words(" ".join(conditions))) & set(searches.columns()):
        stored = searches.made_of(name)
        if stored <= FEW:
            columns |= stored
        else:
            made[name] = name
    lines = searches.tally(*sorted(columns), **dict(sorted(made.items()))).rename(columns={"rows": "alike"})
    return replace(
        searches, source=lines, filters=(), names={k: v for k, v in searches.names.items() if k not in made}
    )


def _is_of_values(one: Measure) -> bool:
    """Whether a measure divides counts of the values of a column."""
    return one.kind == "ratio" and bool(one.column)


VALUES = ("distinct", "beyond", "listed", "groups")
"""The kinds of measures that look at the values of a column."""

MANY_ROWS = 5_000_000
"""From so many searches on, those that share their key with no other are first told from the rest, and only counted."""


def _family(searches: Searches, one: Measure) -> tuple[object, ...]:
    """What measures have in common of which the values are counted together.

    What all rows of a value meet together is asked of the measure's own rows, and of no others beside them. Few rows
    meet a condition, and all are counted otherwise where there are very many (`MANY_ROWS`).
    """
    alone = () if _is_of_counts(one) else (one.where, one.only_all)
    return tuple(_made_of(searches, one)), one.where == "true" and one.column == "search_key", *alone


def _made_of(searches: Searches, one: Measure) -> list[str]:
    """The columns and names that the counted values are made of."""
    return [name for name in dict.fromkeys(words(one.column)) if name in searches.columns()]


def _is_of_counts(one: Measure) -> bool:
    """Whether how many rows a value has is all that its rows meet together."""
    return all(set(words(having)) <= {"count", "true"} for having, _ in _conditions(one))


def _values(searches: Searches, about: Sequence[Measure], found: _Found) -> None:
    """Count or list the values of columns under each measure's condition, in every scope, the values made once."""
    columns = list(dict.fromkeys(one.column for one in about))
    wanted = list(dict.fromkeys(pair for one in about for pair in _conditions(one)))
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
    again = seen_again(searches) if every and searches.count() >= MANY_ROWS else None
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
            (having, where), *whole = _conditions(one)
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
    many owners' logs hold it.
    """
    parts = _made_of(searches, about[0])
    keys = ", ".join(dict.fromkeys(["camera_owner", *parts]))
    numbers = [f"n{at}" for at in range(len(wheres))]
    sums = ", ".join(f"sum({name}) as {name}" for name in numbers)
    asked = ", ".join(f"count(*) filter ({sql}) as {name}" for sql, name in zip(wheres, numbers))
    tables = [
        f"lines as materialized (select {keys}, {asked} from searches where {_any(wheres)} group by all)"
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


def _any(conditions: Sequence[str]) -> str:
    return " or ".join(f"({sql})" for sql in conditions)


def _conditions(one: Measure) -> list[tuple[str, str]]:
    """What all rows of a value meet together, and what a row meets: for a measure, then for its denominator."""
    whole = {"groups": [(one.of, one.where)] if one.of else [], "ratio": [("", one.of)]}
    return [(one.having, one.where), *whole.get(one.kind, [])]


def _largest(searches: Searches, one: Measure, found: _Found) -> None:
    """The rows of the commonest value of a column, and how concentrated its values are, in every scope."""
    groups = (
        f"select grouping(camera_owner) as every, camera_owner, count(*) as n from searches where {one.where} "
        f"group by grouping sets ((camera_owner, {one.column}), ({one.column})) "
        "having every = 1 or camera_owner is not null"
    )
    lines = searches.rows(
        f"select every, camera_owner, max(n), {EFFECTIVE}, {HALF} "
        f"from {running('every, camera_owner', f'({groups})')} group by all"
    )
    most = {"all" if every else str(owner): values for every, owner, *values in lines}
    for scope, of in found.items():
        of[one.name] |= dict(zip(("largest", "effective", "half"), most.get(scope, (0, None, None))))
