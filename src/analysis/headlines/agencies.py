"""Headlines of tables of who searched."""

from __future__ import annotations

from collections.abc import Container

import pandas as pd

from analysis.agencies.words import read_word_list
from analysis.headlines.words import FEWEST, Headline, listed, percent
from analysis.wording import counted


def kind_name(kind: str) -> str:
    """A kind of agency as people say it."""
    return _KINDS.get(kind, kind.replace("_", " "))


_KINDS = {
    "municipal": "city police", "county_sheriff": "county sheriffs", "county_police": "county police",
    "constable": "constables", "school": "school police", "university": "university police",
    "prosecutor": "prosecutors", "transit_airport_port": "transit, airport and port police", "fire": "fire departments",
    "task_force": "task forces", "state": "state agencies", "federal": "federal agencies", "military": "armed forces",
    "tribal": "tribal police", "(unknown)": "kind not known",
}  # fmt: skip


def kinds_of_agency(table: pd.DataFrame) -> Headline:
    """Of `by_kind`: the kind with most searches, and its share."""
    values = f"{listed(map(kind_name, table['agency_kind']), table['searches'], table['share'])}."
    top = table.iloc[0]
    if top["agency_kind"] == "(unknown)" or table["searches"].sum() < FEWEST:
        return Headline("", values)
    name = kind_name(top["agency_kind"])
    return Headline(f"{name[:1].upper()}{name[1:]} made {percent(top['share'])} of searches", values)


def vaguest_kinds(table: pd.DataFrame) -> Headline:
    """Of `by_kind`: between which shares vague reasons were, of kinds with enough searches for a share."""
    enough = table[table["searches"] >= 100]
    listed = [
        f"{kind_name(kind)} {percent(share)} ({vague:,} of {searches:,})"
        for kind, share, vague, searches in table[
            ["agency_kind", "vague_share", "vague_reasons", "searches"]
        ].itertuples(index=False)
    ]
    values = f"{', '.join(listed[:8])}."
    if len(enough) < 2:
        return Headline("", values)
    low, high = enough["vague_share"].min(), enough["vague_share"].max()
    return Headline(
        f"From {percent(low)} to {percent(high)} of reasons were vague, depending on the kind of agency",
        values,
    )


def _by_state(table: pd.DataFrame, what: str) -> Headline:
    names = read_word_list().states
    known = table[table["agency_state"] != "(unknown)"]
    states_said = table["agency_state"].replace("(unknown)", "no known state")
    values = f"{listed(states_said, table['searches'], table['share'])}."
    if known.empty or table["searches"].sum() < FEWEST:
        return Headline("", values)
    top = known.iloc[0]
    name = names.get(top["agency_state"], top["agency_state"])
    any_state = "any state" if len(known) == len(table) else "any known state"
    return Headline(
        f"Agencies of {name} made {percent(top['share'])} of the {what}, the most of {any_state}", values
    )


def elsewhere(table: pd.DataFrame, places: Container[str]) -> int:
    """How many searches of a table by state were made from outside these states."""
    return sum(n for state, n in zip(table["agency_state"], table["searches"]) if state not in places)


def states(table: pd.DataFrame) -> Headline:
    """Of `by_state`: the state whose agencies searched most."""
    return _by_state(table, "searches")


def immigration_states(table: pd.DataFrame) -> Headline:
    """Of `immigration_by_state`: the state whose agencies made most immigration searches."""
    return _by_state(table, f"{table['searches'].sum():,} immigration searches")


def behind(table: pd.DataFrame) -> Headline:
    """Of `agencies_behind`: how many agencies there were, and the largest one's share."""
    values = f"{listed(table['searching_agency'], table['searches'], table['share'])}."
    top = table.iloc[0]
    whole = table["share"].sum() > 0.999
    rest = (
        f"; {counted(len(table) - 1, 'other agency')} made the rest"
        if whole
        else ", the most of any named agency"
    )
    return Headline(
        f"{top['searching_agency']} made {percent(top['share'])} of immigration searches{rest}", values
    )


def signed(table: pd.DataFrame) -> Headline:
    """Of `by_standing`: how many agencies had an agreement before they searched."""
    every = int(table["agencies"].sum())
    before = int(table.loc[table["agreement"].str.startswith("signed on or before"), "agencies"].sum())
    values = f"{listed(table['agreement'], table['agencies'])}."
    return Headline(
        f"{before:,} of {counted(every, 'agency')} had an agreement with ICE by the day of their first immigration "
        "search",
        values,
    )
