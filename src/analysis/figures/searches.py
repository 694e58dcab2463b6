"""Figures of searches: how many logs hold each, how far it reached, what its reason names, and by which definition."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import (
    ACCENT,
    MID,
    SHADES,
    WIDTH,
    flat_bars,
    one_panel,
    thousands,
    titled,
    upright_bars,
    with_shares,
)
from analysis.wording import counted


@titled("Searches by the number of logs they stand in")
def logs_per_search(table: pd.DataFrame) -> Figure:
    """Bars: searches by the number of logs that hold each."""
    return upright_bars(table, "logs", "logs")


@titled("Searches by the number of networks each asked")
def reach(table: pd.DataFrame) -> Figure:
    """Bars: searches by the number of networks they asked."""
    return upright_bars(table, "networks", "networks asked")


@titled("Searches by how widely they asked")
def breadth(table: pd.DataFrame) -> Figure:
    """Bars: searches by how widely they asked, with the fewest and most networks of each class."""
    labels = [
        f"{n:,}" + (f"  ({_between(low, high)})" if pd.notna(low) and high else "")
        for n, low, high in zip(table["searches"], table["fewest_networks"], table["most_networks"])
    ]
    return flat_bars(table["reach"], table["searches"], labels)[0]


def _between(low: int, high: int) -> str:
    return f"{low:,} to {counted(high, 'network')}" if low != high else counted(high, "network")


@titled("Immigration searches by what the reason names (core)")
def kinds(table: pd.DataFrame) -> Figure:
    """Bars: civil, criminal and unspecified immigration searches, each with its share."""
    return flat_bars(table["kind"], table["searches"], with_shares(table))[0]


@titled("Immigration searches that each definition adds")
def added(table: pd.DataFrame) -> Figure:
    """A bar for each definition: what the narrower one held, and what this one adds."""
    figure, axes = one_panel(2.4)
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
    thousands(axes, "x", table["searches"], 1.35)
    return figure


@titled("Immigration searches under every definition and counting rule")
def specifications(table: pd.DataFrame, published: Sequence[tuple[str, float]] = ()) -> Figure:
    """A dot for each combination, fewest searches first, over a grid of what it is made of; a line at each number
    `published`, named by its text."""
    figure = Figure(figsize=(WIDTH, 6.4))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.4))
    above.plot(range(len(table)), table["searches"], ".", color=SHADES["strict"])
    for text, value in published:
        above.axhline(value, color=ACCENT, linewidth=1, linestyle="--")
        above.annotate(
            f"published: {text}",
            (0, value),
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=8,
            color=ACCENT,
        )
    most = pd.Series([table["searches"].max(), *(value for _, value in published)])
    thousands(above, "y", most, 1.15)
    above.set_ylabel("searches")
    lines = [(part, value) for part in _PARTS for value in table[part].unique()]
    for line, (part, value) in enumerate(lines):
        there = [at for at, found in enumerate(table[part]) if found == value]
        below.plot(there, [line] * len(there), "|", color=MID, markersize=7)
    labels = [textwrap.shorten(_PARTS[part] + str(value), 46, placeholder="…") for part, value in lines]
    below.set_yticks(range(len(lines)), labels)
    below.set_ylim(len(lines) - 0.4, -0.6)
    below.set(xlabel="combinations, fewest searches first", ylabel="")
    below.tick_params(axis="both", length=0, labelsize=7)
    return figure


_PARTS = {"definition": "", "left_out": "left out: ", "counted": "in "}
"""What a combination is made of, and how its values begin in the figure."""
