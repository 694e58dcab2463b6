"""Counts the finding under every combination of a definition, what is left out, and what is counted."""

from __future__ import annotations

import pandas as pd

from analysis.measures.alternatives import ALTERNATIVES
from analysis.measures.immigration import figures_under, immigration_rows
from analysis.measures.needs import unmet
from analysis.measures.register import in_scope
from analysis.measures.values import distinct_searches
from analysis.searches.table import Searches

TRIED = dict(list(ALTERNATIVES.items())[:6])
"""The definitions that differ in their words alone, each inside the next."""

LEFT_OUT = {
    "nothing": "true",
    "rows that name HSI or DHS": "not (hsi_dhs or hsi_rule)",
    "mixed purposes": "not coalesce(mixed, false)",
    "typed words (the menu alone counts)": "dropdown",
    "the menu (typed words alone count)": "not dropdown",
    "the largest agency": "not by_largest_agency",
}
"""What a count may leave out, as what its rows meet then."""

COUNTED = {"searches": "rows", "distinct_searches": "distinct searches"}


def specifications(searches: Searches, scope: str = "all") -> pd.DataFrame:
    """The finding under every definition of `TRIED`, with everything of `LEFT_OUT` left out, in rows and in distinct
    searches: definition, left_out, counted, searches, of (all rows, or all distinct searches), share; fewest first.

    Every combination is there, none chosen (Simonsohn, Simmons and Nelson 2020; Steegen et al. 2016).
    """
    whole = in_scope(searches, scope)
    every = {"searches": whole.count(), "distinct_searches": distinct_searches(whole)}
    conditions = {
        (definition, left): f"({sql}) and ({rest})"
        for definition, sql in TRIED.items()
        for left, rest in LEFT_OUT.items()
    }
    if "identity" in unmet(searches, ("identity",))["all"]:
        del every["distinct_searches"]  # rows cannot be told to be one search or several
    asked = in_scope(immigration_rows(searches), scope)
    table = figures_under(asked, {str(at): sql for at, sql in enumerate(conditions.values())}, *every)
    lines = [
        (definition, left, COUNTED[figure], int(value), total)
        for figure, total in every.items()
        for (definition, left), value in zip(conditions, table[figure])
    ]
    found = pd.DataFrame(lines, columns=["definition", "left_out", "counted", "searches", "of"])
    found["share"] = found["searches"] / found["of"].clip(lower=1)
    return found.sort_values("searches", kind="stable", ignore_index=True)
