"""Computes each published number and table from searches: pure functions, no files.

A number is a dict `{measure, scope, value, unit}` with `numerator` and `denominator` where it is a share and
`because` where it could not be computed. `scope` is "all" or a camera owner. Counts are of released rows
unless a name says otherwise; nothing here is a sum of logs where distinct searches are meant.
"""

from analysis.measures.agencies import (
    by_kind,
    by_state,
    reach,
    reach_by_type,
    reach_spread,
    top_agencies,
    who,
)
from analysis.measures.files import by_era, by_moderation, coverage, left_out, per_day, released
from analysis.measures.immigration import (
    added_by_definition,
    agencies_behind,
    agreements,
    by_definition,
    by_immigration_kind,
    counts_in,
    definitions_by_owner,
    immigration_per_week,
    immigration_searches,
    other_lists,
    otherwise,
)
from analysis.measures.logs import (
    distinct_by_rule,
    hidden_elsewhere,
    ids_across_logs,
    immigration_hidden_elsewhere,
    logs_per_search,
    overlaps,
    reasons_across_logs,
    repeated_in_one_log,
    sightings,
)
from analysis.measures.numbers import (
    DEFINITIONS,
    Number,
    Numbers,
    formatted,
    has_item,
    lengths,
    lookup,
    number,
    scopes,
    share,
)
from analysis.measures.own import own_searches
from analysis.measures.part import PART_COLUMNS, of_part
from analysis.measures.reasons import (
    by_origin,
    common_reasons,
    offense_types,
    origin_by_week,
    reasons_given,
    rules_that_matched,
    topics,
)

__all__ = [
    "DEFINITIONS", "PART_COLUMNS", "Number", "Numbers", "added_by_definition", "agencies_behind", "agreements",
    "by_definition", "by_era", "by_immigration_kind", "by_kind", "by_moderation", "by_origin", "by_state",
    "common_reasons", "counts_in", "coverage", "definitions_by_owner", "distinct_by_rule", "formatted",
    "has_item", "hidden_elsewhere", "ids_across_logs", "immigration_hidden_elsewhere",
    "immigration_per_week", "immigration_searches", "left_out", "lengths", "logs_per_search", "lookup",
    "number", "of_part", "offense_types", "origin_by_week", "other_lists", "otherwise", "overlaps", "own_searches",
    "per_day", "reach", "reach_by_type", "reach_spread", "reasons_across_logs", "reasons_given",
    "released", "repeated_in_one_log", "rules_that_matched", "scopes", "share", "sightings",
    "top_agencies", "topics", "who",
]  # fmt: skip
