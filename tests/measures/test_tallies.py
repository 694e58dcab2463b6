"""Every agency's line, and tallies that add up to the totals of every definition: by hand on a few rows."""

import pytest
from frames import log

from analysis import measures
from analysis.measures.alternatives import ALTERNATIVES
from analysis.measures.tallied import GROUPS, MIXED

WORDS = {"immigration_tier": "strict", "rules": ["immigration_word.word"]}
MENU = {"immigration_tier": "strict", "rules": [], "offense_types": ["Immigration (civil/administrative)"]}
ICE = {"immigration_tier": "core", "rules": ["ice_agency.alone"]}
HSI = {"immigration_tier": "broad", "rules": ["hsi.letters"]}
ROWS = [
    {**WORDS, "search_key": "a"}, {**WORDS, "search_key": "a", "camera_owner": "Umberstow ISD"},
    {**WORDS, "search_key": "b", "mixed": True}, {**MENU, "search_key": "c"},
    {**MENU, "search_key": "d", "rules": ["removal.order"]}, {**ICE, "search_key": "e"},
    {**ICE, "search_key": "f", "rules": ["ice_agency.alone", "border_agency.names", "hsi.letters"]},
    {**ICE, "search_key": "g", "rules": ["operation.lone_star"]}, {**HSI, "search_key": "h"},
    {**HSI, "search_key": "i", "rules": ["dhs.letters"], "searching_agency": "***"},
    {"search_key": "j", "topics": ["machine_immigration"], "reason_origin": "machine"}, {"search_key": "k"},
    # one search that two logs tell differently
    {**WORDS, "search_key": "l"}, {**HSI, "search_key": "l", "camera_owner": "Umberstow ISD"},
]  # fmt: skip
TIERS = {"strict": 2, "core": 5, "broad": 7}


def counted(table, groups):
    """Rows and distinct searches that these groups count, as the site's page adds them up."""
    found = table[[bool({*line.split("; ")} & {*groups}) for line in table["counted_by"]]]
    return int((found["searches"] * found["rows"]).sum()), int(
        found.drop_duplicates("cell")["searches"].sum()
    )


@pytest.mark.parametrize("name", TIERS)
def test_the_groups_of_a_definition_add_up_to_its_rows_and_its_searches(name):
    searches = log(*ROWS)
    table = measures.tallies(searches)
    found = searches.where(name)
    assert counted(table, list(GROUPS)[: TIERS[name]]) == (found.count(), found.distinct("search_key"))


@pytest.mark.parametrize("most", [2, 3, 4, 5, 6, 7])
def test_each_group_in_turn_gives_the_next_definition(most):
    # The first definition that notebook 06 tries holds the first two groups, and each next one more.
    sql = list(ALTERNATIVES.values())[most - 2]
    searches = log(*ROWS)
    assert counted(measures.tallies(searches), list(GROUPS)[:most])[0] == searches.count(
        f"coalesce({sql}, false)"
    )


def test_a_search_that_meets_several_groups_is_counted_by_each_and_other_crimes_are_named():
    table = measures.tallies(log(*ROWS))
    assert counted(table, ["border agencies"]) == (1, 1)
    assert counted(table, ["ICE alone and ERO"]) == (2, 2)
    assert counted(table, ["text that software wrote"]) == (1, 1)
    assert counted(table, [MIXED]) == (1, 1)
    assert set(table["searching_agency"].dropna()) == {"Quellmere GA PD"}
    assert not table["counted_by"].str.contains("***", regex=False).any()


def test_weeks_are_left_out_where_they_would_make_too_many_lines():
    rows = [{**WORDS, "search_key": str(n), "searched_at": f"2025-{n:02}-03T12:00:00Z"} for n in range(1, 10)]
    assert len(measures.tallies(log(*rows))) == 9
    short = measures.tallies(log(*rows), most=5)
    assert (len(short), short["week"].isna().all(), int(short["searches"][0])) == (1, True, 9)


def test_every_agency_has_its_line_and_what_the_log_does_not_tell_is_blank():
    table = measures.every_agency(log(*ROWS, {"searching_agency": "Blayne TX PD", "agency_state": "TX"}))
    assert table["searching_agency"].tolist() == ["Quellmere GA PD", "Blayne TX PD"]
    assert table.loc[0, ["searches", "strict", "core", "broad"]].tolist() == [13, 6, 9, 11]
    assert table.loc[1, ["searches", "broad", "networks_most"]].tolist() == [1, 0, 5]
    blank = measures.every_agency(log(*ROWS), {"reasons", "agreements", "networks"}).iloc[0]
    names = ["strict", "core", "broad", "networks_most", "agreement_signed", "core_since_agreement"]
    assert blank[names].isna().all()
    assert blank["searches"] == 13
