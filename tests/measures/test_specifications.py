"""Every definition by everything left out, in rows and in searches: by hand on ten rows."""

from types import SimpleNamespace

import pytest
from frames import log

from analysis import claims, measures, places, reasons
from analysis.measures import values
from analysis.measures.alternatives import _COUNTING, CORE
from analysis.measures.combinations import LEFT_OUT, TRIED

STRICT, ICE = {"immigration_tier": "strict"}, {"immigration_tier": "core", "rules": ["ice_agency.word"]}
MENU = {**STRICT, "offense_types": ["Immigration (civil/administrative)"]}
HSI = {"immigration_tier": "broad", "rules": ["hsi.letters"]}
TEN = [
    {**STRICT, "search_key": "a"}, {**STRICT, "search_key": "a", "camera_owner": "Quellmere ISD"},
    {**STRICT, "search_key": "b", "mixed": True}, {**MENU, "search_key": "c"}, {**ICE, "search_key": "d"},
    {**ICE, "search_key": "e", "rules": ["ice_agency.word", "hsi.letters"]}, {**HSI, "search_key": "f"},
    {**STRICT, "search_key": "g", "searching_agency": "Blayne TX PD"}, {"search_key": "h"}, {"search_key": "i"},
]  # fmt: skip
STRICTLY, BROADLY = "strict: the words themselves", "broad: core, HSI and DHS"


@pytest.mark.parametrize("many_rows", [0, values.MANY_ROWS])
def test_every_combination_is_counted_as_a_hand_counts_it(monkeypatch, many_rows):
    monkeypatch.setattr(values, "MANY_ROWS", many_rows)
    table = measures.specifications(log(*TEN)).set_index(["definition", "left_out", "counted"])
    assert len(table) == len(TRIED) * len(LEFT_OUT) * 2

    def found(definition, counted):
        return [int(table.loc[(definition, left, counted), "searches"]) for left in LEFT_OUT]

    # All, without HSI, without mixed, menu alone, typed alone, without Quellmere (who made most).
    assert found(STRICTLY, "rows") == [5, 5, 4, 1, 4, 1]
    assert found(CORE, "rows") == [7, 6, 6, 1, 6, 1]
    assert found(CORE, "distinct searches") == [6, 5, 5, 1, 5, 1]
    assert found(BROADLY, "rows") == [8, 6, 7, 1, 7, 1]
    assert table.loc[(CORE, "nothing", "rows"), ["of", "share"]].tolist() == [10, 0.7]
    assert table.loc[(CORE, "nothing", "distinct searches"), "of"] == 9
    assert table["searches"].is_monotonic_increasing


def test_what_core_alone_counts_is_told_by_every_group_of_rules_that_counts():
    rules = reasons.load(places.root() / "data" / "hand" / "reasons").rules
    assert {rule.group for rule in rules if rule.tier in ("strict", "core")} == _COUNTING


def test_one_owners_log_is_counted_alone_and_searches_are_not_where_none_can_be_told_from_another():
    table = measures.specifications(log(*TEN), "Quellmere ISD")
    assert table["of"].unique().tolist() == [1]
    nobody = log(*({**row, "searching_agency": None} for row in TEN))
    assert measures.specifications(nobody)["counted"].unique().tolist() == ["rows"]


def test_the_published_counts_are_those_of_all_the_rows_of_one_scope():
    def claim(value, scope="Tarnwick ISD", measure="immigration_searches", operator="equals", **more):
        usual = {"share": False, "among": {}}
        return SimpleNamespace(
            value=value, scope=scope, measure=measure, operator=operator, **{**usual, **more}
        )

    printed = [
        claim("620"), claim("9.5%", share=True), claim("30", measure="immigration_agencies"),
        claim("12", among={"month": "2025-12"}), claim("1,000", operator="about"), claim("7", scope="Quellmere ISD"),
    ]  # fmt: skip
    found = claims.counts_published(printed, "immigration_searches")
    assert found == ("Tarnwick ISD", [("equals 620", 620.0), ("about 1,000", 1000.0)])
    assert claims.counts_published([], "immigration_searches") == ("all", [])
