"""Delimited text: nothing lost, whatever the quotes, encodings and line ends."""

import csv as plain_csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import readers
from analysis.formats import is_header
from analysis.readers import csv

HEADER = "Name, Org Name, Total Networks Searched, Time Frame, Reason, Search Time"
FRAME = '"12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC"'
TIME = '"12/02/2025, 00:30:00 AM UTC"'


def row(reason: str = "stolen", networks: object = 5) -> str:
    return f"A. Example,Tarnwick TX PD,{networks},{FRAME},{reason},{TIME}"


def write(tmp_path, text, encoding="utf-8", ends="\r\n"):
    path = tmp_path / "log.csv"
    data = ends.join([HEADER, *text]) + ends
    path.write_bytes(data.encode(encoding))
    return path


def read(path):
    return readers.read(path, "place/log.csv", is_header)


def reasons(reading):
    return [cell for section in reading.sections for cell in section.cells.column(4).to_pylist()]


def whys(reading):
    return [(aside.record, aside.why) for aside in reading.asides]


def test_a_record_may_span_two_lines_and_is_counted_once(tmp_path):
    reading = read(write(tmp_path, [row(), row("theft")]))
    assert reading.records == reading.counted == 2
    assert reasons(reading) == ["stolen", "theft"]
    assert reading.sections[0].columns[1] == " Org Name"


def test_cells_stay_exactly_as_released(tmp_path):
    odd = ["N/A", "None", "null", "007", "1E5", "NaN", " padded ", '"he said ""stop"""', "", '"a,b"']
    reading = read(write(tmp_path, [row(cell) for cell in odd]))
    assert reasons(reading) == [*odd[:7], 'he said "stop"', "", "a,b"]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "byte-order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_each_encoding_is_read_and_named(tmp_path, encoding, note):
    reading = read(write(tmp_path, [row("café – two")], encoding))
    assert reasons(reading) == ["café – two"]
    assert note in " ".join(reading.notes)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_each_kind_of_line_end_is_read(tmp_path, ends):
    reading = read(write(tmp_path, [row(), row("theft")], ends=ends))
    assert reasons(reading) == ["stolen", "theft"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_recognised_by_the_header(tmp_path, delimiter):
    path = tmp_path / "log.csv"
    cells = [plain_csv.reader([line]).__next__() for line in (HEADER, "A,Tarnwick TX PD,5,x,stolen,y")]
    path.write_text("\n".join(delimiter.join(line) for line in cells))
    assert reasons(read(path)) == ["stolen"]


def test_no_final_newline_loses_no_record(tmp_path):
    path = write(tmp_path, [row(), row("theft")])
    path.write_bytes(path.read_bytes().rstrip())
    assert reasons(read(path)) == ["stolen", "theft"]


def test_a_header_without_rows_is_an_empty_log_not_an_error(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text('"id","userId","searchDate","networkCount","reason"')
    reading = read(path)
    assert (reading.records, len(reading.sections)) == (0, 1)


def test_a_second_export_pasted_below_starts_a_section_of_its_own(tmp_path):
    second = "ID, " + HEADER
    reading = read(write(tmp_path, [row(), second, "x1," + row("theft"), "x2," + row("robbery")]))
    assert [section.cells.num_rows for section in reading.sections] == [1, 2]
    assert [section.record.to_pylist() for section in reading.sections] == [[1], [3, 4]]
    assert whys(reading) == [(2, "repeated header")]
    assert reading.sections[1].cells.column(5).to_pylist() == ["theft", "robbery"]


@pytest.mark.parametrize(
    ("second", "below"),
    [
        (HEADER.upper().replace("REASON, SEARCH TIME", "SEARCH TIME, REASON"), "A,B,5,x,y,theft"),
        ("id,userId,searchDate,networkCount,reason", "u1,***,2026-02-27T00:00:43.144Z,9,theft"),
    ],
)
def test_a_second_header_of_another_shape_swaps_no_column(tmp_path, second, below):
    reading = read(write(tmp_path, [row(), second, below]))
    assert [section.cells.num_rows for section in reading.sections] == [1, 1]
    assert reading.sections[1].columns == tuple(second.split(","))


def test_what_is_no_data_is_set_aside_with_its_number(tmp_path):
    lines = [
        row(),
        HEADER,
        row("theft") + ",extra",
        "only,three,cells",
        ",,,,,",
        "",
        row("last"),
        "Total,2,,,,",
    ]
    reading = read(write(tmp_path, lines))
    assert reasons(reading) == ["stolen", "last"]
    assert whys(reading) == [
        (2, "repeated header"),
        (3, "wrong number of cells"),
        (4, "wrong number of cells"),
        (5, "blank record"),
        (6, "blank record"),
        (8, "total line"),
    ]
    assert reading.records == reading.counted == 8


def test_an_unclosed_quote_costs_its_own_record_and_not_the_rest_of_the_file(tmp_path):
    broken = f'A,Tarnwick TX PD,5,{FRAME},"never closed,{TIME}'
    reading = read(write(tmp_path, [row("before"), broken, *[row(f"after {n}") for n in range(80)]]))
    kept = reasons(reading)
    assert kept[0] == "before"
    assert kept[-79:] == [f"after {n}" for n in range(1, 80)]
    assert "unreadable record" in [why for _, why in whys(reading)]
    assert reading.records == reading.counted


def test_a_reason_of_a_megabyte_is_a_reason(tmp_path):
    long = "x" * 6_000_000
    reading = read(write(tmp_path, [row("before"), row(long), row("after")]))
    assert [len(reason) for reason in reasons(reading)] == [6, 6_000_000, 5]


def test_notes_above_the_header_are_said(tmp_path):
    path = write(tmp_path, [row()])
    path.write_text("Released under request\n\n" + path.read_text())
    reading = read(path)
    assert reasons(reading) == ["stolen"]
    assert "2 records stand above the header" in " ".join(reading.notes)


def test_a_file_without_a_known_header_is_refused_with_what_was_found(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("colour,shape\nred,round\n")
    with pytest.raises(readers.UnreadableFile, match=r"place/log\.csv: no known header.*'colour', 'shape'"):
        read(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(" \n")
    with pytest.raises(readers.UnreadableFile, match="empty"):
        read(path)


TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=6, max_size=6), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_whatever_a_csv_writer_writes_is_read_back_whole(tmp_path_factory, rows, ends):
    out = io.StringIO()
    # Unquoted, a lone carriage return ends a record; a writer must quote it, and this one does.
    writer = plain_csv.writer(out, lineterminator=ends, quoting=plain_csv.QUOTE_ALL)
    writer.writerow([cell.strip() for cell in HEADER.split(",")])
    writer.writerows(rows)
    path = tmp_path_factory.mktemp("csv") / "log.csv"
    path.write_bytes(out.getvalue().encode())
    reading = read(path)
    found = {
        record: tuple(cells)
        for section in reading.sections
        for record, *cells in zip(section.record.to_pylist(), *(c.to_pylist() for c in section.cells.columns))
    }
    aside = {a.record for a in reading.asides}
    assert reading.records == reading.counted == len(rows)
    for number, cells in enumerate(rows, 1):
        if number not in aside:
            assert found[number] == tuple(cells)
        else:
            assert not any(cell.strip() for cell in cells) or cells[0].strip().casefold().startswith("total")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('ab,;"\n\r 1'), max_size=120))
def test_any_text_at_all_is_accounted_for_and_never_hangs(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("csv") / "log.csv"
    path.write_bytes((HEADER + "\n" + text).encode())
    reading = read(path)
    assert reading.records == reading.counted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT.map(lambda t: t.replace("\r", " ")), st.integers(0, 9999)), max_size=8))
def test_the_fast_path_equals_the_plain_one_row_for_row(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("csv") / "log.csv"
    out = io.StringIO()
    plain_csv.writer(out, lineterminator="\r\n").writerows(
        [["A", "B", n, FRAME.strip('"'), t, "x"] for t, n in values]
    )
    path.write_bytes((HEADER + "\r\n" + out.getvalue()).encode())
    data = path.read_bytes()
    start = csv._find_header(data, "log", is_header)
    fast, slow = read(path), csv._read_lines(data, start, "log", is_header, [])
    assert fast.asides == slow.asides
    for one, other in zip(fast.sections, slow.sections, strict=True):
        assert one.cells.to_pydict() == other.cells.to_pydict()
        assert one.record.to_pylist() == other.record.to_pylist()
