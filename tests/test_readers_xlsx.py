"""Workbooks: every sheet, every row, and what a spreadsheet changed is said."""

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from analysis import formats, readers
from analysis.formats import is_header

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
    return readers.read(path, "place/log.xlsx", is_header)


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
    assert [(a.record, a.why) for a in reading.asides] == [(2, "blank record"), (3, "blank record")]
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
    assert [(a.record, a.why) for a in reading.asides] == [(2, "repeated header")]
    assert reading.records == reading.counted == 4


def test_a_cover_sheet_and_an_empty_sheet_are_named_not_read(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [["Released by"], ["Tarnwick"]], [HEADER, row()], []))
    assert column(reading) == ["theft"]
    assert "has no known header and 2 rows" in " ".join(reading.notes)


def test_rows_above_the_header_are_said(tmp_path):
    reading = read(workbook(tmp_path / "log.xlsx", [["Request 12"], [], HEADER, row()]))
    assert column(reading) == ["theft"]
    assert "2 rows stand above the header" in " ".join(reading.notes)
    assert reading.records == reading.counted == 1


def test_a_ten_code_that_became_a_month_comes_back_and_is_counted(tmp_path):
    reading = read(
        workbook(tmp_path / "log.xlsx", [HEADER, row(dt.date(2037, 10, 1)), row(dt.date(2025, 12, 1))])
    )
    assert column(reading) == ["10-37", "2025-12-01"]
    assert "1 cells stored as a month" in " ".join(reading.notes)


def test_a_blank_header_and_a_formula_header_are_left_aside_by_the_form(tmp_path):
    rows = [[*HEADER, "", "=MOD(ROW(),100)"], [*row(), "", "=MOD(ROW(),100)"]]
    section = read(workbook(tmp_path / "log.xlsx", rows)).sections[0]
    assert formats.recognise(section.columns).unnamed == (6, 7)


def test_a_workbook_without_an_audit_is_refused_with_what_was_found(tmp_path):
    with pytest.raises(
        readers.UnreadableFile, match=r"place/log\.xlsx: no sheet has a known header.*'colour', 'shape'"
    ):
        read(workbook(tmp_path / "log.xlsx", [["colour", "shape"], ["red", "round"]]))


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


@pytest.mark.parametrize(
    ("month", "records_", "asides"), [("2025-06-01", 390, 0), ("2025-07-01", 390, 0), ("2025-12-01", 300, 0)]
)
def test_the_real_workbooks_are_read_whole(records, month, records_, asides):
    path = next((records / "champaign-il").glob(f"*{month}*.xlsx"))
    reading = read(path)
    assert reading.records == reading.counted == records_
    assert len(reading.asides) == asides
