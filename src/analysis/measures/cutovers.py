"""When searches were made: by hour and day of the camera owners' clock, and on either side of the vendor's changes."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analysis.measures.agencies import by_agency, is_named
from analysis.measures.changes import changes_of
from analysis.measures.needs import NEEDS
from analysis.measures.numbers import Number, Numbers, number, rows_of, share
from analysis.searches.table import Searches

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def by_hour(searches: Searches) -> pd.DataFrame:
    """Searches by weekday and hour of the camera owners' clock: weekday, hour (0 to 23), searches.

    Searches of which only the day is known have no hour and are left out (`hours_unknown`).
    """
    lines = searches.where("not day_only").tally(weekday="weekday - 1", hour="hour").astype(int)
    every = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    counts = lines.set_index(["weekday", "hour"])["rows"].reindex(every, fill_value=0)
    table = counts.rename("searches").reset_index()
    return table.assign(weekday=[DAYS[day] for day in table["weekday"]])


def hours_unknown(searches: Searches) -> str:
    """How many searches `by_hour` leaves out, as a sentence; blank where it leaves out none."""
    rows = searches.count("day_only")
    left = "one search of which the log gives" if rows == 1 else f"{rows:,} searches of which the log gives"
    return f"Not among them: {left} only the day." if rows else ""


def cut_overs(searches: Searches) -> pd.DataFrame:
    """Either side of each of the vendor's changes (`changes_of`) that falls inside the searches' period.

    change, from, and for the days before and after: days, searches a day (empty for less than a day), share of
    vague, blank or masked, and immigration (core) reasons. Empty where the period holds no change. A difference may
    have other causes.
    """
    first, last = _period(searches)
    lines = by_agency(searches)
    rows = [
        {"change": what, "from": at.date().isoformat(), "side": side} | _side(lines[which], start, end)
        for at, what in _changes(searches)
        for side, which, start, end in (
            ("before", ~_after(lines, at), first, at),
            ("after", _after(lines, at), at, last),
        )
    ]
    columns = [
        "change",
        "from",
        "side",
        "days",
        "searches",
        "searches_a_day",
        "vague_share",
        "silent_share",
        "core_share",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"searches_a_day": "Int64"})


def changes_in(searches: Searches) -> str:
    """Which of the vendor's changes fall inside the searches' period, as a sentence."""
    found = [f"from {at.day} {at:%B %Y}, {what}" for at, what in _changes(searches)]
    if not found:
        return "None of the vendor's known changes fell inside the period of these searches."
    return f"Inside the period of these searches the vendor's logs changed: {'; '.join(found)}."


def _period(searches: Searches) -> tuple[pd.Timestamp, pd.Timestamp]:
    """When the first and the last search were made (UTC), missing where there is none."""
    ends = searches.query("select min(searched_at) as first, max(searched_at) as last from searches").iloc[0]
    return ends["first"], ends["last"]


def _changes(searches: Searches) -> list[tuple[datetime, str]]:
    """The vendor's changes inside the searches' period."""
    first, last = _period(searches)
    return [(change.at, change.what) for change in changes_of(searches) if first < change.at <= last]


def _after(lines: pd.DataFrame, at: datetime) -> pd.Series:
    """Which lines stand for searches from a change on."""
    return lines[at.date().isoformat()]


def _side(lines: pd.DataFrame, start: datetime, end: datetime) -> dict[str, float | None]:
    days, rows = (end - start).total_seconds() / 86_400, rows_of(lines)
    names = {"vague": "vague", "silent": "hidden", "core": "core"}
    shares = {f"{name}_share": share(rows_of(lines, lines[column]), rows) for name, column in names.items()}
    a_day = round(rows / days) if days >= 1 else None
    return {"days": round(days, 1), "searches": rows, "searches_a_day": a_day, **shares}


LEAST_ROWS, LEAST_CHANGE = 50, 0.25
"""An agency is compared with itself where so many of its rows stand on each side of a change; its reasons changed
character where the share of vague ones moved by at least so much."""


def changed_character(searches: Searches) -> pd.DataFrame:
    """Agencies whose reasons changed character at a change of the vendor's, counted and never named.

    One line for each change inside the period: change, from, agencies_compared, more_vague, less_vague,
    named_immigration_before_only, named_immigration_after_only. Both directions are counted: vagueness may rise
    and fall by chance, by order or by a new menu, and a count says nothing of why.
    """
    lines = by_agency(searches)
    lines = lines[is_named(lines["searching_agency"])]
    rows = [
        {"change": what, "from": at.date().isoformat()} | _compared(lines, at)
        for at, what in _changes(searches)
    ]
    columns = ["change", "from", "agencies_compared", "more_vague", "less_vague"]
    return pd.DataFrame(
        rows, columns=[*columns, "named_immigration_before_only", "named_immigration_after_only"]
    )


def _compared(lines: pd.DataFrame, at: datetime) -> dict[str, int]:
    counts = pd.DataFrame({
        "rows": lines["rows"],
        "vague": lines["rows"] * lines["vague"],
        "core": lines["rows"] * lines["core"],
    })  # fmt: skip
    later = _after(lines, at)
    sides = (
        counts[which].groupby(lines["searching_agency"]).sum().query("rows >= @LEAST_ROWS")
        for which in (~later, later)
    )
    before, after = next(sides).align(next(sides), join="inner", axis=0)
    change = after["vague"] / after["rows"] - before["vague"] / before["rows"]
    return {
        "agencies_compared": len(change),
        "more_vague": int((change >= LEAST_CHANGE).sum()),
        "less_vague": int((change <= -LEAST_CHANGE).sum()),
        "named_immigration_before_only": int(((before["core"] > 0) & (after["core"] == 0)).sum()),
        "named_immigration_after_only": int(((before["core"] == 0) & (after["core"] > 0)).sum()),
    }


def word_blocking(searches: Searches) -> Numbers:
    """Agencies whose reasons changed character when words began to be refused; unknown where all searches are later."""
    table = changed_character(searches).set_index("change")
    names = {"agencies_compared": "agencies_compared_across_word_blocking", "more_vague": "agencies_more_vague",
             "less_vague": "agencies_less_vague"}  # fmt: skip
    refused = {change.what for change in changes_of(searches) if change.kind == "words refused"}
    blocked = next((change for change in table.index if change in refused), None)
    return [_across(name, column, table, blocked) for column, name in names.items()]


def _across(name: str, column: str, table: pd.DataFrame, blocked: str | None) -> Number:
    if blocked is not None:
        return number(name, "all", int(table.loc[blocked, column]), "agencies")
    return number(name, "all", None, "agencies", because=NEEDS["one side"].because)
