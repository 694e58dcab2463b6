"""Figures over days, weeks, months and hours, with the vendor's dated changes marked."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from analysis import headlines
from analysis.figures.days import DayFormatter, day_ticks, said_days
from analysis.figures.style import (
    ACCENT,
    FEW_TO_MANY,
    INK,
    MID,
    SHADES,
    SOFT,
    Picture,
    is_narrow,
    labels_at_ends,
    lay_out,
    panel,
    thousands,
)
from analysis.vendors import changes
from analysis.wording import on_day

ORIGINS = {
    "typed": ("#12344d", "typed"),
    "dropdown+typed": ("#36688c", "menu and typed"),
    "dropdown": ("#6f9fbf", "menu"),
    "machine": ("#a8bf8f", "software"),
    "masked": ("#b9b2a6", "masked"),
    "blank": ("#e3b98a", "blank"),
}
"""Where reasons came from, from the bottom of a bar to its top: the color and the label of each."""

MOST_PANELS = 12
NAME_WIDTH = 0.36
"""The share of a picture's width that the name of a change takes."""


def _searches_per_day(
    figure: Figure, table: pd.DataFrame, eras: Sequence[str] = (), happened: pd.DataFrame | None = None
) -> None:
    """One panel for each camera owner under the next, on its own scale: searches per day, the vendor's changes marked.

    `eras` are those in which the searches were made (`measures.eras_of`): they tell whose changes are marked. Of more
    than `MOST_PANELS` owners, those with fewest searches share the last panel. `happened` (`measures.busiest_day`) is
    said beside the peak where there is one panel.
    """
    table = _in_panels(table)
    owners = list(dict.fromkeys(table["camera_owner"]))
    figure.set_figheight(2.6 if len(owners) == 1 else 0.3 + 1.05 * len(owners))
    first, last = table["day"].min(), table["day"].max()
    panels = figure.subplots(len(owners), 1, sharex=True, squeeze=False)[:, 0]
    for owner, axes in zip(owners, panels):
        rows = table[table["camera_owner"] == owner]
        drawn = rows.set_index("day")["searches"].asfreq("D")  # no line over days that the log does not cover
        alone = "." if drawn.isna().any() else ""
        axes.plot(drawn.index, drawn, marker=alone, color=SHADES["strict"], linewidth=1.6)
        axes.set_title(owner if len(owners) > 1 else "", loc="left", fontsize=9)
        thousands(axes, rows["searches"], ticks=3, room=1.3 if len(owners) == 1 else 1.15)
        height = 1.0 if len(owners) == 1 else 0.05
        _mark_changes(axes, first, last, height, eras, named=axes is panels[-1])
    few = (last - first).days < 5  # an automatic locator would set ticks on hours
    panels[-1].xaxis.set_major_locator(mdates.DayLocator() if few else day_ticks(5))
    panels[-1].xaxis.set_major_formatter(DayFormatter())
    if len(owners) == 1 and happened is not None and headlines.is_peak(table):
        _say_busiest(figure, panels[0], happened.iloc[0], first, last)


def _say_busiest(figure: Figure, axes: Axes, day: pd.Series, first: datetime, last: datetime) -> None:
    """What happened on the busiest day: beside its peak on the side with more room, on the other, or above it, where it
    meets no line and no other words."""
    letters = 26 if is_narrow(figure) else 60
    lines = [textwrap.fill(line, letters) for line in headlines.on_the_busiest(day)]
    others = list(axes.texts)
    said = axes.annotate(
        "\n".join(lines), (day["day"], day["searches"]), xytext=(0, 0), textcoords="offset points", fontsize=8.5,
        color=ACCENT, linespacing=1.25,
    )  # fmt: skip
    sides = ("right", "left") if (day["day"] - first) / (last - first) > 0.5 else ("left", "right")
    figure.set_layout_engine("constrained", rect=(0.01, 0, 0.98, 1))  # as wide and high as it will be printed
    for _ in range(8):
        lay_out(figure)
        drawn = [line.get_path().transformed(line.get_transform()) for line in axes.lines]
        words = [text.get_window_extent() for text in others]
        for (across, up), side in product(((8, 0), (16, 0), (28, 0), (44, 0), (0, 8)), sides):
            said.set(ha=side, va="bottom" if up else "top")
            said.xyann = (across if side == "left" else -across, up)
            box = said.get_window_extent().padded(8)
            inside = axes.bbox.x0 < box.x0 and box.x1 < axes.bbox.x1 and box.y1 < axes.bbox.y1
            if inside and not (
                any(path.intersects_bbox(box, filled=False) for path in drawn)
                or any(box.overlaps(word) for word in words)
            ):
                break
        else:
            axes.set_ylim(0, axes.get_ylim()[1] * 1.1)
            continue
        break
    axes.plot([day["day"]], [day["searches"]], "o", color=ACCENT, markersize=5)


searches_per_day = Picture(
    _searches_per_day, "Line chart", "Searches per local day, as rows of each log",
    "Searches per day", headlines.busiest, least=2,
)  # fmt: skip


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


def _by_hour(figure: Figure, table: pd.DataFrame) -> None:
    """A square for each weekday and hour, stronger where more searches were made on such a day, on average."""
    axes = panel(figure, 2.6)
    wide = table.pivot(index="weekday", columns="hour", values="searches_a_day").loc[
        table["weekday"].unique()
    ]
    squares = axes.pcolormesh(
        range(25), range(len(wide) + 1), wide.to_numpy(dtype=float), cmap=FEW_TO_MANY, vmin=0, edgecolor="white",
        linewidth=0.6,
    )  # fmt: skip
    axes.set_ylim(len(wide), 0)
    names = [day[:3] if is_narrow(figure) else day for day in wide.index]
    axes.set_yticks([at + 0.5 for at in range(len(wide))], names)
    hours = range(0, 24, 6 if is_narrow(figure) else 3)
    axes.set_xticks(list(hours), [headlines.clock(hour) for hour in hours])
    axes.grid(False)
    axes.tick_params(length=0, labelsize=8.5)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(squares, ax=axes, shrink=0.9, pad=0.02, aspect=18)
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.4g}"))
    bar.set_label("searches a day, on average", fontsize=8, color=SOFT)
    bar.ax.tick_params(labelsize=8)


by_hour = Picture(
    _by_hour, "Heat map of weekdays and hours",
    "Searches a day by weekday and hour of the camera owners' clock: the average over the days that the logs cover",
    "Searches a day by weekday and hour", headlines.hours,
)  # fmt: skip


def _origins_by_week(figure: Figure, table: pd.DataFrame) -> None:
    """Stacked shares of where reasons came from, week by week; a bar spans the seven days from its Monday, and is
    faint where the logs cover a part of the week."""
    axes = panel(figure, 3.2)
    wide = table.pivot(index="week", columns="reason_origin", values="share").fillna(0)
    parts = table.groupby("week")["partial"].first()
    bottom, ends = pd.Series(0.0, index=wide.index), []
    for origin in (name for name in ORIGINS if name in wide):
        color, name = ORIGINS[origin]
        bars = axes.bar(
            wide.index,
            wide[origin],
            6.6,
            bottom,
            color=color,
            edgecolor=INK,
            linewidth=0.4,
            align="edge",
        )
        for bar, part in zip(bars, parts):
            bar.set(alpha=0.5 if part else 1)
        middle = bottom.iloc[-1] + wide[origin].iloc[-1] / 2
        ends.append((middle, f"{name} {headlines.percent(wide[origin].iloc[-1])}", INK, color))
        bottom = bottom + wide[origin]
    labels_at_ends(axes, mdates.date2num(wide.index[-1] + timedelta(days=7)), ends, 0.085)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylim(0, 1)
    _label_weeks(axes, list(wide.index), bool(parts.any()))


origins_by_week = Picture(
    _origins_by_week, "Stacked bars, one for each week",
    "Where reasons came from, as a share of each local week's searches; at the right, the last week's",
    "Where reasons came from, week by week", headlines.origins, least=3,
)  # fmt: skip


def _immigration_per_week(figure: Figure, table: pd.DataFrame, eras: Sequence[str] = ()) -> None:
    """Bars inside bars, each over the seven days from its Monday: strict inside core inside broad, faint and hatched
    where the logs cover a part of the week; `eras` as in `searches_per_day`."""
    axes = panel(figure, 3.2)
    ends = []
    for definition, inset in (("broad", 0.2), ("core", 1.0), ("strict", 1.8)):
        rows = table[table["definition"] == definition]
        bars = axes.bar(
            rows["week"] + timedelta(days=inset), rows["searches"], 7 - 2 * inset, align="edge",
            color=SHADES[definition], edgecolor="white", linewidth=0.6,
        )  # fmt: skip
        for bar, partial in zip(bars, rows["partial"]):
            bar.set(alpha=0.45 if partial else 1, hatch="////" if partial else "")
        last = rows["searches"].iloc[-1]
        ends.append((last, f"{definition} {last:,}", INK, SHADES[definition]))
    weeks = list(table.loc[table["definition"] == "broad", "week"])
    thousands(axes, table["searches"], room=1.3 if eras else 1.1)
    labels_at_ends(axes, mdates.date2num(weeks[-1] + timedelta(days=7)), ends, axes.get_ylim()[1] * 0.075)
    _label_weeks(axes, weeks, bool(table["partial"].any()))
    _mark_changes(axes, weeks[0], weeks[-1] + timedelta(days=6), 1.0, eras)


immigration_per_week = Picture(
    _immigration_per_week, "Bars inside bars for each week, strict inside core inside broad",
    "Rows per local week whose reason cited immigration, by definition, each inside the next; at the right, the last "
    "week's", "Immigration searches per week", headlines.weekly, least=4,
)  # fmt: skip


def _growth(figure: Figure, table: pd.DataFrame) -> None:
    """Two lines, labeled at their ends: agreements signed so far, and agencies with a first one, by month."""
    axes = panel(figure, 2.8)
    end = table.iloc[-1]
    ends = []
    for column, style, color in (("agreements", "--", MID), ("agencies", "-", SHADES["strict"])):
        axes.plot(table["month"], table[column], color=color, linestyle=style)
        ends.append((end[column], f"{end[column]:,} {column}", color, ""))
    axes.xaxis.set_major_locator(day_ticks(6))
    axes.xaxis.set_major_formatter(DayFormatter())
    thousands(axes, table["agreements"])
    labels_at_ends(axes, mdates.date2num(end["month"]), ends, axes.get_ylim()[1] * 0.085)


growth = Picture(
    _growth, "Line chart", "287(g) agreements signed so far, and agencies that had signed a first one, by month",
    "Agreements with ICE, and agencies that signed, by month", headlines.agreements_grew,
)  # fmt: skip


def _label_weeks(axes: Axes, weeks: Sequence[datetime], parts: bool) -> None:
    """A tick at the Monday on which each week begins, or every second or third where there are many."""
    labeled = weeks[:: 1 + len(weeks) // (3 if is_narrow(axes.get_figure()) else 7)]  # type: ignore[arg-type]
    axes.set_xticks([mdates.date2num(week) for week in labeled], said_days(labeled))
    axes.set_xlim(mdates.date2num(weeks[0]) - 0.5, mdates.date2num(weeks[-1]) + 7)
    faint = "\n(faint: the logs cover a part of it)" if parts else ""
    axes.set_xlabel(f"week that begins on{faint}", fontsize=8.5, color=SOFT)


def _mark_changes(
    axes: Axes, first: datetime, last: datetime, height: float, eras: Sequence[str], named: bool = True
) -> None:
    """The vendor's changes that fall inside the picture, named on it where `named`.

    A name is to the right of its line, near the picture's end to the left, and further in where it would
    meet another.
    """
    taken: list[tuple[float, int]] = []
    wide = NAME_WIDTH * (2 if is_narrow(axes.get_figure()) else 1)  # type: ignore[arg-type]
    for moment, what, _ in changes(eras):
        day = moment.replace(tzinfo=None)
        if not first < day <= last:
            continue
        axes.axvline(mdates.date2num(day), color=ACCENT, linewidth=1, linestyle="--")
        along = (day - first) / (last - first)
        side = -1 if along > 1 - wide and along > 0.5 else 1
        start = along if side > 0 else along - wide
        levels = {level for other, level in taken if abs(other - start) < wide}
        level = min(set(range(len(levels) + 1)) - levels)
        taken.append((start, level))
        if named:
            axes.annotate(
                textwrap.fill(f"{on_day(day, (last - first).days > 365)}: {what}", 24), (mdates.date2num(day), height),
                xycoords=("data", "axes fraction"), xytext=(4 * side, (32 if height < 0.5 else -32) * level),
                textcoords="offset points", fontsize=8, color=ACCENT, ha="left" if side > 0 else "right",
                va="bottom" if height < 0.5 else "top", bbox={"facecolor": "white", "alpha": 0.75, "lw": 0, "pad": 1},
            )  # fmt: skip
