"""Who could search against who did: sharing lists beside the searches of the same cameras."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.agencies.sharing import SharingList
from analysis.measures.needs import NEEDS
from analysis.measures.numbers import Numbers, number
from analysis.searches.sql import one_of
from analysis.searches.table import Searches

GROUPS = (
    "on the list, and searched",
    "on the list, and did not search",
    "searched, and not on the list",
    "on the list; no log names who searched",
)
"""Outside agencies by what a sharing list allowed and what a log shows; the third is what researchers at the University
of Washington's Center for Human Rights called the back door. The last is for an owner whose log holds no
outsider's search: whether agencies on the list searched is not known."""


def with_access(searches: Searches, lists: Sequence[SharingList]) -> pd.DataFrame:
    """Who could search against who did, for each list: camera_owner, file, as_of, group (`GROUPS`), agencies, searches,
    immigration_searches (core).

    Only outsiders' searches and lists that say who may search the owner are compared; names are compared in their
    canonical spelling. Where an owner's log holds no outsider's search, as an organization audit never does, one line
    says how many agencies are on the list, and searches are empty. A list is of one day: access may have been given
    or taken away before or after it.
    """
    outsiders = _outsiders(searches, lists)
    lines = [line for one in _that_say(lists) for line in _groups(outsiders, one)]
    columns = ["camera_owner", "file", "as_of", "group", "agencies", "searches", "immigration_searches"]
    return pd.DataFrame(lines, columns=columns).astype(dict.fromkeys(columns[-2:], "Int64"))


def _groups(outsiders: pd.DataFrame, one: SharingList) -> list[tuple[object, ...]]:
    lines, allowed = outsiders[outsiders["camera_owner"] == one.camera_owner], _allowed(one)
    if lines.empty:
        return [(one.camera_owner, one.file, one.as_of, GROUPS[3], len(allowed), pd.NA, pd.NA)]
    on_list = lines["searching_agency"].isin(allowed)
    did = set(lines["searching_agency"])
    about = (one.camera_owner, one.file, one.as_of)
    parts = (
        (GROUPS[0], len(allowed & did), on_list),
        (GROUPS[1], len(allowed - did), on_list & False),
        (GROUPS[2], len(did - allowed), ~on_list),
    )
    counts = lines[["searches", "immigration_searches"]]
    return [(*about, group, count, *map(int, counts[mask].sum())) for group, count, mask in parts]


_WHO = ("camera_owner", "searching_agency", "agency_state", "agency_kind")


def _outsiders(searches: Searches, lists: Sequence[SharingList]) -> pd.DataFrame:
    """The outsiders that searched the owners of these lists: `_WHO`, searches, immigration_searches (core),
    first_search, last_search; masked and blank names are left out."""
    theirs = one_of("camera_owner", sorted({one.camera_owner for one in _that_say(lists)}))
    return searches.query(
        f"select {', '.join(_WHO)}, count(*) as searches, count(*) filter (core) as immigration_searches, "
        "min(searched_at) as first_search, max(searched_at) as last_search "
        f"from searches where {theirs} and named and not coalesce(own_search, false) group by all order by all",
    )


def _that_say(lists: Sequence[SharingList]) -> list[SharingList]:
    return [one for one in lists if one.says_who_may_search]


def _allowed(one: SharingList) -> set[str]:
    return set(one.entries.loc[one.entries["may_search_owner"].eq(True), "agency"])


def without_access(searches: Searches, lists: Sequence[SharingList]) -> pd.DataFrame:
    """The agencies that searched and are not on the camera owner's list: camera_owner, searching_agency, agency_state,
    agency_kind, searches, immigration_searches (core), first_search, last_search."""
    outsiders = _outsiders(searches, lists)
    parts = [
        outsiders[
            (outsiders["camera_owner"] == one.camera_owner)
            & ~outsiders["searching_agency"].isin(_allowed(one))
        ]
        for one in _that_say(lists)
    ]
    table = pd.concat([outsiders.head(0), *parts]).groupby([*_WHO], dropna=False, sort=True).agg(
        searches=("searches", "sum"), immigration_searches=("immigration_searches", "sum"),
        first_search=("first_search", "min"), last_search=("last_search", "max"),
    )  # fmt: skip
    order = {"by": ["searches", "searching_agency"], "ascending": [False, True]}
    return table.reset_index().sort_values(**order, ignore_index=True)


def access(searches: Searches, lists: Sequence[SharingList]) -> Numbers:
    """Agencies with access, those of them that searched, and agencies and rows without: over all lists of the place."""
    names = ("agencies_with_access", "agencies_with_access_that_searched", "agencies_without_access",
             "searches_without_access")  # fmt: skip
    units = ("agencies", "agencies", "agencies", "rows")
    table = with_access(searches, lists)
    if table.empty:
        because = NEEDS["sharing list"].because
        return [number(name, "all", None, unit, because=because) for name, unit in zip(names, units)]
    allowed = set().union(*map(_allowed, _that_say(lists)))
    if table["searches"].isna().all():
        because = NEEDS["outsiders"].because
        did_not_say = [number(name, "all", None, unit, because=because) for name, unit in zip(names, units)]
        return [number(names[0], "all", len(allowed), units[0]), *did_not_say[1:]]
    back_door = table.loc[table["group"] == GROUPS[2], "searches"]
    outside = without_access(searches, lists)
    searched = _outsiders(searches, lists).groupby("camera_owner")["searching_agency"]
    by_owner = {str(owner): set(names) for owner, names in searched}
    did = set().union(*(_allowed(one) & by_owner.get(one.camera_owner, set()) for one in _that_say(lists)))
    counts = (
        len(allowed),
        len(did),
        outside["searching_agency"].nunique(),
        int(back_door.sum()),
    )
    return [number(name, "all", count, unit) for name, count, unit in zip(names, counts, units)]
