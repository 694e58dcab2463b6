"""Draws each published figure from one table; no arithmetic.

Every function takes a table of `measures` and gives a matplotlib figure in the house style. Titles say what
is plotted, never what was found: a finding drawn into a picture goes stale unseen. Colors keep their order
of lightness in gray print, no figure needs color alone to be read, and a table without rows gives a figure
that says so.
"""

from analysis.figures.agencies import agencies_behind, agreements, by_kind, states, vague_by_kind
from analysis.figures.over_time import (
    by_hour,
    growth,
    immigration_per_week,
    origins_by_week,
    searches_per_day,
)
from analysis.figures.searches import added, breadth, kinds, logs_per_search, reach, specifications
from analysis.figures.style import png, watermark

__all__ = [
    "added", "agencies_behind", "agreements", "breadth", "by_hour", "by_kind", "growth",
    "immigration_per_week", "kinds", "logs_per_search", "origins_by_week", "png", "reach", "searches_per_day",
    "specifications", "states", "vague_by_kind", "watermark",
]  # fmt: skip
