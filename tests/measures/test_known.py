"""What each kind of log can tell of each measure: a number that it cannot tell is not known and says why, never 0."""

import json
from pathlib import Path

import pandas as pd
import pytest
from frames import log, searches
from generated import ZONE, lists

from analysis import agencies, measures
from analysis.measures import NEEDS, TABLES
from analysis.vendors.masks import by_number

TOP = Path(__file__).resolve().parents[2]
OWNERS = ("Tarnwick ISD", "Mockville TX PD")
FULL = {
    "camera_owner": OWNERS[0], "searching_agency": "Marl TX PD", "searching_agency_as_released": "Marl TX PD",
    "agency_state": "TX", "agency_kind": "municipal", "released_id": "a", "own_search": False,
    "searched_at": "2025-05-31T12:00:00Z", "window_start": "2025-05-01T12:00:00Z", "window_end": "2025-05-31T12:00:00Z",
    "reason_as_released": "patrol", "reason_text": "patrol", "offense_types": ["Robbery"], "networks_searched": 2,
    "immigration_tier": "core", "immigration_kind": "criminal",
}  # fmt: skip
"""A row of a log that says everything."""


def rows_of(**changes):
    """Rows that say everything but what is changed, on both sides of the day from which words were refused."""
    later = {"searched_at": "2025-06-02T12:00:00Z", "released_id": "b", "search_key": "l"}
    elsewhere = {"camera_owner": OWNERS[1]}
    return searches(*[{**FULL, **more, **changes} for more in ({}, later, elsewhere)])


def own(log):
    """One agency's own log."""
    agency = {"searching_agency": OWNERS[1], "searching_agency_as_released": OWNERS[1]}
    return rows_of(**agency, camera_owner=OWNERS[1], own_search=True), {"log": log}


NO_REASON = {
    "reason_as_released": "", "reason_text": "", "offense_types": [], "topics": [], "rules": [],
    "immigration_tier": "none", "immigration_kind": None,
}  # fmt: skip
NO_AGENCY = {
    "searching_agency": None,
    "searching_agency_as_released": None,
    "agency_state": None,
    "agency_kind": None,
}

KINDS = {
    "network audit": (rows_of(), {}),
    "organization audit": own("organization audit"),
    "portal audit": own("portal audit"),
    "portal without agencies and reasons": (
        rows_of(**NO_AGENCY, **NO_REASON, reason_origin="blank", own_search=True, camera_owner=OWNERS[1]),
        {"log": "portal audit", "missing_columns": "agency; reason; offense_types"},
    ),
    "unknown owner": (rows_of(camera_owner=None), {}),
    "one owner": (rows_of(camera_owner=OWNERS[0]), {}),
    "no column of reasons": (
        rows_of(**NO_REASON, reason_origin="blank"), {"missing_columns": "reason; offense_types"}
    ),
    "every reason blank": (rows_of(**NO_REASON, reason_origin="blank"), {"missing_columns": "offense_types"}),
    "every reason masked": (rows_of(**NO_REASON, reason_origin="masked"), {}),
    "no offense types": (rows_of(offense_types=[]), {}),
    "no ids": (rows_of(released_id=None), {}),
    "no case numbers": (rows_of(has_case_number=None), {}),
    "no devices": (rows_of(devices_searched=None), {}),
    "no networks": (rows_of(networks_searched=None), {}),
    "no time frames": (rows_of(window_start=None, window_end=None), {}),
    "no agency names": (rows_of(**NO_AGENCY), {}),
    "every agency masked": (
        rows_of(searching_agency="***", searching_agency_as_released="***", agency_state=None, agency_kind=None), {}
    ),
    "agencies by number only": (
        rows_of(**NO_AGENCY | dict.fromkeys(("searching_agency", "searching_agency_as_released"), by_number("133"))), {}
    ),
    "no agency names and no ids": (rows_of(**NO_AGENCY, released_id=None), {}),
    "no state": (rows_of(), {"state": None}),
    "own police not named": (rows_of(own_search=None), {}),
    "no list of agreements": (rows_of(), {"agreements": []}),
    "no sharing list": (rows_of(), {"shared": []}),
    "no search": (rows_of().head(0), {}),
}  # fmt: skip


def asked_of(kind):
    """A kind of log as one object, with the facts that its files and its place tell."""
    rows, said = KINDS[kind]
    listed = None if "agreements" in said else lists()[0][0].agreements
    missing = set(said.get("missing_columns", "").split("; "))
    return log(
        rows,
        state=said.get("state", "TX"),
        time_zone=ZONE,
        listed=listed,
        audits=() if said.get("log", "network audit") != "network audit" else None,
        without_reasons=("log.csv",) if {"reason", "offense_types"} <= missing else (),
    )


def numbers_of(kind):
    """Every number that the notebooks record of a log, by measure, over all of its rows."""
    rows, said = asked_of(kind), KINDS[kind][1]
    shared, agreements = said.get("shared", lists()[1]), said.get("agreements", lists()[0])
    files = pd.DataFrame({
        "source_file": ["log.csv"], "camera_owner": [OWNERS[0]], "records": [rows.count()],
        "searches": [rows.count()], "rejected": [0], "repeated_records": [0],
    })  # fmt: skip
    made = [
        *measures.released(files), *measures.repeated(files),
        *measures.names_resolved(measures.released_names(rows), agencies.known()), *measures.own_reasons(rows),
        *measures.access(rows, shared), *measures.growth(agreements)[0], *measures.shown_numbers(rows),
        *measures.rule_numbers(measures.rule_beside_ids(rows, "rule")), *measures.at_least(measures.bounds(rows)),
    ]  # fmt: skip
    lacks = measures.unmet(rows)
    counted = measures.numbers(rows, measures.MEASURES.values(), lacks)
    told = [*counted, *measures.only_known(made, lacks)]
    return {one["measure"]: one for one in told if one["scope"] == "all"}


# The table ------------------------------------------------------------------------------------------------------

NO_SEARCH = {"no search"}
OWN_LOGS = {"organization audit", "portal audit", "portal without agencies and reasons"}
NO_AGENCIES = {
    "portal without agencies and reasons", "no agency names", "agencies by number only", "every agency masked",
    "no agency names and no ids", "no search",
}  # fmt: skip
NO_REASONS = {
    "portal without agencies and reasons", "no column of reasons", "every reason blank", "every reason masked",
    "no search",
}  # fmt: skip
NO_COLUMN = {"portal without agencies and reasons", "no column of reasons", "no search"}
NO_MENU = NO_REASONS | {"no offense types"}
NO_IDENTITY = {"no agency names and no ids", "no search"}
NO_IDS = {"no ids", "no agency names and no ids", "no search"}
ONE_LOG = OWN_LOGS | {"unknown owner", "one owner", "no search"}
NO_NETWORKS = {"no networks", "no search"}
NO_DEVICES = {"no devices", "no search"}
NO_FRAMES = {"no time frames", "no search"}
NO_LIST = {"no list of agreements"}


def under(measure, kinds, definitions=("strict", "core", "broad")):
    return {f"{measure}.{one}": kinds for one in definitions}


NOT_KNOWN = {
    **dict.fromkeys(
        (*(name for name, one in measures.MEASURES.items() if one.has_rows and not one.needs),
         "rows_released", "rows_rejected", "repeated_records", "rows_in_second_files",
         "names_of_nobody", "names_reviewed", "reviewed_lines_without_a_name"), frozenset()
    ),
    "camera_owners": {"unknown owner", "no search"},
    **dict.fromkeys(("first_search", "last_search", "first_day", "last_day"), NO_SEARCH),
    "night_searches": {"unknown owner", "no search"},
    **dict.fromkeys(("distinct_searches", "duplicate_sightings", "searches_with_unequal_counts"), NO_IDENTITY),
    **dict.fromkeys(("distinct_released_ids", "repeated_ids"), NO_IDS),
    **dict.fromkeys(
        ("searches_in_several_logs.with_ids", "searches_in_several_logs.same_id"), ONE_LOG | NO_IDS
    ),
    **under("immigration_hidden_elsewhere", ONE_LOG | NO_IDENTITY | NO_REASONS),
    "immigration_hidden_at_most.core": set(KINDS),  # no search is hidden in one log and shown in another
    "distinct_searches_at_least": ONE_LOG | NO_IDENTITY,
    "distinct_immigration_searches_at_least.core": ONE_LOG | NO_IDENTITY | NO_REASONS,
    **dict.fromkeys(("one_search_precision", "one_search_recall"), NO_IDS),
    **dict.fromkeys(
        ("blank_reasons", "masked_reasons", "no_stated_purpose", "unstated_searches.core",
         "immigration_searches_at_most.core"), NO_COLUMN
    ),
    **dict.fromkeys(
        ("vague_reasons", "vague_typed_reasons", "machine_reasons", "distinct_reasons", "distinct_reasons.normal"),
        NO_REASONS,
    ),
    **dict.fromkeys(
        ("agencies", "agencies_as_released", "agencies_on_one_row", "names_with_kind", "names_with_state",
         "rows_with_kind", "rows_with_state"), NO_AGENCIES
    ),
    "agency_states": NO_AGENCIES | OWN_LOGS,
    **dict.fromkeys(("in_state_searches", "in_state_searches.at_most"), NO_AGENCIES | OWN_LOGS | {"no state"}),
    **dict.fromkeys(
        ("out_of_state_searches", "out_of_state_searches.at_most"), NO_AGENCIES | OWN_LOGS | {"no state"}
    ),
    **dict.fromkeys(("federal_searches", "federal_searches.at_most"), NO_AGENCIES | OWN_LOGS),
    "own_searches": OWN_LOGS | {"own police not named", "no search"},
    **dict.fromkeys(("own_immigration_searches.core", "own_reasons"), NO_REASONS | {"own police not named"}),
    "agencies_with_access": {"no sharing list"},
    **dict.fromkeys(
        ("agencies_with_access_that_searched", "agencies_without_access", "searches_without_access"),
        NO_AGENCIES | OWN_LOGS | {"unknown owner", "no sharing list"},
    ),
    **dict.fromkeys(("devices_most", "devices_median", "rows_without_devices"), NO_DEVICES),
    **dict.fromkeys(
        ("networks_most", "networks_median", "one_network_searches", "several_network_searches",
         "several_network_share"), NO_NETWORKS
    ),
    **under("several_network_searches", set(KINDS) - OWN_LOGS,
            ("mean_networks", "lower_quartile", "median", "upper_quartile")),
    **dict.fromkeys(
        ("windows_over_30_days", "windows_over_31_days", "windows_over_30_days.over_360",
         "window_lengths_over_30_days", "window_hours_median", "longest_lookback_days"), NO_FRAMES
    ),
    **dict.fromkeys(("windows_over_30_days.patrol", "longest_lookback_days.patrol"), NO_FRAMES | NO_REASONS),
    **under("immigration_searches", NO_REASONS),
    **under("distinct_immigration_searches", NO_REASONS | NO_IDENTITY),
    **under("immigration_agencies", NO_REASONS | NO_AGENCIES | OWN_LOGS),
    **under("immigration_states", NO_REASONS | NO_AGENCIES | OWN_LOGS),
    **dict.fromkeys(("immigration_searches.dropdown", "distinct_immigration_searches.dropdown"), NO_MENU),
    **dict.fromkeys(("immigration_agencies.dropdown", "immigration_states.dropdown"), NO_MENU | OWN_LOGS),
    **under("civil_to_criminal", set(KINDS), ("distinct", "at_least", "at_most")),
    "civil_to_criminal": set(KINDS),  # three searches named a criminal offense: too few for a ratio
    **{f"immigration_{name}.distinct": NO_REASONS | NO_IDENTITY for name in ("civil", "criminal", "unspecified")},
    **dict.fromkeys(
        ("immigration_civil", "immigration_criminal", "immigration_unspecified", "hsi_dhs_only",
         "immigration_mixed.core", "immigration_searches_unnamed.core"), NO_REASONS
    ),
    **dict.fromkeys(
        ("immigration_top_agency.core", "immigration_top_agency_share.core", "local_immigration_searches.core",
         "local_immigration_searches.at_least", "local_immigration_searches.at_most",
         "immigration_searches_without_top_agency.core", "immigration_effective_agencies.core",
         "immigration_half_agencies.core", "immigration_agencies_on_one_row.core",
         "immigration_agencies_as_released.core"), NO_REASONS | NO_AGENCIES | OWN_LOGS
    ),
    "agencies_287g": NO_AGENCIES | NO_LIST,
    **dict.fromkeys(
        ("agencies_287g.core", "agencies_287g_signed_later.core", "immigration_searches_since_agreement.core",
         "immigration_searches_since_agreement.at_most"),
        NO_AGENCIES | NO_REASONS | NO_LIST,
    ),
    **dict.fromkeys(
        ("agreements_before_term", "agreements_listed", "agreement_agencies_before_term",
         "agreement_agencies_listed"), NO_LIST
    ),
    "agreement_agencies_growth": set(KINDS),  # the invented list is one of participants
}  # fmt: skip
"""For each measure the kinds of log that cannot tell it."""


NO_SEARCH_SAYS = {NEEDS[need].because for need in ("searches", "outsiders", "ended agreements")}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_of_log_cannot_tell_is_not_known_and_never_zero(kind):
    found = numbers_of(kind)
    organizations = {f"immigration_organizations.{one}" for one in ("strict", "core", "broad")}
    where_any = {"agencies_by_number", "rows_in_second_files", *organizations} & (set(NOT_KNOWN) - set(found))
    assert set(found) | where_any == set(NOT_KNOWN), "every measure that needs something has an entry here"
    unknown = {measure for measure, one in found.items() if one["value"] is None}
    assert unknown == {measure for measure, kinds in NOT_KNOWN.items() if kind in kinds}
    for measure in unknown:
        assert found[measure]["because"] in {need.because for need in NEEDS.values()}, measure
        assert kind != "no search" or found[measure]["because"] in NO_SEARCH_SAYS, measure
        assert "numerator" not in found[measure] or measure in (
            *under("civil_to_criminal", (), ("distinct", "at_least", "at_most")),
            "civil_to_criminal",
            "agreement_agencies_growth",
        )


def test_beside_an_organization_audit_a_sharing_list_says_who_could_search_and_not_who_did():
    found = numbers_of("organization audit")
    assert found["agencies_with_access"]["value"] == 2
    assert "holds no outsiders' searches" in found["agencies_with_access_that_searched"]["because"]
    table = measures.with_access(asked_of("portal audit"), lists()[1])
    assert table["group"].tolist() == ["on the list; no log names who searched"]
    assert table["agencies"].tolist() == [2]
    assert table["searches"].isna().all()


def test_the_log_of_one_owner_is_judged_by_its_own_rows_and_files():
    rows = pd.concat(
        [KINDS["network audit"][0], rows_of(**NO_REASON, reason_origin="masked", source_file="b.csv")]
    )
    rows.loc[rows["source_file"] == "b.csv", "camera_owner"] = "Quellmere ISD"
    rows = log(rows, audits=("log.csv",), without_reasons=("b.csv",))
    lacks = measures.unmet(rows)
    assert "outsiders" not in lacks["all"]
    assert {"reasons", "reason column", "outsiders"} <= lacks["Quellmere ISD"]
    assert not {"reasons", "reason column", "outsiders"} & lacks["Tarnwick ISD"]
    told = measures.numbers(rows, measures.measures("blank_reasons"))
    values = {one["scope"]: one["value"] for one in told}
    assert values == {"all": 0, "Tarnwick ISD": 0, "Mockville TX PD": 0, "Quellmere ISD": None}


def test_a_share_of_nothing_is_not_known():
    (top,) = measures.numbers(log({}), measures.measures("immigration_top_agency_share.core"))[:1]
    assert (top["value"], top["because"]) == (None, NEEDS["share"].because)
    computed = measures.number("names_with_kind", "all", 0.0, "share", numerator=0, denominator=0)
    (told,) = measures.only_known([computed], {"all": frozenset()})
    assert (told["value"], told["because"]) == (None, NEEDS["share"].because)
    (absent,) = measures.only_known([computed], {})
    assert absent["because"] == NEEDS["searches"].because


RESULTS = sorted((TOP / "results").glob("*/numbers.json"))
NEED_NOTHING = {
    "01-clocks", "01-coverage", "01-eras", "01-files", "01-left-out", "01-moderation", "01-rejected",
    "01-searches-per-day", "02-planted-pairs",
    "04-access", "04-reach-by-type", "05-lists", "06-claims",
    "07-agreement", "07-agreement-codes", "07-by-half", "07-errors", "07-errors-by-era", "07-errors-by-origin",
    "07-kinds",
    "07-precision", "07-precision-by-era", "07-precision-by-origin", "07-reader-errors", "07-reading-load", "07-recall",
    "07-topics", "08-other-versions", "08-register",
}  # fmt: skip
"""Tables that say of each of their cells whether it is known, or that are of files, readers and claims."""


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.parent.name)
def test_every_published_number_and_table_has_an_entry(path):
    names = {one["measure"] for one in json.loads(path.read_text(encoding="utf-8"))} - {"records"}
    assert names <= set(measures.MEASURES)
    tables = {table.stem for table in (path.parent / "tables").glob("*.csv")}
    assert tables <= set(TABLES) | NEED_NOTHING


@pytest.mark.parametrize("table", ["04-exposure", "04-hours"])
def test_a_rate_by_a_logs_days_and_hours_needs_to_know_whose_log_it_is(table):
    assert set(TABLES[table]) & measures.unmet(asked_of("unknown owner"))["all"]
    assert not set(TABLES[table]) & measures.unmet(asked_of("one owner"))["all"]


def test_what_a_table_needs_has_a_reason_for_where_it_is_missing():
    assert {need for one in TABLES.values() for need in one} <= set(NEEDS)
    assert all(need.because for need in NEEDS.values())
