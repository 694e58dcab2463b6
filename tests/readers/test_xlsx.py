"""Workbooks: every sheet, every row, and what a spreadsheet changed is said."""

import datetime as dt
import struct
import zipfile

import containers
import pytest
import xlsxwriter
from frames import moment_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readings import read_here

from analysis import readers
from analysis.readers import xlsx
from analysis.readers.xlsx import outline_xlsx
from analysis.vendors import recognition
from analysis.wording import counted

HEADER = ["Name", " Org Name", " Total Networks Searched", " Time Frame", " Reason", " Search Time"]


def row(reason="theft", networks=5):
    return ["O. Invented", "Tarnwick TX PD", networks, "a\nb", reason, "12/02/2025, 01:00:00 AM UTC"]


def workbook(path, *sheets, hidden_rows=(), hidden_sheet=False):
    book = xlsxwriter.Workbook(str(path))
    month = book.add_format({"num_format": "mmm-yy"})
    for at, rows in enumerate(sheets):
        sheet = book.add_worksheet()
        for down, cells in enumerate(rows):
            for across, cell in enumerate(cells):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(down, across, dt.datetime(cell.year, cell.month, cell.day), month)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(down, across, cell, value=1)
                else:
                    sheet.write(down, across, cell)
            if down in hidden_rows:
                sheet.set_row(down, options={"hidden": True})
        if hidden_sheet and at:
            sheet.hide()
    book.close()
    return path


def read(path):
    return read_here(xlsx.stream, path, "place/log.xlsx")


def column(reading, at=4):
    return [cell for section in reading.sections for cell in section.cells.column(at).to_pylist()]


def test_rows_are_read_as_text_and_whole_numbers_keep_no_point(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, row("N/A", 1480), row("007"), row(459)]))
    assert column(reading) == ["N/A", "007", "459"]
    assert column(reading, 2) == ["1480", "5", "5"]
    assert reading.records == reading.counted == 3


def test_a_double_extension_is_read_by_its_content(tmp_path):
    assert column(read(workbook(tmp_path / "log.csv.xlsx", [HEADER, row()]))) == ["theft"]


def test_blank_rows_between_records_are_set_aside_with_their_number(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, row("one"), [], [], row("two")]))
    assert column(reading) == ["one", "two"]
    assert reading.whys == [(2, "blank record"), (3, "blank record")]
    assert reading.sections[0].record.to_pylist() == [1, 4]
    assert reading.records == reading.counted == 4


def test_hidden_rows_and_sheets_are_read_and_said(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row("one"), row("two")], [HEADER, row("three")],
                    hidden_rows={2}, hidden_sheet=True)  # fmt: skip
    reading = read(path)
    assert column(reading) == ["one", "two", "three"]
    assert "1 of 2 rows are hidden and were read" in " ".join(reading.notes)
    assert "the sheet is hidden and was read" in " ".join(reading.notes)


def test_several_sheets_are_numbered_on_and_each_header_is_accounted_for(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, row("one")], [HEADER, row("two"), row("three")]))
    assert [section.record.to_pylist() for section in reading.sections] == [[1], [3, 4]]
    assert reading.whys == [(2, "repeated header")]
    assert reading.records == reading.counted == 4


def test_a_cover_sheet_and_an_empty_sheet_are_named_and_their_rows_accounted_for(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [["Released by"], ["Tarnwick"]], [HEADER, row()], []))
    assert column(reading) == ["theft"]
    assert "has no known header: 2 rows rejected" in " ".join(reading.notes)
    assert "sheet 3 has no cells" in reading.notes
    assert reading.whys == [(-2, "on a sheet without a header"), (-1, "on a sheet without a header")]
    assert reading.records == reading.counted == 3


def test_records_on_a_sheet_whose_header_stands_on_another_are_not_lost(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, row("one")], [row("two"), row("three")]))
    assert column(reading) == ["one"]
    assert reading.whys == [(2, "on a sheet without a header"), (3, "on a sheet without a header")]
    assert "three" in reading.rejected[1].text
    assert reading.records == reading.counted == 3


def test_a_sheet_below_a_headerless_one_is_numbered_on(tmp_path):
    sheets = [HEADER, row("one")], [["Totals"], [], [5]], [["note"], HEADER, row("two")]
    reading = read(workbook(tmp_path / "log.xlsx", *sheets))
    assert [section.record.to_pylist() for section in reading.sections] == [[1], [7]]
    assert reading.whys == [
        *[(n, "on a sheet without a header") for n in (2, 3, 4)], (5, "above the header"), (6, "repeated header"),
    ]  # fmt: skip
    assert reading.records == reading.counted == 7


def test_rows_above_the_header_are_said(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [["Request 12"], [], HEADER, row()]))
    assert column(reading) == ["theft"]
    assert "2 rows above the header, rejected" in " ".join(reading.notes)
    assert [(a.record, a.why, a.text) for a in reading.rejected] == [
        (-2, "above the header", "Request 12"),
        (-1, "above the header", ""),
    ]
    assert reading.records == reading.counted == 3


def test_a_ten_code_that_became_a_month_comes_back_and_is_counted(tmp_path):
    reading = read(
        workbook(tmp_path / "log.xlsx", [HEADER, row(dt.date(2037, 10, 1)), row(dt.date(2025, 12, 1))])
    )
    assert column(reading) == ["10-37", "2025-12-01"]
    assert "1 cell stored as a month" in " ".join(reading.notes)


def test_a_blank_header_and_a_formula_header_are_left_aside_by_the_form(tmp_path):
    rows = [[*HEADER, "", "=MOD(ROW(),100)"], [*row(), "", "=MOD(ROW(),100)"]]
    section = read(workbook(tmp_path / "log.xlsx", rows)).sections[0]
    assert recognition.recognize(section.columns).unnamed == (6, 7)


def test_a_workbook_without_an_audit_is_refused_with_what_was_found(tmp_path):
    with pytest.raises(
        readers.UnreadableFile,
        match=r"place/log\.xlsx: no known header in its first 2 lines, of up to 2 cells",
    ):
        read(workbook(tmp_path / "log.xlsx", [["color", "shape"], ["red", "round"]]))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
    with pytest.raises(readers.UnreadableFile, match="no workbook"):
        read(path)


def test_a_bomb_is_not_opened(tmp_path):
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 120_000_000)
    with pytest.raises(readers.UnreadableFile, match="unpack to 120,000,000 bytes"):
        read(path)


def test_a_broken_workbook_is_refused(tmp_path):
    path = tmp_path / "log.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"broken" * 50)
    with pytest.raises(readers.UnreadableFile, match="broken"):
        read(path)


# Rows that are not records ------------------------------------------------------------------------------------


def test_a_second_export_pasted_below_begins_a_section_of_its_own(tmp_path):
    other = [" Reason", "Name", " Org Name", " Total Networks Searched", " Time Frame", " Search Time"]
    below = ["arson", "O. Invented", "Tarnwick TX PD", 5, "a\nb", "12/02/2025, 01:00:00 AM UTC"]
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, row("theft"), other, below]))
    assert [section.columns for section in reading.sections] == [tuple(HEADER), tuple(other)]
    assert (column(reading)[0], reading.sections[1].cells.column(0).to_pylist()) == ("theft", ["arson"])
    assert reading.whys == [(2, "repeated header")]
    assert reading.records == reading.counted == 3


def test_a_total_line_is_set_aside(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, row(), row(), ["Total", "", 10]]))
    assert [(a.record, a.why, a.text) for a in reading.rejected] == [(3, "total line", "Total,,10")]
    assert len(column(reading)) == 2


def test_a_row_with_nothing_but_a_helper_column_is_blank(tmp_path):
    helper = ["", "=MOD(ROW(),100)"]
    rows = [[*HEADER, *helper], [*row(), *helper], ["", "", "", "", "", "", *helper], [*row("two"), *helper]]
    reading = read(workbook(tmp_path / "log.xlsx", rows))
    assert column(reading) == ["theft", "two"]
    assert reading.whys == [(2, "blank record")]
    assert "2 columns without a name" in " ".join(reading.notes)


def test_a_header_without_records_gives_no_rows(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER]))
    assert (reading.records, reading.counted, reading.sections[0].cells.num_columns) == (0, 0, 6)


# What a spreadsheet changed -----------------------------------------------------------------------------------


def test_true_dates_come_back_as_iso_text_to_the_nearest_second(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, row()[:5])
    # A third of a day cannot be written exactly; the cell must not come back a second early.
    sheet.write_number(1, 5, 45992 + 1 / 3, book.add_format({"num_format": "mm/dd/yyyy hh:mm:ss"}))
    book.close()
    reading = read(tmp_path / "log.xlsx")
    assert column(reading, 5) == ["2025-12-01 08:00:00"]
    assert "1 cell stored as a date" in " ".join(reading.notes)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        (dt.date(1937, 10, 1), "10-37"),
        (dt.date(2099, 1, 1), "1-99"),
        (dt.date(1931, 11, 1), "11-31"),
        (dt.date(2030, 10, 1), "2030-10-01"),
        (dt.date(2037, 10, 2), "2037-10-02"),
    ],
)
def test_only_a_month_whose_year_can_be_no_day_was_a_code(tmp_path, stored, typed):
    assert column(read(workbook(tmp_path / "log.xlsx", [HEADER, row(stored)]))) == [typed]


def test_cells_with_a_spreadsheets_error_are_counted(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row(), row()])
    rewritten(
        path, lambda part: part.replace(b'<c r="C2"><v>5</v></c>', b'<c r="C2" t="e"><v>#NAME?</v></c>')
    )
    reading = read(path)
    assert column(reading, 2) == ["", "5"]
    assert "1 cell with a spreadsheet's error" in " ".join(reading.notes)


cells = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=20)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cells, max_size=8))
def test_whatever_was_typed_comes_back(tmp_path, typed):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for at, text in enumerate(typed, 1):
        for across, cell in enumerate(row(text)):
            (sheet.write_string if isinstance(cell, str) else sheet.write_number)(at, across, cell)
    book.close()
    reading = read(tmp_path / "log.xlsx")
    assert column(reading) == typed
    assert reading.counted == len(typed)


# The container ------------------------------------------------------------------------------------------------


def rewritten(path, change, part="xl/worksheets/sheet1.xml"):
    """The workbook with one of its parts changed by hand."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert change(parts[part]) != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, change(data) if name == part else data)
    return path


def test_the_second_count_misses_a_row_that_the_library_does_not_give(tmp_path, monkeypatch):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row("one"), row("two")])
    whole = xlsx._sheets
    monkeypatch.setattr(
        xlsx, "_sheets", lambda *given: ((sheet, iter(list(rows)[:-1])) for sheet, rows in whole(*given))
    )
    with pytest.raises(readers.UnreadableFile, match="1 records were read but 2 were counted"):
        read(path)


def test_rows_that_are_only_formatted_are_no_records(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row()])
    empty = b'<row r="900" s="1"><c r="A900" s="1"/></row></sheetData>'
    assert read(rewritten(path, lambda part: part.replace(b"</sheetData>", empty))).records == 1


def test_one_cell_in_the_far_corner_does_not_fill_the_memory(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row()])
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    rewritten(path, lambda part: part.replace(b"</sheetData>", far))
    with pytest.raises(readers.UnreadableFile, match="row 1,048,576, column 16,384, below 1,048,573 blank"):
        read(path)


def test_a_part_that_says_it_is_smaller_than_it_is_is_refused(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, *[row()] * 50])
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 100)))
    with pytest.raises(readers.UnreadableFile, match="the workbook is broken"):
        read(path)


@pytest.mark.parametrize("part", ["xl/workbook.bin", "content.xml", "xl/workbook.xml"])
def test_a_workbook_that_lacks_its_parts_is_refused(tmp_path, part):
    (tmp_path / "log.xlsx").write_bytes(containers.zipped({part: "x"}))
    with pytest.raises(
        readers.UnreadableFile, match=r"place/log\.xlsx: the workbook (is broken|cannot be opened)"
    ):
        read(tmp_path / "log.xlsx")


def test_a_word_document_is_named(tmp_path):
    (tmp_path / "log.xlsx").write_bytes(
        containers.zipped({"[Content_Types].xml": "", "word/document.xml": ""})
    )
    with pytest.raises(readers.NoKnownHeader, match="this is a document and no workbook"):
        read(tmp_path / "log.xlsx")


ROWS = [
    HEADER,
    row("one", 1480.0),
    row("line\nfeed & <sign>"),
    [],
    row("same", 2.5),
    row("same", 2.5),
    ["Total", "", 9.0],
]


@pytest.mark.parametrize("write", [containers.xlsx, containers.xlsb, containers.ods])
def test_other_kinds_of_workbook_are_read_alike(tmp_path, write):
    path = tmp_path / "log"
    path.write_bytes(write([["Released by Tarnwick"], *ROWS], [], [HEADER, row("two")]))
    reading = read(path)
    assert column(reading) == ["one", "line\nfeed & <sign>", "same", "same", "two"]
    assert column(reading, 2) == ["1480", "5", "2.5", "2.5", "5"]
    assert [n for section in reading.sections for n in section.record.to_pylist()] == [1, 2, 4, 5, 8]
    assert reading.whys == [
        (-1, "above the header"), (3, "blank record"), (6, "total line"), (7, "repeated header"),
    ]  # fmt: skip
    assert reading.records == reading.counted == 9


@pytest.mark.parametrize("write", [containers.xlsx, containers.xlsb, containers.ods])
def test_the_second_count_of_every_kind_misses_a_row(tmp_path, write, monkeypatch):
    path = tmp_path / "log"
    path.write_bytes(write([HEADER, row("one"), row("two")]))
    whole = xlsx._sheets
    monkeypatch.setattr(
        xlsx, "_sheets", lambda *given: ((s, iter(list(rows)[:-1])) for s, rows in whole(*given))
    )
    with pytest.raises(readers.UnreadableFile, match="1 records were read but 2 were counted"):
        read(path)


def test_a_workbook_with_macros_is_read_and_nothing_is_run(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row()])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 a macro")
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    rewritten(path, lambda part: part.replace(plain, macros), "[Content_Types].xml")
    assert column(read(path.rename(tmp_path / "log.xlsm"))) == ["theft"]


def test_two_rows_of_one_number_would_hide_each_other(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [HEADER, row("one"), row("two")])
    rewritten(path, lambda part: part.replace(b'<row r="3"', b'<row r="2"'))
    with pytest.raises(readers.UnreadableFile, match="row 2 comes after row 2"):
        read(path)


def test_a_formula_dragged_far_below_the_records_adds_none(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"))
    sheet = book.add_worksheet()
    for at, cells_ in enumerate([HEADER, row()]):
        sheet.write_row(at, 0, cells_)
    for at in range(1, 500):
        sheet.write_formula(at, 7, '=IF(A2="","",1)', value="")
    book.close()
    reading = read(tmp_path / "log.xlsx")
    assert reading.records == reading.counted == 1


def test_a_sheet_that_begins_far_from_its_corner_is_read(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"))
    sheet = book.add_worksheet()
    for at, cells_ in enumerate([HEADER, row()]):
        sheet.write_row(at + 3, 2, cells_)
    book.close()
    reading = read(tmp_path / "log.xlsx")
    assert column(reading, 6) == ["theft"]
    assert reading.records == reading.counted == 4


def test_blocks_of_a_long_sheet_are_numbered_on(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS_AT_ONCE", 3)
    rows = [row(f"reason {n}") for n in range(7)]
    reading = read(workbook(tmp_path / "log.xlsx", [HEADER, *rows[:3], HEADER, *rows[3:]]))
    assert column(reading) == [f"reason {n}" for n in range(7)]
    assert [n for section in reading.sections for n in section.record.to_pylist()] == [1, 2, 3, 5, 6, 7, 8]
    assert reading.records == reading.counted == 8


# Day and month ------------------------------------------------------------------------------------------------


def dated(*typed):
    return [HEADER, *([*row()[:5], time] for time in typed)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([dt.datetime(2025, 12, 5), dt.datetime(2025, 6, 6), dt.datetime(2025, 5, 12)], True),
        # What the other cells prove is decided over the whole file, with its texts.
        ([dt.datetime(2025, 5, 12), "12/31/2025 01:00:00"], False),
        ([dt.datetime(2025, 12, 5), dt.datetime(2025, 12, 31)], False),
    ],
)
def test_dates_valid_both_ways_are_counted_where_nothing_else_says_which_is_which(tmp_path, typed, said):
    (tmp_path / "log.xlsx").write_bytes(containers.xlsx(dated(*typed)))
    notes = " ".join(read(tmp_path / "log.xlsx").notes)
    assert ("dates in 'Search Time' that could have day and month exchanged: 2;" in notes) is said


def test_dates_that_are_the_same_both_ways_need_no_note(tmp_path):
    (tmp_path / "log.xlsx").write_bytes(containers.xlsx(dated(dt.datetime(2025, 12, 12))))
    assert "exchanged" not in " ".join(read(tmp_path / "log.xlsx").notes)


def test_a_workbook_that_counts_from_1904_gives_the_same_dates_and_says_so(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, row()[:5])
    sheet.write_datetime(
        1, 5, dt.datetime(2025, 12, 13, 8), book.add_format({"num_format": "mm/dd/yyyy hh:mm"})
    )
    book.close()
    reading = read(tmp_path / "log.xlsx")
    assert column(reading, 5) == ["2025-12-13 08:00:00"]
    assert "the workbook counts its days from 1904" in reading.notes[0]


def test_a_sheet_of_charts_is_passed_over(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"))
    sheet = book.add_worksheet()
    for at, cells_ in enumerate([HEADER, row()]):
        sheet.write_row(at, 0, cells_)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Sheet1!$C$2:$C$2"})
    book.add_chartsheet().set_chart(chart)
    book.close()
    assert column(read(tmp_path / "log.xlsx")) == ["theft"]


@pytest.mark.parametrize("from_1904", [False, True])
def test_bare_numbers_for_times_are_counted_and_never_taken_for_days_since_1904(tmp_path, from_1904):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"), {"date_1904": from_1904})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, [*row()[:5], 45993.503576388888])
    book.close()
    if from_1904:
        with pytest.raises(
            readers.UnreadableFile, match=r"sheet 1: .*would come out four years early\. Open it"
        ):
            read(tmp_path / "log.xlsx")
        return
    reading = read(tmp_path / "log.xlsx")
    assert "1 bare number in 'Search Time', read as days since 30 December 1899" in " ".join(reading.notes)
    moment = moment_of(column(reading, 5)[0])
    assert moment == dt.datetime(2025, 12, 2, 12, 5, 9, tzinfo=dt.UTC)


# The released files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "kept", "rejected", "hidden", "codes"),
    [
        ("2025-06-01_2025-07-01", 390, [], 0, 0),
        ("2025-07-01_2025-08-01", 389, [(369, "blank record")], 386, 2),
        ("2025-12-01_2025-12-31", 300, [], 0, 1),
    ],
)
def test_the_released_workbooks_are_read_whole(records, month, kept, rejected, hidden, codes):
    reading = read(next((records / "champaign-il").glob(f"*Audit_{month}*.xlsx")))
    notes = " ".join(reading.notes)
    assert (reading.kept, reading.counted) == (kept, kept + len(rejected))
    assert [(one.record, one.why) for one in reading.rejected] == rejected
    assert ("386 of 390 rows are hidden" in notes) == bool(hidden)
    assert (f"{counted(codes, 'cell')} stored as a month" in notes) == bool(codes)


# Merged cells, hidden columns, and workbooks that are none -------------------------------------------------------


def merged(path, ranges, rows, hidden=()):
    """A workbook under `HEADER` in which ranges (as a spreadsheet writes them) are merged around their first value."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for down, cells in enumerate([HEADER, *rows]):
        sheet.write_row(down, 0, cells)
    for one, value in ranges.items():
        sheet.merge_range(one, value, book.add_format())  # with a format the cells below become blank
    for columns in hidden:
        sheet.set_column(columns, options={"hidden": True})
    book.close()
    return path


def test_an_agency_merged_over_its_searches_is_given_back_to_each(tmp_path):
    path = merged(
        tmp_path / "log.xlsx",
        {"B2:B4": "Tarnwick TX PD", "B5:B6": "Mockville GA PD"},
        [row(f"reason {n}") for n in range(6)],
    )
    reading = read(path)
    assert column(reading, 1) == ["Tarnwick TX PD"] * 3 + ["Mockville GA PD"] * 2 + ["Tarnwick TX PD"]
    assert "3 cells of 'Org Name' were blank below a merged cell and were given its value" in " ".join(
        reading.notes
    )


def test_merged_rows_that_go_over_a_block_are_filled_to_their_end(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS_AT_ONCE", 3)
    path = merged(tmp_path / "log.xlsx", {"B3:B9": "Mockville GA PD"}, [row(f"reason {n}") for n in range(9)])
    assert column(read(path), 1) == ["Tarnwick TX PD", *["Mockville GA PD"] * 7, "Tarnwick TX PD"]


def test_a_blank_row_in_a_merged_range_stays_blank(tmp_path):
    path = merged(tmp_path / "log.xlsx", {"B2:B4": "Mockville GA PD"}, [row("one"), [], row("two")])
    reading = read(path)
    assert column(reading, 1) == ["Mockville GA PD"] * 2
    assert reading.whys == [(2, "blank record")]


def test_cells_merged_over_columns_are_named_and_not_filled(tmp_path):
    path = merged(tmp_path / "log.xlsx", {"B3:C4": "Mockville GA PD"}, [row(), row(), row()])
    reading = read(path)
    assert column(reading, 1) == ["Tarnwick TX PD", "Mockville GA PD", ""]
    assert "1 merged cells reach over several columns (B3:C4)" in " ".join(reading.notes)


def test_a_merged_title_above_the_header_is_no_matter(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "log.xlsx"))
    sheet = book.add_worksheet()
    sheet.merge_range("A1:F1", "Release")
    sheet.write_row(1, 0, HEADER)
    sheet.write_row(2, 0, row())
    book.close()
    assert "merged" not in " ".join(read(tmp_path / "log.xlsx").notes)


def test_merged_cells_of_other_kinds_of_workbook_are_found(tmp_path):
    cells = [HEADER, row("one"), ["O. Invented", "", "5", "a\nb", "two", "12/02/2025, 01:00:00 AM UTC"]]
    ods = containers.parts(containers.ods(cells))
    spanned = ods["content.xml"].replace(
        b'<table:table-cell office:value-type="string"><text:p>Tarnwick',
        b'<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>Tarnwick',
    )
    xlsb = containers.parts(containers.xlsb(cells))
    sheet = "xl/worksheets/sheet1.bin"
    over = containers._record(176, struct.pack("<LLLL", 1, 2, 1, 1)) + containers._record(130)
    for parts in (
        {**ods, "content.xml": spanned},
        {**xlsb, sheet: xlsb[sheet].removesuffix(containers._record(130)) + over},
    ):
        (tmp_path / "log").write_bytes(containers.zipped(parts))
        assert column(read(tmp_path / "log"), 1) == ["Tarnwick TX PD"] * 2


def test_hidden_columns_are_read_and_named(tmp_path):
    reading = read(merged(tmp_path / "log.xlsx", {}, [row("one")], hidden=("C:D", "F:XFD")))
    assert column(reading) == ["one"]
    assert "columns C-D, F are hidden and were read" in " ".join(reading.notes)


def test_every_sheet_of_a_list_is_given_as_text(tmp_path):
    path = workbook(
        tmp_path / "list.xlsx", [["a", 5], ["b"]], [], [["c", dt.date(2025, 12, 2)]], hidden_sheet=True
    )
    assert readers.sheets(path) == [
        ("Sheet1", [["a", "5"], ["b", ""]]),
        ("Sheet2", []),
        ("Sheet3", [["c", "2025-12-02"]]),
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("<>/ =\"'rowcvtel:hidn1Kmrgf", max_size=60).map(lambda text: text * 2_000))
def test_no_tag_makes_the_outline_take_more_than_moments(text):
    outline_xlsx.outline(b"<sheetData>" + text.encode())  # hangs where a pattern goes beyond its tag
