"""Who searched whose cameras: agencies, their states and kinds, and on which side of a state line."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.numbers import with_share
from analysis.searches.table import Searches, once


def _grouped(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    """Agencies and searches by a column: searches whose agency is not named count as those of no agency."""
    agency = lines["searching_agency"].where(lines["named"])
    groups = lines.assign(agency=agency).groupby(column)
    table = groups.agg(agencies=("agency", "nunique"), searches=("rows", "sum"))
    return table.reset_index().sort_values(["searches", column], ascending=[False, True], ignore_index=True)


@once
def by_agency(searches: Searches) -> pd.DataFrame:
    """A tally of what is counted of agencies: searching_agency, agency_state, agency_kind, own_search, core, vague,
    hidden (the reason is blank or masked), named."""
    return searches.tally(
        "searching_agency", "agency_state", "agency_kind", "own_search", "core", "vague", "hidden", "named"
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
"""Where a searching agency was, each row on one side: own first, then federal, then by state."""


def by_side(searches: Searches, state: str | None) -> pd.DataFrame:
    """Rows by where the searching agency was: side (`SIDES`), agencies, searches, share.

    Every row is on one side, so the searches add up. Without a `state` of the camera owners, agencies of all
    states are together.
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
        ~lines["named"],
    ]
    sides = [SIDES[0], SIDES[3], SIDES[1] if state else "agencies of any state", SIDES[2], SIDES[5]]
    side = np.select([test.to_numpy(dtype=bool) for test in tests], sides, SIDES[4])
    table = with_share(_grouped(lines.assign(side=side), "side"))
    order = {name: at for at, name in enumerate(SIDES)}
    return table.sort_values("side", key=lambda names: names.map(order).fillna(1), ignore_index=True)


def top_agencies(searches: Searches, most: int = 10) -> pd.DataFrame:
    """The agencies with most rows: searching_agency, agency_state, agency_kind, searches, share of all rows."""
    lines = searches.tally("searching_agency", "agency_state", "agency_kind", "named")
    lines = lines.rename(columns={"rows": "searches"})
    table = lines[lines["named"]].drop(columns="named")
    table = table.sort_values(["searches", "searching_agency"], ascending=[False, True])
    return with_share(table.head(most).reset_index(drop=True), of=int(lines["searches"].sum()))
