"""Numbers are counted from rows, unions are never sums, and what cannot be known is said to be unknown."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from frames import counted, log, searches, stored, values
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import agencies, build, measures, places, privacy
from analysis.measures.alternatives import alternatives
from analysis.places import ReleasedFile
from analysis.searches import sightings
from analysis.vendors.masks import by_number

STRICT = {"immigration_tier": "strict", "immigration_kind": "civil"}
CORE = {"immigration_tier": "core", "immigration_kind": "unspecified"}
BROAD = {"immigration_tier": "broad"}
CIVIL = ["Immigration (civil/administrative)"]


def value(found, measure, scope="all"):
    return found[measure, scope]["value"]


def test_the_three_totals_are_nested():
    names = (*(f"immigration_searches.{name}" for name in ("strict", "core", "broad")), "hsi_dhs_only")
    assert values(log(STRICT, CORE, CORE, BROAD, {}), *names) == [1, 3, 4, 1]


def test_a_row_that_is_civil_and_criminal_counts_in_each_and_once_in_the_total():
    rows = log(STRICT, {**STRICT, "immigration_kind": "both"}, {**STRICT, "immigration_kind": "criminal"})
    names = ("immigration_searches.core", "immigration_civil", "immigration_criminal")
    assert values(rows, *names) == [3, 2, 2]


def test_a_ratio_to_nothing_is_unknown_and_says_why():
    found = counted(log(STRICT), "civil_to_criminal")
    assert value(found, "civil_to_criminal") is None
    assert "fewer than ten searches named" in found["civil_to_criminal", "all"]["because"]


def test_definitions_are_counted_again_where_the_files_were_written_again(tmp_path):
    rows, counts = stored(log(STRICT, CORE), tmp_path / "searches.parquet"), []
    for again in (log(STRICT, CORE), log(STRICT)):
        stored(again, tmp_path / "searches.parquet")
        counts.append(int(measures.otherwise(rows)["searches"].max()))
    assert counts == [2, 1]


def test_the_menu_alone_is_a_definition_of_its_own():
    assert values(log({**STRICT, "offense_types": CIVIL}, STRICT, CORE), "immigration_searches.dropdown") == [
        1
    ]


def test_agencies_behind_a_total_are_distinct_and_their_states_are_listed():
    rows = log(STRICT, STRICT, {**CORE, "searching_agency": "Tarnwick FL SO", "agency_state": "FL"}, BROAD)
    assert values(rows, "immigration_agencies.core", "immigration_states.core") == [2, ["FL", "GA"]]
    assert measures.agencies_behind(rows)["searches"].tolist() == [2, 1]


def test_every_number_is_given_for_all_and_for_each_camera_owner():
    found = counted(log(STRICT, {**STRICT, "camera_owner": "Quellmere ISD"}), "immigration_searches.core")
    assert [scope for _, scope in found] == ["all", "Quellmere ISD", "Tarnwick ISD"]


def test_a_measure_is_written_once():
    with pytest.raises(ValueError, match="written twice"):
        measures.lookup(measures.numbers(log({}), measures.measures("searches")) * 2)


def test_the_same_search_in_two_logs_is_one_search_and_two_rows():
    rows = log({}, {"camera_owner": "Quellmere ISD"}, {"search_key": "other"})
    assert values(rows, "distinct_searches", "duplicate_sightings") == [2, 1]
    assert measures.logs_per_search(rows)[["logs", "searches"]].values.tolist() == [[1, 1], [2, 1]]


def test_repeats_inside_one_log_are_counted_and_not_dropped():
    rows = log({}, {}, {"camera_owner": "Quellmere ISD"})
    assert measures.repeated_in_one_log(rows)["repeated_rows"].tolist() == [0, 1]


def test_a_reason_hidden_in_one_log_is_reported_and_never_filled_in():
    hidden = {"camera_owner": "Quellmere ISD", "reason_as_released": "***", "reason_origin": "masked"}
    table = measures.reasons_across_logs(log({}, hidden))
    assert (
        table.set_index("case")["searches"]["one log gives a reason that another hides or leaves blank"] == 1
    )


def test_a_log_whose_owner_nobody_named_is_not_taken_for_another_owners():
    hidden = {"camera_owner": places.OWNER_NOT_SAID, "reason_as_released": "***", "reason_origin": "masked"}
    rows = log({}, hidden)
    assert measures.reasons_across_logs(rows)["searches"].tolist() == [0, 0, 0, 0]
    assert values(rows, "searches_in_several_logs.with_ids") == [None]


def test_how_many_searches_there_are_is_shown_under_looser_and_stricter_rules():
    rows = log(
        {"released_id": "a", "search_type": "lookup"},
        {"released_id": "b", "search_type": None},
        {"released_id": "c", "window_start": None},
        {"released_id": "c", "window_start": None, "reason_as_released": "***"},
    )
    table = measures.distinct_by_rule(rows).set_index("rule")["distinct_searches"]
    assert table.tolist() == [3, 1, 2, 3, 3, 4]
    assert table.index[0].startswith("the export's own id")


def test_rows_without_an_id_are_told_apart_by_the_rule():
    rows = log({"released_id": "a"}, {"released_id": None}, {"released_id": None})
    assert measures.distinct_by_rule(rows)["distinct_searches"].iloc[0] == 2
    assert len(measures.distinct_by_rule(log({}, {}))) == 5


def test_whole_records_are_counted_from_what_was_compared_while_the_file_was_read():
    table = measures.distinct_by_rule(log({}, {}, {}), None, 1).iloc[-1]
    assert table.tolist() == ["every cell of the released record, in one file", 2, 1]


def test_rows_without_an_id_are_counted_since_their_repeats_cannot_be_known():
    rows = log({"released_id": "a"}, {}, {"camera_owner": "Quellmere ISD"})
    found = counted(rows, "rows_without_id")
    assert [one["value"] for one in found.values()] == [2, 1, 1]


def test_files_that_hold_the_same_searches_are_named_in_both_directions_whatever_days_they_cover():
    def held(file, keys, **more):
        return [{"source_file": file, "search_key": key, **more} for key in keys]

    rows = log(
        *held("a.csv", "klm"), *held("b.csv", "lm"), *held("b.csv", "m"),
        *held("c.csv", "k", camera_owner="Quellmere ISD"),
    )  # fmt: skip
    for again in (None, measures.seen_again(rows)):
        assert measures.same_searches(rows, again).values.tolist() == [
            ["a.csv", 3, "b.csv", 2, 2 / 3],
            ["b.csv", 2, "a.csv", 2, 1.0],
        ]
    assert measures.same_searches(log({}, {})).empty


def test_one_id_with_device_counts_that_differ_by_one_is_one_search():
    rows = log({"devices_searched": 100}, {"devices_searched": 101}, {"search_key": "m"})
    assert values(rows, "distinct_searches", "searches_with_unequal_counts") == [2, 1]


def test_ids_are_compared_only_where_every_log_has_one():
    elsewhere = {"camera_owner": "Quellmere ISD"}
    rows = log(
        {"released_id": "a"},
        {"released_id": "a", **elsewhere},
        {"search_key": "m", "released_id": "b"},
        {"search_key": "m", "released_id": "c", **elsewhere},
        {"search_key": "n", "released_id": "d"},
        {"search_key": "n", "released_id": None, **elsewhere},
    )
    found = counted(rows, "searches_in_several_logs")
    assert value(found, "searches_in_several_logs.with_ids") == 2
    same = found["searches_in_several_logs.same_id", "all"]
    assert (same["value"], same["numerator"], same["denominator"]) == (1, 1, 2)


def test_captures_of_one_portal_are_told_apart_from_new_searches():
    def capture(file, *days):
        return [
            {"source_file": file, "searched_at": f"2026-03-{day:02}T12:00:00Z", "search_key": str(day)}
            for day in days
        ]

    rows = log(*capture("a.csv", 1, 2, 3, 4), *capture("b.csv", 3, 4, 5), *capture("c.csv", 6, 7))
    table = measures.overlaps(rows)
    assert len(table) == 1
    line = table.iloc[0]
    assert (line["source_file"], line["other_file"]) == ("a.csv", "b.csv")
    assert (line["rows"], line["other_rows"], line["searches_in_both"]) == (2, 2, 2)


def test_rows_inside_each_overlap_are_counted_and_other_owners_files_are_no_pair():
    def held(file, days, **more):
        return [
            {"source_file": file, "searched_at": f"2026-03-{day:02}T12:00:00Z", "search_key": f"{file} {day}", **more}
            for day in days
        ]  # fmt: skip

    elsewhere = held("d.csv", range(1, 10), camera_owner="Quellmere ISD")
    rows = log(
        *held("a.csv", [1, 2, 3, 6]), *held("b.csv", range(3, 9)), *held("c.csv", range(5, 10)), *elsewhere
    )
    table = measures.overlaps(rows)
    assert table[["source_file", "other_file", "rows", "other_rows", "searches_in_both"]].values.tolist() == [
        ["a.csv", "b.csv", 2, 4, 0],
        ["a.csv", "c.csv", 1, 2, 0],
        ["b.csv", "c.csv", 4, 4, 0],
    ]
    assert table[["from", "until"]].map(lambda moment: moment.day).values.tolist() == [[3, 6], [5, 6], [5, 8]]


SEEN = st.fixed_dictionaries({
    "camera_owner": st.sampled_from(["Tarnwick ISD", "Quellmere ISD"]),
    "source_file": st.sampled_from(["a.csv", "b.csv"]),
    "searching_agency": st.sampled_from(["Blayne TX PD", "Ostvale OK PD"]),
    "searched_at": st.sampled_from(["2025-12-02T03:00:00Z", "2025-12-02T03:00:01Z", "2025-12-02T03:00:02Z"]),
    "window_start": st.sampled_from([None, "2025-11-02T03:00:00Z"]),
    "released_id": st.sampled_from([None, "a", "b"]),
    "reason_as_released": st.sampled_from(["theft", "warrant"]),
    "reason_origin": st.sampled_from(["typed", "masked", "blank"]),
    "topics": st.sampled_from([[], ["theft"], ["theft", "vague"]]),
    "immigration_tier": st.sampled_from(["none", "core"]),
})  # fmt: skip


def keyed(row, by):
    """A row with the key of its search, by the rule or by its id, and the name from which its agency was read."""
    rule = f"{row['searching_agency']} {row['searched_at']} {row['window_start']}"
    key = row["released_id"] or rule if by == "released id" else rule
    return {**row, "search_key": key, "searching_agency_as_released": row["searching_agency"]}


@given(rows=st.lists(SEEN, min_size=1, max_size=12), by=st.sampled_from(list(sightings.METHODS)))
@settings(deadline=None, max_examples=10)
def test_rows_of_searches_with_several_tell_as_much_of_them_as_all_rows_do(rows, by):
    asked = log(*[keyed(row, by) for row in rows])
    again = measures.seen_again(asked)
    for measure in (
        measures.logs_per_search, measures.repeated_in_one_log, measures.distinct_by_rule, measures.overlaps,
    ):  # fmt: skip
        assert measure(asked, again).values.tolist() == measure(asked).values.tolist()
    for measure in (measures.reasons_across_logs, measures.hidden_elsewhere):
        assert measure(again).values.tolist() == measure(asked).values.tolist()


def test_a_search_in_one_row_alone_is_counted_and_not_copied():
    rows = log(
        {"search_key": "m", "searched_at": "2025-12-02T03:00:00Z"}, {}, {"camera_owner": "Quellmere ISD"}
    )
    again = measures.seen_again(rows)
    assert again.count() == 2
    assert measures.logs_per_search(rows, again).values.tolist() == [[1, 1, 1], [2, 1, 2]]
    assert values(rows, "distinct_searches") == [2]


def test_without_a_search_in_several_logs_nothing_is_said_of_them():
    rows = log({"released_id": "a"}, {"released_id": "b", "search_key": "m", "camera_owner": "Quellmere ISD"})
    assert values(rows, "searches_in_several_logs.with_ids", "searches_in_several_logs.same_id") == [0, 0]
    assert values(log({}), "searches_in_several_logs.with_ids") == [None]
    assert measures.reasons_across_logs(log({}))["searches"].tolist() == [0, 0, 0, 0]
    assert measures.hidden_elsewhere(log({})).values.tolist() == [["(no topic matched)", 0]]


def test_what_one_log_shows_and_another_hides_is_counted_apart():
    hidden = {
        "camera_owner": "Quellmere ISD",
        "reason_origin": "masked",
        "topics": [],
        "immigration_tier": "none",
    }
    rows = log({**STRICT, "topics": ["immigration"]}, hidden, {"search_key": "m"})
    assert measures.hidden_elsewhere(rows).to_dict("records") == [
        {"topic": "immigration", "searches": 1},
        {"topic": "(no topic matched)", "searches": 0},
    ]
    assert values(rows, "immigration_hidden_elsewhere.strict") == [1]


def test_blank_masked_machine_and_vague_reasons_are_four_things():
    rows = log(
        {"reason_origin": "blank", "reason_as_released": ""},
        {"reason_origin": "masked", "reason_as_released": "***"},
        {"reason_origin": "machine"},
        {"topics": ["vague"], "reason_as_released": "inv"},
        {},
    )
    names = ("blank_reasons", "masked_reasons", "machine_reasons", "vague_reasons", "distinct_reasons")
    assert values(rows, *names) == [1, 1, 1, 1, 3]


def test_topics_are_counted_by_row_and_rows_without_any_have_a_line():
    table = measures.topics(log({"topics": ["theft", "drugs"]}, {}, {"topics": []}))
    assert dict(zip(table["topic"], table["searches"])) == {"theft": 2, "drugs": 1, "(no topic matched)": 1}


def test_a_missing_reason_is_no_reason_in_any_scope():
    rows = log({"reason_as_released": None}, {"reason_as_released": ""}, {"reason_as_released": "theft"})
    found = counted(rows, "distinct_reasons")
    for name in ("distinct_reasons", "distinct_reasons.normal"):
        assert [found[name, scope]["value"] for scope in ("all", "Tarnwick ISD")] == [1, 1]


def test_reasons_that_differ_in_capitals_and_spaces_are_one_in_normal_form():
    found = counted(
        log(*({"reason_as_released": text} for text in ("Theft", " theft ", "car  theft"))),
        "distinct_reasons",
    )
    assert [found[name, "all"]["value"] for name in ("distinct_reasons", "distinct_reasons.normal")] == [3, 2]


def test_rare_reasons_are_never_printed():
    rows = log(*[{}] * 60, {"reason_as_released": "followed J. Example home"})
    assert measures.common_reasons(rows)["reason"].tolist() == ["theft"]


def test_spellings_of_a_reason_are_one_and_an_agency_behind_two_of_them_counts_once():
    agencies = ("Quellmere GA PD", "Tarnwick FL SO", "Ostvale OK PD")
    rows = log(
        *[{"reason_as_released": "Theft", "searching_agency": name} for name in agencies] * 10,
        *[{"reason_as_released": "theft ", "searching_agency": name} for name in agencies] * 10,
        *[{"reason_as_released": "THEFT", "searching_agency": agencies[0], "topics": []}] * 55,
    )  # fmt: skip
    assert measures.common_reasons(rows)[["reason", "searches", "agencies"]].values.tolist() == [
        ["theft", 115, 3]
    ]
    assert measures.common_reasons(rows, without_topic=True).empty, (
        "one agency of three gave it without a topic"
    )


def test_a_common_reason_is_printed_without_the_plate_in_it():
    rows = log(*[{"reason_as_released": "looking for AB1234C"}] * 60)
    assert measures.common_reasons(rows)["reason"].tolist() == ["looking for ***"]


def test_out_of_state_needs_a_state_and_unknown_agencies_count_on_neither_side():
    rows = log({}, {"agency_state": "TX"}, {"agency_state": None})
    assert values(rows, "out_of_state_searches", "searches_by_unresolved_agencies") == [1, 1]
    assert values(log(rows.source, state=None), "out_of_state_searches") == [None]


def test_a_blank_or_masked_name_is_no_agency():
    rows = log({}, {"searching_agency": ""}, {"searching_agency": "***"})
    assert values(rows, "agencies", "searches_by_unnamed_agencies") == [1, 2]


def test_own_searches_are_unknown_where_nobody_said_who_the_own_police_are():
    assert values(log({"own_search": None}), "own_searches") == [None]
    rows = log({"own_search": True}, {**STRICT}, {"own_search": True, **CORE})
    assert values(rows, "own_searches", "own_immigration_searches.core") == [2, 1]


def own_reasons(rows, cleared=(), scope="all"):
    return value(measures.lookup(measures.own_reasons(rows, cleared)), "own_reasons", scope)


def test_own_reasons_name_what_the_menu_and_common_typing_say():
    menu = [
        "Criminal Motor Vehicle Offense (incl. Road Rage/Reckless)",
        "Destruction/Damage/Vandalism of Property",
    ]
    rows = log({"own_search": True, "offense_types": menu, "reason_text": ""}, *[{"own_search": True}] * 3)
    assert {"road rage", "vandalism", "theft"} <= set(own_reasons(rows, {"theft", "road rage", "vandalism"}))


def test_a_rare_value_in_the_menus_column_is_counted_and_never_named():
    rows = log(*[{"offense_types": ["Robbery"]}] * 50, {"offense_types": ["J. Example 555-1234"]})
    table = measures.offense_types(rows)
    assert table["offense_type"].tolist() == ["Robbery", "(values in fewer than 50 rows)"]
    own = log({"own_search": True, "offense_types": ["J. Example 555-1234"], "reason_text": ""})
    assert own_reasons(own) == []


def test_own_reasons_are_common_in_each_scope_in_whatever_spelling():
    rows = log(
        *[{"own_search": True, "reason_text": " Theft "}] * 30, *[{"own_search": True}] * 30,
        *[{"own_search": True, "camera_owner": "Quellmere ISD"}] * 10, *[{"reason_text": "warrant"}] * 90,
    )  # fmt: skip
    found = {scope: own_reasons(rows, scope=scope) for scope in ("all", "Tarnwick ISD", "Quellmere ISD")}
    assert found == {"all": ["theft"], "Tarnwick ISD": ["theft"], "Quellmere ISD": []}


def test_own_reasons_that_are_rare_and_not_cleared_are_never_listed():
    rows = log(*[{"own_search": True, "reason_text": "j. example request"}] * 49)
    assert own_reasons(rows, {"theft"}) == []
    assert own_reasons(log(*[{"own_search": True}] * 50)) == ["theft"]


def test_three_readings_of_a_month_are_three_numbers():
    at = pd.Timestamp("2025-12-31T12:00:00Z")
    rows = log(
        *[
            {
                "searched_at": at,
                "window_start": at - pd.Timedelta(days=back),
                "window_end": at + pd.Timedelta(days=on),
            }
            for back, on in ((30, 0), (30.5, 0), (31.5, 0), (1, 40))
        ]
    )
    names = (
        "windows_over_30_days", "windows_over_31_days", "window_lengths_over_30_days", "longest_lookback_days",
    )  # fmt: skip
    assert values(rows, *names) == [2, 1, 3, 31]


def test_a_log_without_networks_says_so():
    found = counted(log({"networks_searched": None, "devices_searched": None}), "networks_most")
    assert value(found, "networks_most") is None
    assert found["networks_most", "all"]["because"]


def found_in(*files):
    """Facts of released files as `build.open_files` gives them: each (name, camera owner, searches, form)."""
    columns = ["source_file", "camera_owner", "searches", "forms"]
    return pd.DataFrame(files, columns=columns).assign(
        records=lambda facts: facts["searches"] + 1, rejected=1
    )


def test_an_owner_is_counted_with_its_log_even_where_the_log_holds_no_search():
    files = found_in(("a.csv", "Tarnwick ISD", 2, "NA-1"), ("b.csv", "Blayne ISD", 0, "NA-1"))
    silent = measures.silent_owners(files)
    rows = log(
        {"searched_at": "2025-12-02T03:00:00Z"}, {"searched_at": "2025-12-04T12:00:00Z"}, silent=silent
    )
    assert values(rows, "camera_owners") == [2]
    assert value(measures.lookup(measures.released(files)), "rows_released") == 4
    names = ("searches", "first_search", "last_search", "blank_reasons")
    found = counted(rows, *names, owners=silent)
    assert {scope for _, scope in found} == {"all", "Tarnwick ISD", "Blayne ISD"}
    assert value(found, "searches", "Tarnwick ISD") == value(found, "searches") == 2
    assert value(found, "first_search") == "2025-12-02T03:00:00+00:00"
    assert value(found, "last_search", "Tarnwick ISD") == "2025-12-04T12:00:00+00:00"
    assert value(found, "searches", "Blayne ISD") == 0
    for name in names[1:]:
        assert value(found, name, "Blayne ISD") is None
        assert found[name, "Blayne ISD"]["because"]


def test_owners_that_a_corpus_names_row_by_row_are_counted_from_its_rows():
    rows = log({}, {"camera_owner": "Quellmere ISD"}, {"camera_owner": "Quellmere ISD"})
    files = found_in(("corpus.parquet", "A corpus", 3, "FW"), ("corpus.zip", "A corpus", 0, "archive"))
    found = counted(rows, "camera_owners", "searches", owners=measures.silent_owners(files))
    assert found["camera_owners", "all"]["value"] == 2
    assert found["searches", "Quellmere ISD"]["value"] == 2
    assert ("searches", "A corpus") not in found
    assert measures.lookup(measures.released(files))["rows_rejected", "A corpus"]["value"] == 2


def test_days_without_searches_stand_at_zero_in_the_owners_own_time():
    moments = ({"searched_at": "2025-12-02T03:00:00Z"}, {"searched_at": "2025-12-04T12:00:00Z"})
    days = measures.per_day(log(*moments, time_zone="America/Chicago"))
    assert days["searches"].tolist() == [1, 0, 0, 1]
    assert str(days["day"].min().date()) == "2025-12-01"


def test_a_day_that_only_another_log_covers_or_no_file_is_no_quiet_day():
    rows = [
        {"source_file": file, "camera_owner": owner, "searched_at": f"2025-12-{day:02}T18:00:00Z"}
        for file, owner, day in (
            ("a.csv", "Tarnwick ISD", 1), ("a.csv", "Tarnwick ISD", 3), ("b.csv", "Umberstow ISD", 8),
            ("c.csv", "Tarnwick ISD", 6),
        )
    ]  # fmt: skip
    said = ReleasedFile(
        "b.csv", "00", "network audit", "Umberstow ISD", period=(date(2025, 12, 7), date(2025, 12, 8))
    )
    days = measures.per_day(log(*rows), [said])
    assert [(owner, day.day, count) for owner, day, count in days.itertuples(index=False)] == [
        ("Tarnwick ISD", 1, 1), ("Tarnwick ISD", 2, 0), ("Tarnwick ISD", 3, 1), ("Tarnwick ISD", 6, 1),
        ("Umberstow ISD", 7, 0), ("Umberstow ISD", 8, 1),
    ]  # fmt: skip


def covered(file, *moments):
    rows = [{"source_file": file.name, "searched_at": moment} for moment in moments]
    return measures.coverage(log(*rows, time_zone="America/New_York"), [file]).iloc[0]


def test_a_file_is_held_against_the_days_it_is_said_to_cover():
    file = ReleasedFile(
        "log.csv", "00", "network audit", "Tarnwick ISD", period=(date(2025, 11, 1), date(2025, 11, 30))
    )
    line = covered(file, "2025-11-03T12:00:00Z", "2025-11-05T12:00:00Z", "2025-11-29T04:30:00Z")
    assert str(line["last_day"].date()) == "2025-11-28"  # half past eleven at night in Georgia
    assert line["days"] == 26
    assert line["days_without_searches"] == 23
    assert (line["days_missing_at_start"], line["days_missing_at_end"]) == (2, 2)


def test_a_month_that_ends_early_is_noticed_where_nobody_said_what_it_covers():
    file = ReleasedFile("log.csv", "00", "network audit", "Tarnwick ISD")
    line = covered(file, "2025-11-01T12:00:00Z", "2025-11-20T12:00:00Z")
    assert line["days_missing_at_end"] == 10
    none = ReleasedFile("none.csv", "0", "network audit", "x")
    assert pd.isna(measures.coverage(log({}), [none])["days"][0])


def test_a_blocked_search_has_a_line_and_a_sentence_is_not_printed():
    rows = log(
        {"search_type": "freeform", "moderation": "block"},
        {"search_type": "freeform", "moderation": "somebody wrote this"},
        {"search_type": "Quellmere"},
    )
    table = measures.by_moderation(rows)
    assert set(table["moderation"]) == {"block", "(a sentence)", "(none)"}
    assert set(table["search_type"]) == {"freeform", "(unknown type)"}


CORE_LINE = "core: and smuggling of people, named operations"


def test_each_other_definition_changes_one_thing():
    machine = {"topics": ["interface", "machine_immigration"], "reason_origin": "machine"}
    rows = log(
        {**STRICT, "offense_types": CIVIL, "rules": ["dropdown.immigration_civil_administrative"]},
        {**CORE, "rules": ["ice_agency.alone"], "mixed": True},
        {**CORE, "rules": ["border_agency.names"], "search_key": "k2", "searching_agency": "Tarnwick FL SO"},
        {**CORE, "rules": ["people_smuggling.of_people"], "search_key": "k3"},
        {**BROAD, "rules": ["hsi.letters"]},
        {**BROAD, "rules": ["dhs.letters"], "dhs_ambiguous": True},
        machine,
    )
    table = measures.otherwise(rows).set_index("definition")
    counts = table["searches"]
    assert counts.iloc[:6].tolist() == [1, 2, 3, 4, 5, 6]
    assert counts.index[3] == CORE_LINE
    assert counts["core without mixed purposes"] == 3
    assert counts["core, offense type only"] == 1
    assert counts["core, typed words only"] == 3
    assert counts["core without its largest agency"] == 1
    assert counts["core, first row of each search"] == 3
    assert counts["core with machine-made text that quotes such words"] == 5
    assert counts["broad without DHS that may be human services"] == 5
    assert table.loc[CORE_LINE, ["agencies", "states", "local_searches"]].tolist() == [2, 1, 4]
    assert table["agencies_287g"].isna().all()


def test_weeks_and_agencies_are_counted_under_every_definition():
    rows = log(STRICT, {**CORE, "rules": ["ero.letters"], "searched_at": "2025-12-20T12:00:00Z"}, {})
    weeks, names = measures.weeks_otherwise(rows), list(alternatives(rows))
    assert set(weeks.columns) >= {"week", *names}
    assert weeks[CORE_LINE].tolist() == [1, 0, 1]
    assert measures.agencies_otherwise(rows)[CORE_LINE].tolist() == [2]


def test_a_definition_is_one_line_and_one_about_agreements_is_left_out_where_a_place_lists_none(
    monkeypatch, lists
):
    name = "core without agencies that had an agreement"
    monkeypatch.setitem(measures.ALTERNATIVES, name, "core and not had_agreement")
    signed = {
        **STRICT,
        "searching_agency": "Quellmere GA PD",
        "agency_state": "GA",
        "agency_kind": "municipal",
    }
    for listed, count in ((None, None), (lists[0].agreements, 1)):
        searches = log(signed, {**signed, "searching_agency": "Tarnfield GA PD"}, listed=listed)
        table = measures.otherwise(searches).set_index("definition")["searches"]
        assert table.get(name) == count
        assert (name in measures.weeks_otherwise(searches)) is bool(count)
        assert (name in measures.agencies_otherwise(searches)) is bool(count)


LISTS = [
    {"who": "words", "terms": ["ice", "hsi"]},
    {"who": "parts", "parts": ["ice"]},
    {"who": "patterns", "patterns": [r"ice\s*warrant"], "says": ["the letters ice before warrant"]},
    {"who": "agencies", "parts": ["ice"], "on": "agency"},
]


def listed():
    return log(
        {**CORE, "reason_as_released": "ICE+ERO", "rules": ["ice_agency.alone", "ero.letters"]},
        {**STRICT, "reason_as_released": "deport order", "rules": ["removal.deport"]},
        {"reason_as_released": "police warrant", "searching_agency_as_released": "Quellmere Police"},
        {**BROAD, "reason_as_released": "HSI3500"},
    )


def test_others_terms_are_run_on_the_same_rows_and_compared_with_core():
    table = measures.other_lists(listed(), LISTS).set_index("who")
    columns = ["searches", "also_in_core", "not_in_core", "core_without", "also_in_broad"]
    assert table.loc["words", columns].tolist() == [2, 1, 1, 1, 2]
    assert table.loc["parts", columns].tolist() == [2, 1, 1, 1, 1]
    assert table.loc["patterns", columns].tolist() == [1, 0, 1, 2, 0]
    assert table.loc["agencies", columns].tolist() == [1, 0, 1, 2, 0]
    assert table.loc["agencies", "terms"] == "…ice… (in the agency's name)"


def test_disagreements_are_grouped_by_why_and_show_no_reason():
    table = measures.disagreements(listed(), LISTS)
    words = table[table["who"] == "words"].set_index("counted_by")["why"]
    assert words["the list alone"] == "HSI or DHS, counted in broad only"
    assert words["core alone"] == "counted by removal"
    assert table.loc[table["who"] == "patterns", "why"].iloc[0] == "no such word is there"
    assert not {"HSI3500", "deport order", "police warrant"} & set(table.astype(str).to_numpy().ravel())


def test_every_list_of_others_can_be_read_and_run():
    lists = build.open_other_lists(places.find("texas"))
    table = measures.other_lists(listed(), lists)
    assert len(table) == len(lists) >= 12
    assert all(one["source"] for one in lists)
    script = table.set_index("who").loc["segalreport/scripts, flock_flag"]
    assert script["not_in_core"] == 2  # HSI, and the end of 'police' before 'warrant'


def test_the_finding_is_the_same_on_disk_as_in_memory(tmp_path, lists):
    keys = [{"search_key": f"{at % 3:016x}"} for at in range(8)]
    changes = (
        {**STRICT, "offense_types": CIVIL}, {**CORE, "mixed": True, "rules": ["ero.letters"]},
        {**BROAD, "dhs_ambiguous": None}, {**CORE, "camera_owner": "Quellmere ISD"}, {},
        {"topics": ["machine_immigration"]},
        {**STRICT, "searching_agency": "***", "agency_state": None, "agency_kind": None},
        {**CORE, "searching_agency": "Blayne TX PD", "agency_state": "TX", "searched_at": "2025-12-21T04:00:00Z"},
    )  # fmt: skip
    listed = lists[0].agreements
    rows = searches(*({**change, **key} for change, key in zip(changes, keys)))
    rows = log(rows, time_zone="America/Chicago", listed=listed)
    on_disk = stored(rows, tmp_path / "searches.parquet")
    for count in (
        lambda asked: counted(asked, *measures.MEASURES), measures.by_definition, measures.agencies_behind,
        measures.definitions_by_owner, measures.agencies_otherwise, measures.otherwise,
        measures.weeks_otherwise, lambda asked: measures.at_search(asked, listed),
        lambda asked: measures.other_lists(asked, LISTS), lambda asked: measures.disagreements(asked, LISTS),
    ):  # fmt: skip
        assert plainly(count(on_disk)) == plainly(count(rows))


def plainly(found):
    """Numbers and tables as values that can be compared."""
    return found.to_csv() if isinstance(found, pd.DataFrame) else found


# Words for a person to accept -------------------------------------------------------------------------------


def test_near_spellings_are_counted_and_never_printed_unless_the_rules_know_them():
    rows = log(
        *[{"reason_text": "imigrtoin hold", "topics": []}] * 60, {"reason_text": "imigratoim J Testa", "topics": []},
        {**STRICT, "reason_text": "immigration"}, {"reason_text": "investigation"},
    )  # fmt: skip
    table = measures.candidate_spellings(rows)
    assert table["word"].tolist() == [privacy.NOT_SHOWN]
    assert table[["listed", "words", "searches"]].values.tolist() == [["immigration", 2, 61]]


def test_company_of_immigration_words_is_shown_when_common_and_never_what_may_be_a_name():
    beside = [{**STRICT, "reason_text": f"immigration zanna convoy {n % 4}x"} for n in range(60)]
    named = [{**STRICT, "reason_text": f"immigration Testa {n}x"} for n in range(4)]
    table = measures.candidate_words(log(*beside, *named, *[{"reason_text": "theft team"}] * 200))
    assert table["word"].tolist() == ["convoy", f"(1 word {privacy.NOT_SHOWN[1:]}"]
    assert table[["searches", "reasons", "other_searches"]].values.tolist() == [[60, 4, 0]] * 2


def test_without_candidates_the_tables_keep_their_columns():
    assert measures.candidate_spellings(log({})).columns[0] == "word"
    assert measures.candidate_words(log({})).empty


def test_a_row_that_states_no_purpose_is_counted_once():
    rows = log(
        {"reason_origin": "blank"}, {"reason_origin": "masked"}, {"topics": ["vague"]},
        {"topics": ["case_number_only"]},
        {"topics": ["interface"], "reason_origin": "machine"}, {"topics": ["code_only"]}, {},
    )  # fmt: skip
    assert values(rows, "no_stated_purpose") == [5]


def test_a_cleared_reason_is_printed_although_it_is_rare():
    rows = log(*[{}] * 60, {"reason_as_released": "Road Rage "}, {"reason_as_released": "rare"})
    assert set(measures.common_reasons(rows, cleared=["road rage"])["reason"]) == {"theft", "road rage"}


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [(733512, "rows", "733,512"), (0.00085, "share", "0.085%"), (0.5, "share", "50.0%"), (2.5, "ratio", "2.50"),
     (None, "rows", "not known"), (["FL", "GA"], "states", "FL, GA"),
     ("2025-12-02T06:05:00+00:00", "time, UTC", "Dec. 2, 2025, 06:05 UTC")],
)  # fmt: skip
def test_a_number_is_shown_as_readers_write_it(number, unit, shown):
    assert measures.formatted(number, unit) == shown


# Agencies -----------------------------------------------------------------------------------------------------


def test_a_masked_or_blank_name_is_no_agency_behind_immigration_searches_either():
    rows = log(CORE, *[{**CORE, "searching_agency": "***", "agency_state": None, "agency_kind": None}] * 5,
                    {**CORE, "searching_agency": ""})  # fmt: skip
    names = (
        "immigration_searches",
        "immigration_agencies",
        "immigration_top_agency",
        "immigration_searches_unnamed",
    )
    assert values(rows, *(f"{name}.core" for name in names)) == [7, 1, 1, 6]
    assert measures.agencies_behind(rows)["searching_agency"].tolist() == ["Quellmere GA PD"]
    assert measures.top_agencies(rows)["share"].tolist() == [1 / 7]
    assert measures.by_definition(rows).set_index("definition").loc["core", "agencies"] == 1
    assert measures.by_kind(rows)["agencies"].sum() == 1
    assert (
        measures.otherwise(rows).set_index("definition").loc["core without its largest agency", "searches"]
        == 6
    )


def test_the_top_agencys_share_and_the_count_without_it_stand_beside_the_total():
    rows = log(CORE, CORE, CORE, {**CORE, "searching_agency": "Blayne TX PD"})
    names = ("immigration_top_agency_share.core", "immigration_searches_without_top_agency.core")
    assert values(rows, *names) == [0.75, 1]
    assert values(log({}), *names) == [None, 0], "a share of nothing is not known"


def test_every_row_stands_on_one_side_of_the_state_line():
    rows = log(
        {"own_search": True, "agency_state": "TX"}, {"agency_state": "TX"}, {}, {},
        {"agency_state": None, "agency_kind": "federal", "searching_agency": "Federal Bureau of Investigation"},
        {"agency_state": None, "searching_agency": "Ostvale PD"}, {"agency_state": None, "searching_agency": "***"},
    )  # fmt: skip
    table = measures.by_side(rows, "TX")
    assert table["searches"].tolist() == [1, 1, 2, 1, 1, 1]
    assert table["agencies"].tolist() == [1, 1, 1, 1, 1, 0]
    assert table["searches"].sum() == rows.count()
    assert measures.by_side(rows, None)["searches"].tolist() == [1, 3, 1, 1, 1]


def test_in_state_out_of_state_and_federal_are_three_numbers():
    rows = log({}, {"agency_state": "TX"}, {"agency_kind": "federal", "agency_state": None})
    assert values(rows, "in_state_searches", "out_of_state_searches", "federal_searches") == [1, 1, 1]


# Names --------------------------------------------------------------------------------------------------------

NAMES = [
    {"searching_agency_as_released": name}
    for name in (
        "Tarnwick TX PD",
        "Tarnwick TX PD (Raven)",
        "Ostvale PD",
        "Ostvale PD",
        "***",
        "FBI",
        "Quellmere Demo Cam",
    )
]


def test_shares_of_names_and_rows_resolved_leave_out_what_names_nobody():
    known = agencies.Known(agencies.read_overrides())
    names = measures.released_names(log(*NAMES), known)
    found = measures.lookup(measures.names_resolved(names, known))
    assert value(found, "names_with_kind") == 1
    assert value(found, "names_with_state") == 2 / 3, "the FBI has no state to get"
    assert value(found, "rows_with_state") == 2 / 4
    assert value(found, "names_of_nobody") == 2
    assert value(found, "reviewed_lines_without_a_name") == len(known.overrides)


def test_accounts_tags_and_open_names_are_listed_with_their_rows():
    names = measures.released_names(log(*NAMES))
    assert measures.accounts(names).iloc[0].tolist() == ["Tarnwick TX PD", 2, 2, 1]
    assert set(measures.status_tags(names)["tag"]) == {"second account", "masked", "demo", "not_agency"}
    assert measures.open_names(names)[["released_name", "rows", "why"]].values.tolist() == [
        ["Ostvale PD", 2, "no state"]
    ]


def test_the_error_rate_counts_names_left_open_and_names_read_wrongly():
    checked = pd.DataFrame({
        "released_name": ["Tarnwick TX PD", "Ostvale PD", "Quellmere TX SO", "Blayne TX"],
        "state": ["TX", "OK", "OK", "TX"],
        "kind": ["municipal", "municipal", "county_sheriff", "municipal"],
        "state_in_name": ["yes", "no", "yes", "yes"],
    })  # fmt: skip
    found = measures.lookup(measures.name_errors(checked))
    assert found["agency_name_errors.state_said", "all"]["value"] == 1 / 3
    assert found["agency_name_errors.state", "all"]["value"] == 2 / 4
    assert found["agency_name_errors.kind", "all"]["value"] == 1 / 4
    assert found["agency_names_read_wrongly.state", "all"]["value"] == 1
    assert found["agency_names_read_wrongly.kind", "all"]["value"] == 0
    assert not [name for name, _ in found if name.endswith((".low", ".high"))], (
        "a fixed list bounds no other names"
    )


def test_the_sample_that_a_reader_checked_meets_the_bounds_the_repository_promises():
    checked = pd.read_csv(
        places.root() / "data/hand/coding/agencies-sample.csv", dtype=str, keep_default_na=False
    )
    assert len(checked) == 300
    assert set(checked["kind"]) <= {"", *agencies.KINDS}
    found = measures.lookup(measures.name_errors(checked))
    assert found["agency_name_errors.state_said", "all"]["value"] <= 0.03
    assert found["agency_name_errors.kind", "all"]["value"] <= 0.05


# Reach --------------------------------------------------------------------------------------------------------


def test_counts_of_reach_are_unknown_where_every_cell_is_masked():
    rows = log({"networks_searched": None, "devices_searched": None})
    names = ("one_network_searches", "several_network_searches", "several_network_share", "networks_most")
    found = counted(rows, *names)
    for name in names:
        assert value(found, name) is None
        assert "masked" in found[name, "all"]["because"]
    table = measures.reach_by_type(rows)
    assert table[["one_network", "several_networks"]].isna().all(axis=None)


def test_what_own_cameras_only_looks_like_is_the_commonest_small_number_of_an_agencys_own_log():
    own = {"own_search": True, "searching_agency": "Tarnwick TX PD"}
    rows = log(
        *[{**own, "networks_searched": 3, "devices_searched": 81}] * 30,
        *[{**own, "networks_searched": 1, "devices_searched": 20}] * 10,
        *[{**own, "networks_searched": 840, "devices_searched": 9_000}] * 60,
        *[{"networks_searched": 1}] * 99,
    )
    table = measures.own_cameras(rows)
    assert table.iloc[0].tolist() == ["Tarnwick TX PD", 3, 81, 30, 100, 0.3]
    assert len(table) == 1, "outsiders' searches cannot show it"


def test_without_a_common_small_number_own_cameras_only_stays_unknown():
    rows = log(
        *[{"own_search": True, "networks_searched": 840}] * 300,
        *[{"own_search": True, "networks_searched": 1}] * 19,
    )
    assert measures.own_cameras(rows)["networks"].isna().all()


@pytest.mark.parametrize(
    "rows", [[{}], [{"own_search": None}], [{"networks_searched": None}], [{"own_search": True}] * 3]
)
def test_reach_and_sides_are_counted_where_a_log_says_little(rows):
    asked = log(
        *rows, {"networks_searched": None, "own_search": None, "agency_state": None, "agency_kind": None}
    )
    assert measures.breadth(asked)["searches"].sum() == asked.count() == len(rows) + 1
    assert measures.by_side(asked, "TX")["searches"].sum() == len(rows) + 1


def test_searches_are_local_state_wide_or_national_beside_the_widest_of_their_log():
    own = {"own_search": True, "searching_agency": "Tarnwick TX PD"}
    rows = log(
        *[{**own, "networks_searched": 1}] * 20, {"networks_searched": 5}, {"networks_searched": 900},
        {"networks_searched": 6_600}, {"networks_searched": 3_300}, {"networks_searched": 0},
        {"networks_searched": None},
        {"camera_owner": "Small Log", "networks_searched": 60}, {"camera_owner": "Small Log", "networks_searched": 50},
    )  # fmt: skip
    table = measures.breadth(rows).set_index("reach")["searches"].to_dict()
    assert table == {
        "the agency's usual few": 20, "local": 1, "regional or state-wide": 3, "national": 2, "no network (0)": 1,
        "the row does not say": 1,
    }  # fmt: skip


# Time ---------------------------------------------------------------------------------------------------------


def test_hours_are_those_of_the_owners_clock_in_summer_and_winter_and_none_is_left_out():
    moments = ({"searched_at": "2025-07-01T05:30:00Z"}, {"searched_at": "2025-12-02T05:30:00Z"})
    table = measures.by_hour(log(*moments, time_zone="America/Chicago"))
    assert len(table) == 7 * 24
    assert table.loc[table["searches"] > 0, ["weekday", "hour"]].values.tolist() == [
        ["Monday", 23],
        ["Tuesday", 0],
    ]


def test_rows_without_an_owner_are_counted_in_all_and_as_a_log_whose_owner_is_not_said():
    rows = log(STRICT, {**STRICT, "camera_owner": None}, {**STRICT, "camera_owner": None, "search_key": "m"})
    assert {scope for _, scope in counted(rows, *measures.MEASURES)} == {
        "all", "Tarnwick ISD", places.OWNER_NOT_SAID,
    }  # fmt: skip
    assert values(rows, "camera_owners") == [1], "that nobody names an owner is no second owner"
    names = ("immigration_searches.core", "immigration_top_agency.core", "distinct_searches")
    assert values(rows, *names) == [3, 3, 2]
    assert values(rows, *names, scope="Tarnwick ISD") == [1, 1, 1]
    assert measures.logs_per_search(rows).values.tolist() == [[1, 1, 1], [2, 1, 2]]


def test_an_agency_known_by_its_number_alone_is_not_named():
    name = by_number("133")
    rows = log(STRICT, {**STRICT, "searching_agency": name, "searching_agency_as_released": name})
    names = ("agencies", "searches_by_unnamed_agencies", "agencies_by_number")
    assert values(rows, *names) == [1, 1, 1]
    assert ("agencies_by_number", "all") not in counted(log(STRICT), "agencies_by_number"), "none is not said"


def test_a_missing_name_is_no_agency():
    rows = log(STRICT, {**STRICT, "searching_agency": None, "searching_agency_as_released": None})
    assert values(rows, "searches_by_unnamed_agencies", "immigration_searches_unnamed.core") == [1, 1]
    assert measures.top_agencies(rows)["searches"].tolist() == [1]


# Agreements ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lists(tmp_path):
    path = tmp_path / "287g-20251231.csv"
    path.write_text(
        "state,agency,model,signed\n"
        "GA,Quellmere Police Department,TFM,2019-03-04\nGA,Quellmere Police Department,WSO,2025-11-03\n"
        "TX,Blayne Police Department,TFM,2025-12-20\nTX,Ostvale Police Department,TFM,7/72025\n",
        encoding="utf-8",
    )
    return [agencies.read_list(path)]


def test_agencies_are_counted_by_their_agreement_on_the_day_of_their_searches(lists):
    blayne = {"searching_agency": "Blayne TX PD", "agency_state": "TX"}
    ostvale = {"searching_agency": "Ostvale TX PD", "agency_state": "TX"}
    marl = {"searching_agency": "Marl OH PD", "agency_state": "OH"}
    rows = log(
        STRICT,
        {},
        {**blayne, **STRICT},
        {**STRICT, **ostvale},
        {**STRICT, **marl},
        listed=lists[0].agreements,
    )
    names = (
        "agencies_287g", "agencies_287g.core", "agencies_287g_signed_later.core",
        "immigration_searches_since_agreement.core",
    )  # fmt: skip
    assert values(rows, *names) == [1, 1, 1, 1]
    held = measures.at_search(rows.where("core"), lists[0].agreements)
    assert measures.by_standing(rows, held, lists)["agencies"].tolist() == [1, 0, 1, 1, 1]
    assert measures.by_standing(rows, held, lists)["searches"].sum() == 4


def test_an_agreement_is_later_than_the_core_searches_whatever_else_the_agency_searched_afterwards(lists):
    blayne = {"searching_agency": "Blayne TX PD", "agency_state": "TX"}
    rows = log(
        {**blayne, **STRICT}, {**blayne, "searched_at": "2026-01-05T12:00:00Z"}, listed=lists[0].agreements
    )  # fmt: skip
    for names in (["agencies_287g_signed_later.core"], measures.MEASURES):
        assert value(counted(rows, *names), "agencies_287g_signed_later.core") == 1
    assert values(rows, "agencies_287g", "agencies_287g.core") == [1, 0]


def test_an_agreement_on_the_day_is_certain_possible_or_none_for_each_model(tmp_path):
    path = tmp_path / "287g-20251231.csv"
    path.write_text(
        "state,agency,model,signed,ended\n"
        "GA,Quellmere Police Department,TFM,2019-03-04,\nGA,Quellmere Police Department,WSO,2025-11-03,2025-12-01\n"
        "TX,Blayne Police Department,TFM,2025-12-20,\nTX,Ostvale Police Department,TFM,7/72025,\n",
        encoding="utf-8",
    )
    blayne = {"searching_agency": "Blayne TX PD", "agency_state": "TX"}
    ostvale = {"searching_agency": "Ostvale TX PD", "agency_state": "TX"}
    nobody = {"searching_agency": "***", "agency_state": None, "agency_kind": None}
    rows = log(
        STRICT,
        {**STRICT, "searched_at": "2025-11-20T12:00:00Z"},
        {**STRICT, **blayne},
        {**STRICT, **ostvale},
        {**STRICT, **nobody},
        {**STRICT, "searched_at": "2026-01-05T12:00:00Z"},
        {},
    )
    table = measures.by_model(rows, [agencies.read_list(path)]).set_index("model")
    assert table.loc["Task Force Model"].tolist() == [2, 3, 1, 1, 1]
    assert table.loc["Warrant Service Officer", ["certain", "possible", "no"]].tolist() == [1, 1, 4]
    assert table.loc["any model", ["certain", "possible", "no"]].tolist() == [2, 3, 1]
    assert measures.by_model(rows, []).empty


def test_what_names_leave_open_bounds_state_kind_and_agreement(lists):
    unknown = {"searching_agency": "Ostvale PD", "agency_state": None, "agency_kind": None}
    undated = {"searching_agency": "Ostvale TX PD", "agency_state": "TX"}
    federal = {"searching_agency": "Marl DEA", "agency_state": None, "agency_kind": "federal"}
    rows = log(STRICT, {**STRICT, **unknown}, {**STRICT, **undated}, {**STRICT, **federal},
               listed=lists[0].agreements)  # fmt: skip
    names = ("in_state_searches", "in_state_searches.at_most", "federal_searches", "federal_searches.at_most",
             "local_immigration_searches.at_least", "local_immigration_searches.at_most",
             "immigration_searches_since_agreement.core",
             "immigration_searches_since_agreement.at_most")  # fmt: skip
    assert values(rows, *names) == [1, 2, 1, 2, 2, 3, 1, 4]


def test_without_a_list_agreements_are_unknown_and_say_why():
    rows = log(STRICT)
    found = counted(
        rows, "agencies_287g", "agencies_287g_signed_later", "immigration_searches_since_agreement"
    )
    assert len(found) == 10
    assert all(one["value"] is None and one["because"] for one in found.values())
    held = measures.at_search(rows, None)
    assert held.empty
    assert measures.by_standing(rows, held, []).empty


def test_a_list_says_what_of_it_was_not_used_and_whether_it_is_older_than_the_searches(lists):
    last = log({}, {"searched_at": "2026-01-05T00:00:00Z"})
    line = measures.lists_read(lists, last).iloc[0]
    assert (line["agreements"], line["agencies"], line["without_a_date"]) == (4, 3, 1)
    assert not line["covers_the_searches"]
    on_its_day = log({"searched_at": "2025-12-31T00:00:00Z"})
    assert measures.lists_read(lists, on_its_day)["covers_the_searches"].item()


def test_the_programmes_growth_counts_agreements_and_agencies_apart(lists):
    found, months = measures.growth(lists)
    names = (
        "agreements_before_term",
        "agreements_listed",
        "agreement_agencies_before_term",
        "agreement_agencies_listed",
    )
    found = measures.lookup(found)
    assert [value(found, name) for name in names] == [1, 3, 1, 2]
    assert value(found, "agreement_agencies_growth") is None, (
        "a list of participants leaves out what has ended"
    )
    index = [replace(lists[0], keeps_ended=True)]
    assert value(measures.lookup(measures.growth(index)[0]), "agreement_agencies_growth") == 1.0
    assert months.iloc[-1][["agreements", "agencies"]].tolist() == [3, 2]
    assert len(months) == 82, "months without a signature stand too"
    empty, none = measures.growth([])
    assert {one["value"] for one in empty} == {None}
    assert none.empty


def test_searches_of_which_only_the_day_is_known_have_no_hour_and_no_lookback():
    frame = {"searched_at": "2025-12-05T06:00:00Z", "window_start": "2025-10-01T00:00:00Z"}
    day = {**frame, "searched_at_precision": "day"}
    both = log(frame, day, day, time_zone="America/Chicago")
    assert measures.by_hour(both)["searches"].sum() == 1
    assert measures.hours_unknown(both) == "Not among them: 2 searches for which the log gives only the day."
    assert measures.hours_unknown(log(frame)) == ""
    over = counted(both, "windows_over_30_days")["windows_over_30_days", "all"]
    assert (over["value"], over["denominator"]) == (1, 1)
    lengths = counted(both, "window_lengths_over_30_days")["window_lengths_over_30_days", "all"]
    assert lengths["denominator"] == 3
    for name in ("windows_over_30_days", "longest_lookback_days"):
        none = counted(log(day), name)[name, "all"]
        assert none["value"] is None
        assert "the day of a search and no time" in none["because"]


def test_rows_known_to_the_day_or_minute_are_equal_by_no_rule_but_ids():
    for precision in ("minute", "day"):
        rows = log(*[{"searched_at_precision": precision, "search_key": key} for key in "abc"])
        table = measures.distinct_by_rule(rows).set_index("rule")["repeated_rows"]
        assert not table.any()
