"""Figures over days, weeks, months and hours, with the vendor's dated changes marked."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, PercentFormatter

from analysis.figures.style import ACCENT, INK, MID, SHADES, WIDTH, one_panel, thousands, titled
from analysis.vendors import changes, eras_between

ORIGINS = {
    "typed": "#12344d",
    "dropdown+typed": "#36688c",
    "dropdown": "#6f9fbf",
    "machine": "#a8bf8f",
    "masked": "#cfcfcf",
    "blank": "#f0f0f0",
}
HATCHES = {"machine": "...", "masked": "///", "blank": "xxx"}
MOST_PANELS = 12
NAME_WIDTH = 0.3
"""The share of a picture's width that the name of a change takes."""


@titled("Searches a day, by whose cameras they included")
def searches_per_day(table: pd.DataFrame, eras: Sequence[str] = ()) -> Figure:
    """One panel for each camera owner under the next, on its own scale: searches a day, the vendor's changes marked.

    `eras` are those in which the searches were made (`measures.eras_of`): they tell whose changes are marked. Of more
    than `MOST_PANELS` owners, those with fewest searches share the last panel.
    """
    table = _in_panels(table)
    owners = list(dict.fromkeys(table["camera_owner"]))
    figure = Figure(figsize=(WIDTH, 2.6 if len(owners) == 1 else 0.6 + 1.15 * len(owners)))
    first, last = table["day"].min(), table["day"].max()
    panels = figure.subplots(len(owners), 1, sharex=True, squeeze=False)[:, 0]
    for owner, axes in zip(owners, panels):
        rows = table[table["camera_owner"] == owner]
        axes.plot(rows["day"], rows["searches"], color=SHADES["strict"], linewidth=1.6)
        axes.set(xlabel="", ylabel="")
        axes.set_title(owner, loc="left", fontsize=9)
        thousands(axes, "y", rows["searches"], 1.2, ticks=3)
        _mark_changes(axes, first, last, 0.05, eras, named=axes is panels[-1])
    panels[0].set_title(_eras(first, last, eras), loc="right", fontsize=8)
    panels[-1].xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    panels[-1].xaxis.set_major_formatter(FuncFormatter(lambda value, _: _day(mdates.num2date(value))))
    return figure


def _in_panels(table: pd.DataFrame) -> pd.DataFrame:
    """The table by camera owner in alphabetical order, the smallest of many put together behind the others."""
    most = table.groupby("camera_owner")["searches"].sum().sort_values(ascending=False, kind="stable").index
    table = table.sort_values(["camera_owner", "day"])
    if len(most) <= MOST_PANELS:
        return table
    alone = table["camera_owner"].isin(most[: MOST_PANELS - 1])
    rest = table[~alone].groupby("day", as_index=False)["searches"].sum()
    name = f"{len(most) - MOST_PANELS + 1:,} other camera owners together"
    return pd.concat([table[alone], rest.assign(camera_owner=name)], ignore_index=True)


@titled("Searches a day by weekday and hour of the camera owners' clock")
def by_hour(table: pd.DataFrame) -> Figure:
    """A square for each weekday and hour, darker where more searches were made on such a day, on average."""
    import seaborn as sns  # slow to import, and needed for its shades alone

    figure, axes = one_panel(2.9)
    wide = table.pivot(index="weekday", columns="hour", values="searches_a_day").loc[
        table["weekday"].unique()
    ]
    sns.heatmap(
        wide, ax=axes, cmap=sns.light_palette(SHADES["strict"], as_cmap=True), linewidths=0.5, linecolor="white",
        cbar_kws={"label": "searches a day", "format": FuncFormatter(lambda value, _: f"{value:,.4g}"), "shrink": 0.9},
        xticklabels=3,
    )  # fmt: skip
    axes.set(xlabel="hour that begins, local time", ylabel="")
    axes.grid(False)
    axes.tick_params(length=0, labelsize=9, rotation=0)
    return figure


@titled("Where reasons came from, share of each week's searches")
def origins_by_week(table: pd.DataFrame) -> Figure:
    """Stacked shares of where reasons came from, week by week."""
    figure, axes = one_panel(3.8)
    wide = table.pivot(index="week", columns="reason_origin", values="share").fillna(0)
    bottom = pd.Series(0.0, index=wide.index)
    for origin in (name for name in ORIGINS if name in wide):
        axes.bar(
            wide.index, wide[origin], 6, bottom, label=origin, color=ORIGINS[origin], edgecolor="white",
            hatch=HATCHES.get(origin),
        )  # fmt: skip
        bottom = bottom + wide[origin]
    axes.legend(ncols=3, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.24))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylim(0, 1)
    _label_weeks(axes, list(wide.index))
    return figure


@titled("Searches a week whose stated reason cites immigration")
def immigration_per_week(table: pd.DataFrame, eras: Sequence[str] = ()) -> Figure:
    """Bars inside bars: strict inside core inside broad, week by week, hatched where the logs cover a part of the week;
    `eras` as in `searches_per_day`."""
    figure, axes = one_panel(3.6)
    for definition, width in (("broad", 6.0), ("core", 4.4), ("strict", 2.6)):
        rows = table[table["definition"] == definition]
        bars = axes.bar(
            rows["week"], rows["searches"], width, color=SHADES[definition], edgecolor="white", linewidth=0.6
        )
        for bar, partial in zip(bars, rows["partial"]):
            bar.set(alpha=0.45 if partial else 1, hatch="////" if partial else "")
    said = " (hatched: a week covered in part)" if table["partial"].any() else ""
    axes.legend(
        handles=[Patch(color=SHADES[name], label=name) for name in ("broad", "core", "strict")],
        title=f"definition, each inside the next{said}", ncols=3, fontsize=8, title_fontsize=8, loc="upper center",
        bbox_to_anchor=(0.5, -0.22),
    )  # fmt: skip
    weeks = list(table.loc[table["definition"] == "broad", "week"])
    _label_weeks(axes, weeks)
    thousands(axes, "y", table["searches"], 1.25)
    first_week_ends = weeks[0] + timedelta(days=6)
    _mark_changes(axes, first_week_ends, weeks[-1], 1.0, eras)
    axes.set_title(_eras(first_week_ends, weeks[-1], eras), loc="right", fontsize=8)
    return figure


@titled("Agreements with ICE, and agencies that signed, by month")
def growth(table: pd.DataFrame) -> Figure:
    """Two lines, labeled at their ends: agreements signed so far, and agencies with a first one, by month."""
    figure, axes = one_panel(3.2)
    lines = (("agreements", "--", MID, (-8, 6)), ("agencies", "-", SHADES["strict"], (-50, -10)))
    for column, style, color, offset in lines:
        axes.plot(table["month"], table[column], color=color, linestyle=style)
        end = table.iloc[-1]
        axes.annotate(
            f"{column}: {end[column]:,}", (end["month"], end[column]), xytext=offset, textcoords="offset points",
            fontsize=8, color=INK, ha="right",
        )  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    thousands(axes, "y", table["agreements"], 1.15)
    return figure


def _label_weeks(axes: Axes, weeks: Sequence[datetime]) -> None:
    """A label under each week, or under every second or third where there are many."""
    labeled = weeks[:: 1 + len(weeks) // 7]
    axes.set_xticks([mdates.date2num(week) for week in labeled], [_day(week) for week in labeled])
    axes.set_xlabel("weeks that begin on")


def _day(day: datetime) -> str:
    year = f"\n{day.year}" if day.month == 1 and day.day <= 7 else ""
    return f"{day.day} {day:%b}{year}"


def _mark_changes(
    axes: Axes, first: datetime, last: datetime, height: float, eras: Sequence[str], named: bool = True
) -> None:
    """The vendor's changes that fall inside the picture, named on it where `named`.

    A name is to the right of its line, near the picture's end to the left, and further in where it would
    meet another.
    """
    taken: list[tuple[float, int]] = []
    for moment, what, _ in changes(eras):
        day = moment.replace(tzinfo=None)
        if not first < day <= last:
            continue
        axes.axvline(mdates.date2num(day), color=ACCENT, linewidth=1, linestyle="--")
        along = (day - first) / (last - first)
        side = -1 if along > 1 - NAME_WIDTH else 1
        start = along if side > 0 else along - NAME_WIDTH
        levels = {level for other, level in taken if abs(other - start) < NAME_WIDTH}
        level = min(set(range(len(levels) + 1)) - levels)
        taken.append((start, level))
        if named:
            axes.annotate(
                textwrap.fill(f"{_day(day)}: {what}", 24), (mdates.date2num(day), height),
                xycoords=("data", "axes fraction"), xytext=(4 * side, (24 if height < 0.5 else -24) * level),
                textcoords="offset points", fontsize=8, color=ACCENT, ha="left" if side > 0 else "right",
                va="bottom" if height < 0.5 else "top", bbox={"facecolor": "white", "alpha": 0.75, "lw": 0, "pad": 1},
            )  # fmt: skip


def _eras(first: datetime, last: datetime, eras: Sequence[str]) -> str:
    """The vendor's eras between two days, in words for a picture."""
    names = eras_between(first, last, eras)
    return f"{'era' if len(names) == 1 else 'eras'}: {', '.join(names)}"
