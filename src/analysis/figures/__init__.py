"""Draws each published figure from one table; no arithmetic.

Every picture takes a table of `measures` and gives a matplotlib figure in the house style, for a desk or for a phone.
Its title is what was found, computed from the table that is drawn (`headlines`), so that it cannot go stale;
below it is what is shown, of which place and days, and in its foot the source. Colors keep their order of lightness in
gray print, no figure needs color alone to be read, and a table without rows gives a figure that says so.
"""

from analysis.figures.agencies import (
    agencies_behind,
    agreements,
    by_kind,
    immigration_states,
    states,
    vague_by_kind,
)
from analysis.figures.over_time import (
    by_hour,
    growth,
    immigration_per_week,
    origins_by_week,
    searches_per_day,
)
from analysis.figures.searches import (
    added,
    breadth,
    kinds,
    logs_per_search,
    look_back,
    reach,
    specifications,
)
from analysis.figures.style import Picture, Words, png

__all__ = [
    "Picture", "Words", "added", "agencies_behind", "agreements", "breadth", "by_hour", "by_kind", "growth",
    "immigration_per_week", "immigration_states", "kinds", "logs_per_search", "look_back", "origins_by_week", "png",
    "reach", "searches_per_day", "specifications", "states", "vague_by_kind",
]  # fmt: skip
