"""Figures of who searched: kinds of agencies, their states, and their agreements with ICE."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.figures.style import INK, SHADES, flat_bars, one_panel, titled, with_shares
from analysis.wording import counted

_MAP = """
AK .. .. .. .. .. .. .. .. .. ME
.. .. .. .. .. .. .. .. .. VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT ..
CA UT CO NE MO KY WV VA MD DE ..
.. AZ NM KS AR TN NC SC DC .. ..
.. .. .. OK LA MS AL GA .. .. ..
HI .. .. TX .. .. .. .. FL .. ..
"""
TILES = {
    state: (row, column)
    for row, line in enumerate(_MAP.strip().split("\n"))
    for column, state in enumerate(line.split())
    if state != ".."
}
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
