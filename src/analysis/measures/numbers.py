"""What a number is, over which rows it is counted, and how a reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import betaincinv

from analysis.searches.table import Searches
from analysis.wording import on_day, percent

Number = dict[str, Any]
Numbers = list[Number]

DEFINITIONS = {"strict": ("strict",), "core": ("strict", "core"), "broad": ("strict", "core", "broad")}
"""The three nested totals: which tiers each counts."""


def number(measure: str, scope: str, value: Any, unit: str, **more: Any) -> Number:
    """One number, with plain Python values; times become ISO text in UTC, days ISO text."""
    return {"measure": measure, "scope": scope, "value": _plain(value), "unit": unit, **more}


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a time and a frame's timestamp are dates, too
        return value.isoformat()
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, np.floating) else value


def in_every_scope(searches: Searches, aggregates: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """SQL aggregates of all searches ("all", first) and of each camera owner's, from one scan."""
    different = list(dict.fromkeys(aggregates))
    made = ", ".join(f"{sql} as a{at}" for at, sql in enumerate(different))
    lines = searches.rows(
        f"select grouping(camera_owner) as every, camera_owner, {made} from searches "
        "group by grouping sets ((camera_owner), ()) having every = 1 or camera_owner is not null "
        "order by every desc, camera_owner"
    )
    at = [different.index(sql) for sql in aggregates]
    return {"all" if every else str(owner): tuple(line[one] for one in at) for every, owner, *line in lines}


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


CONFIDENCE = 0.95
"""How often an interval or a bound holds that says nothing else of itself."""


def at_most(found: int, draws: int, confidence: float = CONFIDENCE) -> float:
    """Clopper and Pearson's one-sided upper bound of a share of which `found` of `draws` draws were seen."""
    return 1.0 if found >= draws else float(betaincinv(found + 1, draws - found, confidence))


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
    """A number as a reader sees it: thousands commas, shares in percent with the digits they bear; or why it is
    not known."""
    if value is None:
        return f"not known: {because}" if because else "not known"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if unit == "day" or unit.startswith("time"):
        moment = datetime.fromisoformat(value)
        return on_day(moment) + (f", {moment:%H:%M} UTC" if unit != "day" else "")
    if unit == "share":
        return percent(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if unit == "estimated rows" else f"{value:,.2f}"
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


def numbers_in(scope: str, numbers: Sequence[Number]) -> dict[str, Number]:
    """The numbers of a scope by measure. Raises ValueError where one is written twice."""
    return {name: one for (name, where), one in lookup(numbers).items() if where == scope}
