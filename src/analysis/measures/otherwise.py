"""Counts the finding again under every other definition, and with the words that other people have published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.measures.agencies import is_named
from analysis.measures.agreements import beside, holders
from analysis.measures.immigration import (
    LEFT_ALONE,
    LOCAL,
    MACHINE,
    by_kind_named,
    count_of,
    counted,
    every_week,
    immigration_rows,
    in_scopes,
    week_of,
)
from analysis.measures.numbers import Number, by_scope, number, rows_of, share
from analysis.measures.reasons import each_reason
from analysis.tallies import (
    Searches,
    among,
    aside,
    bit,
    bits,
    count,
    distinct_under,
    once,
    one_of,
    quoted,
    search_number,
    tally,
    tally_under,
)

CORE = "core: and smuggling of people, named operations"

ALTERNATIVES = {
    "strict: the words themselves": "strict",
    "strict, and ICE and ERO": "strict or (core and ice)",
    "strict, ICE and ERO, and the border agencies": "strict or (core and (ice or border))",
    CORE: "core",
    "core, and HSI": "core or (broad and hsi)",
    "broad: core, HSI and DHS": "broad",
    "core without mixed purposes": "core and not mixed",
    "core, offense type only": "core and menu",
    "core, typed words only": "core and not menu",
    "core without its largest agency": "core and not largest",
    "core, first row of each search": "core and first",
    "core with machine-made text that quotes such words": "core or machine",
    "broad without mixed purposes": "broad and not mixed",
    "broad without DHS that may be human services": "broad and not ambiguous",
}
"""The alternative definitions by name, each with its rule in the marks of `_marked`. Strict grows to core by one group
of rules after the other; smuggling and operations make up the rest."""

_GROUPS = {
    "ice": ("ice_agency", "ero", "immigration_short"),
    "border": ("border_agency", "title_8"),
    "hsi": ("hsi",),
}  # fmt: skip
"""The groups of rules behind three of the marks."""

LINES = (
    "definition", "searches", "distinct_searches", "agencies", "states", "share", "civil", "criminal", "unspecified",
    "local_searches", "largest_agency_searches", "agencies_287g",
)  # fmt: skip


# What each definition counts --------------------------------------------------------------------------------


@once
def _under(searches: Searches) -> Searches:
    """The searches that some alternative counts; `under` has a bit for each of `ALTERNATIVES`, in their order."""
    marked = _marked(searches)
    first = "place in (select min(place) from searches where core group by search)"
    # SQL knows no name for a question, so the one behind "first" is put in its place.
    rules = (rule.replace("first", first) for rule in ALTERNATIVES.values())
    return aside(marked, *_KEPT, "search", largest=_largest(marked), under=bits(rules))


_KEPT = (
    "camera_owner", "searching_agency", "agency_state", "agency_kind", "searched_at", "immigration_kind",
)  # fmt: skip


def _marked(searches: Searches) -> Searches:
    """The searches that a definition counts or might, with a column for each mark that `ALTERNATIVES` speak of."""
    marks = {
        **{name: counted(name) for name in ("strict", "core", "broad")},
        "menu": counted("dropdown"),
        "mixed": "mixed",
        "ambiguous": "dhs_ambiguous",
        "machine": MACHINE,
        **{name: _has_rule_of(groups) for name, groups in _GROUPS.items()},
    }
    known = {name: f"coalesce({sql}, false)" for name, sql in marks.items()}
    hits = immigration_rows(searches)
    return aside(hits, *_KEPT, "place", search=search_number(hits), **known)


def _has_rule_of(groups: Sequence[str]) -> str:
    begins = " or ".join(f"starts_with(rule, {quoted(f'{group}.')})" for group in groups)
    return f"len(list_filter(rules, lambda rule: {begins})) > 0"


def _largest(marked: Searches) -> str:
    """An SQL condition: the search is by the agency with most searches of *core*, where one is named."""
    lines = _with_name(tally(marked, "searching_agency", where="core"))
    most = lines.sort_values("rows", ascending=False, kind="stable")["searching_agency"].head(1)
    return one_of("searching_agency", most)


def _with_name(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines that name an agency."""
    return lines[is_named(lines["searching_agency"])]


def _by_alternative(lines: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """For each alternative its name and the lines of a tally by `under` that it counts."""
    for at, name in enumerate(ALTERNATIVES):
        yield name, lines[(lines["under"].to_numpy(dtype="int64") >> at & 1).astype(bool)]


def _distinct(searches: Searches, what: str) -> pd.DataFrame:
    """How many distinct values an expression has under each alternative, by scope."""
    counting = {name: bit("under", at) for at, name in enumerate(ALTERNATIVES)}
    return by_scope(distinct_under(_under(searches), what, "camera_owner", counting))


@once
def _distinct_searches(searches: Searches) -> pd.DataFrame:
    return _distinct(searches, "search")


# The same figures under each --------------------------------------------------------------------------------


def otherwise(
    searches: Searches, participating: pd.DataFrame | None = None, time_zone: str = "UTC"
) -> pd.DataFrame:
    """The finding's figures under every other definition, one line each: `LINES`.

    Each line changes one thing and is named for it. `agencies_287g` counts agencies with an agreement on a day they
    searched (by the calendar of `time_zone`), and is empty where the place carries no list. A masked or blank name
    is no agency.
    """
    names = ("under", "searching_agency", "agency_state", "agency_kind", "immigration_kind")
    lines, every, distinct = tally(_under(searches), *names), count(searches), _distinct_searches(searches)
    table = pd.DataFrame([
        {"definition": name, "distinct_searches": count_of(distinct, "all", name), **_figures(hits, every)}
        for name, hits in _by_alternative(lines)
    ])  # fmt: skip
    signed = None if participating is None else _signed(searches, participating, time_zone)
    return table.assign(agencies_287g=signed)[list(LINES)]


def _figures(hits: pd.DataFrame, every: int) -> dict[str, Any]:
    by_agency = _with_name(hits).groupby("searching_agency")["rows"].sum()
    return {
        "searches": rows_of(hits),
        "agencies": len(by_agency),
        "states": hits["agency_state"].nunique(),
        "share": share(rows_of(hits), every),
        **by_kind_named(hits),
        "local_searches": rows_of(hits, hits["agency_kind"].isin(LOCAL)),
        "largest_agency_searches": int(by_agency.max()) if len(by_agency) else 0,
    }


def _signed(searches: Searches, participating: pd.DataFrame, time_zone: str) -> list[int]:
    """Agencies with an agreement on a day they searched, under each alternative."""
    under = _under(searches)
    lines = beside(under, holders(under, participating), time_zone, "under")
    return [hits.loc[hits["since"] > 0, "holder"].nunique() for _, hits in _by_alternative(lines)]


def weeks_otherwise(searches: Searches, time_zone: str) -> pd.DataFrame:
    """The weekly figure under every definition: week (local, from Monday), then a column for each alternative."""
    week = week_of(searches, time_zone)
    weeks, lines = every_week(searches, week), tally(_under(searches), "under", week=week)
    counts = {
        name: hits.groupby("week")["rows"].sum().reindex(weeks, fill_value=0).to_numpy(dtype="int64")
        for name, hits in _by_alternative(lines)
    }
    return pd.DataFrame({"week": weeks, **counts})


def agencies_otherwise(searches: Searches) -> pd.DataFrame:
    """The agencies' figure under every definition: searching_agency, then a column for each alternative."""
    lines = _with_name(tally(_under(searches), "under", "searching_agency"))
    counts = {name: hits.groupby("searching_agency")["rows"].sum() for name, hits in _by_alternative(lines)}
    table = pd.DataFrame(counts).fillna(0).astype("int64").rename_axis("searching_agency").reset_index()
    return table.sort_values([CORE, "searching_agency"], ascending=[False, True], ignore_index=True)


def numbers_otherwise(searches: Searches) -> dict[str, list[Number]]:
    """The numbers that published claims speak of, of all rows and each camera owner, under every definition."""
    owners = tally(searches, "camera_owner")["camera_owner"].dropna()
    lines = tally(_under(searches), "under", "camera_owner", "immigration_kind")
    distinct, agencies = _distinct_searches(searches), _distinct(searches, "searching_agency")
    found = {}
    for name, hits in _by_alternative(lines):
        kind = hits["immigration_kind"]
        rows, civil, criminal = (
            in_scopes(hits, which)
            for which in (None, kind.isin(["civil", "both"]), kind.isin(["criminal", "both"]))
        )
        found[name] = [
            one
            for scope in map(str, ("all", *owners))
            for one in _claimed(
                scope,
                (rows.get(scope, 0), count_of(distinct, scope, name), count_of(agencies, scope, name)),
                (civil.get(scope, 0), criminal.get(scope, 0)),
            )
        ]
    return found


def _claimed(scope: str, counts: tuple[int, int, int], kinds: tuple[int, int]) -> Iterator[Number]:
    (rows, distinct, agencies), (civil, criminal) = counts, kinds
    yield number("immigration_searches", scope, rows, "rows")
    yield number("distinct_immigration_searches", scope, distinct, "searches")
    yield number("immigration_agencies", scope, agencies, "agencies")
    yield number("immigration_civil", scope, civil, "rows")
    yield number("immigration_criminal", scope, criminal, "rows")
    yield number("civil_to_criminal", scope, civil / criminal if criminal else None, "ratio")


# Other people's words ---------------------------------------------------------------------------------------


def other_lists(searches: Searches, lists: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Others' published terms on the same rows: who, terms, searches, also_in_core, not_in_core, core_without,
    also_in_broad.

    A list's `terms` are matched as whole words, its `parts` anywhere in a word and its `patterns` as they stand,
    ignoring capitals, in the released reason (or, with `on = "agency"`, in the agency's name). `core_without` counts
    the rows of *core* that the list would pass over.
    """
    found = []
    for one, (lines, hit) in zip(lists, _hits(searches, lists)):
        core = lines["core"]
        found.append({
            "who": one["who"],
            "terms": described(one),
            "searches": rows_of(lines, hit),
            "also_in_core": rows_of(lines, hit & core),
            "not_in_core": rows_of(lines, hit & ~core),
            "core_without": rows_of(lines, core & ~hit),
            "also_in_broad": rows_of(lines, hit & (core | lines[_BROAD])),
        })  # fmt: skip
    return pd.DataFrame(found)


_BROAD = next(iter(LEFT_ALONE))
"""The rows that *broad* counts and *core* does not."""


@once
def _hits(searches: Searches, lists: Sequence[Mapping[str, Any]]) -> list[tuple[pd.DataFrame, np.ndarray]]:
    """For each list the distinct texts among which it looks, with their rows, and which of them it counts.

    Most texts hold nothing that is on any list: they are looked at once for all.
    """
    looked_at = {}
    for column in dict.fromkeys(map(_column, lists)):
        lines = _texts(searches, column)
        texts = pc.fill_null(pa.array(lines[column], pa.string()), "")
        held = _match(texts, "|".join(_expression(one) for one in lists if _column(one) == column))
        looked_at[column] = lines, held, texts.filter(pa.array(held))
    found = []
    for one in lists:
        lines, held, texts = looked_at[_column(one)]
        hit = held.copy()
        hit[held] = _match(texts, _expression(one))
        found.append((lines, hit))
    return found


def _texts(searches: Searches, column: str) -> pd.DataFrame:
    """The distinct texts of a column with their rows, and whether *core* counts these, or *broad* alone."""
    if column == "reason_as_released":
        return each_reason(searches)
    return tally_under(searches, column, under={"core": counted("core"), _BROAD: LEFT_ALONE[_BROAD]})


def described(one: Mapping[str, Any]) -> str:
    """A list's terms as a reader sees them; parts of words stand between dots."""
    parts = [f"…{part}…" for part in one.get("parts", ())]
    said = ", ".join([*one.get("terms", ()), *parts, *one.get("says", ())])
    return f"{said} (in the agency's name)" if one.get("on") == "agency" else said


def _column(one: Mapping[str, Any]) -> str:
    """Where a list's terms are looked for."""
    return "searching_agency_as_released" if one.get("on") == "agency" else "reason_as_released"


def _expression(one: Mapping[str, Any]) -> str:
    """A list's terms, parts of words and patterns as one regular expression."""
    words = "|".join(re.escape(term) for term in one.get("terms", ()))
    expressions = [
        *([rf"(?:^|[^A-Za-z])(?:{words})(?:[^A-Za-z]|$)"] if words else []),
        *(re.escape(part) for part in one.get("parts", ())),
        *one.get("patterns", ()),
    ]
    return "|".join(f"(?:{expression})" for expression in expressions)


def _match(texts: pa.StringArray, expression: str) -> np.ndarray:
    """Which texts hold an expression, ignoring capitals."""
    return pc.match_substring_regex(texts, expression, ignore_case=True).to_numpy(zero_copy_only=False)


def disagreements(searches: Searches, lists: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Where each list and *core* disagree, and why: who, counted_by, why, searches, reasons (distinct).

    Rows are grouped by what the rules made of them and shown as counts: a reason itself may name someone.
    """
    parts = []
    for one, (lines, hit) in zip(lists, _hits(searches, lists)):
        for side, table in zip(("the list alone", "core alone"), _apart(searches, lines[hit], _column(one))):
            counts = table.groupby("why").agg(
                searches=("rows", "sum"), reasons=("reason_as_released", "nunique")
            )
            parts.append(counts.reset_index().assign(who=one["who"], counted_by=side))
    table = pd.concat(parts, ignore_index=True)[["who", "counted_by", "why", "searches", "reasons"]]
    order = {one["who"]: place for place, one in enumerate(lists)}
    table["order"] = table["who"].map(order)
    by = ["order", "counted_by", "searches", "why"]
    return table.sort_values(by, ascending=[True, False, False, True], ignore_index=True).drop(
        columns="order"
    )


def _apart(searches: Searches, hits: pd.DataFrame, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a list counts and *core* does not, and what *core* counts and the list does not: reason_as_released, why,
    rows. `hits` are the lines of `_texts` that the list counts."""
    if column == "reason_as_released":
        core = _why_counted(immigration_rows(searches))
        return _why_left_alone(hits), core[~core[column].isin(hits[column])]
    theirs = one_of(column, hits[column])
    not_theirs = among(immigration_rows(searches), f"not {theirs}")
    return _why_left_alone(each_reason(among(searches, theirs))), _why_counted(not_theirs)


def _why_left_alone(lines: pd.DataFrame) -> pd.DataFrame:
    """Those of the lines of `each_reason` that *core* leaves alone: reason_as_released, why, rows."""
    alone = lines[~lines["core"]]
    tests = [alone[why].to_numpy() for why in LEFT_ALONE]
    return alone.assign(why=np.select(tests, list(LEFT_ALONE), "no such word stands there"))


@once
def _why_counted(hits: Searches) -> pd.DataFrame:
    """The rows that *core* counts by the groups of rules that matched: reason_as_released, why, rows."""
    groups = "array_to_string(list_transform(rules, lambda rule: split_part(rule, '.', 1)), ' ')"
    lines = tally(hits, "reason_as_released", where=counted("core"), why=f"coalesce({groups}, '')")
    said = {groups: _groups(groups) for groups in lines["why"].unique()}
    return lines.assign(why=lines["why"].map(said))


def _groups(groups: str) -> str:
    """Which groups of rules made core count a row."""
    counting = [group for group in dict.fromkeys(groups.split()) if group in _COUNTING]
    return "counted by " + ", ".join(counting or ["immigration as offense type"])


_COUNTING = frozenset((
    "immigration_word", "ice_act", "a_number", "removal", "status", "form", "statute", "program", "immigration_short",
    "ice_agency", "ero", "border_agency", "people_smuggling", "title_8", "operation",
))  # fmt: skip
