"""Printed audits: every record in its cells, with its page; what cannot be read is named."""

import hashlib

import pytest
from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen.canvas import Canvas

from analysis import readers
from analysis.formats import is_header, recognise_section
from analysis.places import ReleasedFile
from analysis.searches import type_rows

HEADER = {40: "ID", 200: "Org Name", 330: "Time Frame", 400: "Reason", 520: "Search Time", 650: "Search Type"}
LINES = ("12/01/2025, ", "01:00:00 AM ", "UTC", "12/02/2025, ", "01:00:00 AM ", "UTC")


def identifier(number):
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def uuid(number):
    text = identifier(number)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def printed(path, reasons, per_page=8, from_top=False):
    """An invented audit as a spreadsheet prints it: header once, time frames over six lines."""
    canvas = Canvas(str(path), pagesize=landscape(letter))
    for first in range(0, len(reasons), per_page):
        canvas.setFont("Helvetica", 6)
        down = 580.0
        if not first:
            for left, name in HEADER.items():
                canvas.drawString(left, down, name)
        for at, reason in enumerate(reasons[first : first + per_page]):
            down -= 10
            top, bottom = down, down - 5 * 9
            anchor = top if from_top else bottom
            canvas.drawString(40, anchor, uuid(first + at))
            canvas.drawString(200, anchor, "Tarnwick TX PD")
            for step, text in enumerate(LINES):
                canvas.drawString(330, top - step * 9, text)
            canvas.drawString(400, anchor, reason)
            canvas.drawString(520, anchor, "12/02/2025, 12:30:00 AM UTC")
            canvas.drawString(650, anchor, "lookup")
            down = bottom
        canvas.showPage()
    canvas.save()
    return path


def read(path):
    return readers.read(path, "place/log.pdf", is_header)


REASONS = [f"reason {n} o'clock" for n in range(20)]


@pytest.mark.parametrize("from_top", [False, True])
def test_every_record_has_its_cells_and_its_page(tmp_path, from_top):
    section = read(printed(tmp_path / "log.pdf", REASONS, from_top=from_top)).sections[0]
    assert section.columns == tuple(HEADER.values())
    assert section.cells.column(0).to_pylist() == [uuid(n) for n in range(20)]
    assert section.cells.column(3).to_pylist() == REASONS
    assert section.page.to_pylist() == [1] * 8 + [2] * 8 + [3] * 4


def test_a_time_frame_over_six_lines_comes_back_as_released(tmp_path):
    section = read(printed(tmp_path / "log.pdf", REASONS[:2])).sections[0]
    assert (
        section.cells.column(2).to_pylist()
        == ["12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC"] * 2
    )


def test_records_are_counted_a_second_time_in_the_bare_text(tmp_path):
    reading = read(printed(tmp_path / "log.pdf", REASONS))
    assert reading.records == reading.counted == 20


def test_a_blank_cell_is_blank_and_shifts_nothing(tmp_path):
    section = read(printed(tmp_path / "log.pdf", ["one", "", "three"])).sections[0]
    assert section.cells.column(3).to_pylist() == ["one", "", "three"]


def test_pages_without_text_are_named(tmp_path):
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    for _ in range(3):
        canvas.rect(10, 10, 100, 100)
        canvas.showPage()
    canvas.save()
    with pytest.raises(readers.UnreadableFile, match=r"3 of 3 pages hold no text \(pages 1, 2, 3\)"):
        read(tmp_path / "scan.pdf")


def test_a_page_without_a_known_header_is_refused_with_what_it_begins_with(tmp_path):
    canvas = Canvas(str(tmp_path / "letter.pdf"))
    canvas.drawString(50, 700, "Dear requester, no records were found")
    canvas.save()
    with pytest.raises(
        readers.UnreadableFile, match=r"page 1: no known header; the page begins with 'Dear requester"
    ):
        read(tmp_path / "letter.pdf")


def test_a_broken_pdf_is_refused(tmp_path):
    (tmp_path / "log.pdf").write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(readers.UnreadableFile, match="cannot be opened"):
        read(tmp_path / "log.pdf")


# The released file --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def okaloosa(records):
    path = next((records / "okaloosa-fl").glob("*.pdf"))
    return path, readers.read(path, "okaloosa.pdf", is_header)


def test_the_809_pages_hold_7273_records_each_with_an_id_of_its_own(okaloosa):
    _, reading = okaloosa
    section = reading.sections[0]
    assert reading.records == reading.counted == 7273
    assert len(set(section.cells.column(0).to_pylist())) == 7273
    pages = section.page.to_pylist()
    assert (len(set(pages)), pages.count(1), pages.count(808), pages.count(809)) == (809, 8, 9, 2)


def test_every_record_can_be_typed(okaloosa):
    _, reading = okaloosa
    section = reading.sections[0]
    file = ReleasedFile("okaloosa.pdf", "0", "organization audit", "Okaloosa County FL SO")
    table, rejected = type_rows(section, recognise_section(section, "okaloosa.pdf"), file)
    assert (table.num_rows, rejected.num_rows) == (7273, 0)
    for column in ("searched_at", "window_start", "window_end", "networks_searched", "devices_searched"):
        assert table.column(column).null_count == 0


def test_another_librarys_reading_of_sampled_pages_agrees_cell_by_cell(okaloosa):
    import pdfplumber

    path, reading = okaloosa
    section = reading.sections[0]
    ours: dict[int, list[str]] = {}
    for page, *cells in zip(
        section.page.to_pylist(), *(column.to_pylist() for column in section.cells.columns)
    ):
        ours.setdefault(page, []).append("".join("".join(cells).split()))
    with pdfplumber.open(path) as document:
        for number in (2, 404, 808, 809):
            words = document.pages[number - 1].extract_words(use_text_flow=True)
            theirs = sorted("".join(word["text"] for word in words))
            assert sorted("".join(ours[number])) == theirs
