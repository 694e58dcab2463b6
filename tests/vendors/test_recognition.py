"""A layout is known by its set of column names, in any order; an unknown column is an error that names it."""

import pyarrow as pa
import pytest
from frames import LAYOUT
from hypothesis import given
from hypothesis import strategies as st

from analysis.readers import Section, no_known_header
from analysis.vendors import incomplete, masks, recognition

NATIVE = {
    "OA-1": "Name,Total Networks Searched,Time Frame,License Plate,Case #,Filters,Reason,Search Time",
    "OA-2": "Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,Search Time,Search Type",
    "OA-3/NA-2": ",".join(LAYOUT),
    "OA-4/NA-6": "ID," + ",".join(LAYOUT),
    "OA-5": "ID," + ",".join(c for c in LAYOUT if "Devices" not in c),
    "OA-R1": "ID,Org Name,Total Networks Searched,Total Devices Searched,Time Frame,Reason,Search Time,"
    "Search Type,Moderation",
    "NA-1/NA-4": ",".join(LAYOUT[:11]),
    "NA-3": ",".join(LAYOUT[:12]),
    "NA-5": "Name,Org Name,Total Networks Searched,Time Frame,License Plate,Reason,Case #,Filters,"
    "Search Time,Search Type",
    "FED": "ID, Name, Org Name, Total Networks Searched, License Plate, Reason, Case #, Filters, Search Time,"
    " Search Type",
}
PORTAL = {
    "TP-1": "id,userId,searchDate,cameraCount,reason",
    "TP-2": "id,userId,searchDate,networkCount,reason",
    "TP-3": "id,userId,searchDate,networkCount,offenseType",
    "TP-4": "id,userId,searchDate,networkCount",
    "TP-5": "id,userId,searchDate,networkCount,caseNumber",
    "TP-6": "id,userId,searchDate,networkCount,caseNumber,offenseType",
    "TP-7": "id,userId,searchDate,networkCount,reason,caseNumber",
    "TP-8": "id,userId,searchDate,networkCount,reason,caseNumber,offenseType",
    "TP-9": "id,userId,searchDate,networkCount,reason,offenseType",
    "TP-10": "id,searchDate,networkCount,offenseType",
    "TP-11": "id,userId,searchDate,cameraCount,reason,networkCount",
    "portal audit, 3 columns": "id,searchDate,caseNumber",
}


@pytest.mark.parametrize("key", NATIVE)
def test_every_native_form_is_known_in_any_order(key):
    columns = NATIVE[key].split(",")
    assert recognition.recognize(columns).key == key
    assert recognition.recognize(columns[::-1]).key == key
    assert recognition.is_header(columns)


@pytest.mark.parametrize("key", PORTAL)
def test_every_portal_form_is_known_and_so_is_one_that_nobody_has_seen(key):
    layout = recognition.recognize(PORTAL[key].split(","))
    assert (layout.key, layout.family.name) == (key, "portal audit")
    assert "search_time" in layout


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (
            "Org Name,Total Networks Searched,Reason,Case #,Search Time,Search Type",
            "case_number",
        ),  # no time frame
        ("Name,Total Networks Searched,Time Frame,Reason,Search Time", "time_frame"),  # no organization
        ("Name,Org Name,Camera Count,Time Frame,Offense Type,Reason,Search Date/Time", "offense_types"),
        ("ID, userID, networkCount, Search Time, Reason", "officer"),  # a portal printed to PDF
        ("reason_1,test prompt,license plates,search date,case number,Org Name", "text_prompt"),
    ],
)
def test_what_agencies_took_out_or_renamed_is_still_a_search_audit(header, column):
    layout = recognition.recognize(header.split(","))
    assert column in layout
    assert "search_time" in layout


def test_names_are_compared_without_case_or_blanks():
    layout = recognition.recognize(
        ["  ORG   name ", "search TIME", "Reason", "case number", "License Plates"]
    )
    assert layout.index["agency"] == 0
    assert layout.index["case_number"] == 3


def test_the_second_name_of_a_download_is_the_agencys():
    header = [
        "id",
        "upload_id",
        "name",
        "license_plate",
        "reason",
        "search_time_utc",
        "id",
        "name",
        "state",
        "locality",
    ]
    assert recognition.recognize(header).index["agency"] == 7


def test_the_day_alone_is_the_time_where_nothing_else_is():
    assert recognition.recognize(["Search Date", "Org Name", "Reason"]).index["search_time"] == 0
    both = recognition.recognize(["Search Date", "Search Time", "Org Name", "Reason"]).index
    assert (both["search_date"], both["search_time"]) == (0, 1)


def test_two_columns_of_officers_are_both_kept_back():
    layout = recognition.recognize(
        ["search_time_utc", "name", "best_name", "org_name", "reason", "license_plate_hash"]
    )
    assert layout.personal == (1, 2, 5)
    assert layout.family.has_own_ids


def test_a_download_that_says_it_is_not_whole_is_refused():
    with pytest.raises(incomplete.IncompleteDownload, match=r"x\.csv.*Download it again"):
        incomplete.refuse_incomplete(["a,b", "# ERROR: download incomplete — please retry"], "x.csv")
    incomplete.refuse_incomplete(["a,b", "error"], "x.csv")


def section(columns, *rows):
    cells = {str(n): pa.array([row[n] for row in rows], pa.string()) for n in range(len(columns))}
    return Section(tuple(columns), pa.table(cells), pa.array(range(1, len(rows) + 1)))


def test_unknown_columns_are_named_with_the_shape_of_their_values_and_one_line_to_paste():
    columns = ["Org Name", "Search Time", "Shoe Size", "Reasons", "Badge 4417", "Note of O. Quill, 555-0142"]
    rows = [["a", "b", "42", "theft", "Q7", "zanna"], ["a", "b", "43.5", "theft", "", "2026-03-01"]]
    with pytest.raises(recognition.UnknownColumns) as error:
        recognition.recognize_section(section(columns, *rows), "x/log.csv")
    said = str(error.value)
    for part in (
        "x/log.csv", "'Shoe Size' (of its first values, 1 whole number, 1 other number)", "1 text, 1 date",
        'COLUMNS="Shoe Size=ignored; Reasons=reason; column 5=ignored; column 6=ignored"', "columns = {",
    ):  # fmt: skip
        assert part in said
    for private in ("42", "zanna", "4417", "Quill", "0142", "Q7", "flock.toml"):
        assert private not in said.replace("[42]", "")


def test_a_header_without_a_known_column_of_reasons_says_so_beside_its_unknown_column():
    told = "no other column there holds the reason of a search, so look whether one of these does"
    for columns, known in (
        (["Org Name", "Search Time", "Purpose"], False),
        (["Reason", "Search Time", "Purpose"], True),
    ):
        with pytest.raises(recognition.UnknownColumns) as error:
            recognition.recognize_section(section(columns, ["a", "b", "c"]), "log.csv")
        assert (told in str(error.value)) != known


def test_a_column_that_cannot_be_written_is_answered_by_its_number():
    columns = ["Org Name", "Search Time", "Reason", "Badge 4417"]
    assert "case_number" in recognition.recognize(columns, {"column 4": "case_number"})
    assert "case_number" not in recognition.recognize(columns[:3], {"column 2": "case_number"})


def test_a_persons_word_for_a_column_counts_before_the_header_is_known():
    columns = ["When", "Which agency", "Why", "Shoe Size"]
    said = {"when": "search_time", "Which Agency": "agency", "Why": "reason", "Shoe Size": "ignored"}
    assert not recognition.is_header(columns)
    assert recognition.is_header(columns, said)
    assert not recognition.is_header(["12/02/2025", "Tarnwick TX PD", "When", "9"], said)
    layout = recognition.recognize(columns, said)
    assert (layout.index["search_time"], layout.index["agency"], layout.index["reason"]) == (0, 1, 2)


def test_a_word_that_is_none_of_our_columns_is_refused_with_the_nearest():
    with pytest.raises(recognition.UnknownColumns, match=r"'resaon'.*near it: reason.*; all are agency, "):
        recognition.recognize(["Org Name", "Search Time", "Why"], {"Why": "resaon"})


def test_several_columns_may_be_ignored():
    columns = ["Org Name", "Search Time", "Reason", "Shoe Size", "Hat", "Hat"]
    layout = recognition.recognize(columns, {"Shoe Size": "ignored", "Hat": "ignored"})
    assert set(layout.index) == {"agency", "search_time", "reason"}


@given(
    st.sampled_from(["org name", "total networks searched", "search time", "reason_1", "case #"]), st.data()
)
def test_one_name_is_known_however_its_words_are_joined(name, data):
    words = [
        data.draw(st.sampled_from([str.lower, str.upper, str.title]))(w)
        for w in name.replace("_", " ").split()
    ]
    spelled = data.draw(st.sampled_from([" ", "_", "-", "", "  "])).join(words)
    layout = recognition.recognize(
        ["searchTime" if name != "search time" else "Moderation", "Search_Type", spelled]
    )
    assert 2 in layout.index.values()


def test_a_file_without_a_known_header_is_counted_and_never_quoted():
    rows = [["O. Quill", "ABC1234"], ["2026-03-01", "12"]]
    said = str(incomplete.with_known_names(no_known_header("letter.csv", rows)))
    assert (
        "2 lines, of up to 2 cells (2 texts, 1 date, 1 whole number); no row of column names is known" in said
    )
    assert not any(cell in said for row in rows for cell in row if len(cell) > 2)


def test_a_header_without_a_time_says_which_column_could_be_the_time():
    rows = [
        ["Org_Name", "Reason", "Case #", "Occurred", "Agent 4417"],
        ["Tarnwick TX PD", "theft", "1", "2026-03-01", "Q7"],
    ]
    said = str(incomplete.with_known_names(no_known_header("log.csv", rows)))
    assert "it has the columns case #, org name, reason, and none that says when a search was made" in said
    assert 'If a column of dates does, say so: COLUMNS="Occurred=search_time" behind make place' in said
    assert "Tarnwick" not in said
    assert "4417" not in said


def test_of_two_columns_of_one_name_the_number_says_which_is_not_read():
    columns = ["Org Name", "Reason", "Reason", "Search Time"]
    with pytest.raises(recognition.UnknownColumns, match=r"'column 2' and 'column 3'.*\"column 3=ignored\""):
        recognition.recognize(columns)
    assert recognition.recognize(columns, {"column 2": "ignored"}).index["reason"] == 2
    with pytest.raises(recognition.UnknownColumns, match='"reason_1=ignored"'):
        recognition.recognize(["Org Name", "Reason", "reason_1", "Search Time"])


def test_no_column_without_dates_is_offered_as_the_time():
    rows = [["Name", "State", "Portal"], ["Tarnwick PD", "TX", "x"]]
    said = str(incomplete.with_known_names(no_known_header("portals.csv", rows)))
    assert said.endswith("it has the columns name, state, and none that says when a search was made.")


def test_a_place_can_say_what_an_unknown_column_is():
    columns = ["Org Name", "Search Time", "Grund", "Shoe Size"]
    layout = recognition.recognize(columns, {"Grund": "reason", "shoe size": "ignored"})
    assert layout.index["reason"] == 2


def test_two_columns_for_one_thing_are_an_error():
    with pytest.raises(recognition.UnknownColumns, match="two columns hold the reason"):
        recognition.recognize(["Search Time", "Org Name", "Reason", "reason_1"])


def test_blank_headers_and_formulas_are_left_aside_and_said():
    assert recognition.recognize(["Org Name", "Search Time", "Reason", "", "1"]).unnamed == (3, 4)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Timestamp,User,Event Type,Entity Type,Entity Details,Event Id", "event log"),
        ("Organization Name,Networks Shared With Me,Networks I'm Sharing", "sharing list"),
        ("user,user_organization,object_type,operation,client,object_name", "Axon Fusus"),
    ],
)
def test_what_is_no_search_audit_is_named_and_refused(header, said):
    assert recognition.is_header(header.split(","))
    with pytest.raises(recognition.NotASearchAudit, match=said):
        recognition.recognize(header.split(","))


@pytest.mark.parametrize(
    "row", [["a", "b"], [], ["Reason"], ["12/02/2025, 01:00:00 AM UTC", "Tarnwick TX PD"]]
)
def test_a_record_is_no_header(row):
    assert not recognition.is_header(row)


@pytest.mark.parametrize(
    "cell", ["***", " *** ", "* * *", "REDACTED", " [REDACTED] ", "###", "████", "7923.600 GC"]
)
def test_masks_are_known(cell):
    assert masks.is_masked(cell)


@pytest.mark.parametrize("cell", ["", " ", "theft", "n/a", "7923", "a***", "-", "redacted report"])
def test_words_are_no_masks(cell):
    assert not masks.is_masked(cell)


PIECES = [
    "***",
    "█",
    " ",
    "\u00a0",
    "REDACTED",
    "(redacted)",
    "xxxxx",
    "ſ",
    "7923",
    ".600 GC",
    " govt code",
    "٧٩٢٣",
    "a",
    "-",
]


@given(
    st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map("".join) | st.text(max_size=6), max_size=20)
)
def test_a_column_is_masked_where_its_cells_are(cells):
    assert masks.are_masked(pa.array(cells, pa.string())).to_pylist() == [masks.is_masked(c) for c in cells]


def test_columns_that_name_people_never_leave_the_parser():
    assert {"officer", "plate", "filters", "text_prompt"} <= recognition.DROPPED


def test_a_column_that_only_another_family_has_is_said_to_be_its():
    with pytest.raises(recognition.UnknownColumns, match=r"'Owner' \(.*known in 'FlockWatch corpus' only\)"):
        recognition.recognize_section(
            section(["Org Name", "Search Time", "Owner"], ["a", "b", "c"]), "log.csv"
        )


def test_a_mask_is_counted_whether_a_blank_is_before_it_behind_it_or_both():
    assert {"REDACTED", "REDACTED ", " REDACTED", " *** ", "***"} <= set(masks.mask_spellings())
