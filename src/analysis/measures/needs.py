"""What a number needs to be known, each need once: an SQL aggregate that must hold, and why the number is not known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from analysis.measures.numbers import in_every_scope
from analysis.searches.table import Searches

Unmet = Mapping[str, frozenset[str]]
"""By scope, the names of the needs that its rows and files do not meet."""


@dataclass(frozen=True)
class Need:
    """`holds` is an SQL aggregate over the rows of a scope; blank where a measure's own function says whether it is
    met. `because` reads on from 'not known: …'."""

    holds: str
    because: str


_SOME_COUNT = "count(networks_searched) + count(devices_searched) > 0"

IN_SEVERAL_LOGS = (
    "coalesce(min(camera_owner) filter (owner_said) <> max(camera_owner) filter (owner_said), false)"
)
"""An SQL condition on rows together, as those of one search: they are in the logs of two owners or more. A log whose
owner nobody named may be of any of them."""

SHOWN_ELSEWHERE = f"{IN_SEVERAL_LOGS} and bool_or(hidden) and not bool_and(hidden)"
"""An SQL condition on the rows of one search: one log hides its reason or leaves it blank, and another shows it."""

NEEDS: Mapping[str, Need] = {
    "searches": Need("count(*) > 0", "there is no search"),
    "owners": Need("bool_or(owner_said)", "the files do not say whose cameras were searched"),
    "outsiders": Need(
        "bool_or(in_network_audit)",
        "the log holds no outsiders' searches, as an organization audit or a portal audit never does",
    ),
    "other agencies": Need(
        "bool_or(in_network_audit) or coalesce(min(searching_agency) filter (named) <> "
        "max(searching_agency) filter (named), false)",
        "the log holds one agency's own searches only, so there is nothing to compare",
    ),
    "any size": Need(
        "not bool_or(in_network_audit)",
        "a search of many networks is more likely to be in a network audit than one of few: what is usual among rows "
        "is not usual among searches",
    ),
    "several logs": Need(IN_SEVERAL_LOGS, "only the logs of several camera owners could show it"),
    "identity": Need(
        "bool_or(named) or count(released_id) > 0",
        "without an agency's name or an id, nobody can say whether two rows are one search",
    ),
    "ids": Need("count(released_id) > 0", "no row has an id"),
    "agencies": Need("bool_or(named)", "no row names a searching agency"),
    "agency states": Need("count(agency_state) > 0", "no row's agency has a known state"),
    "agency kinds": Need("count(agency_kind) > 0", "no row's agency has a known kind"),
    "reason column": Need(
        "bool_or(not without_reason_column)", "the released files have no column of reasons"
    ),
    "reasons": Need(
        "bool_or(not hidden)",
        "no row shows a reason (the column is missing, or every cell of it is blank or masked)",
    ),
    "cited": Need("bool_or(broad)", "no search cites immigration, under any definition"),
    "offense types": Need(
        "bool_or(len(offense_types) > 0)", "no row holds an offense type of the vendor's menu"
    ),
    "counts": Need(
        _SOME_COUNT, "no released row says how many: the column is missing, or every cell of it is masked"
    ),
    "networks": Need(
        "count(networks_searched) > 0",
        "no released row says how many: the column is missing, or every cell of it is masked",
    ),
    "devices": Need(
        "count(devices_searched) > 0",
        "no released row says how many: the column is missing, or every cell of it is masked",
    ),
    "time frames": Need("bool_or(framed)", "the released files have no time frame"),
    "time of day": Need(
        "count(lookback_days) > 0", "the released files give the day of a search and no time"
    ),
    "hours": Need("not bool_and(day_only)", "the released files give the day of a search and no time"),
    "several networks": Need("bool_or(networks_searched > 1)", "no search reached several"),
    "patrol": Need("bool_or(framed and patrol)", "no search gives 'patrol' as its whole reason"),
    "criminal": Need("", "fewer than ten searches named a criminal immigration offense"),
    "share": Need("", "there is nothing to take a share of"),
    "state": Need(
        "bool_or(owner_state is not null)", "source.toml names no state that all camera owners share"
    ),
    "own police": Need(
        "coalesce(bool_and(own_search is not null), true)",
        "source.toml does not name the camera owner's own police",
    ),
    "agreements": Need(
        "bool_or(has_agreement_list)",
        "the place carries no list of 287(g) agreements (data/raw/<place>/reference/)",
    ),
    "dated agreements": Need("", "the place carries no list of 287(g) agreements with dates"),
    "earlier agreements": Need("", "the list holds no agreement signed before the term"),
    "ended agreements": Need(
        "",
        "a list of participants leaves out agreements that have ended, so it does not show how many there were",
    ),
    "sharing list": Need(
        "", "the place carries no list of who may search its owners' cameras (data/raw/<place>/reference/)"
    ),
}
"""A closed list. A zero is a count; what a log cannot tell is one of these."""

EMPTY = frozenset(NEEDS) - {"own police"}
"""What an owner's log without a search does not meet: none of its searches was the owner's own."""


TABLES: Mapping[str, tuple[str, ...]] = {
    "02-logs-per-search": ("several logs", "identity"),
    **dict.fromkeys(("02-by-rule", "02-same-searches", "02-overlaps", "02-repeated-in-one-log"),
                    ("identity",)),
    "02-beside-ids": ("ids",),
    "02-bounds": ("several logs", "identity"),
    "02-reasons-across-logs": ("several logs", "reasons"),
    "02-shown-elsewhere": ("several logs", "identity", "reasons"),
    "02-hidden-elsewhere": ("several logs", "reasons"),
    **dict.fromkeys(("03-origins", "03-origins-by-week"), ("reason column",)),
    "03-offense-types": ("offense types",),
    **dict.fromkeys(("03-topics", "03-rules", "03-common-reasons", "03-unmatched-reasons", "03-candidate-spellings",
                     "03-candidate-words"), ("reasons",)),
    **dict.fromkeys(("04-accounts", "04-status-tags", "04-unresolved-names", "04-sides",
                     "04-every-agency"), ("agencies",)),
    **dict.fromkeys(("04-kinds", "04-states", "04-largest-searchers"), ("outsiders", "agencies")),
    "04-vague-by-kind": ("outsiders", "agencies", "reasons"),
    **dict.fromkeys(("04-reach", "04-breadth"), ("networks",)),
    "04-look-back": ("time frames", "time of day"),
    **dict.fromkeys(("04-cut-overs", "04-decomposed", "04-rates"), ("reasons",)),
    "04-agencies-changed": ("agencies", "reasons"),
    "04-without-access": ("outsiders", "agencies"),
    "05-by-definition": ("reasons",),
    **dict.fromkeys(("05-added", "05-per-week", "05-kinds"), ("reasons", "cited")),
    **dict.fromkeys(("05-unstated", "05-could-be-hidden"), ("reason column",)),
    "05-without-one-agency": ("other agencies", "agencies", "reasons", "cited"),
    **dict.fromkeys(("05-agencies", "05-agreements", "05-standing", "05-by-model"), ("agencies", "reasons", "cited")),
    "05-immigration-states": ("other agencies", "agency states", "reasons", "cited"),
    **dict.fromkeys(("06-other-lists", "06-disagreements"), ("reasons",)),
    **dict.fromkeys(("06-specifications", "06-tallies", "06-definitions-in-full", "06-weeks", "06-added",
                     "06-by-owner"), ("reasons", "cited")),
    "06-agencies": ("agencies", "reasons", "cited"),
    "04-exposure": ("owners",),
    "04-hours": ("owners", "hours"),
    "04-own-cameras": ("agencies",),
    "05-growth": ("agreements",),
}  # fmt: skip
"""What a notebook's tables need; one without what it needs is not shown, and says why. Others need nothing."""


COLUMNS: Mapping[str, str] = {
    "agencies": "agencies",
    "states": "agency states",
    "local_searches": "agency kinds",
    "largest_agency_searches": "agencies",
}
"""What single columns of tables of definitions need; one without it is blank, which is not known, and never 0."""


def unmet(searches: Searches, needs: Collection[str] = NEEDS) -> dict[str, frozenset[str]]:
    """Which needs the rows of each scope ("all" and each camera owner) do not meet."""
    asked = [name for name in needs if NEEDS[name].holds]
    found = in_every_scope(searches, [NEEDS[name].holds for name in asked])
    return {
        scope: frozenset(name for name, holds in zip(asked, line) if not holds)
        for scope, line in found.items()
    }


def why_not(needs: Collection[str], missing: Collection[str]) -> str:
    """Why a number with these needs is not known, where some are missing; blank where it is known.

    Where there is no search, that is why: nothing is said of columns and files that nobody could look at.
    """
    first = next((need for need in needs if need in missing), "")
    return NEEDS["searches" if "searches" in missing else first].because if first else ""
