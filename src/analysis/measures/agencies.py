"""Who searched whose cameras: agencies, their states and kinds, and on which side of a state line they stood."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats import is_masked
from analysis.measures.numbers import Numbers, has_item, in_each_scope, number, with_share


def who(searches: pd.DataFrame, state: str | None) -> Numbers:
    """Agencies (canonical and as released), their states, and searches from inside and outside the owner's state."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        named = is_named(rows["searching_agency"])
        federal = int((rows["agency_kind"] == "federal").fillna(False).sum())
        return [
            number("agencies", scope, _distinct(rows, "searching_agency", named), "agencies"),
            number(
                "agencies_as_released", scope, _distinct(rows, "searching_agency_as_released", named), "names"
            ),
            number("searches_by_unnamed_agencies", scope, int((~named).sum()), "rows"),
            number("agency_states", scope, rows["agency_state"].dropna().nunique(), "states"),
            number("searches_by_unresolved_agencies", scope, int(rows["agency_state"].isna().sum()), "rows"),
            number("federal_searches", scope, federal, "rows", numerator=federal, denominator=len(rows)),
            *_across_a_state_line(scope, rows, state),
        ]

    columns = [
        "camera_owner",
        "searching_agency",
        "searching_agency_as_released",
        "agency_state",
        "agency_kind",
    ]
    return in_each_scope(searches[columns], of)


def _distinct(rows: pd.DataFrame, column: str, named: pd.Series) -> int:
    """Distinct values of a column among rows that name an agency."""
    values = rows[column] if named.all() else rows.loc[named, column]
    return int(values.nunique())


def _across_a_state_line(scope: str, rows: pd.DataFrame, state: str | None) -> Numbers:
    names = ("in_state_searches", "out_of_state_searches")
    if not state:
        because = "source.toml names no state"
        return [number(name, scope, None, "rows", because=because) for name in names]
    known = rows["agency_state"].dropna()
    counts = (int((known == state).sum()), int((known != state).sum()))
    return [
        number(name, scope, count, "rows", numerator=count, denominator=len(rows))
        for name, count in zip(names, counts)
    ]


def is_named(agencies: pd.Series) -> pd.Series:
    """Which rows name an agency: a blank or a mask is nobody's name and counts as no agency."""
    unnamed = [name for name in agencies.unique() if not str(name).strip() or is_masked(str(name))]
    return ~agencies.isin(unnamed)


def count_agencies(rows: pd.DataFrame) -> int:
    """Distinct agencies that rows name; masked and blank names are none."""
    return int(rows.loc[is_named(rows["searching_agency"]), "searching_agency"].nunique())


def _grouped(searches: pd.DataFrame, column: str, unknown: str) -> pd.DataFrame:
    """Agencies and searches by a column: rows whose agency is not named count as searches of no agency."""
    agency = searches["searching_agency"].where(is_named(searches["searching_agency"]))
    rows = pd.DataFrame({column: searches[column].fillna(unknown), "agency": agency})
    table = (
        rows.groupby(column).agg(agencies=("agency", "nunique"), searches=("agency", "size")).reset_index()
    )
    return table.sort_values(["searches", column], ascending=[False, True], ignore_index=True)


def by_kind(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches and agencies by kind of agency: agency_kind, agencies, searches, share, vague reasons and their share
    of the searches of that kind."""
    table = with_share(_grouped(searches, "agency_kind", "(unknown)"))
    vague = has_item(searches["topics"], "vague")
    counts = pd.Series(vague).groupby(searches["agency_kind"].fillna("(unknown)").to_numpy()).sum()
    table["vague_reasons"] = table["agency_kind"].map(counts).astype(int)
    return table.assign(vague_share=table["vague_reasons"] / table["searches"])


def by_state(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches and agencies by the searching agency's state: agency_state, agencies, searches, share."""
    return with_share(_grouped(searches, "agency_state", "(unknown)"))


SIDES = (
    "the camera owners' own police",
    "other agencies of the camera owners' state",
    "agencies of other states",
    "federal agencies and armed forces",
    "no single state, or none that the name says",
    "agency not named",
)
"""Where a searching agency stood, each row on one side: own first, then federal, then by state."""


def by_side(searches: pd.DataFrame, state: str | None) -> pd.DataFrame:
    """Rows by where the searching agency stood: side (`SIDES`), agencies, searches, share.

    Every row stands on one side, so the searches add up. Without a `state` of the camera owners, agencies of all
    states stand together.
    """
    known, own = searches["agency_state"].notna(), searches["own_search"].fillna(False).astype(bool)
    inside = searches["agency_state"].eq(state).fillna(False) if state else known
    kind = searches["agency_kind"].fillna("")
    tests = [
        own,
        kind.isin(["federal", "military"]),
        inside,
        known & ~inside,
        ~is_named(searches["searching_agency"]),
    ]
    sides = [SIDES[0], SIDES[3], SIDES[1] if state else "agencies of any state", SIDES[2], SIDES[5]]
    side = np.select([test.to_numpy(dtype=bool) for test in tests], sides, SIDES[4])
    table = with_share(_grouped(searches.assign(side=side), "side", ""))
    order = {name: at for at, name in enumerate(SIDES)}
    return table.sort_values("side", key=lambda names: names.map(order).fillna(1), ignore_index=True)


def top_agencies(searches: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """The agencies with most rows: searching_agency, agency_state, agency_kind, searches, share of all rows."""
    keys = ["searching_agency", "agency_state", "agency_kind"]
    named = searches.loc[is_named(searches["searching_agency"]), keys]
    table = named.groupby(keys, dropna=False).size().rename("searches").reset_index()
    table = table.sort_values(["searches", "searching_agency"], ascending=[False, True])
    return with_share(table.head(most).reset_index(drop=True), of=len(searches))
