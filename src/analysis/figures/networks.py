"""Figures of how many logs a search is in and how many networks it reached."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import flat_bars, titled, upright_bars
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
