"""What each kind of log can tell: a number that its log cannot tell is not known, with its reason, and never 0."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analysis.measures.agencies import named
from analysis.measures.logs import HIDDEN
from analysis.measures.numbers import REASONS, Number, Numbers, number
from analysis.tallies import Searches, tally_under

Lacking = Mapping[str, frozenset[str]]
"""By scope, what its rows and files do not tell (names of `REASONS`)."""

_SAID = {
    "reasons": f"not {HIDDEN}",
    "offense types": "len(offense_types) > 0",
    "ids": "released_id is not null",
    "counts": "networks_searched is not null or devices_searched is not null",
    "agency states": "agency_state is not null",
    "agency kinds": "agency_kind is not null",
}
"""What some row must say, as SQL conditions."""

_CORE = ("reasons",)
_TIERS = ("strict", "core", "broad")
_NOTHING: tuple[str, ...] = ()

NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("rows_released", "rows_rejected", "searches", "rows_without_id", "repeated_records",
                     "searches_by_unnamed_agencies", "searches_by_unresolved_agencies", "agencies_by_number",
                     "names_of_nobody", "names_reviewed", "reviewed_lines_without_a_name", "agencies_with_access",
                     "own_searches", "coded_reasons", "coded_rows"), _NOTHING),
    **dict.fromkeys(("agency_name_errors", "agency_names_read_wrongly"), _NOTHING),
    **dict.fromkeys(("agreements_before_term", "agreements_listed", "agreement_agencies_before_term",
                     "agreement_agencies_listed", "agreement_agencies_growth"), _NOTHING),
    **dict.fromkeys(("networks_most", "devices_most", "one_network_searches", "several_network_searches",
                     "several_network_share", "windows_over_30_days", "windows_over_31_days",
                     "window_lengths_over_30_days", "longest_lookback_days"), _NOTHING),
    "camera_owners": ("owners",),
    **dict.fromkeys(("first_search", "last_search"), ("searches",)),
    **dict.fromkeys(("distinct_searches", "duplicate_sightings"), ("identity",)),
    "searches_with_unequal_counts": ("identity", "counts"),
    "distinct_released_ids": ("ids",),
    "searches_in_several_logs": ("several logs", "ids"),
    "immigration_hidden_elsewhere": ("several logs", "identity", "reasons"),
    **dict.fromkeys(("blank_reasons", "masked_reasons", "no_stated_purpose"), ("reason column",)),
    **dict.fromkeys(("vague_reasons", "machine_reasons", "distinct_reasons"), _CORE),
    **dict.fromkeys(("agencies", "agencies_as_released"), ("agencies",)),
    **dict.fromkeys(("names_with_kind", "names_with_state", "rows_with_kind", "rows_with_state"), ("agencies",)),
    **dict.fromkeys(("agency_states", "in_state_searches"), ("agency states",)),
    "out_of_state_searches": ("outsiders", "agency states"),
    "federal_searches": ("outsiders", "agency kinds"),
    "own_immigration_searches": _CORE,
    "own_reasons": _CORE,
    **dict.fromkeys(("agencies_with_access_that_searched", "agencies_without_access", "searches_without_access"),
                    ("outsiders", "agencies")),
    **dict.fromkeys(("agencies_compared_across_word_blocking", "agencies_more_vague", "agencies_less_vague"),
                    ("agencies", "reasons")),
    **dict.fromkeys(("immigration_searches", "immigration_civil", "immigration_criminal", "immigration_unspecified",
                     "civil_to_criminal", "hsi_dhs_only", "immigration_mixed", "immigration_searches_unnamed",
                     "windows_over_30_days.patrol", "longest_lookback_days.patrol", "precision", "recall",
                     "missed_rows", "missed_rows_at_most"), _CORE),
    "distinct_immigration_searches": ("identity", "reasons"),
    **dict.fromkeys(("immigration_agencies", "immigration_top_agency", "immigration_top_agency_share",
                     "immigration_searches_without_top_agency"), ("agencies", "reasons")),
    "immigration_states": ("agency states", "reasons"),
    "local_immigration_searches": ("agency kinds", "reasons"),
    **{f"{measure}.dropdown": ("offense types", "reasons")
       for measure in ("immigration_searches", "distinct_immigration_searches", "immigration_agencies",
                       "immigration_states")},
    "agencies_287g": ("agency states",),
    **dict.fromkeys(("agencies_287g.core", "agencies_287g_signed_later", "immigration_searches_since_agreement"),
                    ("agency states", "reasons")),
}  # fmt: skip
"""What each measure needs to be known (names of `REASONS`), by its name or by its name's part before the first dot.

What is missing from one measure's own cells (networks, time frames, lists) its own function says.
"""

TABLES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("02-logs-per-search", "02-by-rule", "02-same-searches", "02-overlaps", "02-repeated-in-one-log"),
                    ("identity",)),
    "02-reasons-across-logs": ("several logs", "reasons"),
    "02-hidden-elsewhere": ("several logs", "reasons"),
    **dict.fromkeys(("03-origins", "03-origins-by-week"), ("reason column",)),
    "03-offense-types": ("offense types",),
    **dict.fromkeys(("03-topics", "03-rules", "03-common-reasons", "03-unmatched-reasons", "03-candidate-spellings",
                     "03-candidate-words"), _CORE),
    **dict.fromkeys(("04-accounts", "04-status-tags", "04-unresolved-names", "04-kinds", "04-states", "04-sides",
                     "04-largest-searchers"), ("agencies",)),
    "04-vague-by-kind": ("agencies", "reasons"),
    **dict.fromkeys(("04-cut-overs", "04-changed-character"), _CORE),
    "04-without-access": ("outsiders", "agencies"),
    **dict.fromkeys(("05-by-definition", "05-added", "05-per-week", "05-kinds"), _CORE),
    **dict.fromkeys(("05-agencies", "05-agreements", "05-standing"), ("agencies", "reasons")),
    **dict.fromkeys(("06-definitions", "06-definitions-in-full", "06-claims", "06-weeks", "06-added", "06-by-owner",
                     "06-other-lists", "06-disagreements"), _CORE),
    "06-agencies": ("agencies", "reasons"),
}  # fmt: skip
"""What a notebook's tables need; one without what it needs is not shown, and says why. Others need nothing."""


def lacking(searches: Searches, files: pd.DataFrame) -> Lacking:
    """What the rows of each scope ("all" and each camera owner) do not tell. `files` is from `build.open_files`."""
    said = tally_under(
        searches, "camera_owner", "source_file", under={**_SAID, "agencies": named(searches)}
    ).merge(
        files.set_index("source_file")[["log", "missing_columns"]],
        left_on="source_file",
        right_index=True,
        how="left",
    )
    owners = said["camera_owner"].dropna().unique()
    found = {"all": _lacking(said, len(owners))}
    for owner, lines in said.groupby("camera_owner"):
        found[str(owner)] = _lacking(lines, 1)
    return found


def _lacking(lines: pd.DataFrame, owners: int) -> frozenset[str]:
    missing = {name for name in (*_SAID, "agencies") if not lines[name].any()}
    columns = lines["missing_columns"].fillna("").str.split("; ")
    tests = {
        "searches": lines.empty,
        "owners": owners == 0,
        "several logs": owners < 2,
        "outsiders": not lines["log"].eq("network audit").any(),
        "identity": {"agencies", "ids"} <= missing,
        "reason column": all({"reason", "offense_types"} <= set(one) for one in columns),
    }
    return frozenset(missing | {name for name, lacks in tests.items() if lacks})


def needs(measure: str) -> tuple[str, ...]:
    """What a measure needs to be known."""
    return NEEDS.get(measure, NEEDS.get(measure.partition(".")[0], ()))


def only_known(numbers: Numbers, lacks: Lacking) -> Numbers:
    """The numbers, of which those that their log cannot tell have no value and say why.

    The log of an owner that is not in `lacks` holds no search.
    """
    return [_if_known(one, lacks.get(one["scope"], NO_SEARCH)) for one in numbers]


NO_SEARCH = frozenset((*_SAID, "searches", "agencies", "identity"))
"""What a log without a search does not tell."""


def _if_known(one: Number, missing: Collection[str]) -> Number:
    why = next((name for name in needs(one["measure"]) if name in missing), "")
    if not why and one["unit"] == "share" and one.get("denominator") == 0:
        why = "share"
    if not why:
        return one
    return number(one["measure"], one["scope"], None, one["unit"], because=REASONS[why])


def table_unknown(name: str, lacks: Lacking) -> str:
    """Why a notebook's table cannot be known; empty where it can."""
    return next((REASONS[need] for need in TABLES.get(name, ()) if need in lacks["all"]), "")
