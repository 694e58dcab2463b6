"""The findings that a tip sheet may hold, each declared once: its sentences, its caveat, the question, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tip:
    """A finding that a place may have: sentences of its numbers as `answers.ANSWERS` writes them, what must be known
    before it is printed, the question to ask, and of whom. `measure` is the number that it is about."""

    measure: str
    finds: tuple[str, ...]
    caveat: tuple[str, ...]
    asks: tuple[str, ...]
    whom: str


SEARCHERS, OWNER = "the agencies that made these searches", "whoever owns the cameras"

ABOUT = (
    "[duplicate_sightings > 0] The released files hold {searches} rows that are searches, made from {first_day}, to "
    "{last_day}, in the place's time zone. They record {distinct_searches} different searches: the other rows "
    "repeat one of these. What follows counts rows where it does not say otherwise.",
    "The released files hold {searches search}, made from {first_day}, to {last_day}, in the place's time zone.",
    "The released files hold {searches search}.",
)

TIPS: Sequence[Tip] = (
    Tip(
        "immigration_searches.core",
        (
            "[immigration_searches.core > 0] {immigration_searches.core} of {searches} searches gave immigration as "
            "the reason.",
            "[immigration_searches.broad = 0] None of {searches} searches gave immigration as the reason.",
            "None of {searches} searches gave immigration as the reason, by the core definition.",
        ),
        (
            "[immigration_searches.core > 0] [immigration_searches.broad = immigration_searches.strict] A reason is "
            "what an officer typed or chose, and nobody checked it.",
            "[immigration_searches.core > 0] The definition decides the number: {immigration_searches.strict} by the "
            "narrowest, {immigration_searches.broad} by the widest, which counts HSI and DHS. Say which one you print.",
            "[no_stated_purpose > 0] That no reason says so does not mean that no search was about immigration: "
            "{no_stated_purpose} searches stated no purpose.",
            "A reason is what an officer typed or chose, and nobody checked it.",
        ),
        (
            "[immigration_searches.core > 0] What was each of these searches for, and which agency's case was it?",
            "How would a search for immigration enforcement be recorded?",
        ),
        SEARCHERS,
    ),
    Tip(
        "immigration_top_agency.core",
        ("[immigration_agencies.core > 1] One agency made {immigration_top_agency.core} of them.",),
        (
            "Without it, {immigration_searches_without_top_agency.core} are left. A log names the account that "
            "searched, not whoever wanted the search.",
        ),
        ("On whose behalf were these searches made, and under which policy?",),
        "the first agency of the table of agencies behind the immigration searches",
    ),
    Tip(
        "immigration_agencies.core",
        (
            "[immigration_agencies.core > 0] {immigration_agencies.core} of the {agencies} agencies that searched "
            "cited immigration at least once.",
        ),
        (
            "[immigration_agencies_on_one_row.core > 0] Agencies that did so in a single row: "
            "{immigration_agencies_on_one_row.core}.",
            "[searches_by_unnamed_agencies > 0] Agencies are counted after different spellings of a name were joined. "
            "Those that the log does not name are not counted.",
            "Agencies are counted after different spellings of a name were joined.",
        ),
        ("Does the policy allow these searches, and who reviews them?",),
        SEARCHERS,
    ),
    Tip(
        "immigration_civil",
        (
            "[immigration_civil > 0] {immigration_civil} of the {immigration_civil/} immigration searches named a "
            "civil matter.",
        ),
        (
            "{immigration_criminal} named a criminal offense, and {immigration_unspecified} neither. Being in the "
            "country without status is a civil matter; a reason does not tell the case.",
        ),
        ("Which of these were made for a criminal investigation, and what is its case number?",),
        SEARCHERS,
    ),
    Tip(
        "agencies_287g.core",
        (
            "[agencies_287g.core > 0] {agencies_287g.core agency} cited immigration while under a 287(g) agreement "
            "with ICE.",
        ),
        (
            "An agreement is a fact about an agency and no evidence about a search. Of all agencies that searched, "
            "{agencies_287g} had one on a day of a search.",
        ),
        ("Were these searches made under the agreement?",),
        SEARCHERS,
    ),
    Tip(
        "out_of_state_searches",
        (
            "[out_of_state_searches > 0] {out_of_state_searches} of {searches} searches were made by agencies of other "
            "states.",
        ),
        (
            "[searches_by_unresolved_agencies > 0] An agency's state is read from its name. Not among these are "
            "{searches_by_unresolved_agencies} searches by agencies whose name shows none.",
            "An agency's state is read from its name.",
        ),
        ("Which sharing setting let these agencies in, who chose it, and when?",),
        OWNER,
    ),
    Tip(
        "federal_searches",
        ("[federal_searches > 0] {federal_searches} of {searches} searches were made by federal agencies.",),
        ("An agency's kind is read from its name.",),
        ("How did federal agencies get access, and is there a list of them?",),
        OWNER,
    ),
    Tip(
        "searches_without_access",
        (
            "[searches_without_access > 0] {agencies_without_access agency} on no list of who may search made "
            "{searches_without_access search}.",
        ),
        ("The list has a day of its own; access may have been given or ended on another.",),
        ("Who could search on the days of these searches?",),
        OWNER,
    ),
    Tip(
        "no_stated_purpose",
        ("[no_stated_purpose > 0] {no_stated_purpose} of {searches} searches stated no purpose.",),
        (
            "Their reason was blank, masked, vague, a case number alone, or written by software. It hides a purpose "
            "and does not show a wrong one.",
        ),
        ("What must an officer enter as the reason, and who checks it?",),
        SEARCHERS,
    ),
    Tip(
        "windows_over_30_days",
        (
            "[searches > windows_over_30_days/] [windows_over_30_days > 0] {windows_over_30_days} of "
            "{windows_over_30_days/} searches whose time frame the log gives looked back more than 30 days.",
            "[windows_over_30_days > 0] {windows_over_30_days} of {windows_over_30_days/} searches looked back more "
            "than 30 days.",
        ),
        (
            "A single day makes a difference: {windows_over_31_days} looked back more than 31 days. A time frame is "
            "what was requested, not what was found.",
        ),
        ("How long are plate reads kept, here and by the other agencies whose cameras were searched?",),
        OWNER,
    ),
    Tip(
        "windows_over_30_days.patrol",
        (
            "[windows_over_30_days.patrol > 0] {windows_over_30_days.patrol} searches whose whole reason was 'patrol' "
            "looked back more than 30 days.",
        ),
        ("The furthest of these looked back {longest_lookback_days.patrol day}.",),
        ("What does 'patrol' stand for, and why does it need more than a month?",),
        SEARCHERS,
    ),
    Tip(
        "longest_lookback_days",
        ("The furthest search looked back {longest_lookback_days day}.",),
        ("It may be a single search, and a slip of the keyboard looks the same. Read its row first.",),
        ("What case was this search for?",),
        SEARCHERS,
    ),
    Tip(
        "several_network_searches",
        (
            "[searches > several_network_searches/] [several_network_searches > 0] {several_network_searches} of "
            "{several_network_searches/} searches whose networks the log counts queried the cameras of several. The "
            "widest queried {networks_most}.",
            "[several_network_searches > 0] {several_network_searches} of {several_network_searches/} searches queried "
            "the cameras of several networks. The widest queried {networks_most}.",
        ),
        ("How many cameras were queried does not say how many had seen the car.",),
        ("With whom are cameras shared, in both directions, and who approves a search that wide?",),
        OWNER,
    ),
    Tip(
        "searches_by_unnamed_agencies",
        (
            "[searches_by_unnamed_agencies > 0] {searches_by_unnamed_agencies} of {searches} searches do not name the "
            "agency that made them.",
        ),
        ("A name can be masked by the vendor or by whoever released the log.",),
        ("Is there an export of these days that names the agencies?",),
        OWNER,
    ),
    Tip(
        "hsi_dhs_only",
        (
            "[hsi_dhs_only > 0] {hsi_dhs_only} of the {hsi_dhs_only/} searches that the broad definition counts name "
            "HSI or DHS and nothing narrower.",
        ),
        ("Their agents also do other work, so the core definition does not count these.",),
        ("Which of these were about immigration?",),
        SEARCHERS,
    ),
    Tip(
        "distinct_immigration_searches.core",
        (
            "[duplicate_sightings > 0] [immigration_searches.core > 0] Counting each search once, "
            "{distinct_immigration_searches.core} cited immigration.",
        ),
        (
            "A search can be several rows, in one log or more: {immigration_searches.core} are rows. Say which you "
            "count.",
        ),
        ("Which rows are one search, and does the vendor number its searches?",),
        OWNER,
    ),
    Tip(
        "devices_most",
        ("The widest search queried {devices_most} cameras.",),
        ("How many cameras were queried does not say how many had seen the car.",),
        ("Does a search go to every camera that is shared unless somebody narrows it?",),
        OWNER,
    ),
    Tip(
        "machine_reasons",
        ("[machine_reasons > 0] Software wrote the reason of {machine_reasons} of {searches} searches.",),
        ("Which texts are a machine's is decided by published rules.",),
        ("Which product makes these searches, and who answers for them?",),
        SEARCHERS,
    ),
    Tip(
        "repeated_records",
        (
            "[repeated_records > 0] {repeated_records} of {repeated_records/} released records repeat another of their "
            "file in every cell.",
        ),
        ("They are counted as released. Two searches in one minute can look the same, too.",),
        ("Did the export repeat rows, and where does the vendor say so?",),
        OWNER,
    ),
    Tip(
        "distinct_reasons",
        ("[distinct_reasons > 0] The log of {searches search} shows {distinct_reasons different reason}.",),
        ("Spellings of one word are different reasons here.",),
        ("Is there a list of reasons to choose from, and since when?",),
        OWNER,
    ),
    Tip(
        "night_searches",
        (
            "[night_searches > 0] {night_searches} of {night_searches/} searches were made from 10 p.m. to 5 a.m.",
        ),
        ("Police work at night. Compare it with how many officers were on duty.",),
        ("Who searches at night, and who supervises it?",),
        SEARCHERS,
    ),
)
"""What a sheet may hold, in order of interest: a tip is printed where all that it says is known."""
