"""Computes declared measures from few scans: one for all that counts rows, one for each column that is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analysis.measures.columns import NAMES
from analysis.measures.needs import EMPTY, NEEDS, Unmet, unmet, why_not
from analysis.measures.numbers import Number, Numbers, in_every_scope, number
from analysis.measures.register import EFFECTIVE, HALF, Measure, measure, running
from analysis.measures.values import VALUES, Found, count_values, family, is_of_values
from analysis.searches.sql import listed, words
from analysis.searches.table import Searches


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
        if one.kind in VALUES or is_of_values(one):
            together.setdefault(family(searches, one), []).append(one)
    for about in together.values():
        count_values(searches, about, found)
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


def _rows(searches: Searches, chosen: Sequence[Measure], owners: Sequence[str]) -> Found:
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
    found: Found = {}
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
    if is_of_values(one):
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
    chosen = listed(sorted(columns), {**dict(sorted(made.items())), "alike": "count(*)"})
    lines = searches.arrow(f"select {chosen} from searches group by all order by all")
    return replace(
        searches, source=lines, filters=(), names={k: v for k, v in searches.names.items() if k not in made}
    )


def _largest(searches: Searches, one: Measure, found: Found) -> None:
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
