"""Rows become typed searches; who searched what plate stays behind; nothing is lost."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from frames import LAYOUT
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.places import ReleasedFile
from analysis.readers import Rejected, Section
from analysis.searches import typing
from analysis.searches.clocks import Clocks
from analysis.searches.columns import masked_cells
from analysis.searches.shapes import shapes_of
from analysis.vendors import recognition

COLUMNS = ["ID", " Name", *LAYOUT[1:]]
FILE = ReleasedFile("log.csv", "00", "network audit", "Tarnwick ISD")
USUAL = {
    "ID": "11111111-2222-3333-4444-555555555555",
    "Name": "O. Invented",
    "Org Name": "Quellmere GA PD",
    "Total Networks Searched": "1,480",
    "Total Devices Searched": "20000.0",
    "Time Frame": "12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC",
    "License Plate": "XX0XX00",
    "Reason": "stolen ",
    "Case #": "25-1",
    "Filters": "SUV, XX0XX00",
    "Search Time": "12/02/2025, 12:30:00 AM UTC",
    "Search Type": "lookup",
    "Text Prompt": "red car",
    "Moderation": "",
}


def section(*changes, columns=COLUMNS):
    rows = [{**USUAL, **change} for change in changes]
    cells = {str(n): pa.array([row[c.strip()] for row in rows], pa.string()) for n, c in enumerate(columns)}
    return Section(tuple(columns), pa.table(cells), pa.array(range(1, len(rows) + 1), pa.int64()))


def typed(*changes, columns=COLUMNS):
    return typing.type_rows(section(*changes, columns=columns), recognition.recognize(columns), FILE)


def first(column, **change):
    return typed({key.replace("_", " "): value for key, value in change.items()})[0].column(column)[0].as_py()


def test_a_row_is_typed():
    table, rejected = typed({})
    assert rejected.num_rows == 0
    row = table.to_pylist()[0]
    assert row["searched_at"] == datetime(2025, 12, 2, 0, 30, tzinfo=UTC)
    assert row["window_end"] == datetime(2025, 12, 2, 1, tzinfo=UTC)
    assert (row["networks_searched"], row["devices_searched"]) == (1480, 20000)
    assert row["reason_as_released"] == "stolen "
    assert (row["camera_owner"], row["searching_agency_as_released"]) == ("Tarnwick ISD", "Quellmere GA PD")
    assert (row["source_file"], row["source_row"], row["has_case_number"]) == ("log.csv", 1, True)


def test_plates_officers_and_case_numbers_are_in_no_column():
    table, _ = typed({})
    text = str(table.to_pylist())
    for private in ("O. Invented", "XX0XX00", "25-1", "red car"):
        assert private not in text


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1480", 1480), ("1480.0", 1480), ("1,480", 1480), ("0", 0), ("", None), ("***", None), ("——", None),
     ("many", None), ("-3", None), ("1,48", None), ("٣", None), ("9" * 30, None)],
)  # fmt: skip
def test_counts_are_whole_numbers_or_unknown_and_keep_their_row(cell, number):
    table, rejected = typed({"Total Networks Searched": cell})
    assert table.column("networks_searched").to_pylist() == [number]
    assert rejected.num_rows == 0


def test_counts_that_could_not_be_read_are_noted():
    cells = ("1480", "1,48", "many", "-3", "", "***", "——", "0")
    found = section(*({"Total Networks Searched": cell} for cell in cells))
    layout = recognition.recognize(COLUMNS)
    clocks = typing.file_clocks(FILE, found, layout, tuple)
    typing.type_rows(found, layout, FILE, clocks)
    assert list(clocks.notes()) == ["counts of networks that are no whole number, not known: 3"]


@pytest.mark.parametrize(
    ("cell", "has"), [("25-1", True), ("", False), (" ", False), ("***", None), ("none", True)]
)
def test_whether_there_was_a_case_number_is_kept_and_a_mask_leaves_it_unknown(cell, has):
    assert typed({"Case #": cell})[0].column("has_case_number").to_pylist() == [has]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "no search time"),
        ("13/45/2025, 01:00:00 AM UTC", "search time not readable"),
        ("***", "search time not readable"),
    ],
)
def test_a_row_without_a_readable_time_is_set_aside_with_its_reason(cell, why):
    table, rejected = typed({}, {"Search Time": cell}, {})
    assert table.column("source_row").to_pylist() == [1, 3]
    assert rejected.select(["source_row", "why"]).to_pylist() == [{"source_row": 2, "why": why}]


def test_what_the_vendors_system_did_is_no_persons_search():
    note = "An issue was identified that caused the system to initiate unprocessed search activity."
    table, rejected = typed({"Moderation": note}, {"Moderation": "allow"})
    assert table.column("moderation").to_pylist() == ["allow"]
    assert rejected.column("why").to_pylist() == ["system activity of the vendor"]


def test_rejected_rows_are_kept_with_plates_and_names_masked():
    _, rejected = typed(
        {"Search Time": "never", "Reason": "looking for AB1234C, call x@example.invalid, dob 1/2/1990"}
    )
    text = rejected.column("text")[0].as_py()
    for private in ("O. Invented", "XX0XX00", "AB1234C", "x@example.invalid", "1/2/1990", "25-1"):
        assert private not in text
    assert "never" in text
    assert "looking for ***" in text


@pytest.mark.parametrize(
    "said",
    ["ABC-1234", "ABC 1234", "call 555.010.0199", "dob 1.2.1990", "o.invented@example.org", "A 012 345 678"],
)
def test_no_number_of_a_person_or_vehicle_stays_in_a_rejected_row(said):
    text = typed({"Search Time": "13/45/2025", "Reason": f"stop {said}"})[1].column("text")[0].as_py()
    assert "13/45/2025" in text
    assert not [word for word in said.split() if any(sign.isdigit() for sign in word) and word in text]


def slipped(by, start=3, **change):
    """A row whose cells from the column `start` on stand `by` columns to the right, under a header of its own form."""
    names = [column.strip() for column in COLUMNS]
    cells = [{**USUAL, **change}[name] for name in names]
    gap = [""] * by if by > 0 else []
    moved = (cells[:start] + gap + cells[start - min(by, 0) if by < 0 else start :] + [""] * -min(by, 0))[
        : len(names)
    ]
    return dict(zip(names, moved))


@pytest.mark.parametrize("by", [1, 2])
def test_cells_that_slipped_under_other_columns_are_put_back_by_the_rows_own_times(by):
    table, rejected = typed({}, slipped(by), {})
    assert rejected.num_rows == 0
    assert table.column("realigned").to_pylist() == [False, True, False]
    straight, moved = table.slice(0, 1).to_pylist()[0], table.slice(1, 1).to_pylist()[0]
    for column in ("searched_at", "window_start", "window_end", "reason_as_released", "networks_searched"):
        assert moved[column] == straight[column]
    assert moved["searching_agency_as_released"] == "Quellmere GA PD"
    assert moved["search_type"] in ("lookup", None)
    assert "XX0XX00" not in str(moved.values())


def test_a_row_whose_times_do_not_agree_on_the_step_stays_unread():
    only_the_time = slipped(
        1, start=9
    )  # a cell too many between time frame and time: which one, nobody can tell
    table, rejected = typed({}, only_the_time)
    assert table.num_rows == 1
    assert rejected.column("why").to_pylist() == ["search time not readable"]


def test_a_time_frame_tells_the_order_of_dates_before_the_whole_file_is_asked():
    def survey():
        raise AssertionError("the file is read a second time")

    layout = recognition.recognize(COLUMNS)
    early = {
        "Time Frame": "11/30/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC",  # no month is the 30th
        "Search Time": "12/02/2025, 12:30:01 AM UTC",
    }
    clocks = Clocks(shapes_of(layout.vendor.times), survey=survey)
    rows = section(*[early] * (typing.FIRST + 1))
    table, _ = typing.type_rows(rows, layout, FILE, clocks)
    assert set(table.column("searched_at").to_pylist()) == {datetime(2025, 12, 2, 0, 30, 1, tzinfo=UTC)}
    again = Clocks(shapes_of(layout.vendor.times), survey=survey)
    with pytest.raises(AssertionError, match="second time"):
        typing.type_rows(section(early), layout, FILE, again)  # of a short file this is cheaper


def test_masks_are_counted_by_the_released_columns_name():
    columns = [column.strip() for column in COLUMNS]
    rows = [{**USUAL, "License Plate": "***", "Reason": "REDACTED"}, {**USUAL, "License Plate": "***"}]
    cells = {str(n): pa.array([row[c] for row in rows], pa.string()) for n, c in enumerate(columns)}
    section = Section(tuple(columns), pa.table(cells), pa.array([1, 2]))
    assert masked_cells(section, recognition.recognize(columns)) == {"License Plate": 2, "Reason": 1}


def test_a_date_and_a_time_in_two_columns_are_one_moment():
    columns = ["Org Name", "Search Date", "Search Time", "Reason"]
    cells = {
        str(n): pa.array([cell], pa.string())
        for n, cell in enumerate(["x", "2025-12-02 00:00:00", "1:30:00 PM", "y"])
    }
    table, _ = typing.type_rows(
        Section(tuple(columns), pa.table(cells), pa.array([1])), recognition.recognize(columns), FILE
    )
    assert table.column("searched_at")[0].as_py() == datetime(2025, 12, 2, 13, 30, tzinfo=UTC)


DOWNLOAD = ["id", "name", "best_name", "org_name", "reason", "search_time_utc", "total_devices_searched"]


def test_a_collectors_id_is_kept_and_never_taken_for_the_vendors():
    cells = [
        "7",
        "O. Invented",
        "Officer Invented",
        "Quellmere GA PD",
        "theft",
        "2025-05-13 22:38:11.000",
        "0",
    ]
    table = pa.table({str(n): pa.array([cell], pa.string()) for n, cell in enumerate(cells)})
    rows, _ = typing.type_rows(
        Section(tuple(DOWNLOAD), table, pa.array([1])), recognition.recognize(DOWNLOAD), FILE
    )
    assert rows.column("released_id").to_pylist() == ["7"]
    assert rows.column("vendor_id").to_pylist() == [None]
    assert rows.column("devices_searched").to_pylist() == [None]  # 0 says nothing in these downloads
    assert "Invented" not in str(rows.to_pydict())


def test_a_row_with_shifted_cells_shows_nothing_but_known_words():
    aside = Rejected(
        7,
        "wrong number of cells",
        'O. Invented,Quellmere GA PD,5,"12/01/2025, 01:00:00 AM UTC",AB1234C,x',
        None,
    )
    table = typing.rejected_table((aside,), FILE)
    assert table.column("text").to_pylist() == ["*** | *** PD | *** | *** | *** AM *** | *** | ***"]


def test_an_export_without_columns_leaves_them_unknown():
    columns = ["Org Name", "Search Time", "Reason"]
    table, _ = typed({}, columns=columns)
    row = table.to_pylist()[0]
    for column in ("released_id", "window_start", "networks_searched", "has_case_number", "search_type"):
        assert row[column] is None


def test_a_log_without_an_organisation_column_takes_the_agency_from_its_description():
    columns = ["id", "userId", "searchDate", "networkCount", "reason"]
    cells = ["u1", "***", "2026-02-27T00:00:43.144Z", "9", "theft"]
    section = Section(tuple(columns), pa.table({str(n): [c] for n, c in enumerate(cells)}), pa.array([1]))
    file = ReleasedFile("p.csv", "00", "portal audit", "Tarnwick CA PD", searching_agency="Tarnwick CA PD")
    table, _ = typing.type_rows(section, recognition.recognize(columns), file)
    assert table.column("searching_agency_as_released").to_pylist() == ["Tarnwick CA PD"]
    assert table.column("released_id").to_pylist() == ["u1"]


@pytest.mark.parametrize(
    ("day", "era"),
    [("05/31/2025", "typed"), ("06/01/2025", "filtered"), ("10/31/2025", "filtered"), ("11/01/2025", "rollout"),
     ("01/31/2026", "rollout"), ("02/01/2026", "dropdown")],
)  # fmt: skip
def test_the_era_follows_the_day_of_the_search(day, era):
    assert typed({"Search Time": f"{day}, 12:00:00 PM UTC"})[0].column("era").to_pylist() == [era]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=12), st.text(max_size=8)), max_size=6))
def test_every_row_is_either_a_search_or_set_aside(rows):
    changes = [
        {"Search Time": time, "Total Networks Searched": count, "Moderation": note}
        for time, count, note in rows
    ]
    table, rejected = typed(*changes) if changes else typed()
    numbers = table.column("source_row").to_pylist() + rejected.column("source_row").to_pylist()
    assert sorted(numbers) == list(range(1, len(rows) + 1))
    assert set(rejected.column("why").to_pylist()) <= set(typing.WHY)
