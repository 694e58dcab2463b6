"""Computes each published number and table from searches: a register of measures, and pure functions for tables.

A number is a dict `{measure, scope, value, unit}` with `numerator` and `denominator` where it has them and `because`
where it could not be computed. `scope` is "all" or a camera owner. Counts are of released rows unless a name says
otherwise; nothing here is a sum of logs where distinct searches are meant.
"""

from analysis.measures.agencies import by_kind, by_side, by_state, top_agencies
from analysis.measures.agreements import at_search, beside, by_model, by_standing, growth, lists_read
from analysis.measures.alternatives import (
    ALTERNATIVES,
    agencies_otherwise,
    disagreements,
    other_lists,
    otherwise,
    weeks_otherwise,
)
from analysis.measures.changed import agencies_changed, rates_compared, said_of_changed
from analysis.measures.changes import CUT_OVERS, eras_of
from analysis.measures.columns import NAMES, NO_FRAME, Facts, largest_agency, names_in, vocabulary
from analysis.measures.combinations import specifications
from analysis.measures.computing import numbers, only_known
from analysis.measures.cutovers import (
    by_hour,
    changes_in,
    cut_overs,
    decomposed,
    hours_unknown,
)
from analysis.measures.declared import MEASURES
from analysis.measures.files import (
    busiest_day,
    by_era,
    by_moderation,
    clocks_apart,
    coverage,
    exposure,
    left_out,
    per_day,
    released,
    said_of_clocks,
    said_of_second_files,
    second_files,
    silent_owners,
)
from analysis.measures.immigration import (
    added_by_definition,
    agencies_behind,
    by_definition,
    by_immigration_kind,
    definitions_by_owner,
    immigration_by_state,
    immigration_per_week,
    without_one_agency,
)
from analysis.measures.logs import (
    distinct_by_rule,
    hidden_elsewhere,
    logs_per_search,
    overlaps,
    reasons_across_logs,
    repeated,
    repeated_in_one_log,
    same_searches,
    seen_again,
)
from analysis.measures.matching import (
    at_least,
    bounds,
    rule_beside_ids,
    rule_numbers,
    shown_elsewhere,
    shown_numbers,
)
from analysis.measures.names import (
    accounts,
    name_errors,
    names_resolved,
    open_names,
    released_names,
    status_tags,
)
from analysis.measures.needs import COLUMNS, NEEDS, TABLES, Unmet, unmet, why_not
from analysis.measures.numbers import (
    CONFIDENCE,
    DEFINITIONS,
    Number,
    Numbers,
    at_most,
    formatted,
    lookup,
    number,
    numbers_in,
)
from analysis.measures.own import own_reasons
from analysis.measures.reach import breadth, look_backs, own_cameras, reach_by_type, reach_spread
from analysis.measures.reasons import (
    by_origin,
    candidate_spellings,
    candidate_words,
    common_reasons,
    not_shown,
    offense_types,
    origin_by_week,
    rules_that_matched,
    topics,
)
from analysis.measures.register import Measure, UnknownMeasure, in_scope, measure, measures
from analysis.measures.sharing import access, with_access, without_access
from analysis.measures.tallied import every_agency, tallies
from analysis.measures.without_purpose import could_be_hidden, unstated

__all__ = [
    "ALTERNATIVES", "COLUMNS", "CONFIDENCE", "CUT_OVERS", "DEFINITIONS", "MEASURES", "NAMES", "NEEDS", "NO_FRAME",
    "TABLES", "Facts", "Measure", "Number", "Numbers", "UnknownMeasure", "Unmet", "access", "accounts",
    "added_by_definition", "agencies_behind", "agencies_changed", "agencies_otherwise", "at_least", "at_most",
    "at_search", "beside", "bounds", "breadth", "busiest_day", "by_definition", "by_era", "by_hour",
    "by_immigration_kind", "by_kind", "by_model", "by_moderation", "by_origin", "by_side", "by_standing", "by_state",
    "candidate_spellings", "candidate_words", "changes_in", "clocks_apart", "common_reasons", "could_be_hidden",
    "coverage", "cut_overs", "decomposed", "definitions_by_owner", "disagreements",
    "distinct_by_rule", "eras_of", "every_agency", "exposure", "formatted", "growth", "hidden_elsewhere",
    "hours_unknown", "immigration_by_state", "immigration_per_week", "in_scope", "largest_agency",
    "left_out", "lists_read", "logs_per_search", "look_backs", "lookup", "measure", "measures",
    "name_errors", "names_in", "names_resolved", "not_shown", "number", "numbers", "numbers_in", "offense_types",
    "only_known", "open_names", "origin_by_week", "other_lists", "otherwise", "overlaps", "own_cameras",
    "own_reasons", "per_day", "rates_compared", "reach_by_type", "reach_spread", "reasons_across_logs", "released",
    "released_names", "repeated", "repeated_in_one_log", "rule_beside_ids", "rule_numbers", "rules_that_matched",
    "said_of_changed", "said_of_clocks", "said_of_second_files", "same_searches", "second_files",
    "seen_again", "shown_elsewhere", "shown_numbers", "silent_owners", "specifications", "status_tags",
    "tallies", "top_agencies", "topics", "unmet", "unstated", "vocabulary", "weeks_otherwise", "why_not",
    "with_access", "without_access", "without_one_agency",
]  # fmt: skip
