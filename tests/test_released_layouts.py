"""Layouts that differ from the vendor's: each row counted once, under its own columns, or rejected with its number."""

import gzip
from collections import Counter
from pathlib import Path

import containers
import pyarrow as pa
import pytest
import readings
from frames import recipe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import intake, places, readers, vendors
from analysis.build import parts
from analysis.build.release import Release
from analysis.intake import answers
from analysis.places import ReleasedFile
from analysis.readers import csv
from analysis.refused import Refused
from analysis.vendors import recognition
from analysis.vendors.recognition import UnknownColumns


def released(tmp_path, text, name="log.csv", **more):
    """What becomes of one file: its searches, its rejected rows as number and reason, and the facts about it."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    release = Release(ReleasedFile(name, "0", "network audit", "Tarnwick ISD", **more), path)
    by = recipe()
    done = list(release.blocks(lambda table, member, vendor: parts.enrich(table, member, vendor, by)))
    searches = pa.concat_tables([one.searches for one in done]).to_pylist()
    rejected = {
        row["source_row"]: row["why"] for row in pa.concat_tables([d.rejected for d in done]).to_pylist()
    }
    facts = release.facts[0]
    assert facts["records"] == len(searches) + len(rejected)
    assert release.ledger.lines[0].rows_in == facts["records"]
    return searches, rejected, facts


def reasons(searches):
    return [row["reason_as_released"] for row in searches]


TIME = '"04/02/2024, 10:00:00 AM UTC"'
FRAME = '"04/02/2024, 10:00:00 AM UTC\n04/02/2024, 10:30:00 AM UTC"'

# Without a header -----------------------------------------------------------------------------------------------

NA_1 = (
    "Name,Org Name,Total Networks Searched,Total Devices Searched,Time Frame,License Plate,Reason,Case #,Filters,"
    "Search Time,Search Type"
)


def bare(number, reason="theft", time=TIME):
    return f"Z. Qwertz,Sampleton CA PD,12,{number},{FRAME},***,{reason},,,{time},lookup"


def test_rows_above_their_header_are_rows_and_the_header_is_none(tmp_path):
    searches, rejected, facts = released(tmp_path, "\n".join([bare(1), bare(2, "test"), NA_1, bare(3), ""]))
    assert [(row["source_row"], row["reason_as_released"]) for row in searches] == [
        (1, "theft"), (2, "test"), (4, "theft")
    ]  # fmt: skip
    assert rejected == {3: "repeated header"}
    assert "the file begins without a header: the header further down" in facts["notes"]
    assert "Qwertz" not in str(facts)


@pytest.mark.parametrize("above", [3, 70])
def test_rows_of_a_workbook_above_their_header_are_rows_and_the_header_is_none(tmp_path, above):
    cells = bare(1).replace('"', "").split(",")
    line = [*cells[:4], FRAME.strip('"'), *cells[6:10], TIME.strip('"'), "lookup"]
    assert len(line) == len(NA_1.split(","))
    sheet = [*[line] * above, NA_1.split(","), line]
    searches, rejected, facts = released(tmp_path, containers.xlsx(sheet, sheet), "log.xlsx")
    assert len(searches) == 2 * (above + 1)
    assert rejected == dict.fromkeys((above + 1, 2 * above + 3), "repeated header")
    assert "sheet 2: begins without a header: the header further down" in facts["notes"]


def test_a_workbook_that_lost_its_header_and_proves_no_order_is_asked_about(tmp_path):
    line = ["theft", TIME.strip('"'), "Sampleton CA PD", "lookup"]
    with pytest.raises(readers.NoKnownHeader, match="COLUMNS="):
        released(tmp_path, containers.xlsx([line] * 3), "log.xlsx")


def test_a_table_of_shortened_names_without_reasons_is_a_log(tmp_path):
    searches, rejected, facts = released(
        tmp_path,
        "org,networks_searched,timeframe_start,timeframe_end,search_time,search_type\n"
        "Sampleton CA PD,0,1969-12-31 23:59:55,1970-01-01 00:00:05,2022-05-04 17:00:00,apiV2\n"
        "Sampleton CA PD,0,2022-05-04 18:00:00,2022-05-04 17:00:00,2022-05-04 17:00:01,lookup\n",
    )
    assert [row["window_start"] is None for row in searches] == [True, False]
    assert searches[1]["window_start"] > searches[1]["window_end"]
    assert not rejected
    assert facts["forms"].startswith("native audit")


@pytest.mark.parametrize("rows", [1, 2, 700])
@pytest.mark.parametrize("header", ["", NA_1 + "\n" + bare(1, "last") + "\n"])
def test_an_export_without_its_header_is_known_by_its_cells(tmp_path, rows, header):
    text = "".join(bare(n) + "\n" for n in range(rows)) + header
    searches, rejected, facts = released(tmp_path, text)
    assert len(searches) == rows + bool(header)
    assert len(rejected) == bool(header)
    assert searches[0]["devices_searched"] == 0
    assert "begins without a header" in facts["notes"]


def test_an_order_that_nobody_has_seen_is_given_by_the_header_far_below(tmp_path, monkeypatch):
    monkeypatch.setattr(csv, "HEADER_BYTES", 100_000)
    line = f"theft,{TIME},Sampleton CA PD,lookup"
    text = (line + "\n") * 3_000 + "Reason,Search Time,Org Name,Search Type\n" + line + "\n"
    searches, rejected, _ = released(tmp_path, text)
    assert reasons(searches) == ["theft"] * 3_001
    assert rejected == {3_001: "repeated header"}


@pytest.mark.parametrize(
    "text",
    [
        f"theft,{TIME},Sampleton CA PD,lookup\n" * 3,  # an order that nobody has seen
        f"theft,{TIME},Sampleton CA PD,lookup\n" * 60
        + "Org Name,Reason,Search Time,Search Type\n",  # another's
        "u1,***,2026-02-27T00:00:43.144Z,9,theft\n" * 3,  # a portal's reason, offense type or case number
    ],
)
def test_the_first_row_is_never_taken_for_names_and_nothing_of_it_is_printed(tmp_path, text):
    with pytest.raises(Refused) as error:
        released(tmp_path, text)
    assert "theft" not in str(error.value)
    assert "Sampleton" not in str(error.value)


def test_where_the_cells_do_not_prove_it_a_person_is_asked_and_answers_by_number(tmp_path):
    text = f"theft,{TIME},Sampleton CA PD,lookup\n" * 3
    with pytest.raises(readers.NoKnownHeader) as error:
        released(tmp_path, text)
    line = "column 1=ignored; column 2=search_time; column 3=ignored; column 4=ignored"
    assert "in column 2 of 4 each of the first 3 records has a time" in str(error.value)
    assert f'COLUMNS="{line}"' in str(error.value)
    said = line.replace("3=ignored", "3=agency").replace("1=ignored", "1=reason")
    searches, rejected, _ = released(tmp_path, text, columns=answers.columns(said))
    assert [(row["source_row"], row["searching_agency"]) for row in searches] == [
        (number, "Sampleton CA PD") for number in (1, 2, 3)
    ]
    assert reasons(searches) == ["theft"] * 3
    assert not rejected


def test_a_column_that_nobody_knows_in_a_header_further_down_is_asked_for_and_no_row_above_it_is_lost(
    tmp_path,
):
    line = f"theft,{TIME},Sampleton CA PD,lookup"
    text = (line + "\n") * 3 + "Reason,Search Time,Org Name,Uime Frame\n" + line + "\n"
    with pytest.raises(UnknownColumns, match="Uime Frame"):
        released(tmp_path, text)
    searches, rejected, _ = released(tmp_path, text, columns={"Uime Frame": "search_type"})
    assert reasons(searches) == ["theft"] * 4
    assert rejected == {4: "repeated header"}


def test_a_file_without_header_or_times_is_only_a_table_that_is_not_known(tmp_path):
    with pytest.raises(readers.NoKnownHeader) as error:
        released(tmp_path, "Z. Qwertz,12,3,4\n" * 3)
    assert "COLUMNS" not in str(error.value)


# Tables side by side --------------------------------------------------------------------------------------------

LABELS = "Name,Org Name,Reason,Search Time"


def beside(*tables):
    """Rows of tables of those four columns, one beside the other; short tables are padded with empty cells."""
    return "\n".join(
        ",".join(table[at] if at < len(table) else ",,," for table in tables)
        for at in range(max(map(len, tables)))
    )


@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("piece", [csv.PIECE, 120])
def test_tables_side_by_side_are_read_one_below_the_other(tmp_path, monkeypatch, numbered, piece):
    monkeypatch.setattr(csv, "HEADER_BYTES", 400)
    monkeypatch.setattr(csv.stream, "__defaults__", (piece,))
    head = [LABELS] + [
        ",".join(f"{x}.{n}" if numbered else x for x in LABELS.split(",")) for n in range(1, 6)
    ]
    long = [f"A. Exa,Sampleton IL PD,theft {n},{TIME}" for n in range(1, 31)]
    short = [f"B. Exa,Mockville TX SO,arson {n},{TIME}" for n in range(1, 4)]
    text = beside([head[0], *long], *([one, *short] for one in head[1:]))
    searches, rejected, facts = released(tmp_path, text + "\n")
    assert len(searches) == 30 + 5 * 3
    assert not rejected
    assert [row["source_row"] for row in searches if "arson" in row["reason_as_released"]] == [
        10 * row + table for row in (1, 2, 3) for table in range(2, 7)
    ]
    assert [row["source_row"] for row in searches] == sorted(row["source_row"] for row in searches)
    assert "6 tables are side by side" in facts["notes"]


def test_lines_between_tables_side_by_side_keep_the_number_of_their_row(tmp_path):
    one = f"A. Exa,Sampleton IL PD,theft,{TIME}"
    head = f"{LABELS},,{LABELS}"
    lines = [head, f"{one},,{one}", ",,,,,,,,", one, "only,two", head, f"Total,2,,,,Total loss,,,{TIME}", ""]
    searches, rejected, _ = released(tmp_path, "\n".join(lines))
    assert [row["source_row"] for row in searches] == [11, 12, 31, 62]
    assert rejected == {
        20: "blank record",
        40: "wrong number of cells",
        50: "repeated header",
        61: "total line",
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 12), min_size=2, max_size=12))
def test_whatever_their_lengths_no_row_of_a_table_is_lost(tmp_path_factory, lengths):
    row = f"A. Exa,Sampleton IL PD,theft,{TIME}"
    text = beside(*([LABELS, *[row] * length] for length in lengths))
    searches, rejected, _ = released(tmp_path_factory.mktemp("beside"), text + "\n")
    assert (len(searches), len(rejected)) == (sum(lengths), 0)
    assert len({row["source_row"] for row in searches}) == sum(lengths)


def test_tables_side_by_side_without_times_are_counted_and_cannot_be_placed_in_time(tmp_path):
    labels = "Name,Org Name,Reason,Case #"
    for head in (f"{labels},{labels}", f"{labels},Name.1,Org Name.1,Reason.1,Case #.1"):
        text = (
            f"{head}\nA. Exa,Sampleton IL PD,stolen veh,26-0001,B. Exa,Mockville TX SO,wanted person,\n"
            "C. Exa,Sampleton IL PD,test,,,,,\n"
        )
        searches, rejected, _ = released(tmp_path, text)
        assert not searches
        assert rejected == dict.fromkeys((11, 12, 21), "no search time")


# Columns that somebody put beside the vendor's -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "Column1", "column_1"])
def test_a_column_of_running_numbers_is_not_read(tmp_path, name):
    lines = [f"{n},Sampleton CA PD,theft,{TIME}" for n in range(3)]
    searches, rejected, facts = released(
        tmp_path, "\n".join([f"{name},Org Name,Reason,Search Time", *lines, "3,,,\n"])
    )
    assert reasons(searches) == ["theft"] * 3
    assert rejected == {4: "blank record"}
    assert "not read: 1 column without a name" in facts["notes"]


def test_columns_worked_out_from_others_are_named_and_not_read(tmp_path):
    columns = (
        "Search ID,User ID,Search Date (UTC/Zulu),Network Count,Reason,Search Date (Pacific),Date (Pacific),"
        "Day of Week,Hour (Pacific)"
    )
    line = f"{ID}2,***,2026-04-02 23:10:00,14,theft,2026-04-02 16:10:00,2026-04-02,Thursday,16"
    searches, rejected, facts = released(tmp_path, f"{columns}\n{line}\n")
    assert [(row["networks_searched"], row["searched_at"].hour) for row in searches] == [(14, 23)]
    assert not rejected
    assert (
        "worked them out from other columns: 'Search Date (Pacific)', 'Date (Pacific)', 'Day of Week', 'Hour (Pacific)'"
    ) in facts["notes"]


@pytest.mark.parametrize("name", ["Date", "Shoe Size", "Officer Home Address"])
def test_any_other_column_is_asked_about(tmp_path, name):
    with pytest.raises(recognition.UnknownColumns):
        released(tmp_path, f"Org Name,Reason,Search Time,{name}\nSampleton CA PD,theft,{TIME},x\n")


# JSON -----------------------------------------------------------------------------------------------------------

LINES = (
    '{"Name":"REDACTED","License Plate":"REDACTED"}\n'
    '{"Name":"REDACTED","Org Name":"Sampleton CA PD","Total Networks Searched":5817,"Time Frame":"01/10/2025, 03:00:00 '
    'PM UTC\\n01/10/2025, 03:30:00 PM UTC","Reason":"26-0001","Search Time":"01/10/2025, 03:11:44 PM UTC"}\n'
    '{"Org Name":"Mockville CA SO","column_5":"REDACTED","Total Networks Searched":164.0,"Search Time":'
    '"01/10/2025, 03:12:01 PM UTC"}\n'
)


@pytest.mark.parametrize("name", ["sheet.ndjson", "sheet.ndjson.gz", "sheet.json"])
def test_objects_of_json_are_records_and_their_keys_together_the_header(tmp_path, name):
    text = LINES.encode()
    if name.endswith(".json"):
        text = f"[{','.join(LINES.splitlines())}]".encode()
    searches, rejected, facts = released(tmp_path, gzip.compress(text) if name.endswith("gz") else text, name)
    assert [row["source_row"] for row in searches] == [2, 3]
    assert [row["networks_searched"] for row in searches] == [5817, 164]
    assert reasons(searches) == ["26-0001", ""]
    assert searches[0]["window_end"] is not None
    assert rejected == {1: "no search time"}
    assert "not read: 1 column without a name" in facts["notes"]


def test_lines_that_are_no_objects_are_rejected_by_number_and_a_cut_is_said(tmp_path):
    searches, rejected, facts = released(
        tmp_path, LINES + '\n7\n{"Name":"A","Name":"B"}\n' + LINES.splitlines()[1][:40], "sheet.ndjson"
    )
    assert len(searches) == 2
    assert rejected == {
        1: "no search time",
        4: "blank record",
        **dict.fromkeys((5, 6, 7), "unreadable record"),
    }
    assert "cut off after record 3" in facts["notes"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type":"FeatureCollection","features":[{"type":"Feature"}]}', "a map"),
        ('{\n  "type": "FeatureCollection",\n  "features": []\n}', "a map"),
        ('{\n  "total_rows": 3,\n  "files": [{"rows": 3}]\n}', "no list of records"),
        ('{"total_rows": 3, "files": [{"rows": 3}]}', "no column names of a known export"),
        ('[{"a":' + "[" * 100_000, "broken or cut off"),
        ('{"a":' * 100_000, "broken JSON"),
        ('[{"a": 1}', "broken or cut off"),
        ("[]", "no list of records"),
    ],
)
def test_other_json_is_named_and_refused(tmp_path, text, said):
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(readers.UnreadableFile, match=said):
        readings.read(tmp_path / "file.json", "file.json")


def test_tables_side_by_side_may_lack_columns_that_others_have(tmp_path):
    searches, rejected, facts = released(
        tmp_path,
        "Name,Org Name,Reason,Search Time,Name.1,Org Name.1,Case #,Reason.1,Search Time.1\n"
        f"A. Exa,Sampleton IL PD,theft,{TIME},B. Exa,Mockville TX SO,26-1,warrant,{TIME}\n"
        f"A. Exa,Sampleton IL PD,arson,{TIME},,,,,\n",
    )
    assert [(row["source_row"], row["reason_as_released"]) for row in searches] == [
        (11, "theft"), (12, "warrant"), (21, "arson"),
    ]  # fmt: skip
    assert [row["has_case_number"] for row in searches] == [False, True, False]
    assert not rejected
    assert "the last digit of a record's number tells its table" in facts["notes"]


def test_names_that_a_collector_repeats_are_no_second_table(tmp_path):
    searches, _, facts = released(
        tmp_path,
        "id,name,search_time_utc,reason,org_id,id,name,state,locality\n"
        "1,A. Exa,2025-03-04 10:00:00.000,theft,7,7,Sampleton IL PD,IL,Sampleton\n",
    )
    assert [row["searching_agency_as_released"] for row in searches] == ["Sampleton IL PD"]
    assert "side by side" not in facts["notes"]


# One cell too many or too few ---------------------------------------------------------------------------------


def test_a_row_one_cell_longer_or_shorter_is_put_back_where_only_one_way_is_open(tmp_path):
    searches, rejected, facts = released(
        tmp_path,
        "ID,Org Name,Filters,Reason,Search Time\n"
        f"1,Sampleton CA PD,,,burglary,{TIME}\n"
        f"2,Sampleton CA PD,burglary,{TIME}\n"
        f"3,Sampleton CA PD,SUV,burglary,{TIME},,\n",
    )
    assert reasons(searches) == ["burglary"] * 3
    assert [row["released_id"] for row in searches] == ["1", "2", "3"]
    assert [row["realigned"] for row in searches] == [True, True, False]
    assert not rejected
    assert "2 rows had slipped under other columns" in facts["notes"]


@pytest.mark.parametrize(
    "line",
    [
        f"9,Sampleton CA PD,,stolen, red car,,{TIME}",  # a comma that somebody typed
        f"9,Sampleton CA PD,theft,26-1,{TIME}",  # filters or case number: nobody can tell
        "9,Sampleton CA PD,,theft,,yesterday,x",
        f"{TIME},9,,Sampleton CA PD,,theft,",
        f"9,,12,,theft,,{TIME}",
        f"9,Sampleton CA PD,,theft,,{TIME},x",
    ],
)
def test_a_row_that_could_be_put_back_in_two_ways_or_none_is_rejected_with_its_number(tmp_path, line):
    searches, rejected, _ = released(
        tmp_path, f"ID,Org Name,Filters,Reason,Case #,Search Time\n1,Sampleton CA PD,,theft,,{TIME}\n{line}\n"
    )
    assert len(searches) == 1
    assert rejected == {2: "wrong number of cells"}


def test_rows_that_leave_two_ways_open_are_put_back_where_the_others_of_their_month_slipped(tmp_path):
    head = "Name,Org Name,License Plate,Reason,Case #,Filters,Search Time,Search Type"
    sure = f"A. Exa,Sampleton CA PD,QOI42,theft,26-1,,,{TIME},lookup"
    open_ = f"B. Exa,Sampleton CA PD,,warrant,26-2,,,{TIME},lookup"
    assert released(tmp_path, "\n".join([head, open_, ""]))[1] == {1: "wrong number of cells"}
    assert released(tmp_path, "\n".join([head, sure, open_, ""]))[1] == {2: "wrong number of cells"}
    searches, rejected, _ = released(tmp_path, "\n".join([head, sure, open_, sure, ""]))
    assert reasons(searches) == ["theft", "warrant", "theft"]
    assert [row["realigned"] for row in searches] == [True] * 3
    assert not rejected
    other = f"A. Exa,Sampleton CA PD,,QOI42,theft,26-1,SUV,{TIME},lookup"  # slipped at another column
    assert len(released(tmp_path, "\n".join([head, sure, open_, sure, other, ""]))[1]) == 1


def test_a_portals_row_without_its_count_keeps_its_reason(tmp_path):
    searches, rejected, _ = released(
        tmp_path, "id,userId,searchDate,networkCount,reason\nu1,***,2026-02-27T00:00:43.144Z,theft\n"
    )
    assert [(row["networks_searched"], row["reason_as_released"]) for row in searches] == [(None, "theft")]
    assert not rejected


def test_a_row_without_its_last_empty_cells_is_a_row(tmp_path):
    searches, rejected, _ = released(
        tmp_path,
        "ID,Org Name,Reason,Search Time,Search Type,Text Prompt,Moderation\n"
        f"1,Sampleton CA PD,theft,{TIME}\n"
        f"2,Sampleton CA PD,theft,{TIME},lookup\n"
        f"3,Sampleton CA PD,{TIME}\n"
        f"4,Sampleton CA PD,theft,{TIME},loo\n",
    )
    assert [(row["released_id"], row["search_type"], row["realigned"]) for row in searches] == [
        ("1", None, False), ("2", "lookup", False),
    ]  # fmt: skip
    assert rejected == {3: "wrong number of cells", 4: "wrong number of cells"}


@pytest.mark.parametrize("names", ["", "Unnamed: 0", "Unnamed: 0.1"])
def test_an_index_without_a_name_is_not_read(tmp_path, names):
    searches, _, facts = released(
        tmp_path, f"{names},Org Name,Reason,Search Time\n0,Mockville CA PD,theft,{TIME}\n"
    )
    assert reasons(searches) == ["theft"]
    assert "not read: 1 column without a name" in facts["notes"]


def test_rows_that_a_program_numbered_under_no_name_are_put_back(tmp_path):
    searches, rejected, _ = released(
        tmp_path, f"ID,Org Name,Reason,Search Time\n1,u7,Sampleton CA PD,theft,{TIME}\n"
    )
    assert [(row["released_id"], row["reason_as_released"]) for row in searches] == [("u7", "theft")]
    assert not rejected


# Lines that are no rows, and rows that are ----------------------------------------------------------------------


def test_a_row_with_a_readable_time_is_a_search_whatever_it_begins_with(tmp_path):
    searches, rejected, _ = released(
        tmp_path,
        "Reason,Org Name,Total Networks Searched,Search Time,Search Type\n"
        f"Total loss crash,,,{TIME},\n"
        f"Total loss crash,Sampleton CA PD,12,{TIME},lookup\n"
        f"Total loss crash,Sampleton CA PD,12,{TIME},lookup,,\n"
        "Total,,24,,\n"
        "Total,24\n",
    )
    assert reasons(searches) == ["Total loss crash"] * 3
    assert rejected == {4: "total line", 5: "total line"}


def test_a_workbooks_row_with_a_readable_time_is_a_search_too(tmp_path):
    rows = [
        ["Reason", "Org Name", "Total Networks Searched", "Search Time"],
        ["Total loss crash", "", "", TIME.strip('"')],
        ["Total", "", "24", ""],
    ]
    searches, rejected, _ = released(tmp_path, containers.xlsx(rows), "log.xlsx")
    assert reasons(searches) == ["Total loss crash"]
    assert rejected == {2: "total line"}


@pytest.mark.parametrize("verdict", ["allow", "block", "Warn"])
def test_a_verdict_under_search_time_is_no_time_and_moves_to_moderation(tmp_path, verdict):
    columns = "ID,Org Name,Reason,Search Time,Search Type,Text Prompt"
    line = f"3,Sampleton CA PD,theft,{verdict},freeform,red pickup with ladder"
    assert released(tmp_path, f"{columns}\n{line}\n")[1] == {1: "no search time"}
    assert released(tmp_path, f"{columns},Moderation\n{line},\n")[1] == {1: "no search time"}


# Another order half-way down ------------------------------------------------------------------------------------

NA_6 = (
    "ID, Name, Org Name, Total Networks Searched, Total Devices Searched, Time Frame, License Plate, Reason, Case #,"
    " Filters, Search Time, Search Type, Text Prompt, Moderation"
)
ID = "00000000-0000-4000-8000-00000000000"


def test_an_export_stacked_below_in_another_order_is_rejected_and_said(tmp_path):
    sound = f"{ID}1,A. Exa,Sampleton CA PD,12,340,{FRAME},***,theft,26-1,SUV,{TIME},lookup,,"
    other = f"{ID}2,B. Exa,Sampleton CA PD,Mockville CA PD,12,***,{FRAME},26-1,SUV,theft,{TIME},,lookup,"
    searches, rejected, facts = released(tmp_path, "\n".join([NA_6, sound, sound, other, other, ""]))
    assert reasons(searches) == ["theft", "theft"]
    assert rejected == dict.fromkeys((3, 4), "cells under other columns")
    assert "2 rows, the first of them record 3, with cells in another order" in facts["notes"]


@pytest.mark.parametrize(
    "other",
    [
        f"B. Exa,8ABC123,Sampleton CA PD,theft,{TIME}",  # the plate's column and the agency's have changed places
        f"Sampleton CA PD,B. Exa,8ABC123,theft,{TIME}",  # the officer's and the agency's
    ],
)
def test_a_plate_or_an_officer_under_searching_agency_is_rejected_and_said(tmp_path, other):
    searches, rejected, facts = released(
        tmp_path,
        f"Name,Org Name,License Plate,Reason,Search Time\nA. Exa,Mockville CA PD,9XYZ987,theft,{TIME}\n{other}\n",
    )
    assert [row["searching_agency_as_released"] for row in searches] == ["Mockville CA PD"]
    assert rejected == {2: "cells under other columns"}
    assert "ABC" not in str([searches, facts])


def test_a_number_under_searching_agency_and_a_name_under_a_count_are_another_order(tmp_path):
    header = "Org Name,Total Networks Searched,Reason,Search Time"
    searches, rejected, _ = released(
        tmp_path,
        f"{header}\nMockville CA PD,12,theft,{TIME}\n12,Mockville CA PD,theft,{TIME}\n12,,theft,{TIME}\n",
    )
    assert [row["searching_agency_as_released"] for row in searches] == ["Mockville CA PD", "12"]
    assert rejected == {2: "cells under other columns"}


def test_agencies_that_look_like_a_plate_are_counted_in_a_note(tmp_path):
    searches, _, facts = released(tmp_path, f"Org Name,Reason,Search Time\n8ABC123,theft,{TIME}\n")
    assert len(searches) == 1
    assert "1 row with what looks like a plate" in facts["notes"]


def test_a_masked_or_missing_time_frame_is_no_other_order(tmp_path):
    lines = [
        f"{ID}{n},***,Sampleton CA PD,12,340,{frame},***,theft,,,{TIME},lookup,,"
        for n, frame in enumerate(["***", "", "REDACTED", '"12/31/1969, 11:59:55 PM UTC\n01/01/1970, 12:00:05 AM UTC"'])
    ]  # fmt: skip
    searches, rejected, _ = released(tmp_path, "\n".join([NA_6, *lines, ""]))
    assert len(searches) == 4
    assert not rejected


# Kinds of search ------------------------------------------------------------------------------------------------


def test_the_case_of_a_type_and_where_it_was_typed_make_no_new_type(tmp_path):
    said = ["lookup", "visual - Mobile", "apiV2", "multigeo", "OBJECTBYID - mobile", "psychic"]
    lines = [f"Sampleton CA PD,theft,{TIME},{kind}" for kind in said]
    searches, _, _ = released(tmp_path, "\n".join(["Org Name,Reason,Search Time,Search Type", *lines, ""]))
    kinds = [row["search_type"] for row in searches]
    assert kinds == ["lookup", "visual - Mobile", "apiV2", "multiGeo", "objectById - Mobile", "psychic"]
    known = vendors.search_types()
    assert [kind.removesuffix(" - Mobile") in known for kind in kinds] == [True] * 5 + [False]


# A whole release ------------------------------------------------------------------------------------------------


def test_a_release_in_folders_is_one_place_whose_folders_tell_the_kinds_of_log(tmp_path):
    def month(number, agencies):
        time = TIME.replace("04/02", f"{number:02}/02")
        lines = [
            f"{ID}{at},***,{name},12,340,,***,theft,,,{time},lookup,," for at, name in enumerate(agencies)
        ]
        return "\n".join([NA_6, *lines, ""])

    top = "9-9 MR1/Release Data"
    files = {
        f"{top}/Event Logs/event-logs.csv": "Timestamp,User,Event Type,Entity Type,Entity Details,Event Id\n"
    }
    files |= {f"{top}/Network Audit/saved.csv": "<!DOCTYPE html><html>Just a moment</html>"}
    for number in range(1, 13):
        name = f"{number}_1_2024-{number}_28_2024-Tarnwick TX PD"
        files[f"{top}/Network Audit/{name}-Network-Audit.csv"] = month(
            number, ["Mockville TX SO", "Sampleton TX PD"]
        )
        files[f"{top}/Organization Audit/{name}-Audit.csv"] = month(number, ["Tarnwick TX PD"] * 3)
    release = tmp_path / "release.zip"
    release.write_bytes(containers.zipped(files))
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "hand").symlink_to(places.root() / "data" / "hand")
    taken = intake.take("tarnwick", [release], top=tmp_path)
    kinds = Counter((one.file.log, one.file.camera_owner, one.searches) for one in taken.found)
    assert kinds == {
        ("network audit", "Tarnwick TX PD", 2): 12, ("organization audit", "Tarnwick TX PD", 3): 12
    }  # fmt: skip
    why = {Path(one.name).name: one.why for one in taken.left_out}
    assert why.keys() == {"event-logs.csv", "saved.csv"}
    assert "event log" in why["event-logs.csv"]
    assert "a web page" in why["saved.csv"]
