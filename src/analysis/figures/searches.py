"""Figures of searches: how many logs hold each, how far it reached, what its reason names, and by which definition."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import MID, flat_bars, one_panel, thousands, titled, upright_bars, with_shares
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


@titled("Immigration searches under every definition tried")
def definitions(table: pd.DataFrame) -> Figure:
    """Bars: the immigration searches under every definition tried."""
    return flat_bars(table["definition"], table["searches"], [f"{n:,}" for n in table["searches"]])[0]
