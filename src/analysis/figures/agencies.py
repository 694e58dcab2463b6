"""Figures of who searched: kinds of agencies, their states, and their agreements with ICE."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.figures.style import INK, SHADES, flat_bars, one_panel, titled, with_shares
from analysis.wording import counted

TILES = {
    "AK": (0, 0), "ME": (0, 10), "VT": (1, 9), "NH": (1, 10), "WA": (2, 0), "ID": (2, 1), "MT": (2, 2), "ND": (2, 3),
    "MN": (2, 4), "IL": (2, 5), "WI": (2, 6), "MI": (2, 7), "NY": (2, 8), "RI": (2, 9), "MA": (2, 10), "OR": (3, 0),
    "NV": (3, 1), "WY": (3, 2), "SD": (3, 3), "IA": (3, 4), "IN": (3, 5), "OH": (3, 6), "PA": (3, 7), "NJ": (3, 8),
    "CT": (3, 9), "CA": (4, 0), "UT": (4, 1), "CO": (4, 2), "NE": (4, 3), "MO": (4, 4), "KY": (4, 5), "WV": (4, 6),
    "VA": (4, 7), "MD": (4, 8), "DE": (4, 9), "AZ": (5, 1), "NM": (5, 2), "KS": (5, 3), "AR": (5, 4), "TN": (5, 5),
    "NC": (5, 6), "SC": (5, 7), "DC": (5, 8), "OK": (6, 3), "LA": (6, 4), "MS": (6, 5), "AL": (6, 6), "GA": (6, 7),
    "HI": (7, 0), "TX": (7, 3), "FL": (7, 8),
}  # fmt: skip
"""The square of each state, and of the District of Columbia, as (row, column): neighbors are near each other."""


@titled("Searches by kind of searching agency")
def by_kind(table: pd.DataFrame) -> Figure:
    """Bars: searches by kind of agency, with the number of agencies beside each."""
    labels = [f"{n:,}  ({counted(m, 'agency')})" for n, m in zip(table["searches"], table["agencies"])]
    return flat_bars(table["agency_kind"].str.replace("_", " "), table["searches"], labels)[0]


@titled("Share of searches with a vague reason, by kind of agency")
def vague_by_kind(table: pd.DataFrame) -> Figure:
    """Bars: the share of vague reasons by kind of agency, each with its two counts."""
    labels = [
        f"{share:.1%}  ({vague:,} of {searches:,})"
        for share, vague, searches in zip(table["vague_share"], table["vague_reasons"], table["searches"])
    ]
    figure, axes = flat_bars(table["agency_kind"].str.replace("_", " "), table["vague_share"], labels)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    return figure


@titled("Searches by the searching agency's state")
def states(table: pd.DataFrame) -> Figure:
    """A square for each state with its code and searches, darker where more searches were made."""
    import seaborn as sns  # slow to import, and needed for its shades alone
    from matplotlib.colors import PowerNorm

    figure, axes = one_panel(4.6)
    counts = dict(zip(table["agency_state"], table["searches"]))
    shades = sns.light_palette(SHADES["strict"], as_cmap=True)
    shade = PowerNorm(0.4, 0, max(counts.values()))
    for state, (row, column) in TILES.items():
        searches = counts.get(state, 0)
        red, green, blue, _ = color = shades(shade(searches)) if searches else (1, 1, 1, 1)
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.45 else INK
        axes.add_patch(
            Rectangle((column, row), 0.94, 0.94, facecolor=color, edgecolor="#bbbbbb", linewidth=0.6)
        )
        for text, down, size, weight in ((state, 0.34, 8.5, "bold"), (_short(searches), 0.68, 6.8, "normal")):
            axes.text(
                column + 0.47, row + down, text, ha="center", va="center", fontsize=size, fontweight=weight, color=ink
            )  # fmt: skip
    axes.set(xlim=(-0.05, 11.0), ylim=(8.0, -0.05), aspect="equal")
    axes.set_axis_off()
    return figure


def _short(count: int) -> str:
    """A count that fits a square: 812, 8.1k, 81k, 1.2m."""
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{letter}" if count < 10 * size else f"{count / size:.0f}{letter}"
    return str(count)


@titled("Immigration searches by searching agency (core)")
def agencies_behind(table: pd.DataFrame) -> Figure:
    """Bars: the agencies with most immigration searches, under *core*, each with its share of them all."""
    return flat_bars(table["searching_agency"], table["searches"], with_shares(table))[0]


@titled("Agencies behind immigration searches (core), by their agreement with ICE on the day")
def agreements(table: pd.DataFrame) -> Figure:
    """Bars: agencies by when their first 287(g) agreement was signed beside their searches, with their searches."""
    labels = [
        f"{counted(n, 'agency')}  ({counted(m, 'search')})"
        for n, m in zip(table["agencies"], table["searches"])
    ]
    return flat_bars(table["agreement"], table["agencies"], labels)[0]
