"""When searches were made: by hour and day of the camera owners' clock, and on either side of the vendor's changes."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from analysis.measures.agencies import is_named
from analysis.measures.immigration import counts_in
from analysis.measures.numbers import Number, Numbers, has_item, number
from analysis.searches import ERAS

REDACTION = datetime(2025, 12, 17, tzinfo=UTC)
"""From this day the vendor's network audits hide officers, plates and vehicles (its e-mail to agencies; the logs)."""

_AFTER = {
    "typed": "some words refused",
    "filtered": "offense types arrive",
    "rollout": "offense types everywhere",
}

CUT_OVERS = tuple(
    sorted([
        *((ends, _AFTER[name]) for name, ends in ERAS if ends is not None),
        (REDACTION, "names and plates masked in network audits"),
    ])
)  # fmt: skip
"""The vendor's changes: the moment (UTC) from which each is expected, and what changed. They came agency by agency, so
the days say where to look and the rows say what is."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def by_hour(searches: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """Searches by weekday and hour of the camera owners' clock: weekday, hour (0 to 23), searches; none is left out."""
    local = searches["searched_at"].dt.tz_convert(time_zone)
    counts = searches.groupby([local.dt.day_of_week.rename("weekday"), local.dt.hour.rename("hour")]).size()
    every = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    table = counts.reindex(every, fill_value=0).rename("searches").reset_index()
    return table.assign(weekday=[DAYS[day] for day in table["weekday"]])


def cut_overs(searches: pd.DataFrame) -> pd.DataFrame:
    """Either side of each of the vendor's changes (`CUT_OVERS`) that falls inside the searches' period.

    change, from, and for the days before and after: days, searches a day, share of vague, blank or masked, and
    immigration (core) reasons. Empty where the period holds no change. A difference may have other causes.
    """
    first, last = searches["searched_at"].min(), searches["searched_at"].max()
    facts = _facts(searches)
    rows = [
        {"change": what, "from": at.date().isoformat(), "side": side} | _side(part, start, end)
        for at, what in CUT_OVERS
        if first < at <= last
        for side, part, start, end in (
            ("before", facts[facts["at"] < at], first, at),
            ("after", facts[facts["at"] >= at], at, last),
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
    return pd.DataFrame(rows, columns=columns)


def changes_in(searches: pd.DataFrame) -> str:
    """Which of the vendor's changes fall inside the searches' period, as a sentence."""
    first, last = searches["searched_at"].min(), searches["searched_at"].max()
    found = [f"from {at.day} {at:%B %Y}, {what}" for at, what in CUT_OVERS if first < at <= last]
    if not found:
        return "None of the vendor's known changes fell inside the period of these searches."
    return f"Inside the period of these searches the vendor's logs changed: {'; '.join(found)}."


def _facts(searches: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({
        "at": searches["searched_at"],
        "agency": searches["searching_agency"],
        "vague": has_item(searches["topics"], "vague"),
        "silent": searches["reason_origin"].isin(["blank", "masked"]).to_numpy(dtype=bool),
        "core": counts_in(searches, "core").to_numpy(dtype=bool),
    })  # fmt: skip


def _side(part: pd.DataFrame, start: datetime, end: datetime) -> dict[str, float]:
    days = (end - start).total_seconds() / 86_400
    shares = {f"{name}_share": float(part[name].mean()) for name in ("vague", "silent", "core")}
    counts = {"days": round(days, 1), "searches": len(part), "searches_a_day": round(len(part) / days)}
    return counts | shares


LEAST_ROWS, LEAST_CHANGE = 50, 0.25
"""An agency is compared with itself where so many of its rows stand on each side of a change; its reasons changed
character where the share of vague ones moved by at least so much."""


def changed_character(searches: pd.DataFrame) -> pd.DataFrame:
    """Agencies whose reasons changed character at a change of the vendor's, counted and never named.

    One line for each change inside the period: change, from, agencies_compared, more_vague, less_vague,
    named_immigration_before_only, named_immigration_after_only. Both directions are counted: vagueness may rise
    and fall by chance, by order or by a new menu, and a count says nothing of why.
    """
    facts = _facts(searches[is_named(searches["searching_agency"])])
    first, last = searches["searched_at"].min(), searches["searched_at"].max()
    rows = [
        {"change": what, "from": at.date().isoformat()} | _compared(facts, at)
        for at, what in CUT_OVERS
        if first < at <= last
    ]
    columns = ["change", "from", "agencies_compared", "more_vague", "less_vague"]
    return pd.DataFrame(
        rows, columns=[*columns, "named_immigration_before_only", "named_immigration_after_only"]
    )


def _compared(facts: pd.DataFrame, at: datetime) -> dict[str, int]:
    after = (facts["at"] >= at).map({True: "after", False: "before"})
    table = facts.groupby(["agency", after])[["vague", "core"]].agg(["sum", "size"]).unstack(fill_value=0)
    rows = table["vague"]["size"].reindex(columns=["before", "after"], fill_value=0)
    both = rows.min(axis=1) >= LEAST_ROWS
    vague, core = (
        table[name]["sum"].reindex(columns=["before", "after"])[both] for name in ("vague", "core")
    )
    change = vague["after"] / rows["after"][both] - vague["before"] / rows["before"][both]
    return {
        "agencies_compared": int(both.sum()),
        "more_vague": int((change >= LEAST_CHANGE).sum()),
        "less_vague": int((change <= -LEAST_CHANGE).sum()),
        "named_immigration_before_only": int(((core["before"] > 0) & (core["after"] == 0)).sum()),
        "named_immigration_after_only": int(((core["before"] == 0) & (core["after"] > 0)).sum()),
    }


def word_blocking(searches: pd.DataFrame) -> Numbers:
    """Agencies whose reasons changed character when words began to be refused; unknown where all searches are later."""
    table = changed_character(searches).set_index("change")
    names = {"agencies_compared": "agencies_compared_across_word_blocking", "more_vague": "agencies_more_vague",
             "less_vague": "agencies_less_vague"}  # fmt: skip
    return [_across(name, column, table) for column, name in names.items()]


def _across(name: str, column: str, table: pd.DataFrame) -> Number:
    blocked = _AFTER["typed"]
    if blocked in table.index:
        return number(name, "all", int(table.loc[blocked, column]), "agencies")
    because = "all searches were made on one side of the day from which words were refused"
    return number(name, "all", None, "agencies", because=because)
