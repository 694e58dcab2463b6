"""Figures of searches: how many logs hold each, how far it reached, what its reason names, and by which definition."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis import headlines
from analysis.figures.style import ACCENT, MID, SHADES, Picture, flat_bars, is_narrow, thousands, with_shares
from analysis.wording import counted


def _logs_per_search(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: searches by the number of logs that hold each."""
    flat_bars(
        figure,
        [counted(n, "log") for n in table["logs"]],
        table["searches"],
        [f"{n:,}" for n in table["searches"]],
    )


logs_per_search = Picture(
    _logs_per_search, "Bar chart", "Different searches by the number of released logs that hold each",
    "Searches by the number of logs that hold them", headlines.logs,
)  # fmt: skip


def _reach(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: searches by the number of networks they queried."""
    names = [f"{text} network" if text == "1" else f"{text} networks" for text in table["networks"]]
    flat_bars(figure, names, table["searches"], with_shares(table))


reach = Picture(
    _reach, "Bar chart", "Searches by the number of networks each queried, where the export says",
    "Searches by the number of networks they queried", headlines.networks,
)  # fmt: skip


def _breadth(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: searches by how many networks they queried, with the fewest and most networks of each class."""
    labels = [
        f"{n:,}" + (f" ({_between(low, high)})" if pd.notna(low) and high else "")
        for n, low, high in zip(table["searches"], table["fewest_networks"], table["most_networks"])
    ]
    flat_bars(figure, list(table["reach"]), table["searches"], labels)


def _between(low: int, high: int) -> str:
    return f"{low:,} to {counted(high, 'network')}" if low != high else counted(high, "network")


breadth = Picture(
    _breadth, "Bar chart",
    "Searches by how many networks they queried, in our classes, with the fewest and the most networks of each",
    "Searches by how many networks they queried", headlines.widths,
)  # fmt: skip


def _look_back(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: searches by how long before them their time frame began, with lines at 30 and at 31 days."""
    colors = [
        MID if days < 30 else "#d08a6e" if days == 30 else ACCENT for days in table["over_days"]
    ]  # the one day between
    axes = flat_bars(
        figure, list(table["look_back"]), table["searches"], with_shares(table), colors, margin=0.6
    )
    edge = axes.get_xlim()[1]
    for days, line in ((days, at) for at, days in enumerate(table["over_days"]) if days in (30, 31)):
        axes.axhline(line - 0.5, color=ACCENT, linewidth=1, linestyle="--")
        axes.annotate(
            f"{days} days", (edge, line - 0.5), xytext=(0, 2), textcoords="offset points", ha="right", va="bottom",
            fontsize=8.5, color=ACCENT,
        )  # fmt: skip


look_back = Picture(
    _look_back, "Bar chart", "Searches by how many days before the search their time frame began",
    "How far back searches looked", headlines.look_back,
)  # fmt: skip


def _kinds(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: civil, criminal and unspecified immigration searches, each with its share."""
    flat_bars(figure, list(table["kind"]), table["searches"], with_shares(table))


kinds = Picture(
    _kinds, "Bar chart", "Different immigration searches (core) by what the reason named",
    "Immigration searches by what the reason named", headlines.kinds_named,
)  # fmt: skip


def _added(figure: Figure, table: pd.DataFrame) -> None:
    """A bar for each definition: what the narrower one held, and what this one adds."""
    labels = [
        f"{total:,}" + (f" (+{n:,})" if before else "")
        for n, total, before in zip(table["added"], table["searches"], table["before"])
    ]
    axes = flat_bars(figure, list(table["definition"]), table["searches"], labels)
    axes.barh(range(len(table)), table["before"].to_numpy(), 0.7, color=SHADES["broad"])


added = Picture(
    _added, "Bar chart",
    "Immigration searches in rows by definition: strong is what each adds, faint what a narrower one counted already",
    "Immigration searches that each definition adds", headlines.definitions,
)  # fmt: skip


def _specifications(figure: Figure, table: pd.DataFrame, published: Sequence[tuple[str, float]] = ()) -> None:
    """A dot for each combination, fewest searches first, over a grid of what it is made of; a line at each number
    `published`, named by its text."""
    figure.set_figheight(8.6 if is_narrow(figure) else 6.0)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.4))
    above.plot(range(len(table)), table["searches"], ".", color=SHADES["strict"])
    for text, value in published:
        above.axhline(value, color=ACCENT, linewidth=1, linestyle="--")
        above.annotate(
            f"published: {text}",
            (0, value),
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=8.5,
            color=ACCENT,
        )
    most = pd.Series([table["searches"].max(), *(value for _, value in published)])
    thousands(above, most)
    above.set_ylabel("searches")
    lines = [(part, value) for part in _PARTS for value in table[part].unique()]
    for line, (part, value) in enumerate(lines):
        there = [at for at, found in enumerate(table[part]) if found == value]
        below.plot(there, [line] * len(there), "|", color=MID, markersize=7)
    letters = 24 if is_narrow(figure) else 46
    labels = [textwrap.fill(_PARTS[part] + str(value), letters) for part, value in lines]
    below.set_yticks(range(len(lines)), labels)
    below.set_ylim(len(lines) - 0.4, -0.6)
    below.set_xlabel("combinations, fewest first")
    below.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    below.set_xlim(-1, len(table))
    below.tick_params(axis="both", length=0, labelsize=7.5)


specifications = Picture(
    _specifications, "Dot chart above a grid of what each dot is made of",
    "Immigration searches under every combination of a definition, what is left out and what is counted; a published "
    "number is a dashed line", "Immigration searches under every definition and counting rule", headlines.combinations,
)  # fmt: skip

_PARTS = {"definition": "", "left_out": "left out: ", "counted": "in "}
"""What a combination is made of, and how its values begin in the figure."""
