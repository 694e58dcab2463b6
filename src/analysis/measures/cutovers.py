"""When searches were made: by hour and day of the camera owners' clock, and on either side of the vendor's changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from analysis.measures.changes import changes_of
from analysis.measures.files import covered_days
from analysis.measures.numbers import rows_of, share
from analysis.places import ReleasedFile
from analysis.searches.table import Searches, once
from analysis.wording import on_day

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def by_hour(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Searches by weekday and hour of the camera owners' clock: weekday, hour (0 to 23), searches, days (such weekdays
    that the logs cover, those of all owners added up), searches_a_day (empty where there is no such day),
    most_in_one_day (the most in such an hour of one day).

    Searches of which only the day is known have no hour and are left out (`hours_unknown`).
    """
    timed = searches.where("not day_only")
    lines = timed.tally("local_day", weekday="weekday - 1", hour="hour")
    lines = lines[["weekday", "hour", "rows"]].astype(int)
    every = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    counts = lines.groupby(["weekday", "hour"])["rows"].agg(searches="sum", most_in_one_day="max")
    table = counts.reindex(every, fill_value=0).reset_index()
    days = covered_days(timed, files)["day"].dt.day_of_week.value_counts()
    table["days"] = table["weekday"].map(days).fillna(0).astype(int)
    table["searches_a_day"] = table["searches"] / table["days"].where(table["days"] > 0)
    table["most_in_one_day"] = table.pop("most_in_one_day")
    return table.assign(weekday=[DAYS[day] for day in table["weekday"]])


def hours_unknown(searches: Searches) -> str:
    """How many searches `by_hour` leaves out, as a sentence; blank where it leaves out none."""
    rows = searches.count("day_only")
    left = "one search for which the log gives" if rows == 1 else f"{rows:,} searches for which the log gives"
    return f"Not among them: {left} only the day." if rows else ""


def changes_in(searches: Searches) -> str:
    """Which of the vendor's changes fall inside the searches' period, as a sentence."""
    found = [_dated(at, what) for at, what in _changes(searches)]
    if not found:
        first, _ = _period(searches)
        before = [_dated(change.at, change.what) for change in changes_of(searches) if change.at <= first]
        said = f" The last one before the first search: {before[-1]}." if before else ""
        return f"None of the vendor's known changes began inside the period of these searches.{said}"
    return f"Inside the period of these searches the vendor's logs changed: {'; '.join(found)}."


def _dated(at: datetime, what: str) -> str:
    return f"from {on_day(at)}, {what}"


def _period(searches: Searches) -> tuple[pd.Timestamp, pd.Timestamp]:
    """When the first and the last search were made (UTC), missing where there is none."""
    ends = searches.query("select min(searched_at) as first, max(searched_at) as last from searches").iloc[0]
    return ends["first"], ends["last"]


def _changes(searches: Searches) -> list[tuple[datetime, str]]:
    """The vendor's changes inside the searches' period."""
    first, last = _period(searches)
    return [(change.at, change.what) for change in changes_of(searches) if first < change.at <= last]


# Before and after -------------------------------------------------------------------------------------------

LONGEST, SHORTEST = 28, 7
"""The days on either side of a change that are compared: as many before as after, at most so many, whole weeks where
there is one; an agency around its own first row of the menu, where there are at least so few."""

MENU = "len(offense_types) > 0"

_COUNTS = {"typed": "typed_alone", "vague": "vague", "menu": MENU, "hidden": "hidden", "core": "core"}


def cut_overs(searches: Searches) -> pd.DataFrame:
    """Either side of each of the vendor's changes inside the period, and of each agency's own first row of the menu,
    over as many days before as after: change, from, side, days (an agency's added to those of the others), searches,
    searches_a_day, menu_share (of rows with a value of the menu), typed and vague_typed (rows of typed words alone, and
    the vague among them), vague_typed_share, vague_share (of all rows), hidden_share, core, core_share.

    The share of vague reasons among all rows falls wherever a menu takes the place of words, though those who still
    type are as vague as before: `vague_typed_share` says how vague they are, and `decomposed` how much is the menu's.
    """
    rows = [
        {"change": one.change, "from": one.day, "side": name, "days": one.days}
        | _side(lines[lines["later"] == later], one.days)
        for one in windows(searches)
        for lines in [_tally(searches, one)]
        for name, later in (("before", False), ("after", True))
    ]
    columns = [
        "change", "from", "side", "days", "searches", "searches_a_day", "menu_share", "typed", "vague_typed",
        "vague_typed_share", "vague_share", "hidden_share", "core", "core_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def decomposed(searches: Searches) -> pd.DataFrame:
    """How much of the change in the share of vague reasons the menu made, and how much the words (Kitagawa 1955):
    change, from, vague_share_before, vague_share_after, difference, by_the_menu, by_the_words; the last two add up.

    `by_the_menu` is the change in how many rows are of typed words alone, at the mean vagueness of these and others;
    `by_the_words` is the change in vagueness within either kind, at their mean weight. Nothing is said of why.
    """
    rows = []
    for one in windows(searches):
        lines = _tally(searches, one)
        before, after = (_rates(lines[lines["later"] == later]) for later in (False, True))
        # Where a side has no such rows, their vagueness did not change as far as anybody knows.
        typed = [before.typed.get(is_typed, after.typed.get(is_typed, 0.0)) for is_typed in (True, False)]
        later = [after.typed.get(is_typed, before.typed.get(is_typed, 0.0)) for is_typed in (True, False)]
        weight, grew = (before.weight + after.weight) / 2, after.weight - before.weight
        words = weight * (later[0] - typed[0]) + (1 - weight) * (later[1] - typed[1])
        menu = grew * (typed[0] + later[0] - typed[1] - later[1]) / 2
        rows.append((one.change, one.day, before.vague, after.vague, after.vague - before.vague, menu, words))
    columns = ["vague_share_before", "vague_share_after", "difference", "by_the_menu", "by_the_words"]
    return pd.DataFrame(rows, columns=["change", "from", *columns])


@dataclass(frozen=True, eq=False)
class Window:
    """What is compared before and after: a change, the day from which it is expected (blank: each agency's own), the
    days of a side (those of all agencies), and how searches are joined, as SQL, to the `table` of moments and days."""

    change: str
    day: str
    days: int
    join: str
    table: pd.DataFrame

    inside = 'searched_at >= moment - to_days("days"::int) and searched_at < moment + to_days("days"::int)'


@once
def windows(searches: Searches) -> tuple[Window, ...]:
    """What is compared before and after: the vendor's changes inside the period, and each agency's own first row of the
    menu. On both sides the same logs cover every day, or all but a few."""
    first, last = _period(searches)
    gaps, breaks = _breaks(searches)
    found = []
    for at, what in _changes(searches):
        days = _days(pd.Timestamp(at), first, last, breaks)
        moments = pd.DataFrame({"moment": [pd.Timestamp(at)], "days": [days]})
        if days:
            found.append(Window(what, at.date().isoformat(), days, "cross join compared", moments))
    began = searches.query(
        f"select searching_agency, min(searched_at) filter ({MENU}) as moment, min(searched_at) as first, "
        "max(searched_at) as last from searches where named group by all having moment is not null order by all"
    )
    began["days"] = [_days(line.moment, line.first, line.last, gaps) for line in began.itertuples()]
    began = began.loc[began["days"] >= SHORTEST, ["searching_agency", "moment", "days"]]
    if len(began):
        agencies = f"{len(began):,} {'agency' if len(began) == 1 else 'agencies'}"
        what = f"an agency's own first row of the offense-type menu ({agencies})"
        found.append(
            Window(what, "", int(began["days"].sum()), "join compared using (searching_agency)", began)
        )
    return tuple(found)


def _days(at: pd.Timestamp, first: pd.Timestamp, last: pd.Timestamp, breaks: Sequence[pd.Timestamp]) -> int:
    """How many whole days there are on both sides of a moment, from the first search to the last and without one of the
    `breaks` inside, at most `LONGEST`; whole weeks where there is one."""
    place = bisect_right(breaks, at)
    ends = [at - first, last - at, *(at - one for one in breaks[max(place - 1, 0) : place])]
    days = min(LONGEST, *(end.days for end in (*ends, *(one - at for one in breaks[place : place + 1]))))
    return days // 7 * 7 or days


def _breaks(searches: Searches) -> tuple[list[pd.Timestamp], ...]:
    """Each day of a stretch of a week or more that no log covers, and the days on which such a stretch of any owner's
    log begins or ends; shorter ones may be quiet days. The first day of all and the last are none."""
    days = covered_days(searches)
    whole = _ends(days["day"].drop_duplicates())
    gaps = [day for end, begin in zip(whole[1::2], whole[2::2]) for day in pd.date_range(end, begin)]
    of_owners = {end for _, log in days.groupby("camera_owner") for end in _ends(log["day"])}
    breaks = of_owners.difference(whole[:1], whole[-1:]).union(gaps)
    return tuple([day.tz_localize("UTC") for day in sorted(found)] for found in (gaps, breaks))


def _ends(days: pd.Series) -> list[pd.Timestamp]:
    """The first day of each stretch of days, and the day after its last."""
    days = days.sort_values(ignore_index=True)
    begins = days.diff().dt.days.gt(SHORTEST) | (days.index == 0)
    stretches = days.groupby(begins.cumsum()).agg(["min", "max"])
    ends = zip(stretches["min"], stretches["max"] + pd.Timedelta(days=1))
    return [end for pair in ends for end in pair]


@once
def _tally(searches: Searches, window: Window) -> pd.DataFrame:
    counts = ", ".join(f"coalesce({sql}, false) as {name}" for name, sql in _COUNTS.items())
    lines = searches.query(
        f"select searched_at >= moment as later, {counts}, count(*) as rows from searches {window.join} "
        f"where {window.inside} group by all",
        compared=window.table,
    )
    return lines.astype({"rows": "int64", **dict.fromkeys(("later", *_COUNTS), bool)})


@dataclass(frozen=True)
class _Rates:
    """The share of rows of typed words alone (`weight`), of vague ones among these and among others (`typed`, where
    there are such rows), and of vague ones among all."""

    weight: float
    typed: dict[bool, float]
    vague: float


def _rates(lines: pd.DataFrame) -> _Rates:
    rows = rows_of(lines)
    typed = {
        bool(one): share(rows_of(kind, kind["vague"]), rows_of(kind)) for one, kind in lines.groupby("typed")
    }
    return _Rates(
        share(rows_of(lines, lines["typed"]), rows), typed, share(rows_of(lines, lines["vague"]), rows)
    )


def _side(lines: pd.DataFrame, days: int) -> dict[str, Any]:
    rows, typed = rows_of(lines), rows_of(lines, lines["typed"])
    counts = {name: rows_of(lines, lines[name]) for name in ("menu", "vague", "hidden", "core")}
    vague = rows_of(lines, lines["typed"] & lines["vague"])
    return {
        "searches": rows, "searches_a_day": rows / days, "typed": typed, "vague_typed": vague, "core": counts["core"],
        "vague_typed_share": vague / typed if typed else None,
        **{f"{name}_share": share(count, rows) for name, count in counts.items()},
    }  # fmt: skip
