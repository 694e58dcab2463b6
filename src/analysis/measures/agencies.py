"""Who searched whose cameras, and how far searches reached."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats import is_masked
from analysis.measures.numbers import Numbers, has_item, in_each_scope, number, share, with_share


def who(searches: pd.DataFrame, state: str | None) -> Numbers:
    """Agencies (canonical and as released), their states, searches from outside the camera owner's state."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        known = rows["agency_state"].dropna()
        outside = number("out_of_state_searches", scope, None, "rows", because="source.toml names no state")
        if state:
            outside = number(
                "out_of_state_searches", scope, int((known != state).sum()), "rows",
                numerator=int((known != state).sum()), denominator=len(rows),
            )  # fmt: skip
        named = rows[_named(rows["searching_agency"])]
        return [
            number("agencies", scope, named["searching_agency"].nunique(), "agencies"),
            number("agencies_as_released", scope, named["searching_agency_as_released"].nunique(), "names"),
            number("searches_by_unnamed_agencies", scope, len(rows) - len(named), "rows"),
            number("agency_states", scope, known.nunique(), "states"),
            number("searches_by_unresolved_agencies", scope, int(rows["agency_state"].isna().sum()), "rows"),
            outside,
        ]

    return in_each_scope(searches, of)


def _named(agencies: pd.Series) -> pd.Series:
    """Which rows name an agency: a blank or a mask is nobody's name and counts as no agency."""
    unnamed = [name for name in agencies.unique() if not str(name).strip() or is_masked(str(name))]
    return ~agencies.isin(unnamed)


def by_kind(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches and agencies by kind of agency: agency_kind, agencies, searches, share, vague share."""
    rows = searches.assign(
        agency_kind=searches["agency_kind"].fillna("(unknown)"), vague=has_item(searches["topics"], "vague")
    )
    table = rows.groupby("agency_kind").agg(
        agencies=("searching_agency", "nunique"), searches=("vague", "size"), vague_reasons=("vague", "sum")
    )
    table = table.sort_values("searches", ascending=False).reset_index()
    return with_share(table).assign(vague_share=table["vague_reasons"] / table["searches"])


def by_state(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches and agencies by the searching agency's state: agency_state, agencies, searches, share."""
    rows = searches.assign(agency_state=searches["agency_state"].fillna("(unknown)"))
    table = rows.groupby("agency_state").agg(
        agencies=("searching_agency", "nunique"), searches=("searching_agency", "size")
    )
    return with_share(table.sort_values("searches", ascending=False).reset_index())


def top_agencies(searches: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """The agencies with most rows: searching_agency, agency_state, agency_kind, searches, share."""
    keys = ["searching_agency", "agency_state", "agency_kind"]
    table = searches.groupby(keys, dropna=False).size().rename("searches").reset_index()
    table = table.sort_values(["searches", "searching_agency"], ascending=[False, True])
    return with_share(table.head(most).reset_index(drop=True), of=len(searches))


def reach(searches: pd.DataFrame) -> Numbers:
    """How many networks and devices searches reached, and how far back their time frames began."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        return [*_networks(scope, rows), *_windows(scope, rows)]

    return in_each_scope(searches, of)


def _networks(scope: str, rows: pd.DataFrame) -> Numbers:
    networks, devices = rows["networks_searched"], rows["devices_searched"]
    wide = networks[networks > 1]
    known, one, several = int(networks.notna().sum()), int((networks == 1).sum()), len(wide)
    of = {"denominator": known}
    mean = (
        {"numerator": int(wide.sum()), "denominator": several}
        if several
        else {"because": "no search reached several"}
    )
    return [
        number("networks_most", scope, _most(networks), "networks", **_absent(networks)),
        number("devices_most", scope, _most(devices), "devices", **_absent(devices)),
        number("one_network_searches", scope, one, "rows", numerator=one, **of),
        number("several_network_searches", scope, several, "rows", numerator=several, **of),
        number("several_network_share", scope, share(several, known), "share", numerator=several, **of),
        number(
            "several_network_searches.mean_networks",
            scope,
            wide.mean() if several else None,
            "networks",
            **mean,
        ),
    ]


def _most(values: pd.Series) -> int | None:
    return int(values.max()) if values.notna().any() else None


def _absent(values: pd.Series) -> dict[str, str]:
    return {} if values.notna().any() else {"because": "the released files have no such column"}


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
    """Networks reached by kind of search: search_type, searches, one_network, several_networks, most."""
    rows = searches.assign(
        search_type=searches["search_type"].fillna("(blank)"), networks=searches["networks_searched"]
    )
    table = rows.groupby("search_type").agg(
        searches=("networks", "size"),
        one_network=("networks", lambda n: int((n == 1).sum())),
        several_networks=("networks", lambda n: int((n > 1).sum())),
        most_networks=("networks", "max"),
    )
    return table.sort_values("searches", ascending=False).reset_index()


def reach_spread(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches by the number of networks reached: networks (a range), searches, share of rows that say."""
    edges = [-1, 0, 1, 10, 100, 1_000, 3_000, np.inf]
    labels = ["0", "1", "2–10", "11–100", "101–1,000", "1,001–3,000", "over 3,000"]
    known = searches["networks_searched"].dropna().astype("int64")
    counts = pd.cut(known, edges, labels=labels).value_counts().reindex(labels, fill_value=0)
    return with_share(counts.rename_axis("networks").rename("searches").reset_index())
