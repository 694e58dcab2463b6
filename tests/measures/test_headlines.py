"""Every headline, of the table of its figure, on whatever rows a log may hold."""

import pytest
from generated import logs
from hypothesis import given, settings

from analysis import figures, measures

TABLES = {
    "searches_per_day": measures.per_day,
    "logs_per_search": measures.logs_per_search,
    "origins_by_week": measures.origin_by_week,
    "by_kind": measures.by_kind,
    "vague_by_kind": measures.by_kind,
    "states": measures.by_state,
    "immigration_states": measures.immigration_by_state,
    "reach": measures.reach_spread,
    "breadth": measures.breadth,
    "look_back": measures.look_backs,
    "by_hour": measures.by_hour,
    "immigration_per_week": measures.immigration_per_week,
    "agencies_behind": measures.agencies_behind,
    "kinds": measures.by_immigration_kind,
    "added": measures.added_by_definition,
}


@pytest.mark.parametrize("name", TABLES)
@given(rows=logs())
@settings(max_examples=8, deadline=None)
def test_a_table_has_a_title_and_values_and_no_number_that_is_none(name, rows):
    table, picture = TABLES[name](rows), getattr(figures, name)
    if len(table):
        said = picture.alt(table)
        assert picture.says(table).finding
        assert "nan" not in said.casefold().split()
        assert "None" not in said
