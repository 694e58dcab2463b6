"""How far searches reached: networks, devices, time frames, and what an agency searches when it searches its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.agencies import is_named
from analysis.measures.numbers import Numbers, in_each_scope, number, share, with_share


def reach(searches: pd.DataFrame) -> Numbers:
    """How many networks and devices searches reached, and how far back their time frames began."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        return [*_networks(scope, rows), *_windows(scope, rows)]

    return in_each_scope(searches, of)


def _networks(scope: str, rows: pd.DataFrame) -> Numbers:
    """Counts of networks and devices; unknown, never 0, where no row says how many."""
    networks, devices = rows["networks_searched"], rows["devices_searched"]
    found = [
        number("networks_most", scope, _most(networks), "networks", **_absent(networks)),
        number("devices_most", scope, _most(devices), "devices", **_absent(devices)),
    ]
    return [*found, *(_several(scope, networks) if networks.notna().any() else _not_said(scope))]


_COUNTS = {
    "one_network_searches": "rows",
    "several_network_searches": "rows",
    "several_network_share": "share",
    "several_network_searches.mean_networks": "networks",
}


def _not_said(scope: str) -> Numbers:
    return [number(name, scope, None, unit, because=_NO_CELL) for name, unit in _COUNTS.items()]


def _several(scope: str, networks: pd.Series) -> Numbers:
    wide = networks[networks > 1]
    known, one, several = int(networks.notna().sum()), int((networks == 1).sum()), len(wide)
    mean = {"numerator": int(wide.sum()), "denominator": several}
    found = (
        (one, {"numerator": one, "denominator": known}),
        (several, {"numerator": several, "denominator": known}),
        (share(several, known), {"numerator": several, "denominator": known}),
        (wide.mean(), mean) if several else (None, {"because": "no search reached several"}),
    )
    return [
        number(name, scope, value, unit, **more)
        for (name, unit), (value, more) in zip(_COUNTS.items(), found)
    ]


def _most(values: pd.Series) -> int | None:
    return int(values.max()) if values.notna().any() else None


_NO_CELL = "no released row says how many: the column is missing, or every cell of it is masked"


def _absent(values: pd.Series) -> dict[str, str]:
    return {} if values.notna().any() else {"because": _NO_CELL}


_DAYS = ("windows_over_30_days", "windows_over_31_days", "windows_over_30_days.over_360", "window_lengths_over_30_days",
         "windows_over_30_days.patrol", "longest_lookback_days", "longest_lookback_days.patrol")  # fmt: skip


def _windows(scope: str, rows: pd.DataFrame) -> Numbers:
    """How many time frames began or lasted longer than so many days; "patrol" is the reason's whole text."""
    known = rows.dropna(subset=["window_start", "window_end"])
    if not len(known):
        because = "the released files have no time frame"
        return [number(name, scope, None, "rows", because=because) for name in _DAYS]
    day = pd.Timedelta(days=1)
    back = (known["searched_at"] - known["window_start"]) / day
    length = (known["window_end"] - known["window_start"]) / day
    patrol = known["reason_text"].str.strip().str.casefold() == "patrol"
    counts = (back > 30, back > 31, back > 360, length > 30, patrol & (back > 30))
    found = [
        number(name, scope, int(mask.sum()), "rows", numerator=int(mask.sum()), denominator=len(known))
        for name, mask in zip(_DAYS, counts)
    ]
    no_patrol = {} if patrol.any() else {"because": "no search gives 'patrol' as its whole reason"}
    return [
        *found,
        number("longest_lookback_days", scope, int(back.max()), "days"),
        number(
            "longest_lookback_days.patrol",
            scope,
            int(back[patrol].max()) if patrol.any() else None,
            "days",
            **no_patrol,
        ),
    ]


def reach_by_type(searches: pd.DataFrame) -> pd.DataFrame:
    """Networks reached by kind of search: search_type, searches, rows_that_say, one_network, several_networks,
    most_networks; empty where no row says."""
    rows = searches.assign(
        search_type=searches["search_type"].fillna("(blank)"), networks=searches["networks_searched"]
    )
    table = rows.groupby("search_type").agg(
        searches=("networks", "size"),
        rows_that_say=("networks", "count"),
        one_network=("networks", lambda n: int((n == 1).sum())),
        several_networks=("networks", lambda n: int((n > 1).sum())),
        most_networks=("networks", "max"),
    )
    counts = ["one_network", "several_networks"]
    table[counts] = table[counts].astype("Int64").where(table["rows_that_say"] > 0)
    return table.sort_values("searches", ascending=False).reset_index()


def reach_spread(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches by the number of networks reached: networks (a range), searches, share of rows that say."""
    edges = [-1, 0, 1, 10, 100, 1_000, 3_000, np.inf]
    labels = ["0", "1", "2–10", "11–100", "101–1,000", "1,001–3,000", "over 3,000"]
    known = searches["networks_searched"].dropna().astype("int64")
    counts = pd.cut(known, edges, labels=labels).value_counts().reindex(labels, fill_value=0)
    return with_share(counts.rename_axis("networks").rename("searches").reset_index())


OWN_AT_MOST, OWN_SHARE, OWN_ROWS = 10, 0.1, 20
"""The value for 'own cameras only' is sought among so few networks, and must hold a tenth of the rows and so many."""


def own_cameras(searches: pd.DataFrame) -> pd.DataFrame:
    """What an agency's searches of its own cameras alone reach, inferred: the commonest small number of networks.

    One row for each agency with searches of its own log: searching_agency, networks and devices (the commonest
    among those searches; empty where not known), searches, of_searches, share. Only a log that holds an agency's
    own searches can show it: a search by an outsider reached at least the network whose log it stands in. Without
    a value that holds `OWN_SHARE` of the rows and `OWN_ROWS` of them, networks stay empty.
    """
    own = searches[searches["own_search"].fillna(False) & is_named(searches["searching_agency"])]
    said = own.dropna(subset=["networks_searched"])
    rows = [_usual(str(agency), part) for agency, part in said.groupby("searching_agency", sort=True)]
    columns = ["searching_agency", "networks", "devices", "searches", "of_searches", "share"]
    whole = ["networks", "devices", "searches", "of_searches"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(whole, "Int64") | {"share": float})


def _usual(agency: str, rows: pd.DataFrame) -> tuple[str, int | None, int | None, int, int, float]:
    small = rows.loc[rows["networks_searched"].between(1, OWN_AT_MOST), "networks_searched"].mode()
    value = int(small.iloc[0]) if len(small) else None
    chosen = rows[rows["networks_searched"] == value] if value else rows.head(0)
    if len(chosen) < max(OWN_ROWS, OWN_SHARE * len(rows)):
        return agency, None, None, 0, len(rows), 0.0
    devices = chosen["devices_searched"].dropna().mode()
    device = int(devices.iloc[0]) if len(devices) else None
    return agency, value, device, len(chosen), len(rows), share(len(chosen), len(rows))


LOCAL_AT_MOST, NATIONAL_PART, NATIONAL_AT_LEAST = 10, 0.5, 1_000
"""A local search asked at most so many networks; a national one at least such a part of the widest search of its
log, where that widest search asked at least so many."""

BREADTHS = (
    "own cameras only",
    "local",
    "regional or state-wide",
    "national",
    "no network (0)",
    "the row does not say",
)


def breadth(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches by how widely they asked: reach (`BREADTHS`), fewest_networks, most_networks, searches, share.

    The vendor publishes no such classes. 'Own cameras only' is the value of `own_cameras`; the other classes
    are cut at `LOCAL_AT_MOST` networks and at half of the widest search in the same log.
    """
    networks = searches["networks_searched"]
    asked = networks.to_numpy(dtype=float, na_value=np.nan)
    widest = pd.Series(asked).groupby(searches["camera_owner"].to_numpy()).transform("max").to_numpy()
    usual = own_cameras(searches).dropna(subset=["networks"])
    agency = searches["searching_agency"].map(
        dict(zip(usual["searching_agency"], usual["networks"].astype(float)))
    )
    own = searches["own_search"].fillna(False).to_numpy(dtype=bool)
    own &= asked == agency.to_numpy(dtype=float, na_value=np.nan)
    national = (widest >= NATIONAL_AT_LEAST) & (asked >= NATIONAL_PART * widest)
    tests = [np.isnan(asked), asked == 0, own, asked <= LOCAL_AT_MOST, national]
    names = [BREADTHS[at] for at in (5, 4, 0, 1, 3)]
    reached = np.select(tests, names, BREADTHS[2])
    table = networks.groupby(reached).agg(fewest_networks="min", most_networks="max", searches="size")
    table = table.reindex([name for name in BREADTHS if name in table.index])
    return with_share(table.rename_axis("reach").reset_index())
