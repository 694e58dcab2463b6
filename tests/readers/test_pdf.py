"""Printed audits: every record in its cells, with its page; what cannot be decided is named, never guessed."""

import hashlib
import os
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import containers
import pdfplumber
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prints import FRAME, HEADER, RELEASED_FRAME, TIME, Print, record, uuid
from readings import read_here
from reportlab.pdfgen.canvas import Canvas

from analysis import readers
from analysis.places import ReleasedFile
from analysis.readers import pdf
from analysis.readers.pdf import pages, records, second_reading
from analysis.searches.typing import type_rows
from analysis.vendors.recognition import recognize_section

pytestmark = pytest.mark.xdist_group("prints")  # the released one is read once


def read(path):
    return read_here(pdf.stream, path, "place/log.pdf")


def reasons(reading):
    return [row[3] for row in reading.rows]


def whys(reading):
    return [(one.record, one.why, one.page) for one in reading.rejected]


THREE_PAGES = [
    [record(n, f"reason {n} o'clock") for n in page] for page in (range(8), range(8, 16), range(16, 18))
]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("from_top", [False, True])
@pytest.mark.parametrize("by_line", [False, True])
def test_every_record_has_its_cells_and_its_page(path, turned, from_top, by_line):
    reading = read(Print(path, turned, from_top, by_line).pages(*THREE_PAGES))
    section = reading.sections[0]
    assert section.columns == tuple(HEADER.values())
    assert reading.rows == [
        (uuid(n), "Tarnwick TX PD", RELEASED_FRAME, f"reason {n} o'clock", TIME, "lookup") for n in range(18)
    ]
    assert section.record.to_pylist() == list(range(1, 19))
    assert section.page.to_pylist() == [1] * 8 + [2] * 8 + [3] * 2
    assert reading.counted == 18


def test_a_blank_cell_is_blank_and_shifts_nothing(path):
    reading = read(Print(path).pages([record(1, "one"), record(2, []), record(3, "three", type=[])]))
    assert reasons(reading) == ["one", "", "three"]
    assert [row[5] for row in reading.rows] == ["lookup", "lookup", ""]


def test_a_header_over_two_lines_is_put_together(path):
    sheet = Print(path)
    upper = {40: "ID", 200: "Org", 330: "Time", 400: "Reason", 520: "Search", 650: "Search"}
    lower = {200: "Name", 330: "Frame", 520: "Time", 650: "Type"}
    sheet.page([record(1), record(2)], [upper, lower])
    reading = read(sheet.done())
    assert reading.sections[0].columns == (
        "ID",
        "Org Name",
        "Time Frame",
        "Reason",
        "Search Time",
        "Search Type",
    )
    assert len(reading.rows) == 2


# Wrapped cells ------------------------------------------------------------------------------------------------


def test_an_id_broken_over_lines_is_one_word_and_wrapped_words_keep_their_blank(path):
    wrapped = [record(n, ["stolen ", "vehicle ", "case"], id=[uuid(n)[:19], uuid(n)[19:]]) for n in range(4)]
    reading = read(Print(path).pages(wrapped))
    assert [row[0] for row in reading.rows] == [uuid(n) for n in range(4)]
    assert reasons(reading) == ["stolen vehicle case"] * 4


def test_a_print_that_drops_blanks_at_line_ends_gets_them_back(path):
    bare = {"frame": [line.strip() for line in FRAME]}
    long = ["a reason in a full line of words", "goes on"]
    broken = [record(n, long, id=[uuid(n)[:18], uuid(n)[18:]], **bare) for n in range(4)]
    reading = read(Print(path).pages(broken))
    assert [row[0] for row in reading.rows] == [uuid(n) for n in range(4)]
    assert reasons(reading) == [" ".join(long)] * 4
    assert {" ".join(row[2].split()) for row in reading.rows} == {" ".join(RELEASED_FRAME.split())}


def test_a_line_feed_of_the_released_cell_stays(path):
    reading = read(Print(path).pages([record(1, ["first line", "second"]), record(2)]))
    assert reasons(reading) == ["first line\nsecond", "theft"]


def test_blanks_at_the_ends_of_a_cell_stay(path):
    assert reasons(read(Print(path).pages([record(1, "Burglary - "), record(2, " theft")]))) == [
        "Burglary - ",
        " theft",
    ]


def test_a_record_that_goes_on_on_the_next_page_is_one_record(path):
    sheet = Print(path, from_top=True)
    split = record(2, "split", frame=FRAME[:3])
    sheet.page([record(1), split], [HEADER])
    sheet.page([{330: FRAME[3:]}, record(3)])
    reading = read(sheet.done())
    assert [row[2] for row in reading.rows] == [RELEASED_FRAME] * 3
    assert reading.sections[0].page.to_pylist() == [1, 1, 2]


words = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789'&()/:.#+"), min_size=1, max_size=9
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(words, max_size=4), min_size=1, max_size=30), st.booleans(), st.booleans())
def test_whatever_was_typed_comes_back_in_its_own_record(path, typed, from_top, by_line):
    lines = [[f"{word} " for word in cell[:-1]] + cell[-1:] for cell in typed]
    all_rows = [record(n, cell) for n, cell in enumerate(lines)]
    pages = [all_rows[at : at + 8] for at in range(0, len(all_rows), 8)]
    reading = read(Print(path, from_top=from_top, by_line=by_line).pages(*pages))
    assert reasons(reading) == [" ".join(cell) for cell in typed]
    assert [row[0] for row in reading.rows] == [uuid(n) for n in range(len(typed))]


# Which lines begin a record -----------------------------------------------------------------------------------


def test_ids_and_dates_inside_a_reason_begin_no_record(path):
    odd = [f"hit {uuid(99)}", "12/01/2025 burglary", "see 2025-11-30"]
    reading = read(Print(path).pages([record(n, reason) for n, reason in enumerate(odd)]))
    assert reasons(reading) == odd
    assert reading.counted == 3


def test_without_ids_the_search_time_begins_a_record(path):
    header = {left: name for left, name in HEADER.items() if left != 40}
    sheet = Print(path, header=header)
    reading = read(sheet.pages([{k: v for k, v in record(n).items() if k != 40} for n in range(5)]))
    assert [row[3] for row in reading.rows] == [TIME] * 5


def test_without_ids_and_times_the_file_is_refused(path):
    header = {left: HEADER[left] for left in (200, 330, 400, 520)}
    sheet = Print(path, header=header)
    bare = [{200: ["Tarnwick TX PD"], 330: ["none"], 400: ["theft"], 520: ["none"]}] * 3
    with pytest.raises(readers.UnreadableFile, match="no column of ids or times"):
        read(sheet.pages(bare))


def test_rows_that_could_belong_to_either_neighbour_are_refused(path):
    middle = [record(n, type=["", "", "", "look"]) | {40: ["", "", "", uuid(n)]} for n in range(3)]
    with pytest.raises(
        readers.UnreadableFile,
        match="page 1: nobody could say to which of two neighboring records a line belongs",
    ):
        read(Print(path, from_top=True, by_line=True).pages(middle))


def test_a_word_that_runs_into_the_next_column_sets_its_record_aside(path):
    long = "x" * 60
    reading = read(Print(path).pages([record(1), record(2, long), record(3)]))
    assert reasons(reading) == ["theft", "theft"]
    assert whys(reading) == [(2, "unreadable record", 1)]
    assert long[:20] in reading.rejected[0].text
    assert reading.records == reading.counted == 3


# What is printed around the table -----------------------------------------------------------------------------


def test_a_header_on_every_page_is_set_aside_each_time(path):
    reading = read(Print(path).pages(*THREE_PAGES, again=True))
    assert len(reading.rows) == 18
    assert whys(reading) == [(9, "repeated header", 2), (18, "repeated header", 3)]
    assert reading.records == reading.counted == 20


@pytest.mark.parametrize("by_line", [False, True])
def test_page_numbers_and_dates_of_printing_stay_out_of_the_cells(path, by_line):
    def margins(number):
        return [(20, "Printed 12/30/2025 from the archive"), (590, f"Page {number} of 3")]

    reading = read(Print(path, by_line=by_line).pages(*THREE_PAGES, margins=margins))
    assert [row[5] for row in reading.rows] == ["lookup"] * 18
    assert not any("Page" in cell or "Printed" in cell for row in reading.rows for cell in row)
    assert "a line at the bottom of the pages" in " ".join(reading.notes)


@pytest.mark.parametrize("down", [20, 590])
def test_a_stamp_far_from_the_records_is_set_aside_and_spoils_none(path, down):
    margins = {2: [(down, "signed by the clerk")]}
    reading = read(Print(path).pages(*THREE_PAGES, margins=lambda number: margins.get(number, [])))
    assert [row[0] for row in reading.rows] == [uuid(n) for n in range(18)]
    assert [(one.why, one.text, one.page) for one in reading.rejected] == [
        ("unreadable record", "signed by the clerk", 2)
    ]
    assert reading.records == reading.counted == 19


def test_a_line_close_below_the_last_record_is_refused_rather_than_read_into_it(path):
    sheet = Print(path)
    sheet.page(THREE_PAGES[2], [HEADER], margins=[(158, "signed by the clerk")])
    with pytest.raises(readers.UnreadableFile, match="nobody could say"):
        read(sheet.done())


def test_a_line_further_below_is_set_aside_and_spoils_none(path):
    sheet = Print(path)
    sheet.page(THREE_PAGES[2], [HEADER], margins=[(168, "signed by the clerk")])
    reading = read(sheet.done())
    assert not any("signed" in cell for row in reading.rows for cell in row)
    assert [one.text for one in reading.rejected] == ["signed by the clerk"]


@pytest.mark.parametrize("reason", ["one two", "one  two", "one   two three"])
def test_blanks_inside_a_cell_are_as_many_as_released(path, reason):
    assert reasons(read(Print(path).pages([record(1, reason), record(2)]))) == [reason, "theft"]


def test_the_documents_title_and_author_are_never_given_out(path):
    sheet = Print(path)
    sheet.canvas.setTitle("another-file.csv")
    sheet.canvas.setAuthor("an.account")
    shown = repr(read(sheet.pages(*THREE_PAGES)))
    assert "another-file" not in shown
    assert "an.account" not in shown


# What cannot be read ------------------------------------------------------------------------------------------


def test_a_scan_is_refused_with_its_pages(path):
    canvas = Canvas(str(path))
    for _ in range(12):
        canvas.rect(10, 10, 100, 100)
        canvas.showPage()
    canvas.save()
    with pytest.raises(readers.UnreadableFile, match="pages 1-12 of 12: no text there; it is a scan"):
        read(path)


@pytest.mark.parametrize("drawn", [False, True])
def test_a_page_without_text_amid_the_records_is_named(path, drawn):
    sheet = Print(path)
    sheet.page(THREE_PAGES[0], [HEADER])
    if drawn:
        sheet.canvas.rect(10, 10, 100, 100)
    sheet.canvas.showPage()
    sheet.page(THREE_PAGES[1])
    with pytest.raises(readers.UnreadableFile, match="page 2 of 3: no text there"):
        read(sheet.done())


def test_blank_paper_at_the_end_is_noted(path):
    sheet = Print(path)
    sheet.page(THREE_PAGES[0], [HEADER])
    sheet.canvas.showPage()
    reading = read(sheet.done())
    assert len(reading.rows) == 8
    assert "blank paper: page 2" in reading.notes


def test_a_page_without_a_known_header_is_refused_and_never_quoted(path):
    canvas = Canvas(str(path))
    canvas.drawString(50, 700, "Dear requester, no records were found")
    canvas.save()
    with pytest.raises(
        readers.UnreadableFile, match="page 1: no known header in its first 1 line, of up to 1 cell"
    ):
        read(path)


def test_a_header_without_records_gives_no_rows(path):
    reading = read(Print(path).pages([]))
    assert (reading.records, reading.counted, len(reading.sections[0].columns)) == (0, 0, 6)


def test_a_broken_pdf_and_a_locked_one_are_refused(path):
    path.write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(readers.UnreadableFile, match="cannot be opened"):
        read(path)
    with pytest.raises(readers.UnreadableFile, match="without a password"):
        read(Print(path, encrypt="secret").pages(*THREE_PAGES))


def test_a_record_lost_by_position_is_missed_by_the_count(path, monkeypatch):
    whole = records.rows
    monkeypatch.setattr(records, "rows", lambda *given: (whole(*given)[0][1:], ""))
    with pytest.raises(readers.UnreadableFile, match="17 records were read but 18 were counted"):
        read(Print(path).pages(*THREE_PAGES))


# A second reading by another library --------------------------------------------------------------------------


def plumbed(page, ids, edges, below=0.0):
    """A page's cells as pdfplumber's words give them, for rows that stand on their bottom line; blanks collapsed."""
    found = page.extract_words(x_tolerance=1, y_tolerance=1)
    found = [word for word in found if word["top"] > below]
    bottoms = sorted(word["top"] for word in found if word["x0"] < edges[1] and re.match(ids, word["text"]))
    cells = [[[] for _ in edges] for _ in bottoms]
    for word in sorted(found, key=lambda word: (round(word["top"] / 3), word["x0"])):
        row = sum(bottom < word["top"] - 3 for bottom in bottoms)
        column = sum(word["x0"] >= edge for edge in edges) - 1
        cells[row][column].append(word["text"])
    return [tuple(" ".join(cell) for cell in row) for row in cells]


def collapsed(reading, page):
    section = reading.sections[0]
    pages = section.page.to_pylist()
    return [
        tuple(" ".join(cell.split()) for cell in row) for row, at in zip(reading.rows, pages) if at == page
    ]


IDS = r"[0-9a-f]{8}-"


# A second reading --------------------------------------------------------------------------------------------------


def test_a_page_that_two_libraries_read_differently_is_an_error(path, monkeypatch):
    Print(path).pages(*THREE_PAGES)
    whole = pages._boxes

    def one_sign_wrong(text):
        boxes = whole(text)
        boxes[-1, 0] = ord("X")
        return boxes

    monkeypatch.setattr(pages, "_boxes", one_sign_wrong)
    with pytest.raises(readers.UnreadableFile, match=r"page 1: in column 6, 2 characters are not the same: "):
        read(path)


def test_a_sign_in_the_next_column_is_an_error_too(path, monkeypatch):
    Print(path).pages(*THREE_PAGES)
    whole = pages._boxes

    def one_sign_moved(text):
        boxes = whole(text)
        boxes[-1, [1, 3]] -= 130  # from the search types to the search times
        return boxes

    monkeypatch.setattr(pages, "_boxes", one_sign_moved)
    with pytest.raises(readers.UnreadableFile, match=r"page 1: in column 5, 1 characters are not the same: "):
        read(path)


def test_a_file_that_the_other_library_cannot_read_is_an_error(path, monkeypatch):
    Print(path).pages(*THREE_PAGES)

    def broken(*_, **__):
        raise ValueError("no page tree")

    monkeypatch.setattr(pdfplumber, "open", broken)
    with pytest.raises(
        readers.UnreadableFile, match=r"could not be read a second time with another library \(\w+\)"
    ):
        read(path)


@pytest.mark.parametrize(
    ("pages", "sampled"), [(1, [0]), (2, [0, 1]), (5, [0, 1, 2, 3, 4]), (809, [0, 202, 404, 606, 808])]
)
def test_the_first_the_last_and_some_pages_between_are_read_twice(pages, sampled):
    assert second_reading.sample(pages) == sampled


def test_pdfplumber_reads_the_same_cells_from_an_invented_print(path):
    reading = read(Print(path).pages(*THREE_PAGES))
    edges = [left - 2 for left in HEADER]
    with pdfplumber.open(path) as document:
        for number, page in enumerate(document.pages, 1):
            assert plumbed(page, IDS, edges, below=42 if number == 1 else 0) == collapsed(reading, number)


# The released file --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(records):
    return next((records / "okaloosa-fl").glob("*.pdf"))


@pytest.fixture(scope="module")
def typed(okaloosa):
    section = okaloosa.sections[0]
    file = ReleasedFile("okaloosa.pdf", "0", "organization audit", "Okaloosa County FL SO")
    table, rejected = type_rows(section, recognize_section(section, "okaloosa.pdf"), file)
    assert rejected.num_rows == 0
    return table


def test_the_809_pages_hold_7273_records_each_with_an_id_of_its_own(okaloosa):
    section = okaloosa.sections[0]
    assert okaloosa.kept == okaloosa.counted == 7273
    assert len(set(section.cells.column(0).to_pylist())) == 7273
    pages = Counter(section.page.to_pylist())
    assert (len(pages), pages[1], pages[808], pages[809]) == (809, 8, 9, 2)


def test_the_whole_released_table_is_the_one_that_three_libraries_agreed_on(okaloosa):
    # pdfplumber and Poppler read all 809 pages to the same cells, blanks collapsed, when this was written.
    digest = hashlib.sha256()
    for row in okaloosa.rows:
        digest.update("\t".join(" ".join(cell.split()) for cell in row).encode() + b"\n")
    assert digest.hexdigest() == "3e784b67eb00128b4db91c171f127cb8598c717e86ceb3707063ebbaa81d96c0"


def test_every_time_frame_has_the_line_feed_of_the_export(okaloosa):
    frames = okaloosa.sections[0].cells.column(4).to_pylist()
    time = r"\d\d/\d\d/\d{4}, \d\d:\d\d:\d\d [AP]M UTC"
    assert all(re.fullmatch(rf"{time}\n{time}", frame) for frame in frames)


def test_the_figures_published_from_the_file_come_out(typed):
    assert Counter(typed["search_type"].to_pylist()) == {
        "lookup": 5504, "search": 1517, "freeform": 186, "visual": 51, "multiGeo": 12, "convoy": 3,
    }  # fmt: skip
    moderation = Counter(typed["moderation"].to_pylist())
    assert [moderation[word] for word in ("allow", "block", "warn")] == [172, 12, 2]
    networks, devices = (typed[name].to_pylist() for name in ("networks_searched", "devices_searched"))
    assert (networks.count(1), max(networks), max(devices)) == (3867, 6709, 100034)
    assert set(zip(networks, devices)) >= {(6709, 100017), (6705, 100034)}
    written = typed["reason_as_released"].to_pylist()
    assert (sum(not reason.strip() for reason in written), len({r for r in written if r.strip()})) == (9, 382)


def test_the_files_times_are_those_published(typed):
    searched, start, end = (typed[name].to_pylist() for name in ("searched_at", "window_start", "window_end"))
    minutes = [time.replace(second=0, microsecond=0) for time in (min(searched), max(searched))]
    assert minutes == [datetime(2025, 11, 1, 8, 51, tzinfo=UTC), datetime(2025, 12, 9, 5, 48, tzinfo=UTC)]
    back = [at - begin for at, begin in zip(searched, start)]
    assert sum(time > timedelta(days=30) for time in back) == 463
    assert sum(time > timedelta(days=31) for time in back) == 173
    assert sum(stop - begin > timedelta(days=30) for begin, stop in zip(start, end)) == 225


def test_pdfplumber_reads_the_same_cells_from_sampled_pages(released, okaloosa):
    edges = [45, 180, 252, 334, 407.5, 446, 564, 651, 690]
    with pdfplumber.open(released) as document:
        for number in (1, 2, 97, 404, 700, 808, 809):
            page = document.pages[number - 1]
            assert plumbed(page, IDS, edges, below=64 if number == 1 else 0) == collapsed(okaloosa, number)


def _grown_by_reading_again(path):
    def used():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for _ in range(3):
        read(path)
    before = used()
    for _ in range(12):
        read(path)
    pa.default_memory_pool().release_unused()
    return used() - before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the memory in use as Linux gives it")
def test_reading_again_takes_no_more_memory(path):
    Print(path).pages(*[[record(8 * page + n) for n in range(8)] for page in range(30)])
    # in a process of its own, where no other test has left holes in the memory
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(_grown_by_reading_again, path).result() < 12_000_000


# Prints made by other tools ---------------------------------------------------------------------------------------

PORTAL = ["ID", "userID", "networkCount", "Search Time", "Reason"]


def portal_rows(count):
    return [
        [uuid(n), "***", str(n), f"02/27/2026, 12:{n % 60:02}:43 AM UTC", f"reason {n}"] for n in range(count)
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"again": True, "numbers": True},
        {"font": "Courier", "size": 9, "page": (900, 600)},
        {"font": "Times-Roman", "size": 11, "page": (792, 612), "again": True},
        {"size": 5, "page": (400, 900), "numbers": True},
    ],
)
def test_a_portals_audit_printed_by_other_tools_is_read(path, options):
    printed = [PORTAL, *portal_rows(120)]
    path.write_bytes(containers.printed(printed, **options))
    reading = read(path)
    assert [list(row) for row in reading.rows] == printed[1:]
    assert {one.why for one in reading.rejected} <= {"repeated header"}
    form = recognize_section(reading.sections[0], "log.pdf")
    assert {"released_id", "officer", "networks", "search_time", "reason"} <= set(form.index)
