"""Draws each published figure from one table; no arithmetic.

Every function takes a table of `measures` and gives a matplotlib figure in the house style. Titles say what
is plotted, never what was found: a finding drawn into a picture goes stale unseen. Colours keep their order
of lightness in grey print, and no figure needs colour alone to be read.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

STYLE = Path(__file__).with_name("house.mplstyle")
INK, MID, LIGHT, ACCENT = "#222222", "#5b7f95", "#b9cdd8", "#a3341f"
SHADES = {"strict": "#12344d", "core": "#4b86ab", "broad": "#b4cfe0"}
ORIGINS = {
    "typed": "#12344d",
    "dropdown+typed": "#36688c",
    "dropdown": "#6f9fbf",
    "machine": "#c9a04a",
    "masked": "#b9b9b9",
    "blank": "#e4e4e4",
}
WATERMARK = "REPLICA · INVENTED RECORDS"


def _house(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw in the house style, whatever the reader's own settings are."""

    @wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Figure:
        with mpl.rc_context(fname=str(STYLE)):
            return draw(*args, **kwargs)

    return drawn


def watermark(figure: Figure) -> Figure:
    """Write across the picture itself that its records are invented, so that no crop can lose it."""
    for height in (0.28, 0.72):
        figure.text(
            0.5, height, WATERMARK, fontsize=22, color=ACCENT, alpha=0.16, rotation=12, ha="center", va="center",
            fontweight="bold", zorder=5,
        )  # fmt: skip
    return figure


def png(figure: Figure) -> bytes:
    """The picture's bytes: the same for the same table, on every run."""
    buffer = io.BytesIO()
    with mpl.rc_context(fname=str(STYLE)):
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _axes(title: str, height: float = 4.5) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, height))
    axes = figure.add_subplot()
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure, axes


def _thousands(axes: Axes, axis: str = "y") -> None:
    getattr(axes, f"{axis}axis").set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    getattr(axes, f"{axis}axis").set_major_locator(MaxNLocator(integer=True, nbins=6))


def _dates(axes: Axes) -> None:
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=4, maxticks=8))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _day(mdates.num2date(value))))


def _weeks(axes: Axes, weeks: pd.Series) -> None:
    """A label under each week, or under every second or third where there are many."""
    every = 1 + len(weeks) // 9
    axes.set_xticks(list(weeks)[::every], [_day(week) for week in list(weeks)[::every]])
    axes.set_xlabel("weeks that begin on")


def _day(day: datetime) -> str:
    year = f"\n{day.year}" if day.month == 1 and day.day <= 7 else ""
    return f"{day.day} {day:%b}{year}"


def _mark_days(axes: Axes, first: datetime, last: datetime) -> None:
    """The vendor's changes that fall inside the picture, named on it."""
    for day, text in ((datetime(2025, 12, 17), "17 Dec 2025: names and\nplates masked in\nnetwork audits"),):
        if first <= day <= last:
            axes.axvline(mdates.date2num(day), color=ACCENT, linewidth=1, linestyle="--")
            axes.annotate(
                text, (day, 0.98), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points",
                fontsize=8, va="top", color=ACCENT,
            )  # fmt: skip


@_house
def searches_per_day(table: pd.DataFrame) -> Figure:
    """Lines of searches a day, one for each camera owner, labelled at their ends."""
    figure, axes = _axes("Searches per day that included these cameras")
    owners = sorted(table["camera_owner"].unique())
    colours = sns.color_palette("crest_r", len(owners))
    for owner, colour in zip(owners, colours):
        rows = table[table["camera_owner"] == owner]
        axes.plot(rows["day"], rows["searches"], color=colour, linewidth=1.8, label=owner)
    if len(owners) > 1:
        axes.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.1))
    _dates(axes)
    _thousands(axes)
    axes.set_ylim(0, 1.15 * max(table["searches"].max(), 1))
    _mark_days(axes, table["day"].min(), table["day"].max())
    return figure


@_house
def logs_per_search(table: pd.DataFrame) -> Figure:
    """Bars: searches by the number of logs in which each stands."""
    figure, axes = _axes("Searches by the number of logs they stand in", 3.2)
    bars = axes.bar(table["logs"].astype(str), table["searches"], color=MID)
    axes.bar_label(bars, labels=[f"{n:,}" for n in table["searches"]], fontsize=9, padding=2)
    axes.set_xlabel("logs")
    _thousands(axes)
    return figure


@_house
def origins_by_week(table: pd.DataFrame) -> Figure:
    """Stacked shares of where reasons came from, week by week."""
    figure, axes = _axes("How reasons came about, share of each week's searches")
    wide = table.pivot(index="week", columns="reason_origin", values="share").fillna(0)
    wide = wide[[origin for origin in ORIGINS if origin in wide.columns]]
    bottom = pd.Series(0.0, index=wide.index)
    for origin in wide.columns:
        axes.bar(wide.index, wide[origin], 6, bottom, label=origin, color=ORIGINS[origin], edgecolor="white")
        bottom = bottom + wide[origin]
    axes.legend(ncols=6, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylim(0, 1)
    _weeks(axes, wide.index.to_series())
    return figure


@_house
def by_kind(table: pd.DataFrame) -> Figure:
    """Bars: searches by kind of agency, with the number of agencies beside each."""
    return _bars("Searches by kind of searching agency", table, "agency_kind", "searches", "agencies")


@_house
def reach(table: pd.DataFrame) -> Figure:
    """Bars: searches by the number of networks they reached."""
    figure, axes = _axes("Searches by the number of networks each reached", 3.6)
    bars = axes.bar(table["networks"], table["searches"], color=MID)
    axes.bar_label(bars, labels=[f"{n:,}" for n in table["searches"]], fontsize=8, padding=2)
    axes.set_xlabel("networks searched")
    _thousands(axes)
    return figure


@_house
def immigration_per_week(table: pd.DataFrame) -> Figure:
    """Bars side by side: the three nested totals of immigration searches, week by week."""
    figure, axes = _axes("Searches per week whose stated reason cites immigration, by definition")
    for side, definition in ((-2, "strict"), (0, "core"), (2, "broad")):
        rows = table[table["definition"] == definition]
        place = rows["week"] + pd.Timedelta(days=side)
        bars = axes.bar(place, rows["searches"], 1.9, color=SHADES[definition], label=definition)
        axes.bar_label(bars, labels=[f"{n:,}" for n in rows["searches"]], fontsize=7, padding=1)
    axes.legend(title="definition (each is part of the next)", ncols=3, fontsize=8)
    _weeks(axes, table.loc[table["definition"] == "broad", "week"])
    _thousands(axes)
    axes.margins(y=0.18)
    _mark_days(axes, table["week"].min(), table["week"].max())
    return figure


@_house
def agencies_behind(table: pd.DataFrame) -> Figure:
    """Bars: the agencies with most immigration searches, under *core*."""
    return _bars(
        "Immigration searches by searching agency (core)", table, "searching_agency", "searches", None
    )


@_house
def kinds(table: pd.DataFrame) -> Figure:
    """Bars: civil, criminal and unspecified immigration searches."""
    figure, axes = _axes("Immigration searches by what the reason names (core)", 2.8)
    bars = axes.barh(table["kind"][::-1], table["searches"][::-1], color=[LIGHT, MID, SHADES["strict"]])
    axes.bar_label(bars, labels=[f"{n:,}" for n in table["searches"][::-1]], padding=3)
    axes.grid(False)
    axes.grid(axis="x")
    _thousands(axes, "x")
    return figure


@_house
def definitions(table: pd.DataFrame) -> Figure:
    """Bars: the immigration searches under every definition tried."""
    return _bars("Immigration searches under every definition tried", table, "definition", "searches", None)


def _bars(title: str, table: pd.DataFrame, name: str, value: str, beside: str | None) -> Figure:
    figure, axes = _axes(title, 1.2 + 0.32 * max(len(table), 3))
    rows = table[::-1]
    bars = axes.barh(rows[name], rows[value], 0.7, color=MID)
    axes.set_ylim(-0.6, max(len(table), 3) - 0.4)
    more = rows[beside] if beside else [None] * len(rows)
    texts = [
        f"{n:,}" + (f"  ({int(m):,} {beside})" if m is not None else "") for n, m in zip(rows[value], more)
    ]
    axes.bar_label(bars, labels=texts, fontsize=8, padding=3)
    axes.grid(False)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.18)
    _thousands(axes, "x")
    return figure
