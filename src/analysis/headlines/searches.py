"""Headlines of tables of what was searched, and by which definition."""

from __future__ import annotations

import pandas as pd

from analysis.headlines.words import FEWEST, Headline, listed, percent
from analysis.wording import counted


def logs(table: pd.DataFrame) -> Headline:
    """Of `logs_per_search`: how many searches are in more than one log."""
    total, several = int(table["searches"].sum()), int(table.loc[table["logs"] > 1, "searches"].sum())
    values = f"By number of logs: {listed(table['logs'], table['searches'])}."
    return Headline(f"{percent(several / max(total, 1))} of searches were in more than one log", values)


def networks(table: pd.DataFrame) -> Headline:
    """Of `reach_spread`: the share that reached several networks, or the range that most reached."""
    values = f"By number of networks: {listed(table['networks'], table['searches'], table['share'])}."
    if table["searches"].sum() < FEWEST:
        return Headline("", values)
    most = table.loc[table["searches"].idxmax()]
    if most["networks"] == "1":
        several = table.loc[~table["networks"].isin(("0", "1")), "share"].sum()
        return Headline(f"{percent(several)} of searches queried more than one network", values)
    return Headline(f"{percent(most['share'])} of searches queried {most['networks']} networks", values)


def widths(table: pd.DataFrame) -> Headline:
    """Of `breadth`: the class with most searches."""
    values = f"{listed(table['reach'], table['searches'], table['share'])}."
    most = table.loc[table["searches"].idxmax()]
    if table["searches"].sum() < FEWEST or most["reach"] == "the row does not say":
        return Headline("", values)
    return Headline(f"{percent(most['share'])} of searches {_WIDTHS[most['reach']]}", values)


_WIDTHS = {
    "the agency's usual few": "queried the agency’s usual few networks",
    "local": "were local",
    "regional or state-wide": "were regional or state-wide",
    "national": "were national in reach",
    "no network (0)": "queried no network",
}


def look_back(table: pd.DataFrame) -> Headline:
    """Of `look_backs`: how many searches looked back more than 30 days, and more than 31."""
    total = int(table["searches"].sum())
    over_30, over_31 = (int(table.loc[table["over_days"] >= days, "searches"].sum()) for days in (30, 31))
    values = f"By days before the search: {listed(table['look_back'], table['searches'])}."
    return Headline(
        f"{over_30:,} of {counted(total, 'search')} looked back more than 30 days, {over_31:,} more than 31",
        values,
    )


def kinds_named(table: pd.DataFrame) -> Headline:
    """Of `by_immigration_kind`: what most immigration searches named."""
    values = f"{listed(table['kind'], table['searches'], table['share'])}."
    most = table.loc[table["searches"].idxmax()]
    if table["searches"].sum() < FEWEST:
        return Headline("", values)
    named = {"civil": "named a civil matter", "criminal": "named a crime"}
    said = named.get(str(most["kind"]), "did not say whether civil or criminal")
    return Headline(f"{percent(most['share'])} of immigration searches {said}", values)


def definitions(table: pd.DataFrame) -> Headline:
    """Of `added_by_definition`: the narrowest and the widest count."""
    counts = table.set_index("definition")["searches"]
    values = f"{listed(counts.index, counts)}."
    if counts.nunique() == 1:
        return Headline(f"Each definition counted {counted(int(counts.iloc[0]), 'search')}", values)
    return Headline(
        f"The definition decides: {counts.iloc[0]:,} searches by the narrowest, {counts.iloc[-1]:,} by the widest",
        values,
    )


def combinations(table: pd.DataFrame) -> Headline:
    """Of `specifications`: the least and the most of all combinations."""
    low, high = int(table["searches"].min()), int(table["searches"].max())
    said = f"{counted(len(table), 'way')} of counting gave from {low:,} to {high:,} searches"
    return Headline(said, f"{said}.")
