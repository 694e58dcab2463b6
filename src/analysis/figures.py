"""Draws each published figure from one table; no arithmetic.

Every function takes a table of `measures` and gives a matplotlib figure in the house style. Titles say what
is plotted, never what was found: a finding drawn into a picture goes stale unseen. Colors keep their order
of lightness in gray print, no figure needs color alone to be read, and a table without rows gives a figure
that says so.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from analysis.measures import CUT_OVERS
from analysis.searches import ERAS
from analysis.wording import counted

STYLE = Path(__file__).with_name("house.mplstyle")
WIDTH = 5.6
INK, MID, LIGHT, ACCENT = "#222222", "#4b86ab", "#b4cfe0", "#a3341f"
SHADES = {"strict": "#12344d", "core": "#4b86ab", "broad": "#c3d9e6"}
ORIGINS = {
    "typed": "#12344d",
    "dropdown+typed": "#36688c",
    "dropdown": "#6f9fbf",
    "machine": "#a8bf8f",
    "masked": "#cfcfcf",
    "blank": "#f0f0f0",
}
HATCHES = {"machine": "...", "masked": "///", "blank": "xxx"}
WATERMARK = "REPLICA · INVENTED RECORDS"

TILES = {
    "AK": (0, 0), "ME": (0, 10), "VT": (1, 9), "NH": (1, 10), "WA": (2, 0), "ID": (2, 1), "MT": (2, 2), "ND": (2, 3),
    "MN": (2, 4), "IL": (2, 5), "WI": (2, 6), "MI": (2, 7), "NY": (2, 8), "RI": (2, 9), "MA": (2, 10), "OR": (3, 0),
    "NV": (3, 1), "WY": (3, 2), "SD": (3, 3), "IA": (3, 4), "IN": (3, 5), "OH": (3, 6), "PA": (3, 7), "NJ": (3, 8),
    "CT": (3, 9), "CA": (4, 0), "UT": (4, 1), "CO": (4, 2), "NE": (4, 3), "MO": (4, 4), "KY": (4, 5), "WV": (4, 6),
    "VA": (4, 7), "MD": (4, 8), "DE": (4, 9), "AZ": (5, 1), "NM": (5, 2), "KS": (5, 3), "AR": (5, 4), "TN": (5, 5),
    "NC": (5, 6), "SC": (5, 7), "DC": (5, 8), "OK": (6, 3), "LA": (6, 4), "MS": (6, 5), "AL": (6, 6), "GA": (6, 7),
    "HI": (7, 0), "TX": (7, 3), "FL": (7, 8),
}  # fmt: skip
"""The square of each state, and of the District of Columbia, as (row, column): neighbors stand near each other."""


def _house(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw in the house style, whatever the reader's own settings are; without rows, say that there are none."""

    @wraps(draw)
    def drawn(table: pd.DataFrame, *args: Any, **kwargs: Any) -> Figure:
        with mpl.rc_context(fname=str(STYLE)):
            return draw(table, *args, **kwargs) if len(table) else _nothing(draw.__name__)

    return drawn


TITLES = {
    "searches_per_day": "Searches a day, by whose cameras they included",
    "logs_per_search": "Searches by the number of logs they stand in",
    "origins_by_week": "How reasons came about, share of each week's searches",
    "by_kind": "Searches by kind of searching agency",
    "vague_by_kind": "Share of searches with a vague reason, by kind of agency",
    "states": "Searches by the searching agency's state",
    "reach": "Searches by the number of networks each asked",
    "breadth": "Searches by how widely they asked",
    "by_hour": "Searches by weekday and hour of the camera owners' clock",
    "immigration_per_week": "Searches a week whose stated reason cites immigration",
    "agencies_behind": "Immigration searches by searching agency (core)",
    "kinds": "Immigration searches by what the reason names (core)",
    "added": "Immigration searches that each definition adds",
    "definitions": "Immigration searches under every definition tried",
    "agreements": "Agencies behind immigration searches (core), by their agreement with ICE on the day",
    "growth": "Agreements with ICE, and agencies that signed, by month",
}
"""What each figure plots. A title holds no finding."""


def watermark(figure: Figure) -> Figure:
    """Write across the picture itself that its records are invented, so that no crop can lose it."""
    for height in (0.2, 0.5, 0.8) if figure.get_figheight() > WIDTH else (0.28, 0.72):
        figure.text(
            0.5, height, WATERMARK, fontsize=18, color=ACCENT, alpha=0.17, rotation=12, ha="center", va="center",
            fontweight="bold", zorder=5,
        )  # fmt: skip
    return figure


def png(figure: Figure) -> bytes:
    """The picture's bytes: the same for the same table, on every run."""
    buffer = io.BytesIO()
    with mpl.rc_context(fname=str(STYLE)):
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


# Parts that figures share -----------------------------------------------------------------------------------


def _figure(name: str, height: float) -> Figure:
    figure = Figure(figsize=(WIDTH, height))
    title = textwrap.fill(TITLES[name], 56)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def _axes(name: str, height: float = 3.6) -> tuple[Figure, Axes]:
    figure = _figure(name, height)
    return figure, figure.add_subplot()


def _nothing(name: str) -> Figure:
    """A figure for a table without rows."""
    figure, axes = _axes(name, 1.6)
    axes.set_axis_off()
    axes.text(0.5, 0.5, "nothing to draw: the table has no rows", ha="center", va="center", color=INK)
    return figure


def _thousands(axes: Axes, axis: Literal["x", "y"] = "y") -> None:
    getattr(axes, f"{axis}axis").set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    getattr(axes, f"{axis}axis").set_major_locator(MaxNLocator(integer=True, nbins=4))
    axes.tick_params(axis=axis, labelsize=9)


def _from_zero(axes: Axes, values: pd.Series, axis: str, room: float) -> None:
    """An axis from 0, with room behind the largest value; where all are 0, 0 is its only tick."""
    most = float(values.max())
    getattr(axes, f"set_{axis}lim")(0, most * room if most else 1)
    if not most:
        getattr(axes, f"set_{axis}ticks")([0])


def _dates(axes: Axes) -> None:
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _day(mdates.num2date(value))))


def _weeks(axes: Axes, weeks: Sequence[datetime]) -> None:
    """A label under each week, or under every second or third where there are many."""
    every = 1 + len(weeks) // 7
    shown = list(weeks)[::every]
    axes.set_xticks([mdates.date2num(week) for week in shown], [_day(week) for week in shown])
    axes.set_xlabel("weeks that begin on")


def _day(day: datetime) -> str:
    year = f"\n{day.year}" if day.month == 1 and day.day <= 7 else ""
    return f"{day.day} {day:%b}{year}"


def _mark_cut_overs(axes: Axes, first: datetime, last: datetime, height: float, named: bool = True) -> None:
    """The vendor's changes that fall inside the picture, named on it where asked.

    A name stands to the right of its line, near the picture's end to the left, and further in where it would
    meet another.
    """
    taken: list[tuple[float, int]] = []
    for moment, what in CUT_OVERS:
        day = moment.replace(tzinfo=None)
        if not first < day <= last:
            continue
        axes.axvline(mdates.date2num(day), color=ACCENT, linewidth=1, linestyle="--")
        along = (day - first) / (last - first)
        side = -1 if along > 1 - NAME_WIDTH else 1
        begins = along if side > 0 else along - NAME_WIDTH
        beside = {level for other, level in taken if abs(other - begins) < NAME_WIDTH}
        level = min(set(range(len(beside) + 1)) - beside)
        taken.append((begins, level))
        if named:
            axes.annotate(
                textwrap.fill(f"{_day(day)}: {what}", 24), (mdates.date2num(day), height),
                xycoords=("data", "axes fraction"), xytext=(4 * side, (24 if height < 0.5 else -24) * level),
                textcoords="offset points", fontsize=8, color=ACCENT, ha="left" if side > 0 else "right",
                va="bottom" if height < 0.5 else "top",
            )  # fmt: skip


NAME_WIDTH = 0.3
"""The part of a picture's width that the name of a change takes."""


def _eras(first: datetime, last: datetime) -> str:
    """The vendor's regimes between two days, in words for a picture."""
    starts = [datetime.min, *(end.replace(tzinfo=None) for _, end in ERAS if end)]
    names = [name for (name, end), start in zip(ERAS, starts) if start <= last and _ends_after(end, first)]
    return f"{'era' if len(names) == 1 else 'eras'}: {', '.join(names)}"


def _ends_after(end: datetime | None, day: datetime) -> bool:
    return end is None or end.replace(tzinfo=None) > day


def _columns(name: str, table: pd.DataFrame, category: str, label: str) -> Figure:
    """Standing bars with their numbers on top: searches by an ordered category."""
    figure, axes = _axes(name, 3.0)
    names = [str(text) if len(str(text)) < 7 else str(text).replace("–", "–\n") for text in table[category]]
    places = range(len(names))
    axes.bar(places, table["searches"].to_numpy(), 0.8, color=MID)
    axes.set_xticks(places, names)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.xaxis.grid(False)
    _label(axes, [f"{n:,}" for n in table["searches"]], 2)
    axes.set(xlabel=label, ylabel="")
    axes.tick_params(axis="x", length=0, labelsize=9)
    _thousands(axes)
    _from_zero(axes, table["searches"], "y", 1.15)
    return figure


def _label(axes: Axes, labels: Sequence[str], padding: int) -> None:
    bars = axes.containers[0]
    assert isinstance(bars, BarContainer)
    axes.bar_label(bars, labels=list(labels), fontsize=8, padding=padding)


IN_A_SIGN = 0.062
"""Inches that a letter of the labels takes, near enough to leave room for them."""


def _bars(
    name: str, table: pd.DataFrame, category: str, value: str, labels: Sequence[str]
) -> tuple[Figure, Axes]:
    """Lying bars, the first row on top, each with its own words behind it."""
    names = [textwrap.fill(str(text), 24) for text in table[category]]
    figure, axes = _axes(name, 1.0 + max(0.68, 0.34 * len(names) + 0.12 * "".join(names).count("\n")))
    places = range(len(names))
    axes.barh(places, table[value].to_numpy(), 0.7, color=MID)
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    _label(axes, labels, 3)
    axes.set(xlabel="", ylabel="")
    axes.grid(False)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0, labelsize=9)
    _thousands(axes, "x")
    left = max(len(line) for name in names for line in name.split("\n"))
    wide = WIDTH - 0.3 - IN_A_SIGN * left
    behind = 0.15 + IN_A_SIGN * max(map(len, labels))
    _from_zero(axes, table[value], "x", wide / max(wide - behind, 1.0))
    return figure, axes


def _counts(table: pd.DataFrame, beside: bool = False) -> list[str]:
    """'1,234 (56 agencies)' for each row."""
    if not beside:
        return [f"{n:,}" for n in table["searches"]]
    return [f"{n:,}  ({counted(m, 'agency')})" for n, m in zip(table["searches"], table["agencies"])]


# Days, weeks, hours -----------------------------------------------------------------------------------------


@_house
def searches_per_day(table: pd.DataFrame) -> Figure:
    """One panel for each camera owner under the next, on its own scale: searches a day, the vendor's changes marked.

    Of more than `MOST_PANELS` owners, those with fewest searches share the last panel.
    """
    table = _in_panels(table)
    owners = list(dict.fromkeys(table["camera_owner"]))
    figure = _figure("searches_per_day", 2.6 if len(owners) == 1 else 0.6 + 1.15 * len(owners))
    first, last = table["day"].min(), table["day"].max()
    panels = figure.subplots(len(owners), 1, sharex=True, squeeze=False)[:, 0]
    for at, (owner, axes) in enumerate(zip(owners, panels)):
        rows = table[table["camera_owner"] == owner]
        axes.plot(rows["day"], rows["searches"], color=SHADES["strict"], linewidth=1.6)
        axes.set(xlabel="", ylabel="")
        axes.set_title(owner, loc="left", fontsize=9)
        _thousands(axes)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
        _from_zero(axes, rows["searches"], "y", 1.2)
        _mark_cut_overs(axes, first, last, 0.05, named=at == len(owners) - 1)
    panels[0].set_title(_eras(first, last), loc="right", fontsize=8)
    _dates(panels[-1])
    return figure


MOST_PANELS = 12


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


@_house
def by_hour(table: pd.DataFrame) -> Figure:
    """A square for each weekday and hour, darker where more searches were made."""
    import seaborn as sns  # slow to import, and needed for its shades alone

    figure, axes = _axes("by_hour", 2.9)
    wide = table.pivot(index="weekday", columns="hour", values="searches").loc[table["weekday"].unique()]
    sns.heatmap(
        wide, ax=axes, cmap=sns.light_palette(SHADES["strict"], as_cmap=True), linewidths=0.5, linecolor="white",
        cbar_kws={"label": "searches", "format": FuncFormatter(lambda value, _: f"{value:,.0f}"), "shrink": 0.9},
        xticklabels=3,
    )  # fmt: skip
    axes.set(xlabel="hour that begins, local time", ylabel="")
    axes.grid(False)
    axes.tick_params(length=0, labelsize=9)
    axes.tick_params(axis="x", rotation=0)
    axes.tick_params(axis="y", rotation=0)
    return figure


@_house
def origins_by_week(table: pd.DataFrame) -> Figure:
    """Stacked shares of where reasons came from, week by week."""
    figure, axes = _axes("origins_by_week", 3.8)
    wide = table.pivot(index="week", columns="reason_origin", values="share").fillna(0)
    wide = wide[[origin for origin in ORIGINS if origin in wide.columns]]
    bottom = pd.Series(0.0, index=wide.index)
    for origin in wide.columns:
        axes.bar(
            wide.index, wide[origin], 6, bottom, label=origin, color=ORIGINS[origin], edgecolor="white",
            hatch=HATCHES.get(origin),
        )  # fmt: skip
        bottom = bottom + wide[origin]
    axes.legend(ncols=3, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.24))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_ylim(0, 1)
    _weeks(axes, list(wide.index))
    return figure


@_house
def immigration_per_week(table: pd.DataFrame) -> Figure:
    """Bars inside bars: strict inside core inside broad, week by week."""
    figure, axes = _axes("immigration_per_week", 3.6)
    for definition, width in (("broad", 6.0), ("core", 4.4), ("strict", 2.6)):
        rows = table[table["definition"] == definition]
        axes.bar(
            rows["week"], rows["searches"], width, color=SHADES[definition], label=definition, edgecolor="white",
            linewidth=0.6,
        )  # fmt: skip
    axes.legend(
        title="definition, each inside the next", ncols=3, fontsize=8, title_fontsize=8, loc="upper center",
        bbox_to_anchor=(0.5, -0.22),
    )  # fmt: skip
    weeks = list(table.loc[table["definition"] == "broad", "week"])
    _weeks(axes, weeks)
    _thousands(axes)
    _from_zero(axes, table["searches"], "y", 1.25)
    first_week_ends = weeks[0] + timedelta(days=6)
    _mark_cut_overs(axes, first_week_ends, weeks[-1], 1.0)
    axes.set_title(_eras(first_week_ends, weeks[-1]), loc="right", fontsize=8)
    return figure


# Agencies ---------------------------------------------------------------------------------------------------


@_house
def by_kind(table: pd.DataFrame) -> Figure:
    """Bars: searches by kind of agency, with the number of agencies beside each."""
    shown = table.assign(agency_kind=_spoken(table["agency_kind"]))
    return _bars("by_kind", shown, "agency_kind", "searches", _counts(table, beside=True))[0]


@_house
def vague_by_kind(table: pd.DataFrame) -> Figure:
    """Bars: the share of vague reasons by kind of agency, each with its two counts."""
    labels = [
        f"{part:.1%}  ({vague:,} of {of:,})"
        for part, vague, of in zip(table["vague_share"], table["vague_reasons"], table["searches"])
    ]
    shown = table.assign(agency_kind=_spoken(table["agency_kind"]))
    figure, axes = _bars("vague_by_kind", shown, "agency_kind", "vague_share", labels)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    return figure


def _spoken(kinds: pd.Series) -> pd.Series:
    return kinds.str.replace("_", " ")


@_house
def states(table: pd.DataFrame) -> Figure:
    """A square for each state with its code and searches, darker where more searches were made."""
    import seaborn as sns  # slow to import, and needed for its shades alone

    figure, axes = _axes("states", 4.6)
    counts = dict(zip(table["agency_state"], table["searches"]))
    shades = sns.light_palette(SHADES["strict"], as_cmap=True)
    shade = PowerNorm(0.4, 0, max(counts.values()))
    for state, (row, column) in TILES.items():
        searches = counts.get(state, 0)
        _tile(axes, row, column, state, searches, shades(shade(searches)) if searches else "white")
    axes.set(xlim=(-0.05, 11.0), ylim=(8.0, -0.05), aspect="equal")
    axes.set_axis_off()
    return figure


def _tile(axes: Axes, row: int, column: int, state: str, searches: int, color: Any) -> None:
    dark = color != "white" and _is_dark(color)
    ink = "white" if dark else INK
    axes.add_patch(Rectangle((column, row), 0.94, 0.94, facecolor=color, edgecolor="#bbbbbb", linewidth=0.6))
    axes.text(
        column + 0.47, row + 0.34, state, ha="center", va="center", fontsize=8.5, fontweight="bold", color=ink
    )
    axes.text(column + 0.47, row + 0.68, _short(searches), ha="center", va="center", fontsize=6.8, color=ink)


def _is_dark(color: Sequence[float]) -> bool:
    red, green, blue = color[:3]
    return bool(0.299 * red + 0.587 * green + 0.114 * blue < 0.45)


def _short(count: int) -> str:
    """A count that fits a square: 812, 8.1k, 81k, 1.2m."""
    for size, sign in ((1_000_000, "m"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{sign}" if count < 10 * size else f"{count / size:.0f}{sign}"
    return str(count)


def _with_shares(table: pd.DataFrame) -> list[str]:
    """What stands beside each bar: the searches and their share."""
    return [f"{n:,}  ({part:.0%})" for n, part in zip(table["searches"], table["share"])]


@_house
def agencies_behind(table: pd.DataFrame) -> Figure:
    """Bars: the agencies with most immigration searches, under *core*, each with its share of them all."""
    return _bars("agencies_behind", table, "searching_agency", "searches", _with_shares(table))[0]


@_house
def agreements(table: pd.DataFrame) -> Figure:
    """Bars: agencies by where their first 287(g) agreement stands beside their searches, with their searches."""
    labels = [
        f"{counted(n, 'agency')}  ({counted(m, 'search')})"
        for n, m in zip(table["agencies"], table["searches"])
    ]
    return _bars("agreements", table, "agreement", "agencies", labels)[0]


@_house
def growth(table: pd.DataFrame) -> Figure:
    """Two lines, labelled at their ends: agreements signed so far, and agencies with a first one, by month."""
    figure, axes = _axes("growth", 3.2)
    lines = (("agreements", "--", MID, (-8, 6)), ("agencies", "-", SHADES["strict"], (-50, -10)))
    for column, style, color, aside in lines:
        axes.plot(table["month"], table[column], color=color, linestyle=style)
        end = table.iloc[-1]
        axes.annotate(
            f"{column}: {end[column]:,}", (end["month"], end[column]), xytext=aside, textcoords="offset points",
            fontsize=8, color=INK, ha="right",
        )  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    _thousands(axes)
    _from_zero(axes, table["agreements"], "y", 1.15)
    return figure


# Reach and sightings ----------------------------------------------------------------------------------------


@_house
def logs_per_search(table: pd.DataFrame) -> Figure:
    """Bars: searches by the number of logs in which each stands."""
    return _columns("logs_per_search", table, "logs", "logs")


@_house
def reach(table: pd.DataFrame) -> Figure:
    """Bars: searches by the number of networks they asked."""
    return _columns("reach", table, "networks", "networks asked")


@_house
def breadth(table: pd.DataFrame) -> Figure:
    """Bars: searches by how widely they asked, with the fewest and most networks of each class."""
    labels = [
        f"{n:,}" + (f"  ({_between(low, high)})" if pd.notna(low) and high else "")
        for n, low, high in zip(table["searches"], table["fewest_networks"], table["most_networks"])
    ]
    return _bars("breadth", table, "reach", "searches", labels)[0]


def _between(low: int, high: int) -> str:
    span = f"{low:,} to {high:,}" if low != high else f"{low:,}"
    return f"{span} {'network' if high == 1 else 'networks'}"


# Immigration ------------------------------------------------------------------------------------------------


@_house
def kinds(table: pd.DataFrame) -> Figure:
    """Bars: civil, criminal and unspecified immigration searches, each with its share."""
    return _bars("kinds", table, "kind", "searches", _with_shares(table))[0]


@_house
def added(table: pd.DataFrame) -> Figure:
    """A bar for each definition: what the narrower one held, and what this one adds."""
    figure, axes = _axes("added", 2.4)
    axes.barh(table["definition"], table["before"], 0.6, color="#dddddd", label="in a narrower definition")
    bars = axes.barh(
        table["definition"], table["added"], 0.6, table["before"], color=MID, label="added by this one"
    )
    labels = [
        f"{total:,}" + (f"  (+{n:,})" if before else "")
        for n, total, before in zip(table["added"], table["searches"], table["before"])
    ]
    axes.bar_label(bars, labels=labels, fontsize=8, padding=3)
    axes.invert_yaxis()
    axes.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    axes.grid(False)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    _thousands(axes, "x")
    _from_zero(axes, table["searches"], "x", 1.35)
    return figure


@_house
def definitions(table: pd.DataFrame) -> Figure:
    """Bars: the immigration searches under every definition tried."""
    return _bars("definitions", table, "definition", "searches", _counts(table))[0]
