"""Figures of who searched: kinds of agencies, their states, and their agreements with ICE."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from analysis import headlines, wording
from analysis.figures.style import FEW_TO_MANY, INK, SOFT, Picture, flat_bars, is_narrow, panel, with_shares
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

MOST_BARS = 15


def _by_kind(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: searches by kind of agency, with the number of agencies beside each."""
    labels = [f"{n:,} ({counted(m, 'agency')})" for n, m in zip(table["searches"], table["agencies"])]
    flat_bars(figure, list(map(headlines.kind_name, table["agency_kind"])), table["searches"], labels)


by_kind = Picture(
    _by_kind, "Bar chart", "Searches by the kind of searching agency, with the number of agencies",
    "Searches by kind of searching agency", headlines.kinds_of_agency,
)  # fmt: skip


def _vague_by_kind(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: the share of vague reasons by kind of agency, each with its two counts."""
    labels = [
        f"{wording.percent(share)} ({vague:,} of {searches:,})"
        for share, vague, searches in zip(table["vague_share"], table["vague_reasons"], table["searches"])
    ]
    flat_bars(figure, list(map(headlines.kind_name, table["agency_kind"])), table["vague_share"], labels)


vague_by_kind = Picture(
    _vague_by_kind, "Bar chart", "Vague reasons as a share of the searches of each kind of agency",
    "Share of searches with a vague reason, by kind of agency", headlines.vaguest_kinds,
)  # fmt: skip


def _states(figure: Figure, table: pd.DataFrame) -> None:
    """A square for each state with its code and searches, stronger where more were made, with the scale and the
    searches whose state is not known."""
    width = figure.get_figwidth()
    axes = panel(figure, width * 8 / 11 + 0.8)
    counts = dict(zip(table["agency_state"], table["searches"]))
    known = [searches for state, searches in counts.items() if state in TILES] or [1]
    shade = PowerNorm(0.4, 0, max(known))
    small = is_narrow(figure)
    for state, (row, column) in TILES.items():
        searches = counts.get(state, 0)
        red, green, blue, _ = color = FEW_TO_MANY(shade(searches)) if searches else (1, 1, 1, 1)
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else INK
        axes.add_patch(
            Rectangle((column, row), 0.94, 0.94, facecolor=color, edgecolor="#999999", linewidth=0.6)
        )
        for text, down, size, weight in (
            (state, 0.34, 7 if small else 9.5, "bold"),
            (_short(searches), 0.7, 6.4 if small else 8, "normal"),
        ):
            axes.text(
                column + 0.47, row + down, text, ha="center", va="center", fontsize=size, fontweight=weight, color=ink,
                in_layout=False,
            )  # fmt: skip
    axes.set(xlim=(-0.05, 11.0), ylim=(8.0, -0.05), aspect="equal")
    axes.set_axis_off()
    bar = figure.colorbar(
        ScalarMappable(shade, FEW_TO_MANY), ax=axes, orientation="horizontal", shrink=0.7, pad=0.02, aspect=30
    )
    most = max(known)
    bar.set_ticks([0, most] if most < 20 else [0, most // 20, most // 4, most])
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    bar.ax.tick_params(labelsize=8)
    said = (
        f"searches; an empty square is none. By agencies of no single state, or of none that is known: "
        f"{headlines.elsewhere(table, TILES):,}"
    )
    bar.set_label(textwrap.fill(said, 46 if small else 90), fontsize=8, color=SOFT)


def _short(count: int) -> str:
    """A count that fits a square: 812, 8.1k, 81k, 1.2m."""
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{letter}" if count < 10 * size else f"{count / size:.0f}{letter}"
    return str(count)


states = Picture(
    _states, "Tile map: a square for each state, stronger where more searches were made",
    "Searches by the searching agency's state", "Searches by the searching agency's state", headlines.states,
)  # fmt: skip

immigration_states = Picture(
    _states, "Tile map: a square for each state, stronger where more searches were made",
    "Immigration searches (core) by the searching agency's state", "Immigration searches by state",
    headlines.immigration_states,
)  # fmt: skip


def _agencies_behind(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: the agencies with most immigration searches, under *core*, each with its share of them all."""
    table = table.head(MOST_BARS)
    flat_bars(figure, list(table["searching_agency"]), table["searches"], with_shares(table))


agencies_behind = Picture(
    _agencies_behind, "Bar chart",
    f"Immigration searches (core) by agency, each with its share of them all; of more than {MOST_BARS} agencies, those "
    "with most", "Immigration searches by searching agency", headlines.behind,
)  # fmt: skip


def _agreements(figure: Figure, table: pd.DataFrame) -> None:
    """Bars: agencies by when their first 287(g) agreement was signed beside their searches, with their searches."""
    labels = [
        f"{counted(n, 'agency')} ({counted(m, 'search')})"
        for n, m in zip(table["agencies"], table["searches"])
    ]
    flat_bars(figure, list(table["agreement"]), table["agencies"], labels)


agreements = Picture(
    _agreements, "Bar chart",
    "Agencies behind immigration searches (core) by when their first agreement with ICE was signed",
    "Agencies behind immigration searches, by their agreement with ICE", headlines.signed,
)  # fmt: skip
