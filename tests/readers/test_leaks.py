"""What a PDF or workbook holds beside what it shows: where it stands is said, and never what."""

import io

import containers
import pypdfium2 as pdfium
import pypdfium2.raw as c
import pytest
import xlsxwriter
from prints import Covered, annotated, black

from analysis import intake, readers

PLANTED = "Zanna Qwertz"


def inside(path):
    found = readers.left_inside(path, "log")
    assert PLANTED not in str(found)
    return found


def book(path, change=lambda book, sheet: None, sheets=1, properties=None):
    """A workbook of sheets with five columns and rows, changed by a test."""
    with xlsxwriter.Workbook(str(path)) as made:
        made.set_properties(properties or {"author": ""})
        for _ in range(sheets):
            sheet = made.add_worksheet()
            for row in range(5):
                sheet.write_row(row, 0, ["a", "b", "c", "d", "e"])
        change(made, sheet)
    return path


def test_a_plain_workbook_and_a_plain_print_hold_nothing_more(path):
    assert inside(book(path)) == ()
    assert inside(Covered(path).made()) == (
        "its properties: author, title and subject",
    )  # as that program writes


def hide(_, sheet):
    sheet.set_column("B:C", options={"hidden": True})
    sheet.set_column("E:E", options={"hidden": True})
    for row in (2, 3):
        sheet.set_row(row, options={"hidden": True})


def test_hidden_sheets_columns_and_rows_are_named_by_their_places(path):
    assert inside(book(path, hide, 2)) == (
        "sheet 2: columns B-C, E are hidden", "sheet 2: 2 rows hidden, from row 3 to row 4",
    )  # fmt: skip
    assert inside(book(path, lambda _, sheet: sheet.hide(), 3)) == ("sheet 3: the sheet is hidden",)


def test_comments_names_pictures_and_properties_are_said(path):
    def change(made, sheet):
        sheet.write_comment("A1", PLANTED)
        made.define_name("Staff", "=Sheet1!$A$1")
        sheet.print_area("A1:B2")

    found = inside(book(path, change, 2, {"author": PLANTED, "company": PLANTED, "manager": PLANTED}))
    assert found == (
        "sheet 2: comments", "its properties: who made or changed it", "its properties: a company or manager",
        "1 named range (Formulas, Name Manager)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("xl/revisions/revisionLog1.xml", "tracked changes"),
        ("xl/externalLinks/externalLink1.xml", "links to other workbooks"),
        ("xl/pivotCache/pivotCacheRecords1.xml", "copies of whole tables"),
        ("xl/embeddings/oleObject1.bin", "embedded files"),
        ("xl/connections.xml", "addresses of the databases"),
        ("xl/vbaProject.bin", "macros"),
        ("docProps/custom.xml", "properties that"),
    ],
)
def test_other_parts_of_a_workbook_are_said(path, part, said):
    parts = containers.parts(book(path).read_bytes())
    path.write_bytes(containers.zipped({**parts, part: PLANTED}))
    [found] = inside(path)
    assert said in found


def test_an_opendocument_workbook_is_looked_through_too(path):
    parts = containers.parts(containers.ods([["a", "b"], ["c", "d"]]))
    content = parts["content.xml"].replace(
        b"<text:p>a<", f"<office:annotation>{PLANTED}</office:annotation><text:p>a<".encode()
    )
    meta = f"<m><dc:creator>{PLANTED}</dc:creator></m>"
    path.write_bytes(containers.zipped({**parts, "content.xml": content, "meta.xml": meta}))
    assert inside(path) == ("comments", "its properties: who made or changed it")


def test_text_under_boxes_and_comments_of_a_print_are_named_by_their_pages(path):
    drawn = Covered(path, after=black)
    annotated(drawn.made(), c.FPDF_ANNOT_TEXT, (20, 580, 20, 20), PLANTED)
    found = inside(path)
    assert found[:2] == ("page 2: 8 characters under a box or picture", "page 2: comments")


def test_files_in_a_print_and_its_earlier_versions_are_counted(path):
    Covered(path).made()
    with pdfium.PdfDocument(path) as document:
        document.new_attachment(f"{PLANTED}.txt").set_data(PLANTED.encode())
        document.save(data := io.BytesIO(), flags=c.FPDF_INCREMENTAL)
    path.write_bytes(data.getvalue())
    found = inside(path)
    assert "1 file embedded in it" in found
    assert "1 earlier version of itself, kept when it was changed and saved" in found


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n", b"%PDF-1.4 broken", b"PK\3\4broken", containers.zipped({"a": "b"})]
)
def test_other_files_and_broken_ones_have_nothing_to_say(path, data):
    path.write_bytes(data)
    assert inside(path) == ()


def test_whoever_takes_a_release_is_told_where_to_look(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "data" / "raw").mkdir(parents=True)
    header = ["Name", "Org Name", "Total Networks Searched", "Reason", "Search Time"]
    rows = [[PLANTED, "Tarnwick TX PD", "5", "theft", f"12/02/2025, 01:00:0{n} AM UTC"] for n in range(3)]
    with xlsxwriter.Workbook(str(tmp_path / "in" / "log.xlsx")) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
        sheet.set_column("A:A", options={"hidden": True})
    taken = intake.take("tarnwick", [tmp_path / "in"], top=tmp_path)
    assert taken.look == ("log.xlsx: sheet 1: column A is hidden",)
    shown = intake.shown(taken)
    assert "LOOK before you publish these files or pass them on" in shown
    assert PLANTED not in shown
