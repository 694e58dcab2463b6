"""Computes each published number and table from searches: pure functions, no files.

A number is a dict `{measure, scope, value, unit}` with `numerator` and `denominator` where it is a share and
`because` where it could not be computed. `scope` is "all" or a camera owner. Counts are of released rows
unless a name says otherwise; nothing here is a sum of logs where distinct searches are meant.
"""

from analysis.measures.agencies import by_kind, by_side, by_state, is_named, top_agencies, who
from analysis.measures.agreements import agreements, by_standing, growth, lists_read
from analysis.measures.changes import CUT_OVERS, eras_of
from analysis.measures.cutovers import (
    by_hour,
    changed_character,
    changes_in,
    cut_overs,
    hours_unknown,
    word_blocking,
)
from analysis.measures.files import by_era, by_moderation, coverage, left_out, per_day, released
from analysis.measures.immigration import (
    added_by_definition,
    agencies_behind,
    by_definition,
    by_immigration_kind,
    counts_in,
    definitions_by_owner,
    immigration_per_week,
    immigration_searches,
)
from analysis.measures.known import NEEDS, TABLES, lacking, only_known, table_unknown
from analysis.measures.logs import (
    distinct_by_rule,
    hidden_elsewhere,
    ids_across_logs,
    immigration_hidden_elsewhere,
    logs_per_search,
    overlaps,
    reasons_across_logs,
    repeated,
    repeated_in_one_log,
    same_searches,
    seen_again,
    sightings,
    unequal_rows,
)
from analysis.measures.names import (
    accounts,
    name_errors,
    names_resolved,
    open_names,
    released_names,
    status_tags,
)
from analysis.measures.numbers import (
    DEFINITIONS,
    REASONS,
    Number,
    Numbers,
    formatted,
    lengths,
    lookup,
    number,
    scopes,
    share,
)
from analysis.measures.otherwise import (
    ALTERNATIVES,
    agencies_otherwise,
    disagreements,
    numbers_otherwise,
    other_lists,
    otherwise,
    weeks_otherwise,
)
from analysis.measures.own import own_searches
from analysis.measures.part import of_part
from analysis.measures.reach import breadth, own_cameras, reach, reach_by_type, reach_spread
from analysis.measures.reasons import (
    by_origin,
    candidate_spellings,
    candidate_words,
    common_reasons,
    not_shown,
    offense_types,
    origin_by_week,
    reasons_given,
    rules_that_matched,
    topics,
)
from analysis.measures.sharing import access, with_access, without_access

__all__ = [
    "ALTERNATIVES", "CUT_OVERS", "DEFINITIONS", "NEEDS", "REASONS", "TABLES", "Number", "Numbers", "access",
    "accounts", "added_by_definition", "agencies_behind", "agencies_otherwise", "agreements", "breadth",
    "by_definition", "by_era", "by_hour", "by_immigration_kind", "by_kind", "by_moderation", "by_origin", "by_side",
    "by_standing", "by_state", "candidate_spellings", "candidate_words", "changed_character", "changes_in",
    "common_reasons", "counts_in", "coverage", "cut_overs", "definitions_by_owner", "disagreements",
    "distinct_by_rule", "eras_of", "formatted", "growth", "hidden_elsewhere", "hours_unknown", "ids_across_logs",
    "immigration_hidden_elsewhere", "immigration_per_week", "immigration_searches", "is_named", "lacking", "left_out",
    "lengths", "lists_read", "logs_per_search", "lookup", "name_errors", "names_resolved", "not_shown", "number",
    "numbers_otherwise", "of_part", "offense_types", "only_known", "open_names", "origin_by_week", "other_lists",
    "otherwise", "overlaps", "own_cameras", "own_searches", "per_day", "reach", "reach_by_type", "reach_spread",
    "reasons_across_logs", "reasons_given", "released", "released_names", "repeated", "repeated_in_one_log",
    "rules_that_matched", "same_searches", "scopes", "seen_again", "share", "sightings", "status_tags",
    "table_unknown", "top_agencies", "topics", "unequal_rows", "weeks_otherwise", "who", "with_access",
    "without_access", "word_blocking",
]  # fmt: skip
