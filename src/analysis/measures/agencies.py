"""Who searched whose cameras: agencies, their states and kinds, and on which side of a state line they stood."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.changes import CUT_OVERS
from analysis.measures.logs import HIDDEN
from analysis.measures.numbers import REASONS, Number, Numbers, by_scope, number, with_share
from analysis.tallies import (
    Searches,
    ask,
    bit,
    bits,
    coded,
    decoded,
    holds,
    listed,
    once,
    one_of,
    quoted,
    tally,
    tally_under,
)
from analysis.vendors.masks import is_name, is_number_only


def who(searches: Searches, state: str | None) -> Numbers:
    """Agencies (canonical and as released), their states, and searches from inside and outside the owner's state."""
    return [
        one
        for scope, of in _counts(searches, state).to_dict("index").items()
        for one in (
            number("agencies", scope, of["agencies"], "agencies"),
            number("agencies_as_released", scope, of["as_released"], "names"),
            number("searches_by_unnamed_agencies", scope, of["unnamed"], "rows"),
            *_by_number(scope, of["by_number"]),
            number("agency_states", scope, of["states"], "states"),
            number("searches_by_unresolved_agencies", scope, of["unresolved"], "rows"),
            _part("federal_searches", scope, of["federal"], of),
            *_across_a_state_line(scope, of, state),
        )
    ]


def _counts(searches: Searches, state: str | None) -> pd.DataFrame:
    """What is counted of agencies, a line for each scope, all first: owners and agencies are paired once."""
    columns = {
        "owner": "camera_owner",
        "agency": "searching_agency",
        "released": "searching_agency_as_released",
        "state": "agency_state",
    }
    codes = {name: coded(searches, column) for name, column in columns.items()}
    rows = {
        "unnamed": f"not {named(searches)}",
        "numbered": numbered(searches),
        "unresolved": "agency_state is null",
        "federal": "agency_kind = 'federal'",
        "inside": f"agency_state = {quoted(state or '')}",
        "outside": f"agency_state <> {quoted(state or '')}",
        "rows": "true",
    }
    pairs = (
        f"select {listed([], codes)}, {bits(rows.values())} as met, count(*) as n from searches group by all"
    )
    unnamed = bit("met", list(rows).index("unnamed"))
    counts = {
        "agencies": f"count(distinct agency) filter (not ({unnamed}))",
        "as_released": f"count(distinct released) filter (not ({unnamed}))",
        "by_number": f"count(distinct agency) filter ({bit('met', list(rows).index('numbered'))})",
        "states": "count(distinct state)",
        **{name: f"coalesce(sum(n) filter ({bit('met', at)}), 0)" for at, name in enumerate(rows)},
    }
    scopes = (
        f"select owner, grouping(owner) as every, {listed([], counts)} from ({pairs}) "
        "group by grouping sets ((owner), ()) having every = 1 or owner is not null"
    )
    owner = f"{decoded(searches, 'camera_owner', 'owner')} as camera_owner"
    found = ask(
        searches, f"select {owner}, {', '.join(counts)} from ({scopes}) order by every desc, camera_owner"
    )
    return by_scope(found).astype("int64")


def _by_number(scope: str, organizations: int) -> Numbers:
    """How many agencies are known by their number only, where any is: they are no named agencies, and no zero."""
    return [number("agencies_by_number", scope, organizations, "organizations")] if organizations else []


def _part(measure: str, scope: str, rows: int, of: dict[str, int]) -> Number:
    return number(measure, scope, rows, "rows", numerator=rows, denominator=of["rows"])


def _across_a_state_line(scope: str, of: dict[str, int], state: str | None) -> Numbers:
    counts = {"in_state_searches": of["inside"], "out_of_state_searches": of["outside"]}
    if not state:
        because = REASONS["state"]
        return [number(name, scope, None, "rows", because=because) for name in counts]
    return [_part(name, scope, rows, of) for name, rows in counts.items()]


def named(searches: Searches) -> str:
    """An SQL condition: the search names its agency (`is_named`)."""
    unnamed = one_of("searching_agency", _unnamed(searches)["searching_agency"].dropna())
    return f"(searching_agency is not null and not {unnamed})"


def numbered(searches: Searches) -> str:
    """An SQL condition: the search is by an agency of which the export gives a number and no name."""
    agencies = _unnamed(searches)["searching_agency"].dropna()
    return one_of("searching_agency", filter(is_number_only, agencies))


@once
def _unnamed(searches: Searches) -> pd.DataFrame:
    agencies = tally(searches, "searching_agency")
    return agencies[~is_named(agencies["searching_agency"])]


def is_named(agencies: pd.Series) -> pd.Series:
    """Which rows name an agency: a blank, a mask or a bare number is nobody's name and counts as no agency."""
    return agencies.isin([name for name in agencies.dropna().unique() if is_name(str(name))])


def _grouped(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    """Agencies and searches by a column: searches whose agency is not named count as those of no agency."""
    agency = lines["searching_agency"].where(is_named(lines["searching_agency"]))
    table = (
        lines.assign(agency=agency)
        .groupby(column)
        .agg(agencies=("agency", "nunique"), searches=("rows", "sum"))
    )
    return table.reset_index().sort_values(["searches", column], ascending=[False, True], ignore_index=True)


@once
def by_agency(searches: Searches) -> pd.DataFrame:
    """A tally of what is asked of agencies: searching_agency, agency_state, agency_kind, own_search,
    immigration_tier, whether the reason was `vague` and whether it was `silent` (blank or masked), and for each of
    `CUT_OVERS` whether the search was made from its day on, under that day's name."""
    columns = ("searching_agency", "agency_state", "agency_kind", "own_search", "immigration_tier")
    since = {
        at.date().isoformat(): f"searched_at >= {quoted(at.isoformat())}::timestamptz" for at, _ in CUT_OVERS
    }
    return tally_under(
        searches, *columns, under={"vague": holds("topics", "vague"), "silent": HIDDEN, **since}
    )


def by_kind(searches: Searches) -> pd.DataFrame:
    """Searches and agencies by kind of agency: agency_kind, agencies, searches, share, vague reasons and their share
    of the searches of that kind."""
    lines = by_agency(searches).fillna({"agency_kind": "(unknown)"})
    table = with_share(_grouped(lines, "agency_kind"))
    vague = lines[lines["vague"]].groupby("agency_kind")["rows"].sum()
    table["vague_reasons"] = table["agency_kind"].map(vague).fillna(0).astype(int)
    return table.assign(vague_share=table["vague_reasons"] / table["searches"])


def by_state(searches: Searches) -> pd.DataFrame:
    """Searches and agencies by the searching agency's state: agency_state, agencies, searches, share."""
    lines = by_agency(searches)
    return with_share(_grouped(lines.fillna({"agency_state": "(unknown)"}), "agency_state"))


SIDES = (
    "the camera owners' own police",
    "other agencies of the camera owners' state",
    "agencies of other states",
    "federal agencies and armed forces",
    "no single state, or none that the name says",
    "agency not named",
)
"""Where a searching agency stood, each row on one side: own first, then federal, then by state."""


def by_side(searches: Searches, state: str | None) -> pd.DataFrame:
    """Rows by where the searching agency stood: side (`SIDES`), agencies, searches, share.

    Every row stands on one side, so the searches add up. Without a `state` of the camera owners, agencies of all
    states stand together.
    """
    lines = by_agency(searches)
    known, own = lines["agency_state"].notna(), lines["own_search"].fillna(False).astype(bool)
    inside = lines["agency_state"].eq(state).fillna(False) if state else known
    kind = lines["agency_kind"].fillna("")
    tests = [
        own,
        kind.isin(["federal", "military"]),
        inside,
        known & ~inside,
        ~is_named(lines["searching_agency"]),
    ]
    sides = [SIDES[0], SIDES[3], SIDES[1] if state else "agencies of any state", SIDES[2], SIDES[5]]
    side = np.select([test.to_numpy(dtype=bool) for test in tests], sides, SIDES[4])
    table = with_share(_grouped(lines.assign(side=side), "side"))
    order = {name: at for at, name in enumerate(SIDES)}
    return table.sort_values("side", key=lambda names: names.map(order).fillna(1), ignore_index=True)


def top_agencies(searches: Searches, most: int = 10) -> pd.DataFrame:
    """The agencies with most rows: searching_agency, agency_state, agency_kind, searches, share of all rows."""
    lines = tally(searches, "searching_agency", "agency_state", "agency_kind").rename(
        columns={"rows": "searches"}
    )
    table = lines[is_named(lines["searching_agency"])]
    table = table.sort_values(["searches", "searching_agency"], ascending=[False, True])
    return with_share(table.head(most).reset_index(drop=True), of=int(lines["searches"].sum()))
