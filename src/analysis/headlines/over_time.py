"""Headlines of tables over days, weeks, months and hours."""

from __future__ import annotations

import pandas as pd

from analysis.headlines.words import FEWEST, PEAK, STEADY, WEEK, Headline, listed, percent
from analysis.wording import counted, on_day


def busiest(table: pd.DataFrame) -> Headline:
    """Of `per_day`: the busiest day, or between which numbers every day was."""
    days = table.groupby("day")["searches"].sum()
    total, most, day = int(days.sum()), int(days.max()), days.idxmax()
    values = (
        f"{total:,} searches in {counted(len(days), 'day')}, from {int(days.min()):,} to {most:,} a day; "
        f"the most on {on_day(day)}."
    )
    if len(days) < WEEK or total < FEWEST:
        return Headline("", values)
    if most <= STEADY * days.min():
        return Headline(f"Every day had from {int(days.min()):,} to {most:,} searches", values)
    if is_peak(table):
        return Headline(
            f"{on_day(day, False)} was the busiest day: {most:,} searches, {percent(most / total)} of them all",
            values,
        )
    return Headline(
        f"Half of the days had {days.median():,.0f} searches or more, the busiest {most:,}", values
    )


def is_peak(table: pd.DataFrame) -> bool:
    """Whether the busiest day of `per_day` was out of the common: of a week or more, so many times the median, and a
    twentieth of all."""
    days = table.groupby("day")["searches"].sum()
    return bool(
        len(days) >= WEEK
        and days.max() >= PEAK * days.median()
        and days.max() >= 0.05 * days.sum()
        and days.sum() >= FEWEST
    )


def busiest_day(happened: pd.DataFrame, table: pd.DataFrame) -> str:
    """What happened on the day of `busiest_day`, in sentences; "" where no day of `per_day` is out of the common."""
    if happened.empty or not is_peak(table):
        return ""
    day = happened.iloc[0]
    said = [f"{day['searches']:,} searches were made on {on_day(day['day'])}"]
    if pd.notna(day["topic"]):
        said.append(f"{day['topic_searches']:,.0f} of them with the topic ‘{day['topic'].replace('_', ' ')}’")
    if pd.notna(day["hour"]):
        said.append(f"{day['hour_searches']:,.0f} from {clock(day['hour'])} to {clock(day['hour'] + 1)}")
    return f"{', '.join(said).rstrip('.')}. The log does not say why."


def on_the_busiest(day: pd.Series) -> list[str]:
    """What happened on the day of `busiest_day`, in short lines for a picture."""
    lines = [f"{on_day(day['day'], False)}: {day['searches']:,} searches"]
    if pd.notna(day["topic"]) and day["topic_searches"] * 2 > day["searches"]:
        lines.append(f"{day['topic_searches']:,.0f} with the topic ‘{day['topic'].replace('_', ' ')}’")
    if pd.notna(day["hour"]):
        lines.append(f"{day['hour_searches']:,.0f} from {clock(day['hour'])} to {clock(day['hour'] + 1)}")
    return lines


def hours(table: pd.DataFrame) -> Headline:
    """Of `by_hour`: the hour with most searches a day, beside the least; or the single night that made a peak."""
    table = table.dropna(subset="searches_a_day")
    each, total = table.groupby("hour")["searches_a_day"].mean(), int(table["searches"].sum())
    if total < FEWEST or table.empty:
        return Headline("", f"{counted(total, 'search')}.")
    cell = table.loc[table["searches_a_day"].idxmax()]
    values = (
        f"The strongest of the squares is {cell['weekday']} from {clock(cell['hour'])} to {clock(cell['hour'] + 1)}: "
        f"{cell['searches_a_day']:,.1f} searches on an average {cell['weekday']}."
    )
    if cell["most_in_one_day"] > cell["searches"] / 2 and cell["most_in_one_day"] >= FEWEST:
        return Headline(
            f"{cell['weekday']}’s peak at {clock(cell['hour'])} was one day: "
            f"{cell['most_in_one_day']:,} of {cell['searches']:,} searches",
            values,
        )
    high, low = int(each.idxmax()), int(each.idxmin())
    return Headline(
        f"Searches were most frequent from {clock(high)} to {clock(high + 1)}, "
        f"and least from {clock(low)} to {clock(low + 1)}",
        values,
    )


def clock(hour: int) -> str:
    """An hour of the day as people say it: 'midnight', '1 a.m.', 'noon', '2 p.m.'."""
    hour = int(hour) % 24
    named = {0: "midnight", 12: "noon"}
    return named.get(hour) or f"{hour % 12} {'a.m.' if hour < 12 else 'p.m.'}"


def origins(table: pd.DataFrame) -> Headline:
    """Of `origin_by_week`: how the menu's part of reasons changed, or where most came from."""
    whole = table[~table["partial"]] if not table["partial"].all() else table
    sums = table.groupby("reason_origin")["searches"].sum().sort_values(ascending=False)
    shares = sums / sums.sum()
    values = f"Of all reasons: {listed(map(_origin, sums.index), sums, shares)}."
    if sums.sum() < FEWEST:
        return Headline("", values)
    menu = whole[whole["reason_origin"].isin(("dropdown", "dropdown+typed"))]
    weeks = menu.groupby("week")["share"].sum().reindex(sorted(whole["week"].unique()), fill_value=0.0)
    first, last = weeks.iloc[0], weeks.iloc[-1]
    if len(weeks) > 1 and abs(last - first) >= 0.1:
        moved = "rose" if last > first else "fell"
        return Headline(
            f"The share of reasons chosen from the menu {moved} from {percent(first)} in the first whole week "
            f"to {percent(last)} in the last",
            values,
        )
    most = shares.iloc[0]
    return Headline(
        f"{percent(most)} of reasons were {_origin(sums.index[0], many=True)}", values, most < 0.99
    )


def _origin(name: str, many: bool = False) -> str:
    """Where a reason came from, in words."""
    words = {
        "dropdown": "chosen from the menu",
        "dropdown+typed": "chosen and typed",
        "machine": "written by software",
    }
    return words.get(name, name if many or name != "typed" else "typed alone")


def weekly(table: pd.DataFrame) -> Headline:
    """Of `immigration_per_week`: how many core searches whole weeks had. It claims no trend."""
    core = table[table["definition"] == "core"]
    whole, total = core[~core["partial"]], int(core["searches"].sum())
    weeks = whole["searches"]
    values = f"Core: {total:,} searches in {counted(len(core), 'week')}" + (
        f"; from {weeks.min():,} to {weeks.max():,} in each of {counted(len(weeks), 'whole week')}."
        if len(weeks)
        else "."
    )
    if len(weeks) < 2 or total < FEWEST:
        return Headline("", values)
    if weeks.max() <= STEADY * weeks.min():
        return Headline(
            f"Immigration searches held steady: {weeks.min():,} to {weeks.max():,} in a whole week (core)",
            values,
        )
    return Headline(
        f"Whole weeks had from {weeks.min():,} to {weeks.max():,} immigration searches (core)", values
    )


def agreements_grew(table: pd.DataFrame) -> Headline:
    """Of `growth`: how many agreements there were, and since when there were half as many."""
    end = table.iloc[-1]
    half = table.loc[table["agreements"] * 2 <= end["agreements"], "month"].max()
    values = (
        f"{end['agreements']:,} dated agreements of {counted(int(end['agencies']), 'agency')} "
        f"by {end['month']:%B %Y}"
        + ("." if pd.isna(half) else f"; half as many or fewer until {half:%B %Y}.")
    )
    if end["agreements"] < FEWEST or pd.isna(half):
        return Headline("", values)
    return Headline(f"Agreements at least doubled after {half:%B %Y}, to {end['agreements']:,}", values)
