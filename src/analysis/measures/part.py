"""The same measures on a part of the rows, for published numbers about one state's or one month's searches."""

from __future__ import annotations

from analysis.measures.agencies import who
from analysis.measures.immigration import immigration_searches
from analysis.measures.logs import sightings
from analysis.measures.numbers import Numbers, number
from analysis.measures.reach import reach
from analysis.measures.reasons import reasons_given
from analysis.tallies import Searches, count


def of_part(searches: Searches, measure: str, state: str | None = None) -> Numbers:
    """The numbers of scope "all" among which `measure` is, counted in these searches alone; none if it is not known.

    `state` is that of the camera owners, for searches from other states.
    """
    if measure == "searches":
        rows = count(searches)
        return [number("searches", "all", rows, "rows", numerator=rows, denominator=rows)]
    for counts in (lambda part: who(part, state), sightings, reasons_given, immigration_searches, reach):
        found = [one for one in counts(searches) if one["scope"] == "all"]
        if any(measure in (one["measure"], one["measure"].partition(".")[0]) for one in found):
            return found
    return []
