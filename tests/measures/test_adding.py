"""Adding a measure is one declaration: its number, SQL, rows, meaning and claims come from it."""

import pytest
from frames import log

from analysis import claims, measures, rows
from analysis.measures import columns, register


@pytest.fixture
def weekend():
    columns.condition("at_the_weekend", "weekday >= 6", "was made on a Saturday or a Sunday")
    register.declare(
        "searches_at_the_weekend", "rows", "searches on a Saturday or a Sunday", "rows",
        where="at_the_weekend", of="true",
    )  # fmt: skip
    yield register.MEASURES["searches_at_the_weekend"]
    del register.MEASURES["searches_at_the_weekend"], columns.NAMES["at_the_weekend"]


def test_one_declaration_gives_number_denominator_sql_and_rows(weekend):
    saturday, monday = {"searched_at": "2025-12-06T12:00:00Z"}, {"searched_at": "2025-12-08T12:00:00Z"}
    asked = log(saturday, saturday, monday)
    found = measures.numbers(asked, [weekend])
    assert [(one["scope"], one["value"], one["numerator"], one["denominator"]) for one in found] == [
        ("all", 2, 2, 3),
        ("Tarnwick ISD", 2, 2, 3),
    ]
    assert asked.rows(weekend.select()) == [(2,)]
    assert weekend.rows(asked).count() == 2
    assert rows.has_rows(weekend)
    assert weekend in register.measures("searches_at_the_weekend")


def test_a_measure_is_declared_once_and_needs_what_is_known(weekend):
    with pytest.raises(ValueError, match="declared twice"):
        register.declare("searches_at_the_weekend", "rows", "…", "rows")
    with pytest.raises(ValueError, match="declared twice"):
        columns.condition("at_the_weekend", "true", "…")
    with pytest.raises(ValueError, match="no kind"):
        register.declare("other_searches", "guess", "…", "rows")
    with pytest.raises(ValueError, match="needs"):
        register.declare("other_searches", "rows", "…", "rows", needs=("moonlight",))


def test_a_ratio_of_ones_own_says_nothing_of_immigration_where_it_has_no_value():
    register.declare("weekend_to_weekday", "ratio", "…", "ratio", where="weekday >= 6", of="weekday < 6")
    try:
        saturday = log({"searched_at": "2025-12-06T12:00:00Z"}, time_zone="UTC")
        (number, _) = measures.numbers(saturday, register.measures("weekend_to_weekday"))
    finally:
        del register.MEASURES["weekend_to_weekday"]
    assert (number["value"], number["because"]) == (None, "there is nothing to take a share of")
    assert (number["numerator"], number["denominator"]) == (1, 0)


def test_behind_a_ratio_both_sides_are_listed_and_behind_distinct_searches_the_first_row_of_each():
    rows = log(
        {"immigration_tier": "core", "immigration_kind": "civil", "search_key": "a"},
        {"immigration_tier": "core", "immigration_kind": "criminal", "search_key": "b"},
        {"search_key": "b"},
    )
    assert rows.behind("civil_to_criminal").frame("source_row")["source_row"].tolist() == [1, 2]
    assert rows.behind("distinct_searches").frame("source_row")["source_row"].tolist() == [1, 2]


def test_an_unknown_measure_is_answered_with_the_nearest():
    with pytest.raises(measures.UnknownMeasure, match=r"near it: immigration_agencies\.core"):
        measures.measure("imigration_agencies.core")
    with pytest.raises(measures.UnknownMeasure, match="near it"):
        measures.measures("searches", "agences")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('measure = "imigration_searches"', "near it: immigration_searches"),
        ('measure = "planted_found_share.core"\namong = { federal = true }', "not counted from rows"),
        ('measure = "searches"\namong = { feederal = true }', "federal"),
        ('measure = "searches"\namong = { month = "" }', "month = '' is not a text"),
    ],
)
def test_a_claim_that_nothing_could_settle_is_refused_when_it_is_read(tmp_path, line, said):
    path = tmp_path / "piece.toml"
    path.write_text(
        f'[[claim]]\nid = "a"\nsays = "3 searches"\noperator = "equals"\nvalue = "3"\nunit = "rows"\n'
        f'confidence = "high"\nsource = "https://example.org/a"\n{line}\n',
        encoding="utf-8",
    )
    with pytest.raises(claims.BadClaims, match=said):
        claims.read(path)


def test_a_claim_may_be_about_any_of_the_searches():
    asked = log(
        {"searched_at": "2025-12-06T12:00:00Z", "search_type": "freeform"},
        {
            "searched_at": "2025-11-06T12:00:00Z",
            "agency_kind": "federal",
            "searching_agency": "Marl Field Office",
        },
        {"searched_at": "2025-12-07T12:00:00Z", "search_type": "visual"},
    )
    base = {"id": "a", "says": "…", "operator": "equals", "value": "1", "unit": "rows", "confidence": "high",
            "sources": ("https://example.org",), "file": "claims/a.toml", "measure": "searches"}  # fmt: skip
    for among, count in (
        ({"month": "2025-12"}, 2),
        ({"search_type": "freeform"}, 1),
        ({"search_type": ["freeform", "visual"], "month": "2025-12"}, 2),
        ({"federal": True}, 1),
        ({"searching_agency": "Marl Field Office"}, 1),
    ):
        assert claims.filtered(claims.Claim(**base, among=among), asked).count() == count
