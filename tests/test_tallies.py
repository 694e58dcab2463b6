"""A tally counts every search once, in memory and on disk alike, and reads no column that it does not name."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frames import searches
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import tallies

HOSTILE = "O'Quell\"mere\\ TX PD; drop table searches --"
ROWS = (
    {},
    {"searching_agency": "Tarnwick FL SO", "agency_state": "FL", "topics": ["theft", "vague"]},
    {"searching_agency": "Tarnwick FL SO", "agency_state": "FL", "topics": []},
    {"searching_agency": HOSTILE, "agency_state": None, "moderation": "allow"},
)


@pytest.fixture(params=["in memory", "on disk"])
def table(request, tmp_path):
    frame = searches(*ROWS)
    if request.param == "in memory":
        return frame
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "searches.parquet")
    return tallies.Stored(tmp_path / "searches.parquet")


def test_the_lines_of_a_tally_add_up_to_the_searches(table):
    lines = tallies.tally(table, "searching_agency", "agency_state")
    assert lines["rows"].sum() == tallies.count(table) == 4
    assert lines["searching_agency"].tolist() == [HOSTILE, "Quellmere GA PD", "Tarnwick FL SO"]
    assert lines["agency_state"].fillna("").tolist() == ["", "GA", "FL"]


def test_the_period_of_searches_is_that_of_each_group_and_of_all(table):
    alone = tallies.periods(table, "agency_state")
    assert alone["rows"].tolist() == [2, 1, 1]
    assert alone["first"].equals(alone["last"])
    assert tallies.periods(table)[["first", "rows"]].values.tolist() == [[alone["first"][0], 4]]


def test_searches_that_were_set_aside_are_asked_like_those_they_came_from(table):
    both = "searching_agency in (select searching_agency from searches group by all having count(*) > 1)"
    found = tallies.aside(table, "searching_agency", "topics", "searched_at", where=both)
    assert tallies.tally(found, "searching_agency").values.tolist() == [["Tarnwick FL SO", 2]]
    assert tallies.count(found, tallies.holds("topics", "vague")) == 1
    assert str(tallies.chosen(found, "searched_at")["searched_at"].dtype) == "datetime64[us, UTC]"


def test_missing_values_are_a_line_of_their_own_and_last(table):
    assert tallies.tally(table, "moderation")["moderation"].fillna("").tolist() == ["allow", ""]
    assert tallies.tally(table, "released_id")["rows"].tolist() == [4]


def test_lists_are_told_apart_and_looked_into(table):
    assert tallies.tally(table, "topics")["rows"].tolist() == [1, 2, 1]
    vague = tallies.tally(table, vague=tallies.holds("topics", "vague"))
    assert vague.values.tolist() == [[False, 3], [True, 1]]


def test_distinct_values_are_counted_in_each_group_without_the_missing_ones(table):
    assert tallies.distinct(table, "searching_agency")["distinct"].tolist() == [3]
    by_owner = tallies.distinct(table, "agency_state", "camera_owner")
    assert by_owner[["distinct", "rows"]].values.tolist() == [[2, 4]]


def test_distinct_values_are_counted_under_several_conditions_at_once(table):
    under = {"FL, or vague": "agency_state = 'FL'", "none": "false", "of GA": "agency_state = 'GA'"}
    found = tallies.distinct_under(table, "searching_agency", "camera_owner", under)
    assert found["camera_owner"].fillna("").tolist() == ["", "Tarnwick ISD"]
    assert found[list(under)].values.tolist() == [[1, 0, 1]] * 2


def test_a_tally_says_of_each_line_which_conditions_its_searches_meet(table):
    under = {
        "of FL": "agency_state = 'FL'",
        "vague or theft": "len(topics) > 0",
        "unknown": "moderation = 'x'",
    }
    lines = tallies.tally_under(table, "searching_agency", under=under)
    assert lines["searching_agency"].tolist() == [
        HOSTILE,
        "Quellmere GA PD",
        "Tarnwick FL SO",
        "Tarnwick FL SO",
    ]
    assert lines["of FL"].tolist() == [False, False, True, True]
    assert lines.loc[lines["of FL"], "vague or theft"].tolist() == [False, True]
    assert not lines["unknown"].any()
    assert lines["rows"].sum() == 4


@pytest.mark.parametrize("codes", ["hashes", "texts"])
def test_columns_of_many_texts_give_the_same_lines_by_hashes_and_by_texts(table, codes, monkeypatch):
    if codes == "texts":  # as where two texts of a column had one hash
        monkeypatch.setattr(tallies, "_codes_of", lambda *_: "")
    columns = ("searching_agency", "agency_state", "camera_owner")
    lines = tallies.tally(table, *columns)
    assert lines["searching_agency"].tolist() == [HOSTILE, "Quellmere GA PD", "Tarnwick FL SO"]
    assert lines["agency_state"].fillna("").tolist() == ["", "GA", "FL"]
    assert lines["rows"].tolist() == [1, 1, 2]
    by_state = tallies.distinct(table, "searching_agency", "agency_state", "camera_owner")
    assert by_state["agency_state"].fillna("").tolist() == ["FL", "GA", ""]
    assert by_state[["distinct", "rows"]].values.tolist() == [[1, 2], [1, 1], [1, 1]]
    assert tallies.periods(table, *columns)["rows"].tolist() == [1, 1, 2]


def test_where_no_search_meets_a_condition_no_line_is_given(table):
    assert tallies.distinct_under(table, "searching_agency", "camera_owner", {"none": "false"}).empty


def test_searches_set_aside_are_those_and_keep_their_order(table):
    kept = tallies.aside(
        table, "searching_agency", where="source_row > 1", place=tallies.place_of(table), state="agency_state"
    )
    lines = tallies.chosen(kept, "searching_agency", "place", "state")
    assert lines["searching_agency"].tolist() == ["Tarnwick FL SO", "Tarnwick FL SO", HOSTILE]
    assert lines["place"].is_monotonic_increasing
    assert tallies.count(tallies.among(kept, "state = 'FL'")) == 2


def test_a_question_is_asked_of_a_file_once_until_it_changes(tmp_path):
    path, asked = tmp_path / "searches.parquet", []

    @tallies.once
    def rows(table):
        asked.append(table)
        return tallies.count(table)

    for changes, count in ((ROWS, 4), (ROWS, 4), (ROWS[:1], 1)):
        if len(asked) != 1 or count == 1:
            pq.write_table(pa.Table.from_pandas(searches(*changes), preserve_index=False), path)
        assert rows(tallies.Stored(path)) == count
    assert len(asked) == 2


def test_a_part_of_the_searches_is_asked_like_all_of_them(table):
    part = tallies.among(table, tallies.one_of("searching_agency", [HOSTILE, "Tarnwick FL SO"]))
    assert tallies.count(part) == 3
    assert tallies.count(tallies.among(part, "agency_state = 'FL'")) == 2
    assert tallies.count(part, tallies.one_of("agency_state", [])) == 0


def test_chosen_searches_come_in_the_order_in_which_they_stand(table):
    chosen = tallies.chosen(table, "source_row", "searched_at", where="agency_state is distinct from 'GA'")
    assert chosen["source_row"].tolist() == [2, 3, 4]
    assert str(chosen["searched_at"].dtype) == "datetime64[us, UTC]"


def test_a_file_and_a_frame_give_the_same_answer_of_the_same_types(tmp_path):
    frame = searches(*ROWS)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "searches.parquet")
    stored = tallies.Stored(tmp_path / "searches.parquet")
    columns = ("camera_owner", "agency_state", "own_search", "networks_searched", "topics", "window_start")
    pd.testing.assert_frame_equal(tallies.tally(stored, *columns), tallies.tally(frame, *columns))


TEXTS = st.text(max_size=20)


@settings(deadline=None)
@given(TEXTS)
def test_no_text_of_a_log_is_taken_for_sql(text):
    frame = searches({"searching_agency": text}, {"searching_agency": text + "x"})
    assert tallies.count(frame, tallies.one_of("searching_agency", [text])) == 1


MOMENTS = st.datetimes(pd.Timestamp("2000-01-01"), pd.Timestamp("2049-12-31"))
ZONES = st.sampled_from(["America/Chicago", "America/New_York", "America/Phoenix", "Pacific/Honolulu", "UTC"])


@settings(deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=6), ZONES)
def test_local_time_is_that_of_the_calendar(moments, zone):
    frame = searches(
        *({"searched_at": moment.replace(microsecond=0).isoformat() + "Z"} for moment in moments)
    )
    local = tallies.chosen(frame, local=tallies.local_time(frame, zone))["local"]
    assert local.tolist() == frame["searched_at"].dt.tz_convert(zone).dt.tz_localize(None).tolist()


def test_the_hour_that_comes_twice_is_two_hours_of_searches():
    frame = searches({"searched_at": "2025-11-02T06:59:59Z"}, {"searched_at": "2025-11-02T07:00:00Z"})
    local = tallies.chosen(frame, local=tallies.local_time(frame, "America/Chicago"))["local"]
    assert local.astype(str).tolist() == ["2025-11-02 01:59:59", "2025-11-02 01:00:00"]


def test_a_shared_question_is_asked_of_a_file_once_and_of_a_frame_each_time(tmp_path):
    asked = []

    @tallies.once
    def agencies(table):
        asked.append(table)
        return tallies.tally(table, "searching_agency")

    frame = searches(*ROWS)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "searches.parquet")
    stored = tallies.Stored(tmp_path / "searches.parquet")
    part = tallies.among(stored, "agency_state = 'FL'")
    assert [len(agencies(table)) for table in (stored, stored, frame, frame, part)] == [3, 3, 3, 3, 1]
    assert len(asked) == 4


def test_a_shared_question_with_something_beside_the_searches_is_asked_once_for_each(tmp_path):
    asked = []

    @tallies.once
    def of_states(table, states):
        asked.append(states)
        return tallies.count(table, tallies.one_of("agency_state", states))

    path = tmp_path / "searches.parquet"
    pq.write_table(pa.Table.from_pandas(searches(*ROWS), preserve_index=False), path)
    stored = tallies.Stored(path)
    assert [of_states(stored, states) for states in (["FL"], ["FL"], ["FL", "GA"])] == [2, 2, 3]
    assert asked == [["FL"], ["FL", "GA"]]


def test_missing_values_are_no_value_in_any_group(table):
    assert tallies.distinct(table, "agency_state")["distinct"].tolist() == [2]
    by_state = tallies.distinct(table, "moderation", "agency_state")
    assert by_state[["distinct", "rows"]].values.tolist() == [[0, 2], [0, 1], [1, 1]]
