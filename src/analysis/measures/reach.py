"""How far searches reached: networks, devices, time frames, and what an agency searches when it searches its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.agencies import is_named
from analysis.measures.numbers import (
    REASONS,
    Number,
    Numbers,
    in_each_scope,
    in_scope,
    number,
    rows_of,
    share,
    with_share,
)
from analysis.privacy import search_types
from analysis.tallies import DAY_ONLY, Searches, ask, tally


def reach(searches: Searches) -> Numbers:
    """How many networks and devices searches reached, and how far back their time frames began."""
    devices = ask(searches, "select camera_owner, max(devices_searched) as most from searches group by all")
    frames = _time_frames(searches)

    def of(scope: str, lines: pd.DataFrame) -> Numbers:
        known = lines.dropna(subset="networks_searched")
        return [
            _most("networks_most", scope, known["networks_searched"], "networks"),
            _most("devices_most", scope, in_scope(devices, scope)["most"].dropna(), "devices"),
            *(_several(scope, known) if len(known) else _not_said(scope)),
            *_windows(scope, in_scope(frames, scope)),
        ]

    return in_each_scope(tally(searches, "camera_owner", "networks_searched"), of)


def _most(name: str, scope: str, known: pd.Series, unit: str) -> Number:
    """The greatest count; unknown, never 0, where no row says how many."""
    because = {} if len(known) else {"because": REASONS["counts"]}
    return number(name, scope, int(known.max()) if len(known) else None, unit, **because)


_COUNTS = {
    "one_network_searches": "rows",
    "several_network_searches": "rows",
    "several_network_share": "share",
    "several_network_searches.mean_networks": "networks",
}


def _not_said(scope: str) -> Numbers:
    return [number(name, scope, None, unit, because=REASONS["counts"]) for name, unit in _COUNTS.items()]


def _several(scope: str, lines: pd.DataFrame) -> Numbers:
    """Counts of the searches that reached one network, and several; the lines say how many each."""
    networks = lines["networks_searched"]
    known, one, several = rows_of(lines), rows_of(lines, networks == 1), rows_of(lines, networks > 1)
    wide = int((networks * lines["rows"])[networks > 1].sum())
    mean = {"numerator": wide, "denominator": several}
    found = (
        (one, {"numerator": one, "denominator": known}),
        (several, {"numerator": several, "denominator": known}),
        (share(several, known), {"numerator": several, "denominator": known}),
        (share(wide, several), mean) if several else (None, {"because": REASONS["several networks"]}),
    )
    return [
        number(name, scope, value, unit, **more)
        for (name, unit), (value, more) in zip(_COUNTS.items(), found)
    ]


_DAYS = ("windows_over_30_days", "windows_over_31_days", "windows_over_30_days.over_360", "window_lengths_over_30_days",
         "windows_over_30_days.patrol", "longest_lookback_days", "longest_lookback_days.patrol")  # fmt: skip


_DAY = 86_400_000_000
_BACK, _LONG = (
    f"case when not {DAY_ONLY} then epoch_us(searched_at) - epoch_us(window_start) end",
    "epoch_us(window_end) - epoch_us(window_start)",
)
"""How far back a time frame began and how long it lasted, in microseconds. Where only the day of a search is known, how
far back it went is not: it could be a day more or less."""

_PATROL = "coalesce(lower(trim(reason_text)) = 'patrol', false)"


def _time_frames(searches: Searches) -> pd.DataFrame:
    """The searches with a time frame, by owner and whether 'patrol' is the whole reason: camera_owner, patrol, known,
    looking_back (of these, with a time of day), one column for each of the first four `_DAYS`, and longest_lookback in
    microseconds."""
    tests = (
        f"{_BACK} > {30 * _DAY}",
        f"{_BACK} > {31 * _DAY}",
        f"{_BACK} > {360 * _DAY}",
        f"{_LONG} > {30 * _DAY}",
    )
    counts = ", ".join(f'count(*) filter ({test}) as "{name}"' for name, test in zip(_DAYS, tests))
    return ask(
        searches,
        f"select camera_owner, {_PATROL} as patrol, count(*) as known, count({_BACK}) as looking_back, {counts}, "
        f"max({_BACK}) as longest_lookback from searches "
        "where window_start is not null and window_end is not null group by all",
    )


def _windows(scope: str, lines: pd.DataFrame) -> Numbers:
    """How many time frames began or lasted longer than so many days; "patrol" is the reason's whole text."""
    if lines.empty:
        return [number(name, scope, None, "rows", because=REASONS["time frames"]) for name in _DAYS]
    patrol = lines[lines["patrol"]]
    no_patrol = "" if len(patrol) else REASONS["patrol"]
    return [
        *(_frames(name, scope, lines, name) for name in _DAYS[:4]),
        _frames(_DAYS[4], scope, lines, _DAYS[0], patrol),
        _days_back("longest_lookback_days", scope, lines),
        _days_back("longest_lookback_days.patrol", scope, patrol, no_patrol),
    ]


def _frames(
    name: str, scope: str, lines: pd.DataFrame, column: str, part: pd.DataFrame | None = None
) -> Number:
    """How many time frames of a part of the lines meet a test, out of all whose answer is known."""
    known = int(lines["known" if column == "window_lengths_over_30_days" else "looking_back"].sum())
    if not known:
        return number(name, scope, None, "rows", because=REASONS["time of day"])
    count = int((lines if part is None else part)[column].sum())
    return number(name, scope, count, "rows", numerator=count, denominator=known)


def _days_back(name: str, scope: str, lines: pd.DataFrame, because: str = "") -> Number:
    """The whole days of the longest lookback."""
    longest = lines["longest_lookback"].max()
    if pd.isna(longest):
        return number(name, scope, None, "days", because=because or REASONS["time of day"])
    return number(name, scope, int(int(longest) / _DAY), "days")


def reach_by_type(searches: Searches) -> pd.DataFrame:
    """Networks reached by kind of search: search_type (`privacy.search_types`), searches, rows_that_say, one_network,
    several_networks, most_networks; empty where no row says."""
    lines = tally(searches, "search_type", "networks_searched").fillna({"search_type": "(blank)"})
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
    lines = tally(searches, "networks_searched", where="networks_searched is not null")
    ranges = pd.cut(lines["networks_searched"].astype("int64"), edges, labels=labels).astype("object")
    counts = lines.groupby(ranges)["rows"].sum().reindex(labels, fill_value=0)
    return with_share(counts.rename_axis("networks").rename("searches").reset_index())


OWN_AT_MOST, OWN_SHARE, OWN_ROWS = 10, 0.1, 20
"""The value for 'own cameras only' is sought among so few networks, and must hold a tenth of the rows and so many."""


def own_cameras(searches: Searches) -> pd.DataFrame:
    """What an agency's searches of its own cameras alone reach, inferred: the commonest small number of networks.

    One row for each agency with searches of its own log: searching_agency, networks and devices (the commonest
    among those searches; empty where not known), searches, of_searches, share. Only a log that holds an agency's
    own searches can show it: a search by an outsider reached at least the network whose log it stands in. Without
    a value that holds `OWN_SHARE` of the rows and `OWN_ROWS` of them, networks stay empty.
    """
    small = f"networks_searched between 1 and {OWN_AT_MOST}"
    lines = tally(
        searches,
        "searching_agency",
        where="own_search and networks_searched is not null",
        networks=f"case when {small} then networks_searched end",
        devices=f"case when {small} then devices_searched end",
    )
    lines = lines[is_named(lines["searching_agency"])]
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


def breadth(searches: Searches) -> pd.DataFrame:
    """Searches by how widely they asked: reach (`BREADTHS`), fewest_networks, most_networks, searches, share.

    The vendor publishes no such classes. 'Own cameras only' is the value of `own_cameras`; the other classes
    are cut at `LOCAL_AT_MOST` networks and at half of the widest search in the same log.
    """
    agency = "case when own_search then searching_agency end"
    lines = tally(searches, "camera_owner", "networks_searched", own_agency=agency)
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
