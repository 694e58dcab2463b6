"""How far searches reached: networks, devices, time frames, and what an agency searches when it searches its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.numbers import rows_of, share, with_share
from analysis.privacy import search_types
from analysis.searches.table import Searches


def reach_by_type(searches: Searches) -> pd.DataFrame:
    """Networks reached by kind of search: search_type (`privacy.search_types`), searches, rows_that_say, one_network,
    several_networks, most_networks; empty where no row says."""
    lines = searches.tally("search_type", "networks_searched").fillna({"search_type": "(blank)"})
    lines["search_type"] = lines["search_type"].map(search_types(lines))
    networks, rows = lines["networks_searched"], lines["rows"]
    lines = lines.assign(
        rows_that_say=rows.where(networks.notna(), 0),
        one_network=rows.where((networks == 1).fillna(False), 0),
        several_networks=rows.where((networks > 1).fillna(False), 0),
    )
    table = lines.groupby("search_type").agg(
        searches=("rows", "sum"), rows_that_say=("rows_that_say", "sum"), one_network=("one_network", "sum"),
        several_networks=("several_networks", "sum"), most_networks=("networks_searched", "max"),
    )  # fmt: skip
    counts = ["one_network", "several_networks"]
    table[counts] = table[counts].astype("Int64").where(table["rows_that_say"] > 0)
    return table.sort_values("searches", ascending=False).reset_index()


def reach_spread(searches: Searches) -> pd.DataFrame:
    """Searches by the number of networks reached: networks (a range), searches, share of rows that say."""
    edges = [-1, 0, 1, 10, 100, 1_000, 3_000, np.inf]
    labels = ["0", "1", "2–10", "11–100", "101–1,000", "1,001–3,000", "over 3,000"]
    lines = searches.where("networks_searched is not null").tally("networks_searched")
    ranges = pd.cut(lines["networks_searched"].astype("int64"), edges, labels=labels).astype("object")
    counts = lines.groupby(ranges)["rows"].sum().reindex(labels, fill_value=0)
    return with_share(counts.rename_axis("networks").rename("searches").reset_index())


OWN_AT_MOST, OWN_SHARE, OWN_ROWS = 10, 0.1, 20
"""An agency's usual few networks, its own cameras perhaps, are sought among so few, and must hold a tenth of its rows
and so many."""


LOOK_BACKS = {
    0: "one day or less", 1: "1 to 7 days", 7: "7 to 14 days", 14: "14 to 30 days", 30: "30 to 31 days",
    31: "31 to 60 days", 60: "60 to 90 days", 90: "90 to 365 days", 365: "over 365 days",
}  # fmt: skip
"""How far searches looked back: more than so many days (the first: or less), and at most as many as the next."""


def look_backs(searches: Searches) -> pd.DataFrame:
    """Searches by how long before the search their time frame began: look_back, over_days (more than so many),
    searches, share of those whose look back is known."""
    over = " ".join(f"when lookback_days > {days} then {days}" for days in sorted(LOOK_BACKS, reverse=True))
    lines = searches.where("lookback_days is not null").tally(over_days=f"case {over} else 0 end")
    counts = lines.set_index("over_days")["rows"].reindex([*LOOK_BACKS], fill_value=0)
    table = counts.rename("searches").rename_axis("over_days").reset_index()
    table.insert(0, "look_back", list(LOOK_BACKS.values()))
    return with_share(table)


def own_cameras(searches: Searches) -> pd.DataFrame:
    """What an agency's searches of its own cameras alone reach, inferred: the commonest small number of networks.

    One row for each agency with searches of its own log: searching_agency, networks and devices (the commonest
    among those searches; empty where not known), searches, of_searches, share. Only a log that holds an agency's
    own searches can show it: a search by an outsider reached at least the network whose log it is in. Without
    a value that holds `OWN_SHARE` of the rows and `OWN_ROWS` of them, networks stay empty.
    """
    small = f"networks_searched between 1 and {OWN_AT_MOST}"
    lines = searches.where("own_search and networks_searched is not null and named").tally(
        "searching_agency",
        networks=f"case when {small} then networks_searched end",
        devices=f"case when {small} then devices_searched end",
    )
    rows = [_usual(str(agency), part) for agency, part in lines.groupby("searching_agency", sort=True)]
    columns = ["searching_agency", "networks", "devices", "searches", "of_searches", "share"]
    whole = ["networks", "devices", "searches", "of_searches"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(whole, "Int64") | {"share": float})


def _usual(agency: str, lines: pd.DataFrame) -> tuple[str, int | None, int | None, int, int, float]:
    value, known = _commonest(lines, "networks"), rows_of(lines)
    chosen = lines[lines["networks"].eq(value or 0).fillna(False)]
    if rows_of(chosen) < max(OWN_ROWS, OWN_SHARE * known):
        return agency, None, None, 0, known, 0.0
    held = rows_of(chosen)
    return agency, value, _commonest(chosen, "devices"), held, known, share(held, known)


def _commonest(lines: pd.DataFrame, column: str) -> int | None:
    """The value that most rows hold, the least of several; none where no row has a value."""
    rows = lines.groupby(column)["rows"].sum()
    return int(rows.idxmax()) if len(rows) else None


LOCAL_AT_MOST, NATIONAL_PART, NATIONAL_AT_LEAST = 10, 0.5, 1_000
"""A local search queried at most so many networks; a national search at least such a part of the widest search of its
log, where that widest search queried at least so many."""

BREADTHS = (
    "the agency's usual few",
    "local",
    "regional or state-wide",
    "national",
    "no network (0)",
    "the row does not say",
)


def breadth(searches: Searches) -> pd.DataFrame:
    """Searches by how many networks they queried: reach (`BREADTHS`), fewest_networks, most_networks, searches, share.

    The vendor publishes no such classes. An agency's usual few is the value of `own_cameras`; the other classes
    are cut at `LOCAL_AT_MOST` networks and at half of the widest search in the same log.
    """
    agency = "case when own_search then searching_agency end"
    lines = searches.tally("camera_owner", "networks_searched", own_agency=agency)
    asked = lines["networks_searched"].to_numpy(dtype=float, na_value=np.nan)
    widest = pd.Series(asked).groupby(lines["camera_owner"].to_numpy()).transform("max").to_numpy()
    usual = own_cameras(searches).dropna(subset=["networks"])
    networks = dict(zip(usual["searching_agency"], usual["networks"].astype(float)))
    own = asked == lines["own_agency"].map(networks).to_numpy(dtype=float, na_value=np.nan)
    national = (widest >= NATIONAL_AT_LEAST) & (asked >= NATIONAL_PART * widest)
    tests = [np.isnan(asked), asked == 0, own, asked <= LOCAL_AT_MOST, national]
    names = [BREADTHS[at] for at in (5, 4, 0, 1, 3)]
    reached = np.select(tests, names, BREADTHS[2])
    table = lines.groupby(reached).agg(
        fewest_networks=("networks_searched", "min"), most_networks=("networks_searched", "max"),
        searches=("rows", "sum"),
    )  # fmt: skip
    table = table.reindex([name for name in BREADTHS if name in table.index])
    return with_share(table.rename_axis("reach").reset_index())
