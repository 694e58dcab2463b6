"""The immigration searches under every definition, whose they were, and what they named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.agencies import count_agencies, is_named, top_agencies
from analysis.measures.numbers import DEFINITIONS, Numbers, in_each_scope, number, scopes, share, with_share

LOCAL = ("municipal", "county_sheriff", "county_police", "constable", "school", "university")
"""Kinds of agency that are local police; an agency of unknown kind is not counted among them."""


def counts_in(searches: pd.DataFrame, definition: str) -> pd.Series:
    """Which rows one of the nested definitions (or "dropdown": the offense type alone) counts."""
    if definition == "dropdown":
        return pd.Series(_has_dropdown(searches), index=searches.index)
    return searches["immigration_tier"].isin(DEFINITIONS[definition])


def _has_dropdown(searches: pd.DataFrame) -> np.ndarray:
    flags = np.zeros(len(searches), dtype=bool)
    strict = np.flatnonzero((searches["immigration_tier"] == "strict").to_numpy())
    types = searches["offense_types"].take(strict)
    flags[strict] = [any(str(t).startswith("Immigration") for t in row) for row in types]
    return flags


def immigration_searches(searches: pd.DataFrame) -> Numbers:
    """Searches, agencies and states under each definition; civil, criminal, unspecified under *core*."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        found = [n for name in (*DEFINITIONS, "dropdown") for n in _under(name, scope, rows)]
        return found + _kinds(scope, rows) + _lines_of_their_own(scope, rows)

    return in_each_scope(searches, of)


def _under(definition: str, scope: str, rows: pd.DataFrame) -> Numbers:
    hits = rows[counts_in(rows, definition)]
    states = sorted(hits["agency_state"].dropna().unique())
    counts = {"numerator": len(hits), "denominator": len(rows)}
    return [
        number(f"immigration_searches.{definition}", scope, len(hits), "rows", **counts),
        number(
            f"distinct_immigration_searches.{definition}", scope, hits["search_key"].nunique(), "searches"
        ),
        number(f"immigration_agencies.{definition}", scope, count_agencies(hits), "agencies"),
        number(f"immigration_states.{definition}", scope, [str(s) for s in states], "states"),
    ]


def _kinds(scope: str, rows: pd.DataFrame) -> Numbers:
    core = rows[counts_in(rows, "core")]
    kind = core["immigration_kind"]
    civil, criminal = (int(kind.isin([one, "both"]).sum()) for one in ("civil", "criminal"))
    ratio = civil / criminal if criminal else None
    because = {} if criminal else {"because": "no search named a criminal immigration offense"}
    return [
        number("immigration_civil", scope, civil, "rows", numerator=civil, denominator=len(core)),
        number("immigration_criminal", scope, criminal, "rows", numerator=criminal, denominator=len(core)),
        number("immigration_unspecified", scope, int((kind == "unspecified").sum()), "rows",
               numerator=int((kind == "unspecified").sum()), denominator=len(core)),
        number("civil_to_criminal", scope, ratio, "ratio", numerator=civil, denominator=criminal, **because),
    ]  # fmt: skip


def _lines_of_their_own(scope: str, rows: pd.DataFrame) -> Numbers:
    core = rows[counts_in(rows, "core")]
    local = int((core["agency_kind"].isin(LOCAL)).sum())
    named = core.loc[is_named(core["searching_agency"]), "searching_agency"]
    top = int(named.value_counts().max()) if len(named) else 0
    of = {"denominator": len(core)}
    return [
        number("hsi_dhs_only", scope, int((rows["immigration_tier"] == "broad").sum()), "rows"),
        number("immigration_mixed.core", scope, int(core["mixed"].fillna(False).sum()), "rows"),
        number("local_immigration_searches.core", scope, local, "rows"),
        number("immigration_searches_unnamed.core", scope, len(core) - len(named), "rows", **of),
        number("immigration_top_agency.core", scope, top, "rows", numerator=top, **of),
        number(
            "immigration_top_agency_share.core", scope, share(top, len(core)), "share", numerator=top, **of
        ),
        number(
            "immigration_searches_without_top_agency.core",
            scope,
            len(core) - top,
            "rows",
            numerator=len(core) - top,
            **of,
        ),
    ]


def by_definition(searches: pd.DataFrame) -> pd.DataFrame:
    """The nested totals side by side: definition, searches, distinct_searches, agencies, share of all rows."""
    rows = []
    for definition in ("dropdown", *DEFINITIONS):
        hits = searches[counts_in(searches, definition)]
        rows.append(_line(definition, hits, len(searches)))
    return pd.DataFrame(rows)


def _line(definition: str, hits: pd.DataFrame, of: int) -> dict[str, Any]:
    kind = hits["immigration_kind"]
    return {
        "definition": definition,
        "searches": len(hits),
        "distinct_searches": hits["search_key"].nunique(),
        "agencies": count_agencies(hits),
        "share": share(len(hits), of),
        "civil": int(kind.isin(["civil", "both"]).sum()),
        "criminal": int(kind.isin(["criminal", "both"]).sum()),
        "unspecified": int((kind == "unspecified").sum()),
    }


def immigration_per_week(searches: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """Immigration searches per local week: week (its Monday), definition, searches; nested, not added up."""
    day = searches["searched_at"].dt.tz_convert(time_zone).dt.tz_localize(None)
    week = day.dt.to_period("W-SUN").dt.start_time
    weeks = pd.date_range(week.min(), week.max(), freq="W-MON")
    parts = [
        week[counts_in(searches, definition)].value_counts().reindex(weeks, fill_value=0)
        .rename_axis("week").rename("searches").reset_index().assign(definition=definition)
        for definition in DEFINITIONS
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[["week", "definition", "searches"]]


def agencies_behind(searches: pd.DataFrame, definition: str = "core") -> pd.DataFrame:
    """The agencies behind the immigration searches: agency, state, kind, searches, share of them all, civil,
    criminal, all_searches (the agency's rows of any reason). A masked or blank name is no agency and has no line."""
    hits = searches[counts_in(searches, definition)]
    every = searches["searching_agency"].value_counts()
    table = top_agencies(hits, most=len(hits)) if len(hits) else _no_agencies()
    kind = hits["immigration_kind"]
    for one in ("civil", "criminal"):
        counts = kind.isin([one, "both"]).groupby(hits["searching_agency"]).sum()
        table[one] = table["searching_agency"].map(counts).fillna(0).astype(int)
    return table.assign(all_searches=table["searching_agency"].map(every).fillna(0).astype(int))


def _no_agencies() -> pd.DataFrame:
    columns = ["searching_agency", "agency_state", "agency_kind", "searches", "share"]
    return pd.DataFrame({column: pd.Series(dtype="object") for column in columns})


def by_immigration_kind(searches: pd.DataFrame) -> pd.DataFrame:
    """Core searches by what the reason named: kind, searches, share; a row with both kinds stands in both."""
    core = searches[counts_in(searches, "core")]
    kind = core["immigration_kind"]
    counts = {
        "civil": int(kind.isin(["civil", "both"]).sum()),
        "criminal": int(kind.isin(["criminal", "both"]).sum()),
        "unspecified": int((kind == "unspecified").sum()),
    }
    return with_share(pd.DataFrame({"kind": list(counts), "searches": list(counts.values())}), of=len(core))


def definitions_by_owner(searches: pd.DataFrame) -> pd.DataFrame:
    """The nested totals of each log: camera_owner, searches, then a column for each definition."""
    rows = []
    for owner, part in scopes(searches):
        counts = {definition: int(counts_in(part, definition).sum()) for definition in DEFINITIONS}
        rows.append({"camera_owner": owner, "searches": len(part), **counts})
    return pd.DataFrame(rows)
