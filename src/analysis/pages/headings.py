"""Writes what was found over the sections of an executed notebook: each heading is a sentence of computed numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat

from analysis.measures import Number
from analysis.pages.answers import first_known
from analysis.pages.tables import plain

HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "01": {
        "Each row was a search, not a sighting of a car": (
            "[searches > 1] Each of {searches} rows was a search, not a sighting of a car",
        ),
        "Nothing was dropped without a reason": (
            "[rows_rejected > 0] We left out {rows_rejected record}, each for a stated reason",
            "[rows_in_second_files > 0] {rows_in_second_files record} repeated searches of another file",
            "[rows_rejected = 0] Every released record was a search, and none was left out",
        ),
        "Days without searches": ("=01-searches-per-day",),
    },
    "02": {
        "The rule that joined rows, which ignored the reason": (
            "[duplicate_sightings > 0] By our rule, {duplicate_sightings} of {searches} rows recorded a search again",
            "[duplicate_sightings = 0] By our rule, no row recorded a search again",
        ),
        "Searches in several logs": ("=02-logs-per-search",),
        "The rule, checked against the vendor's ids": (
            "[one_search_recall > 0] Of {one_search_recall/} pairs that shared an id, the rule joined "
            "{one_search_recall%}",
        ),
        "Bounds that hold under any rule": (
            "By agencies' names alone, there were at least {distinct_searches_at_least search}",
        ),
        "What several logs said of one search": (
            "[immigration_hidden_elsewhere.core > 0] {immigration_hidden_elsewhere.core search} cited "
            "immigration in one log while another hid the reason",
            "[immigration_hidden_elsewhere.core = 0] No log showed an immigration reason that another hid",
        ),
    },
    "03": {
        "Where the reasons came from": (
            "Of {searches} reasons: {blank_reasons} blank, {masked_reasons} masked, {machine_reasons} written by "
            "software",
        ),
        "What the rules made of the reasons": ("The rules read {distinct_reasons different reason}",),
    },
    "04": {
        "How names of agencies were read": (
            "[agencies > 1] {agencies} agencies searched, under {agencies_as_released} released names",
            "[agencies = 1] The log named a single agency",
            "[agencies_by_number > 0] The log gave numbers, not names, for {agencies_by_number agency}",
        ),
        "What kind of agency they were": ("=04-kinds",),
        "Where the searching agencies were": (
            "[out_of_state_searches > 0] Agencies of other states made {out_of_state_searches} of {searches} searches",
            "[out_of_state_searches = 0] No search was by an agency known to be of another state",
        ),
        "The camera owners' own searches": (
            "[own_searches > 0] The camera owners' own police made {own_searches search}",
            "[own_searches = 0] The camera owners' own police made no search",
        ),
        "How many networks searches reached": (
            "[several_network_searches > 0] {several_network_searches} of {several_network_searches/} searches "
            "queried several networks",
            "[several_network_searches = 0] None of {several_network_searches/} searches queried several networks",
        ),
        "How far back searches looked": (
            "[windows_over_30_days > 0] {windows_over_30_days} of {windows_over_30_days/} searches looked back more "
            "than 30 days",
            "[windows_over_30_days = 0] None of {windows_over_30_days/} searches looked back more than 30 days",
        ),
        "When they searched": (
            "Of {night_searches/} searches, {night_searches} were made from 10 p.m. to 5 a.m.",
        ),
        "Who could search, and who did": (
            "{agencies_with_access_that_searched} of {agencies_with_access agency} with access searched",
        ),
    },
    "05": {
        "Three totals, each inside the next": (
            "[immigration_searches.broad > 0] [immigration_searches.broad = immigration_searches.strict] Each "
            "definition counted {immigration_searches.core search}",
            "[camera_owners > 1] [immigration_searches.broad > 0] In all logs, from {immigration_searches.strict} to "
            "{immigration_searches.broad} searches, depending on the definition",
            "[immigration_searches.broad > 0] From {immigration_searches.strict} to {immigration_searches.broad} "
            "searches, depending on the definition",
            "[immigration_searches.broad = 0] No definition counted any of {searches} searches",
        ),
        "Week by week": ("=05-per-week",),
        "Whose searches they were": (
            "[immigration_searches_unnamed.core = 0] [immigration_agencies.core = 1] A single agency made all of the "
            "immigration searches",
            "[immigration_agencies.core = 1] The log named a single agency behind the immigration searches",
            "[immigration_searches_unnamed.core = 0] {immigration_half_agencies.core} of {immigration_agencies.core} "
            "agencies made at least half of the immigration searches",
            "{immigration_half_agencies.core} of {immigration_agencies.core} named agencies made half of those with a "
            "name",
        ),
        "How many could be hidden": (
            "[immigration_searches_at_most.core > 0] {immigration_searches_at_most.core} of {searches} searches cited "
            "immigration (core) or stated no purpose",
        ),
        "Civil, criminal or neither": (
            "[distinct_immigration_searches.core > 0] {immigration_civil.distinct} civil, "
            "{immigration_criminal.distinct} criminal, {immigration_unspecified.distinct} neither, of "
            "{distinct_immigration_searches.core search}",
        ),
        "Agencies with an ICE agreement": (
            "[agencies_287g.core > 0] {agencies_287g.core} of {immigration_agencies.core} agencies cited immigration "
            "while under an ICE agreement",
            "[agencies_287g.core = 0] No agency cited immigration while under an ICE agreement",
        ),
        "How far the lists can be trusted": (
            "[agreements_listed > 0] The newest list held {agreements_listed agreement} of "
            "{agreement_agencies_listed agency}",
        ),
    },
    "06": {
        "Every combination": ("=06-specifications",),
        "What each definition adds": (
            "[hsi_dhs_only > 0] HSI and DHS added {hsi_dhs_only search} to the core definition's "
            "{immigration_searches.core}",
        ),
    },
    "07": {
        "Two kinds of error": (
            "The core definition found {planted_found_share.core} of {planted_found_share.core/} planted searches",
        ),
        "What readers made of the reasons": (
            "[language_models > 0] Readers, {language_models} of {language_models/} language models, coded "
            "{coded_reasons different reason}",
            "People coded {coded_reasons different reason}",
        ),
        "What did the rules miss?": (
            "By the readers' codes, core missed {missed_rows.core} to {missed_rows_at_most.core} searches",
        ),
    },
}
"""For each chapter, what its sections say where the numbers are known, as in `answers.ANSWERS`, by the headings that
they have otherwise; `=05-per-week` is the finding of that figure."""

MOST_WORDS = 13
"""A heading is short: so many words at most."""

PLAIN = "plain_heading"
"""The key of a cell's metadata that keeps its heading without numbers, of which anchors are made."""


def headed(notebook: Path, numbers: Mapping[str, Number], findings: Mapping[str, str]) -> bytes:
    """An executed notebook with a finding over each section that has one; `findings` are those of figures, by name."""
    nb = nbformat.read(notebook, as_version=4)
    for cell in nb.cells:
        heading = re.match(r"## (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading and (
            said := finding(HEADINGS.get(notebook.name[:2], {}).get(heading[1], ()), numbers, findings)
        ):
            cell.source = f"## {said}{cell.source[heading.end() :]}"
            cell.metadata[PLAIN] = heading[1]
    return (nbformat.writes(nb, version=4).rstrip("\n") + "\n").encode()


def finding(versions: Sequence[str], numbers: Mapping[str, Number], findings: Mapping[str, str]) -> str:
    """The first version that is known."""
    for version in versions:
        figure = version.removeprefix("=")
        said = first_known((version,), numbers) if figure == version else plain(findings.get(figure, ""))
        if said:
            return said
    return ""
