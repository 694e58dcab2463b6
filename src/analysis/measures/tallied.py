"""Tallies for a reader to search: every agency, and the cited searches by all that could count them."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analysis.measures.immigration import immigration_rows
from analysis.searches.sql import quoted
from analysis.searches.table import Searches

_COUNTS = {"searches": "true", "strict": "strict", "core": "core", "broad": "broad"}
_NEED = {
    **dict.fromkeys(("strict", "core", "broad", "core_since_agreement"), "reasons"),
    "networks_most": "networks",
    **dict.fromkeys(("agreement_signed", "searches_since_agreement"), "agreements"),
}


def every_agency(searches: Searches, lacks: Collection[str] = ()) -> pd.DataFrame:
    """Every agency that the log names: searching_agency, agency_state, agency_kind, searches, those of each definition,
    first_day and last_day (local), networks_most, agreement_signed (the first), searches and core searches since it.

    By state, then most searches first. `lacks` are the needs that the log does not meet: what depends on one is blank.
    """
    counts = [f"count(*) filter ({sql}) as {name}" for name, sql in _COUNTS.items()]
    table = searches.query(
        f"select searching_agency, agency_state, agency_kind, {', '.join(counts)}, min(local_day) as first_day, "
        "max(local_day) as last_day, max(networks_searched) as networks_most, max(first_signed) as agreement_signed, "
        "count(*) filter (had_agreement) as searches_since_agreement, "
        "count(*) filter (core and had_agreement) as core_since_agreement from searches where named "
        "group by all order by agency_state, searches desc, searching_agency"
    )
    unknown = [name for name, need in _NEED.items() if need in lacks]
    if "agreements" in lacks:
        unknown.append("core_since_agreement")
    return table.assign(**dict.fromkeys(unknown))


GROUPS = {
    "the menu's immigration values": "dropdown",
    "immigration words and legal terms": "strict and (not from_menu or word_rule)",
    "ICE alone and ERO": "core and ice_rule",
    "border agencies": "core and border_rule",
    "smuggling of people and named operations": (
        "core and (other_core_rule or not (strict or ice_rule or border_rule))"
    ),
    "HSI": "broad and hsi_rule",
    "DHS": "broad and (dhs_rule or (hsi_dhs and not hsi_rule))",
    "text that software wrote": "quoted_by_machine",
}
"""What can count a search, each as a condition; a search may meet several. The first two make strict, the first five
core, the first seven broad."""

MIXED = "names another crime too"

MOST_LINES = 50_000
"""A page holds no more lines than this: where weeks would make more, they are left out."""


def tallies(searches: Searches, most: int = MOST_LINES) -> pd.DataFrame:
    """How many searches there are of each kind that a reader may count or leave out: cell, searching_agency (blank
    where none is named), week, searches (distinct), and for each log that holds them and each reading of their
    reason: camera_owner, counted_by (`GROUPS` and `MIXED`), rows (of each of these searches).

    Lines with the same `cell` are of the same searches. Rows are the sum of searches times rows; a search is counted
    once where any of its rows is.
    """
    words = [f"case when coalesce({sql}, false) then {quoted(name)} end" for name, sql in GROUPS.items()]
    words.append(f"case when mixed then {quoted(MIXED)} end")
    marked = (
        "(select search_key, case when named then searching_agency end as agency, week, camera_owner, "
        f"array_to_string([{', '.join(words)}], '; ') as counted_by from searches)"
    )
    lines = (
        "(select search_key, min(agency) as agency, min(week) as week, camera_owner, counted_by, count(*) as rows "
        f"from {marked} group by search_key, camera_owner, counted_by)"
    )
    held = "list_sort(list({'camera_owner': camera_owner, 'counted_by': counted_by, 'rows': rows}))"
    asked = immigration_rows(searches)
    for week in ("min(week)", "null::date"):
        each = (
            f"(select min(agency) as agency, {week} as week, {held} as held from {lines} group by search_key)"
        )
        found = asked.query(
            "select * from (select row_number() over (order by agency, week, held) as cell, "
            "agency as searching_agency, week, searches, unnest(held, recursive := true) from "
            f"(select agency, week, held, count(*) as searches from {each} group by all)) "
            "order by cell, camera_owner, counted_by"
        )
        if len(found) <= most:
            break
    return found
