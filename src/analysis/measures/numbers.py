"""What a number is, over which rows it is counted, and how a reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Number = dict[str, Any]
Numbers = list[Number]

DEFINITIONS = {"strict": ("strict",), "core": ("strict", "core"), "broad": ("strict", "core", "broad")}
"""The three nested totals: which tiers each counts."""


REASONS = {
    "searches": "there is no search",
    "owners": "the files do not say whose cameras were searched",
    "outsiders": "the log holds no outsiders' searches, as an organization audit or a portal audit never does",
    "several logs": "only the logs of several camera owners could show it",
    "identity": "rows that name no agency and have no id cannot be told to be one search or several",
    "ids": "no row has an id",
    "agencies": "no row names a searching agency",
    "agency states": "no row's agency has a known state",
    "agency kinds": "no row's agency has a known kind",
    "reason column": "the released files have no column of reasons",
    "reasons": "no row shows a reason (the column is missing, or every cell of it is blank or masked)",
    "offense types": "no row holds an offense type of the vendor's menu",
    "counts": "no released row says how many: the column is missing, or every cell of it is masked",
    "time frames": "the released files have no time frame",
    "time of day": "the released files give the day of a search and no time",
    "several networks": "no search reached several",
    "patrol": "no search gives 'patrol' as its whole reason",
    "criminal": "no search named a criminal immigration offense",
    "share": "there is nothing to take a share of",
    "state": "source.toml names no state",
    "own police": "source.toml does not name the camera owner's own police",
    "agreements": "the place carries no list of 287(g) agreements (data/raw/<place>/reference/)",
    "dated agreements": "the place carries no list of 287(g) agreements with dates",
    "earlier agreements": "the list holds no agreement signed before the term",
    "sharing list": "the place carries no list of who may search its owners' cameras (data/raw/<place>/reference/)",
    "one side": "all searches were made on one side of the day from which words were refused",
}
"""Why a number may be not known: a closed list. A zero is a count; what a log cannot tell is one of these."""


def number(measure: str, scope: str, value: Any, unit: str, **more: Any) -> Number:
    """One number, with plain Python values; times become ISO text in UTC."""
    return {"measure": measure, "scope": scope, "value": _plain(value), "unit": unit, **more}


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, np.floating) else value


def scopes(searches: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """All lines, then each camera owner's, in alphabetical order."""
    yield "all", searches
    for owner, lines in searches.groupby("camera_owner", sort=True, observed=True):
        yield str(owner), lines


def in_scope(lines: pd.DataFrame, scope: str) -> pd.DataFrame:
    """The lines of one scope: all of them, or a camera owner's."""
    return lines if scope == "all" else lines[lines["camera_owner"] == scope]


def by_scope(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines of camera owners by scope: the line without an owner is that of all."""
    return lines.set_index(lines["camera_owner"].fillna("all").astype(object)).drop(columns="camera_owner")


def every_step(first: pd.Timestamp, last: pd.Timestamp, step: str) -> pd.DatetimeIndex:
    """The days or weeks from the first to the last; none where there was no search."""
    return pd.DatetimeIndex([]) if pd.isna(first) else pd.date_range(first, last, freq=step)


def rows_of(lines: pd.DataFrame, which: Any = None) -> int:
    """How many searches the lines of a tally stand for, or those of them that a mask names."""
    return int((lines["rows"] if which is None else lines["rows"][which]).sum())


def in_each_scope(searches: pd.DataFrame, of: Callable[[str, pd.DataFrame], Numbers]) -> Numbers:
    """The numbers that `of(scope, rows)` gives for all rows and for each camera owner's."""
    return [found for scope, rows in scopes(searches) for found in of(scope, rows)]


def share(numerator: int, denominator: int) -> float:
    """A share between 0 and 1; 0 where there is nothing to share."""
    return int(numerator) / int(denominator) if denominator else 0.0


def with_share(table: pd.DataFrame, column: str = "searches", of: int | None = None) -> pd.DataFrame:
    """The table with whole counts and each line's share of their sum, or of `of`."""
    total = table[column].sum() if of is None else of
    return table.assign(
        **{column: table[column].astype(int), "share": table[column].astype(int) / max(total, 1)}
    )


def list_counts(lists: pd.Series, rows: pd.Series) -> pd.Series:
    """Searches that hold each item (a list holds an item once); `rows` says how many hold each list."""
    array = pa.chunked_array(pa.array(lists)).combine_chunks()
    items = pc.list_flatten(array).to_pylist()
    weights = rows.to_numpy()[pc.list_parent_indices(array).to_numpy()]
    return pd.Series(weights, dtype="int64").groupby(np.array(items, dtype=object)).sum()


def lengths(lists: pd.Series) -> np.ndarray:
    """How many items each row's list holds."""
    return pc.list_value_length(pa.chunked_array(pa.array(lists))).to_numpy()


def formatted(value: Any, unit: str = "", because: str = "") -> str:
    """A number as a reader sees it: thousands commas, shares in per cent with the digits they bear; or why it is
    not known."""
    if value is None:
        return f"not known: {because}" if because else "not known"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if unit.startswith("time"):
        moment = datetime.fromisoformat(value)
        return f"{moment.day} {moment:%B %Y}, {moment:%H:%M} UTC"
    if unit == "share":
        return f"{value:.1%}" if value >= 0.01 else f"{value:.3%}" if value else "0%"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def lookup(numbers: Sequence[Number]) -> dict[tuple[str, str], Number]:
    """Numbers by (measure, scope). Raises ValueError where one is written twice."""
    found: dict[tuple[str, str], Number] = {}
    for one in numbers:
        key = (one["measure"], one["scope"])
        if key in found:
            raise ValueError(f"{key[0]} of {key[1]} is written twice; a measure is written once")
        found[key] = one
    return found
