"""The immigration searches under every definition, whose they were, and what they named."""

from __future__ import annotations

import pandas as pd

from analysis.measures.agencies import named, top_agencies
from analysis.measures.numbers import (
    DEFINITIONS,
    REASONS,
    Number,
    Numbers,
    by_scope,
    every_step,
    number,
    rows_of,
    share,
    with_share,
)
from analysis.tallies import (
    Searches,
    among,
    aside,
    ask,
    distinct_under,
    holds,
    local_time,
    once,
    one_of,
    place_of,
    search_number,
    tally,
)

LOCAL = ("municipal", "county_sheriff", "county_police", "constable", "school", "university")
"""Kinds of agency that are local police; an agency of unknown kind is not counted among them."""

UNDER = (*DEFINITIONS, "dropdown")
"""What `counted` and `counts_in` know: the nested definitions, and the offense type alone."""

_FROM_MENU = "len(list_filter(offense_types, lambda value: starts_with(value, 'Immigration'))) > 0"


def counted(definition: str) -> str:
    """An SQL condition: one of the nested definitions (or "dropdown": the offense type alone) counts the search."""
    if definition == "dropdown":
        return f"{counted('strict')} and {_FROM_MENU}"
    return one_of("immigration_tier", DEFINITIONS[definition])


LEFT_ALONE = {
    "HSI or DHS, counted in broad only": "immigration_tier = 'broad'",
    "machine-made text, counted in none": "reason_origin = 'machine'",
    "protest": holds("topics", "protest"),
    "someone posing as an agent": holds("topics", "impersonation"),
    "a guard or a doubtful word: read by a person": holds("topics", "immigration_suspect"),
}
"""Why *core* leaves a row alone, as SQL conditions: the first of these that holds."""


def counts_in(lines: pd.DataFrame, definition: str) -> pd.Series:
    """Which lines, of searches or of a tally, one of the nested definitions counts."""
    return lines["immigration_tier"].isin(DEFINITIONS[definition])


def immigration_searches(searches: Searches) -> Numbers:
    """Searches, agencies and states under each definition; civil, criminal, unspecified under *core*."""
    counts, states = _counts(searches), _states(_lines(searches))
    return [
        one
        for scope, of in counts.to_dict("index").items()
        for part in (
            *(_under(name, scope, of, states[name].get(scope, [])) for name in UNDER),
            _kinds(scope, of),
            _lines_of_their_own(scope, of),
        )
        for one in part
    ]


# What is asked of the searches ------------------------------------------------------------------------------


MACHINE = holds("topics", "machine_immigration")
"""An SQL condition: text that the software made quotes words that the rules know; no definition counts it."""


@once
def immigration_rows(searches: Searches) -> Searches:
    """The searches that some definition counts, and those of `MACHINE`, set aside with what is asked of them; `place`
    is where each stands among all."""
    return aside(searches, *_ASKED, where=f"{counted('broad')} or {MACHINE}", place=place_of(searches))


_ASKED = (
    "camera_owner", "searching_agency", "searching_agency_as_released", "agency_state", "agency_kind", "searched_at",
    "search_key", "reason_as_released", "offense_types", "topics", "rules", "immigration_tier", "immigration_kind",
    "mixed", "dhs_ambiguous",
)  # fmt: skip


@once
def _lines(searches: Searches) -> pd.DataFrame:
    """A tally of the searches that some definition counts, without their agencies."""
    columns = ("camera_owner", "agency_state", "immigration_tier", "immigration_kind", "mixed")
    made = {"menu": _FROM_MENU, "local": one_of("agency_kind", LOCAL), "named": named(searches)}
    return tally(immigration_rows(searches), *columns, where=counted("broad"), **made)


@once
def _by_tier(searches: Searches) -> pd.DataFrame:
    return tally(searches, "camera_owner", "immigration_tier")


@once
def _distinct(searches: Searches) -> pd.DataFrame:
    """Distinct searches under each definition, by scope."""
    hits, under = immigration_rows(searches), {name: counted(name) for name in UNDER}
    return by_scope(distinct_under(hits, search_number(hits), "camera_owner", under))


@once
def _agencies(searches: Searches) -> pd.DataFrame:
    """Agencies that are named, under each definition, by scope."""
    under = {name: f"{counted(name)} and {named(searches)}" for name in UNDER}
    return by_scope(distinct_under(immigration_rows(searches), "searching_agency", "camera_owner", under))


@once
def _most(searches: Searches) -> pd.DataFrame:
    """The rows of the agency with most of them under *core*, by scope: `most`."""
    rows = (
        f"select camera_owner, searching_agency from searches where {counted('core')} and {named(searches)}"
    )
    groups = (
        f"select camera_owner, grouping(camera_owner) as every, count(*) as rows from ({rows}) "
        "group by grouping sets ((camera_owner, searching_agency), (searching_agency)) "
        "having every = 1 or camera_owner is not null"
    )
    most = f"select camera_owner, max(rows) as most from ({groups}) group by camera_owner"
    return by_scope(ask(immigration_rows(searches), most))


def count_of(counts: pd.DataFrame, scope: str, definition: str) -> int:
    """One count of `by_scope`; none where no line stands for the scope."""
    return int(counts[definition].get(scope, 0))


# What is counted of the answers -----------------------------------------------------------------------------


def _counts(searches: Searches) -> pd.DataFrame:
    """Every count behind the numbers: a line for each scope, all first."""
    lines, rows = _lines(searches), in_scopes(_by_tier(searches))
    core, kind = counts_in(lines, "core"), lines["immigration_kind"]
    which = {
        **{name: _counted(lines, name) for name in UNDER},
        "civil": core & kind.isin(["civil", "both"]),
        "criminal": core & kind.isin(["criminal", "both"]),
        "unspecified": core & kind.eq("unspecified").fillna(False),
        "hsi_dhs": lines["immigration_tier"].eq("broad").fillna(False),
        "mixed": core & lines["mixed"].fillna(False),
        "local": core & lines["local"],
        "unnamed": core & ~lines["named"],
    }
    counts = pd.DataFrame({"rows": rows, **{name: in_scopes(lines, mask) for name, mask in which.items()}})
    tables = (
        _distinct(searches).add_prefix("distinct_"),
        _agencies(searches).add_prefix("agencies_"),
        _most(searches),
    )
    return counts.join(tables).reindex(list(rows)).fillna(0).astype("int64")


def _counted(lines: pd.DataFrame, definition: str) -> pd.Series:
    if definition == "dropdown":
        return counts_in(lines, "strict") & lines["menu"].fillna(False)
    return counts_in(lines, definition)


def in_scopes(lines: pd.DataFrame, which: pd.Series | None = None) -> dict[str, int]:
    """The searches that lines of a tally stand for, in all and of each camera owner that has some."""
    kept = lines if which is None else lines[which.astype(bool)]
    return {"all": rows_of(kept), **kept.groupby("camera_owner")["rows"].sum().to_dict()}


def _states(lines: pd.DataFrame) -> dict[str, dict[str, list[str]]]:
    """The states behind the searches of each definition, by scope, in alphabetical order."""
    known = lines.dropna(subset="agency_state")
    found = {}
    for name in UNDER:
        hits = known.loc[
            _counted(known, name).astype(bool), ["camera_owner", "agency_state"]
        ].drop_duplicates()
        by_owner = hits.groupby("camera_owner")["agency_state"].agg(lambda states: sorted(map(str, states)))
        found[name] = {"all": sorted(map(str, hits["agency_state"].unique())), **by_owner.to_dict()}
    return found


def _under(definition: str, scope: str, of: dict[str, int], states: list[str]) -> Numbers:
    hits = of[definition]
    counts = {"numerator": hits, "denominator": of["rows"]}
    distinct, agencies = of[f"distinct_{definition}"], of[f"agencies_{definition}"]
    return [
        number(f"immigration_searches.{definition}", scope, hits, "rows", **counts),
        number(f"distinct_immigration_searches.{definition}", scope, distinct, "searches"),
        number(f"immigration_agencies.{definition}", scope, agencies, "agencies"),
        number(f"immigration_states.{definition}", scope, states, "states"),
    ]


def _kinds(scope: str, of: dict[str, int]) -> Numbers:
    civil, criminal = of["civil"], of["criminal"]
    ratio = civil / criminal if criminal else None
    because = {} if criminal else {"because": REASONS["criminal"]}
    return [
        *(
            _part_of_core(f"immigration_{kind}", scope, of[kind], of)
            for kind in ("civil", "criminal", "unspecified")
        ),
        number("civil_to_criminal", scope, ratio, "ratio", numerator=civil, denominator=criminal, **because),
    ]


def _part_of_core(measure: str, scope: str, rows: int, of: dict[str, int]) -> Number:
    return number(measure, scope, rows, "rows", numerator=rows, denominator=of["core"])


def _lines_of_their_own(scope: str, of: dict[str, int]) -> Numbers:
    core, top = of["core"], of["most"]
    return [
        number("hsi_dhs_only", scope, of["hsi_dhs"], "rows"),
        number("immigration_mixed.core", scope, of["mixed"], "rows"),
        number("local_immigration_searches.core", scope, of["local"], "rows"),
        number("immigration_searches_unnamed.core", scope, of["unnamed"], "rows", denominator=core),
        _part_of_core("immigration_top_agency.core", scope, top, of),
        number(
            "immigration_top_agency_share.core",
            scope,
            share(top, core),
            "share",
            numerator=top,
            denominator=core,
        ),
        _part_of_core("immigration_searches_without_top_agency.core", scope, core - top, of),
    ]


# Tables -----------------------------------------------------------------------------------------------------


def by_definition(searches: Searches) -> pd.DataFrame:
    """The nested totals side by side: definition, searches, distinct_searches, agencies, share of all rows, and
    civil, criminal and unspecified searches."""
    lines, every = _lines(searches), rows_of(_by_tier(searches))
    found = []
    for definition in ("dropdown", *DEFINITIONS):
        hits = lines[_counted(lines, definition).astype(bool)]
        found.append({
            "definition": definition,
            "searches": rows_of(hits),
            "distinct_searches": count_of(_distinct(searches), "all", definition),
            "agencies": count_of(_agencies(searches), "all", definition),
            "share": share(rows_of(hits), every),
            **by_kind_named(hits),
        })  # fmt: skip
    return pd.DataFrame(found)


def by_kind_named(hits: pd.DataFrame) -> dict[str, int]:
    """Searches by what the reason named, from lines of a tally; a search with both kinds counts in each."""
    kind = hits["immigration_kind"]
    return {
        "civil": rows_of(hits, kind.isin(["civil", "both"])),
        "criminal": rows_of(hits, kind.isin(["criminal", "both"])),
        "unspecified": rows_of(hits, kind.eq("unspecified").fillna(False)),
    }


def immigration_per_week(searches: Searches, time_zone: str) -> pd.DataFrame:
    """Immigration searches per local week: week (its Monday), definition, searches; nested, not added up."""
    week = week_of(searches, time_zone)
    hits, weeks = immigration_rows(searches), every_week(searches, week)
    lines = tally(hits, "immigration_tier", where=counted("broad"), week=week)
    parts = [
        lines[counts_in(lines, definition)].groupby("week")["rows"].sum().reindex(weeks, fill_value=0)
        .rename_axis("week").rename("searches").reset_index().assign(definition=definition)
        for definition in DEFINITIONS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[["week", "definition", "searches"]]


def week_of(searches: Searches, time_zone: str) -> str:
    """An SQL expression for the Monday of each search's local week."""
    return f"date_trunc('week', {local_time(searches, time_zone)})"


@once
def every_week(searches: Searches, week: str) -> pd.DatetimeIndex:
    """The Mondays from the first search to the last; `week` is the expression for a search's."""
    ends = ask(searches, f"select min({week}) as first, max({week}) as last from searches").iloc[0]
    return every_step(ends["first"], ends["last"], "W-MON")


def agencies_behind(searches: Searches, definition: str = "core") -> pd.DataFrame:
    """The agencies behind the immigration searches: agency, state, kind, searches, share of them all, civil,
    criminal, all_searches (the agency's rows of any reason). A masked or blank name is no agency and has no line."""
    hits = among(immigration_rows(searches), counted(definition))
    lines, every = tally(hits, "searching_agency", "immigration_kind"), tally(searches, "searching_agency")
    table = top_agencies(hits, most=rows_of(lines))
    for one in ("civil", "criminal"):
        counts = (
            lines[lines["immigration_kind"].isin([one, "both"])].groupby("searching_agency")["rows"].sum()
        )
        table[one] = table["searching_agency"].map(counts).fillna(0).astype(int)
    all_searches = table["searching_agency"].map(every.set_index("searching_agency")["rows"])
    return table.assign(all_searches=all_searches.fillna(0).astype(int))


def by_immigration_kind(searches: Searches) -> pd.DataFrame:
    """Core searches by what the reason named: kind, searches, share; a row with both kinds stands in both."""
    lines = _lines(searches)
    core = lines[counts_in(lines, "core")]
    counts = by_kind_named(core)
    return with_share(
        pd.DataFrame({"kind": list(counts), "searches": list(counts.values())}), of=rows_of(core)
    )


def definitions_by_owner(searches: Searches) -> pd.DataFrame:
    """The nested totals of each log: camera_owner, searches, then a column for each definition."""
    lines = _by_tier(searches)
    counts = {
        "searches": in_scopes(lines),
        **{name: in_scopes(lines, counts_in(lines, name)) for name in DEFINITIONS},
    }
    table = pd.DataFrame(counts).reindex(list(counts["searches"])).fillna(0).astype("int64")
    return table.rename_axis("camera_owner").reset_index()


def added_by_definition(searches: Searches) -> pd.DataFrame:
    """What each tier adds to the one before: definition, added, searches, before (those of the narrower ones)."""
    tier = _by_tier(searches).groupby("immigration_tier")["rows"].sum()
    table = pd.DataFrame({"definition": list(DEFINITIONS)})
    table["added"] = [int(tier.get(name, 0)) for name in DEFINITIONS]
    total = table["added"].cumsum()
    return table.assign(searches=total, before=total - table["added"])
