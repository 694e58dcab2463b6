"""Who could search against who did: sharing lists beside the searches of the same cameras."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures.agencies import is_named
from analysis.measures.immigration import counts_in
from analysis.measures.numbers import Numbers, number
from analysis.sharing import SharingList

GROUPS = (
    "on the list, and searched",
    "on the list, and did not search",
    "searched, and not on the list",
)
"""Outside agencies by what a sharing list allowed and what a log shows; the last is what researchers at the University
of Washington's Center for Human Rights called the back door."""


def with_access(searches: pd.DataFrame, lists: Sequence[SharingList]) -> pd.DataFrame:
    """Who could search against who did, for each list: camera_owner, file, as_of, group (`GROUPS`), agencies, searches,
    immigration_searches (core).

    Only outsiders' searches and lists that say who may search the owner are compared; names are compared in their
    canonical spelling. A list is of one day: access may have been given or taken away before or after it.
    """
    lines = [line for one in lists if one.says_who_may_search for line in _groups(searches, one)]
    columns = ["camera_owner", "file", "as_of", "group", "agencies", "searches", "immigration_searches"]
    return pd.DataFrame(lines, columns=columns)


def _groups(searches: pd.DataFrame, one: SharingList) -> list[tuple[object, ...]]:
    rows, allowed = _outsiders(searches, one.camera_owner), _allowed(one)
    core, on_list = counts_in(rows, "core"), rows["searching_agency"].isin(allowed)
    did = set(rows["searching_agency"])
    about = (one.camera_owner, one.file, one.as_of)
    parts = (
        (GROUPS[0], len(allowed & did), on_list),
        (GROUPS[1], len(allowed - did), on_list & False),
        (GROUPS[2], len(did - allowed), ~on_list),
    )
    return [(*about, group, count, int(mask.sum()), int((core & mask).sum())) for group, count, mask in parts]


def _outsiders(searches: pd.DataFrame, camera_owner: str) -> pd.DataFrame:
    theirs = (searches["camera_owner"] == camera_owner) & ~searches["own_search"].fillna(False)
    return searches[theirs & is_named(searches["searching_agency"])]


def _allowed(one: SharingList) -> set[str]:
    return set(one.entries.loc[one.entries["may_search_owner"].eq(True), "agency"])


def without_access(searches: pd.DataFrame, lists: Sequence[SharingList]) -> pd.DataFrame:
    """The agencies that searched and are not on the camera owner's list: camera_owner, searching_agency, agency_state,
    agency_kind, searches, immigration_searches (core), first_search, last_search."""
    columns = ["camera_owner", "searching_agency", "agency_state", "agency_kind"]
    parts = [
        rows[~rows["searching_agency"].isin(_allowed(one))]
        for one in lists
        if one.says_who_may_search
        for rows in [_outsiders(searches, one.camera_owner)]
    ]
    rows = pd.concat(parts) if parts else searches.head(0)
    table = rows.assign(core=counts_in(rows, "core")).groupby(columns, dropna=False, sort=True).agg(
        searches=("core", "size"), immigration_searches=("core", "sum"),
        first_search=("searched_at", "min"), last_search=("searched_at", "max"),
    )  # fmt: skip
    order = {"by": ["searches", "searching_agency"], "ascending": [False, True]}
    return table.reset_index().sort_values(**order, ignore_index=True)


def access(searches: pd.DataFrame, lists: Sequence[SharingList]) -> Numbers:
    """Agencies with access, those of them that searched, and agencies and rows without: over all lists of the place."""
    names = ("agencies_with_access", "agencies_with_access_that_searched", "agencies_without_access",
             "searches_without_access")  # fmt: skip
    table = with_access(searches, lists)
    if table.empty:
        because = (
            "the place carries no list of who may search its owners' cameras (data/raw/<place>/reference/)"
        )
        return [
            number(name, "all", None, "rows" if "searches_" in name else "agencies", because=because)
            for name in names
        ]
    allowed = set().union(*(_allowed(one) for one in lists if one.says_who_may_search))
    back_door = table.loc[table["group"] == GROUPS[2], "searches"]
    outside = without_access(searches, lists)
    did = {
        agency
        for one in lists
        if one.says_who_may_search
        for agency in _allowed(one) & set(_outsiders(searches, one.camera_owner)["searching_agency"])
    }
    counts = (
        len(allowed),
        len(did),
        outside["searching_agency"].nunique(),
        int(back_door.sum()),
    )
    units = ("agencies", "agencies", "agencies", "rows")
    return [number(name, "all", count, unit) for name, count, unit in zip(names, counts, units)]
