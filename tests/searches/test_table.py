"""Searches as one object: the question is held, the answer is exact, in memory and on disk alike, and a slip is
answered with the nearest name."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from frames import log, searches, stored
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import measures
from analysis.searches import cache
from analysis.searches.sql import one_of
from analysis.searches.table import Searches, UnknownName, once

HOSTILE = "O'Quell\"mere\\ TX PD; drop table searches --"
CITED = (
    {"immigration_tier": "strict", "immigration_kind": "civil", "searched_at": "2025-12-01T05:30:00Z"},
    {"immigration_tier": "core", "searching_agency": "Marl TX PD", "agency_state": "TX"},
    {"immigration_tier": "core", "immigration_kind": "both", "camera_owner": "Mockville TX PD"},
    {"reason_text": " Patrol ", "window_start": "2025-10-01T12:00:00Z"},
    {"searching_agency": None, "agency_state": None, "reason_origin": "masked"},
)  # fmt: skip
"""Five searches of two logs: three cite immigration, one agency is hidden."""
ROWS = (
    {},
    {"searching_agency": "Tarnwick FL SO", "agency_state": "FL", "topics": ["theft", "vague"]},
    {"searching_agency": "Tarnwick FL SO", "agency_state": "FL", "topics": []},
    {"searching_agency": HOSTILE, "agency_state": None, "moderation": "allow"},
)


@pytest.fixture
def cited():
    return log(*CITED, time_zone="America/Chicago")


@pytest.fixture(params=["in memory", "on disk"])
def table(request, tmp_path):
    made = log(*ROWS)
    return made if request.param == "in memory" else stored(made, tmp_path / "it's searches.parquet")


# Which searches ---------------------------------------------------------------------------------------------


def test_a_named_condition_and_a_value_narrow_the_question(cited):
    core = cited.where("core")
    assert core.count() == 3
    assert core.where(camera_owner="Tarnwick ISD").count() == 2
    assert core.distinct("searching_agency") == 2
    assert cited.where("core and not civil").count() == 1
    assert cited.where(searching_agency=None).count() == 1
    assert cited.where(agency_state=["GA", "TX"]).count() == 4
    assert cited.where(agency_state=[]).count() == 0


def test_the_question_before_is_left_as_it_was(cited):
    cited.where("core")
    assert cited.filters == ()
    assert cited.count() == 5


def test_some_of_the_searches_are_asked_like_all_of_them(table):
    some = table.where(searching_agency=[HOSTILE, "Tarnwick FL SO"])
    assert some.count() == 3
    assert some.where(agency_state="FL").count() == some.count("agency_state = 'FL'") == 2
    assert some.count(one_of("agency_state", [])) == 0


def test_names_are_made_of_names_and_a_missing_time_frame_is_not_known(cited):
    assert cited.where("lookback_days > 30 and patrol").count() == 1
    assert cited.where("hidden").count() == 1
    assert cited.where("named").count() == 4


@pytest.mark.parametrize(
    ("slip", "near"),
    [
        (lambda asked: asked.where("cor").count(), "core"),
        (lambda asked: asked.where(camra_owner="Tarnwick ISD"), "camera_owner"),
        (lambda asked: asked.where(camera_owner="Tarnwik ISD"), "Tarnwick ISD"),
        (lambda asked: asked.by("agency_stat"), "agency_state"),
        (lambda asked: asked.distinct("serching_agency"), "searching_agency"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_name(cited, slip, near):
    with pytest.raises(UnknownName, match=f"near it.*{near}"):
        slip(cited)


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (
            lambda asked: asked.where("hour = 'ten'").count(),
            "cannot answer this: a text is not the number or the time that it is read as",
        ),
        (lambda asked: asked.where(hour="ten"), "hour is a whole number, and 'ten' is not"),
        (lambda asked: asked.where(local_day="2025-13-01"), "local_day is a day, as '2025-12-31', and"),
        (lambda asked: asked.where(month="December"), "no search has month 'December'"),
        (lambda asked: asked.where(topics="thefts"), "no search has topics 'thefts'; near it: theft"),
        (
            lambda asked: asked.where("reason_text::int > 3").count(),
            "reason_text holds texts: compare it with one",
        ),
        (lambda asked: asked.where("core and").count(), "cannot answer this: syntax error"),
        (lambda asked: asked.where("agency_state").count(), "agency_state holds texts: compare it with one"),
        (lambda asked: asked.where("agency_state = XQ").count(), "put a text in single quotes, as 'XQ'"),
        (lambda asked: asked.where("topics = 'theft'").count(), "a list is not compared with a text"),
        (lambda asked: asked.where("hour = 'ten'").kept("hour"), "cannot answer this"),
    ],
)
def test_a_mistake_is_answered_in_one_sentence(cited, slip, said):
    with pytest.raises(UnknownName) as told:
        slip(cited)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "question",
    [
        "strptime(reason_text, '%Y') is not null",
        "error(reason_text)",
        "try_cast(reason_text as int) is null and cast(reason_text || '' as int) > 3",
    ],
)
def test_no_answer_to_a_mistake_quotes_a_cell(question):
    asked = log({"reason_text": "ask Quill Vosk"})
    with pytest.raises(UnknownName) as told:
        asked.where(question).count()
    assert "Quill" not in str(told.value)


def test_a_value_asked_of_a_list_is_one_that_the_list_holds(cited):
    assert cited.where(topics="theft").count() == cited.count("list_contains(topics, 'theft')") > 0
    assert cited.where(topics=["theft"]).count() == cited.where(topics="theft").count()


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=20))
def test_no_text_of_a_log_is_taken_for_sql(text):
    asked = log({"searching_agency": text}, {"searching_agency": text + "x"})
    assert asked.where(searching_agency=text).count() == 1


# How many ---------------------------------------------------------------------------------------------------


def test_groups_carry_their_share_and_its_denominator(cited):
    found = cited.where("core").by("agency_state").to_dict("list")
    assert found == {"agency_state": ["GA", "TX"], "searches": [2, 1], "share": [2 / 3, 1 / 3], "of": [3, 3]}


def test_the_lines_of_a_tally_add_up_to_the_searches(table):
    lines = table.tally("searching_agency", "agency_state")
    assert lines["rows"].sum() == table.count() == 4
    assert lines["searching_agency"].tolist() == [HOSTILE, "Quellmere GA PD", "Tarnwick FL SO"]
    assert lines["agency_state"].fillna("").tolist() == ["", "GA", "FL"]


def test_missing_values_are_a_line_of_their_own_and_last(table):
    assert table.tally("moderation")["moderation"].fillna("").tolist() == ["allow", ""]
    assert table.tally("released_id")["rows"].tolist() == [4]


def test_missing_values_are_no_value(table):
    assert table.distinct("agency_state") == 2
    assert table.where(agency_state=None).distinct("agency_state") == 0


def test_lists_are_compared_whole_and_looked_into(table):
    assert table.tally("topics")["rows"].tolist() == [1, 2, 1]
    assert table.tally("vague").values.tolist() == [[False, 3], [True, 1]]


def test_a_tally_says_of_each_line_which_conditions_its_searches_meet(table):
    lines = table.tally("searching_agency", florida="agency_state = 'FL'", some="len(topics) > 0")
    names = lines["searching_agency"].tolist()
    assert names == [HOSTILE, "Quellmere GA PD", "Tarnwick FL SO", "Tarnwick FL SO"]
    florida = lines[lines["florida"].fillna(False).astype(bool)]
    assert florida[["some", "rows"]].values.tolist() == [[False, 1], [True, 1]]


def test_where_no_search_meets_a_condition_no_line_is_given(table):
    assert table.where("false").tally("camera_owner").empty
    assert table.where("false").by("camera_owner").empty


# When -------------------------------------------------------------------------------------------------------


def test_days_and_weeks_are_the_camera_owners(cited):
    day = cited.where("strict").per("day")["day"][0]
    assert str(day)[:10] == "2025-11-30"  # 23:30 in Chicago, the evening before
    assert cited.per("week")["searches"].tolist() == [1, 4]
    with pytest.raises(UnknownName, match="hour, day, week"):
        cited.per("fortnight")


ZONES = st.sampled_from(["America/Chicago", "America/New_York", "America/Phoenix", "Pacific/Honolulu", "UTC"])
MOMENTS = st.datetimes(pd.Timestamp("2000-01-01"), pd.Timestamp("2049-12-31"))


@settings(deadline=None, max_examples=30)
@given(st.lists(MOMENTS, min_size=1, max_size=6), ZONES)
def test_local_time_is_that_of_the_calendar(moments, zone):
    seconds = (moment.replace(microsecond=0).isoformat() + "Z" for moment in moments)
    asked = log(*({"searched_at": second} for second in seconds), time_zone=zone)
    expected = asked.source["searched_at"].to_pandas().dt.tz_convert(zone).dt.tz_localize(None)
    assert asked.frame("local_time")["local_time"].tolist() == expected.tolist()


@pytest.mark.parametrize("zone", ["America/Chicago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("until", ["2025-04-30", "2024-03-02"])
def test_local_time_of_a_file_is_that_of_the_calendar_too(tmp_path, zone, until):
    moments = pd.date_range("2024-03-01", until, freq="14min59s", tz="UTC").as_unit("us")
    asked = replace(log({}, time_zone=zone), source=pa.table({"searched_at": [*moments, None]}))
    on_disk = stored(asked, tmp_path / "searches.parquet")
    found = on_disk.query("select local_time from searches order by searched_at")["local_time"]
    assert found[:-1].tolist() == moments.tz_convert(zone).tz_localize(None).tolist()
    assert found.isna().sum() == 1
    question = on_disk.sql("select local_time from searches")
    assert "timezone" in question
    assert "timezone" not in on_disk._quick(question)


@pytest.mark.parametrize("names", [["***", None, "", "Marl TX PD"], [f"{'*' * at}" for at in range(3, 40)]])
def test_conditions_on_texts_hold_for_the_same_rows_of_a_file(tmp_path, names):
    rows = [{"searching_agency": name} for name in names]
    rows += [{"reason_text": text} for text in (" Patrol ", "patrol", "patrol car", "", "PATROL")]
    asked = log(*rows)
    for filters in ((), ("searching_agency <> 'lower(trim(reason_text)) = ''patrol'''",)):
        one, other = (
            each.where(*filters).query("select named, patrol from searches order by source_row")
            for each in (asked, stored(asked, tmp_path / "searches.parquet"))
        )
        pd.testing.assert_frame_equal(one, other)


def test_the_hour_that_comes_twice_is_two_hours_of_searches():
    moments = ({"searched_at": "2025-11-02T06:59:59Z"}, {"searched_at": "2025-11-02T07:00:00Z"})
    local = log(*moments, time_zone="America/Chicago").frame("local_time")["local_time"]
    assert local.astype(str).tolist() == ["2025-11-02 01:59:59", "2025-11-02 01:00:00"]


# The rows themselves ----------------------------------------------------------------------------------------


def test_rows_come_in_the_order_released(table):
    rows = table.where("agency_state is distinct from 'GA'").frame("source_row", "searched_at")
    assert rows["source_row"].tolist() == [2, 3, 4]
    assert str(rows["searched_at"].dtype) == "datetime64[us, UTC]"


def test_a_copy_of_some_searches_is_asked_like_those_it_came_from(table):
    both = "searching_agency in (select searching_agency from searches group by all having count(*) > 1)"
    copied = table.kept("searching_agency", "topics", "searched_at", where=both)
    assert copied.tally("searching_agency").values.tolist() == [["Tarnwick FL SO", 2]]
    assert copied.count("vague") == 1
    assert str(copied.query("select searched_at from searches")["searched_at"].dtype) == "datetime64[us, UTC]"


def test_a_copy_holds_what_was_made_and_keeps_the_order(table):
    columns = ("source_file", "source_row", "searching_agency")
    copied = table.kept(*columns, where="source_row > 1", state="agency_state", vague="not vague")
    rows = copied.frame("searching_agency", "state", "vague")
    assert rows["searching_agency"].tolist() == ["Tarnwick FL SO", "Tarnwick FL SO", HOSTILE]
    assert rows["vague"].tolist() == [False, True, True], (
        "a name that was made is no longer that of the vocabulary"
    )
    assert copied.where("state = 'FL'").count() == 2


def test_rows_that_share_a_value_are_copied_with_what_is_asked_of_them(table):
    again = table.shared("searching_agency", columns=sorted(table.made_of("searching_agency, vague")))
    assert again.tally("searching_agency", "vague").values.tolist() == [
        ["Tarnwick FL SO", False, 1],
        ["Tarnwick FL SO", True, 1],
    ]
    assert "moderation" not in again._stored()


def test_a_file_that_was_written_again_is_read_again(tmp_path):
    for changes in (ROWS, ROWS[:1]):
        assert stored(log(*changes), tmp_path / "searches.parquet").count() == len(changes)


def test_a_file_that_is_gone_is_counted_no_more(tmp_path):
    for name in ("one", "two"):
        stored(log(*ROWS), tmp_path / f"{name}.parquet")
    rows = Searches(str(tmp_path / "*.parquet"))
    assert rows.count() == rows.count() == 2 * len(ROWS)
    (tmp_path / "one.parquet").unlink()
    assert rows.count() == len(ROWS)


def test_the_same_question_is_answered_once(tmp_path, monkeypatch):
    rows = stored(log(*ROWS), tmp_path / "searches.parquet")
    first = rows.tally("camera_owner")
    monkeypatch.setattr(Searches, "_asking", None)
    assert rows.tally("camera_owner").equals(first)
    with pytest.raises(TypeError):
        rows.tally("agency_state")


def test_processes_that_share_a_folder_run_each_query_of_each_file_once(tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    monkeypatch.setenv(cache.SHARED, str(tmp_path / "tables"))
    rows = stored(log(*ROWS), tmp_path / "searches.parquet")
    first = rows.tally("camera_owner", "topics", "moderation")
    cache._TABLES.clear()  # as in another process
    with monkeypatch.context() as without_duckdb:
        without_duckdb.setattr(Searches, "_asking", None)
        pd.testing.assert_frame_equal(rows.tally("camera_owner", "topics", "moderation"), first)
    cache._TABLES.clear()
    assert stored(log(*ROWS[:1]), tmp_path / "searches.parquet").count() == 1
    assert len(rows.tally("camera_owner", "topics", "moderation")) == 1


def test_what_was_worked_out_once_is_worked_out_again_of_a_file_that_was_written_again(tmp_path):
    worked = []

    @once
    def rows_of(searches, more=0):
        worked.append(more)
        return searches.count() + more

    rows = stored(log(*ROWS), tmp_path / "searches.parquet")
    assert [rows_of(rows), rows_of(rows), rows_of(rows, 1)] == [len(ROWS), len(ROWS), len(ROWS) + 1]
    stored(log(*ROWS[:1]), tmp_path / "searches.parquet")
    assert rows_of(rows) == 1
    assert worked == [0, 1, 0]


def test_several_may_leave_the_same_table_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.SHARED, str(tmp_path))
    table, queries = pa.table({"rows": [len(ROWS)]}), [("select 1", ()), ("select 2", ())] * 100
    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(lambda query: cache.keep(query, table), queries)] == [None] * 200
    cache._TABLES.clear()
    assert [cache.cached(query) for query in queries[:2]] == [table, table]
    assert len([*tmp_path.iterdir()]) == 2


def test_a_file_and_a_frame_give_the_same_answer_of_the_same_types(tmp_path):
    made = log(*ROWS)
    columns = ("camera_owner", "agency_state", "own_search", "networks_searched", "topics", "window_start")
    on_disk = stored(made, tmp_path / "searches.parquet")
    pd.testing.assert_frame_equal(on_disk.tally(*columns), made.tally(*columns))


# As SQL -----------------------------------------------------------------------------------------------------


def test_what_is_in_quotes_is_no_name(cited):
    assert "as core" not in cited.where("reason_text = 'core'").sql()


def test_the_question_is_sql_that_duckdb_runs_alone(tmp_path):
    path = tmp_path / "it's searches.parquet"
    searches({"immigration_tier": "core"}, {}).to_parquet(path)
    cited = Searches(str(path), measures.vocabulary(measures.Facts())).where("core")
    alone = duckdb.connect().execute(cited.sql("select count(*) from searches")).fetchall()
    assert alone == [(1,)]
    assert cited.count() == 1


def test_a_value_with_a_quote_in_it_is_a_value(cited):
    assert cited.where(reason_text="x' or 'a' = 'a").count() == 0
