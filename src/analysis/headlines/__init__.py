"""Says what a table shows: a finding for the title of its picture, and its values for those who cannot see it.

A headline is computed from the table that is drawn, so that it changes with it. Where the table bears no finding it is
blank, and the picture has its plain title.
"""

from analysis.headlines.agencies import (
    behind,
    elsewhere,
    immigration_states,
    kind_name,
    kinds_of_agency,
    signed,
    states,
    vaguest_kinds,
)
from analysis.headlines.over_time import (
    agreements_grew,
    busiest,
    busiest_day,
    clock,
    hours,
    is_peak,
    on_the_busiest,
    origins,
    weekly,
)
from analysis.headlines.searches import (
    combinations,
    definitions,
    kinds_named,
    logs,
    look_back,
    networks,
    widths,
)
from analysis.headlines.words import Headline, percent

__all__ = [
    "Headline", "agreements_grew", "behind", "busiest", "busiest_day", "clock", "combinations",
    "definitions", "elsewhere", "hours", "immigration_states", "is_peak", "kind_name", "kinds_named",
    "kinds_of_agency", "logs", "look_back", "networks", "on_the_busiest", "origins", "percent", "signed",
    "states", "vaguest_kinds", "weekly", "widths",
]  # fmt: skip
