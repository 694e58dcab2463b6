"""Delimited text: nothing lost, whatever the quotes, encodings and line ends."""

import csv as plain_csv
import io

import pytest
import readings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import readers
from analysis.readers import columnar, csv, text
from analysis.vendors.recognition import is_header

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
    return readings.read(path, "place/log.csv")


def reasons(reading):
    return [cell for section in reading.sections for cell in section.cells.column(4).to_pylist()]


def test_a_record_may_span_two_lines_and_is_counted_once(tmp_path):
    reading = read(write(tmp_path, [row(), row("theft")]))
    assert reading.records == reading.counted == 2
    assert reasons(reading) == ["stolen", "theft"]
    assert reading.sections[0].columns[1] == " Org Name"


def test_cells_stay_exactly_as_released(tmp_path):
    odd = ["N/A", "None", "null", "007", "1E5", "NaN", " padded ", '"he said ""stop"""', "", '"a,b"']
    reading = read(write(tmp_path, [row(cell) for cell in odd]))
    assert reasons(reading) == [*odd[:7], 'he said "stop"', "", "a,b"]


@given(
    st.lists(st.sampled_from([b"a", *(c.encode() for c in "\u00e9\u2014\U0001f600"), b"\xc3", b"\xe2\x80", b"\x80",
                              b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xf0\x9f\x98"]), max_size=6),
    st.integers(1, 5),
)  # fmt: skip
def test_utf8_is_what_python_reads_as_utf8_wherever_its_pieces_are_cut(parts, piece):
    try:
        whole = b"".join(parts).decode() is not None
    except UnicodeDecodeError:
        whole = False
    assert text.is_utf8(io.BytesIO(b"".join(parts)), piece) is whole


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "byte-order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
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


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
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
    assert reading.whys == [(2, "repeated header")]
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
    assert reading.whys == [
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
    assert "unreadable record" in [why for _, why in reading.whys]
    assert reading.records == reading.counted


def test_a_reason_of_a_megabyte_is_a_reason(tmp_path):
    long = "x" * 6_000_000
    reading = read(write(tmp_path, [row("before"), row(long), row("after")]))
    assert [len(reason) for reason in reasons(reading)] == [6, 6_000_000, 5]


def test_rows_above_the_header_are_set_aside_and_counted(tmp_path):
    path = write(tmp_path, [row()])
    path.write_text("Released under request\n\n" + path.read_text())
    reading = read(path)
    assert reasons(reading) == ["stolen"]
    assert reading.whys == [(-2, "above the header"), (-1, "above the header")]
    assert reading.records == reading.counted == 3
    assert "rejected above the header: 2" in " ".join(reading.notes)


def test_a_file_without_a_known_header_is_refused_with_what_was_found(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("color,shape\nred,round\n")
    with pytest.raises(
        readers.UnreadableFile,
        match=r"place/log\.csv: no known header in its first .*, of up to 2 cells",
    ):
        read(path)


def test_one_endless_line_is_refused(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("a" * 3_000_000)
    with pytest.raises(readers.UnreadableFile, match="no known header"):
        read(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(" \n")
    with pytest.raises(readers.UnreadableFile, match="empty"):
        read(path)


def test_a_quoted_cell_of_200_lines_is_one_record(tmp_path):
    long = '"' + "\n".join(f"note {n}" for n in range(200)) + '"'
    reading = read(write(tmp_path, [row("before"), row(long), row("after")], ends="\n"))
    assert reading.records == reading.counted == 3
    assert [reason.count("\n") for reason in reasons(reading)] == [0, 199, 0]


def test_a_quote_that_is_never_closed_does_not_swallow_a_hundred_records(tmp_path):
    path = tmp_path / "log.csv"
    plain = "A,Tarnwick TX PD,5,x,theft,2026-02-27T00:00:43Z"
    broken = 'A,Tarnwick TX PD,5,x,"theft,2026-02-27T00:00:43Z'
    closing = 'A,Tarnwick TX PD,5,x,theft","2026-02-27T00:00:43Z"'
    path.write_text("\n".join([HEADER, broken, *[plain] * 100, closing, ""]))
    reading = read(path)
    assert reasons(reading).count("theft") == 100
    assert reading.records == reading.counted == 102


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_two_byte_order_marks_are_one(tmp_path, encoding):
    path = write(tmp_path, [row()])
    path.write_bytes(("\ufeff\ufeff" + path.read_text()).encode(encoding))
    reading = read(path)
    assert reading.sections[0].columns[0] == "Name"
    assert reasons(reading) == ["stolen"]


@pytest.mark.parametrize("cut", ["A. Exa,Tarnwick TX", 'A. Exa,Tarnwick TX PD,5,"12/01/2025, 01:00', row()[:-60],
                                 'A. Exa,Tarnwick TX PD,5,"12/01/2025, 01:00:00 AM UTC\n',
                                 row('"never closed\n' + "and so on\n" * 40)[:-60]])  # fmt: skip
@pytest.mark.parametrize("piece", [csv.PIECE, 100])
def test_a_file_that_ends_in_the_middle_of_a_record_says_after_which(tmp_path, cut, piece):
    path = write(tmp_path, [row("one"), row("two")])
    path.write_text(path.read_text() + cut)
    reading = read_in_pieces(path, piece)
    assert reasons(reading) == ["one", "two"]
    assert reading.records == reading.counted
    assert "cut off after record 2:" in " ".join(reading.notes)


@pytest.mark.parametrize(
    "end", ["", "\n", "only,three,cells\n", "End of report", "Total,2", row() + ",extra"]
)
def test_a_whole_file_is_not_called_cut_off(tmp_path, end):
    path = write(tmp_path, [row("one"), row("two")])
    path.write_text(path.read_text() + end)
    assert "cut off" not in " ".join(read(path).notes)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("<!DOCTYPE html><html><head><title>Just a moment...</title>", "a web page"),
        ("\ufeff \n<HTML><body>Sign in</body>", "a web page"),
        ("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a web page"),
        ("From: <Saved by Blink>\nSnapshot-Content-Location: x", "a web page"),
        ("\0" * 5_000, "nothing but zeros"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_a_server_sends_in_place_of_a_file_is_called_that(tmp_path, start, said, encoding):
    path = tmp_path / "log.csv"
    path.write_bytes(start.encode(encoding))
    with pytest.raises(readers.UnreadableFile, match=said):
        read(path)


def test_a_first_line_longer_than_any_cell_is_no_crash(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text('a,"' + "x" * 200_000 + '",b\n' + HEADER + "\n" + row() + "\n")
    assert reasons(read(path)) == ["stolen"]


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
    aside = {a.record for a in reading.rejected}
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


def rows_of(reading):
    """Everything that a reading says, whatever its tables' chunks."""
    sections = [
        (section.columns, section.record.to_pylist(), section.cells.to_pydict())
        for section in reading.sections
    ]
    return sections, reading.rejected, reading.counted, reading.notes


def read_in_pieces(path, piece):
    return readings.put_together(csv.stream(path, "log", is_header, piece))


def read_plainly(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(columnar, "read", lambda *_: None)
        return read_in_pieces(path, csv.PIECE)


SECOND = "id,userId,searchDate,networkCount,reason"
RECORDS_OF_ALL_SORTS = st.one_of(
    st.text(st.sampled_from('ab,;"\n\r 1é'), max_size=40),
    st.builds(row, st.sampled_from(["stolen", '"a ""b"""', '"two\nlines"', '"open', "5\" tire", "", '"\n\n\n"'])),
    st.sampled_from(
        [HEADER, HEADER.upper(), "ID, " + HEADER, SECOND, "u1,***,2026-02-27T00:00:43Z,9,theft", "", ",,,,,",
         "Total,2,,,,", "Total", row() + ",extra", "only,three,cells"]
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(RECORDS_OF_ALL_SORTS, max_size=15),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    st.integers(1, 400),
)
def test_both_paths_and_pieces_of_any_size_give_the_same(
    tmp_path_factory, monkeypatch, lines, ends, encoding, piece
):
    path = write(tmp_path_factory.mktemp("csv"), lines, encoding, ends)
    whole = rows_of(read(path))
    monkeypatch.setattr(csv, "HEADER_BYTES", 100)
    with monkeypatch.context() as patch:
        patch.setattr(csv, "_LEAST", 1)  # so that Arrow goes on within these few bytes
        assert rows_of(read_in_pieces(path, piece)) == whole
    plain = rows_of(read_plainly(path, monkeypatch))
    assert plain == whole


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT.map(lambda t: t.replace("\r", " ")), st.integers(0, 9999)), max_size=8))
def test_the_fast_path_equals_the_plain_one_row_for_row(tmp_path_factory, monkeypatch, values):
    path = tmp_path_factory.mktemp("csv") / "log.csv"
    out = io.StringIO()
    plain_csv.writer(out, lineterminator="\r\n").writerows(
        [["A", "B", n, FRAME.strip('"'), t, "x"] for t, n in values]
    )
    path.write_bytes((HEADER + "\r\n" + out.getvalue()).encode())
    assert rows_of(read(path)) == rows_of(read_plainly(path, monkeypatch))


def test_a_record_longer_than_a_piece_is_read_whole(tmp_path):
    path = write(tmp_path, [row("before"), row("x" * 5_000), row("after")])
    assert [len(reason) for reason in reasons(read_in_pieces(path, 64))] == [6, 5_000, 5]


def test_an_unclosed_quote_costs_as_little_in_small_pieces(tmp_path, monkeypatch):
    broken = f'A,Tarnwick TX PD,5,{FRAME},"never closed,{TIME}'
    path = write(tmp_path, [*[row("a")] * 200, broken, *[row("b")] * 200])
    whole = rows_of(read(path))
    monkeypatch.setattr(csv, "_LEAST", 1)
    assert rows_of(read_in_pieces(path, 100)) == rows_of(read(path)) == whole
    assert reasons(read(path)).count("b") == 200


def test_a_block_is_no_larger_than_its_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(csv, "HEADER_BYTES", 100)
    path = write(tmp_path, [row()] * 2_000)
    blocks = list(csv.stream(path, "log", is_header, 10_000))
    assert sum(block.records for block in blocks) == 2_000
    assert max(block.records for block in blocks) < 200


def test_many_headers_of_several_widths_are_each_a_section(tmp_path):
    lines = [line for _ in range(30) for line in ("ID, " + HEADER, "x," + row("a"), HEADER, row("b"))]
    reading = read(write(tmp_path, lines))
    assert len(reading.sections) == 61
    assert reading.records == reading.counted == 120


def test_a_file_without_line_ends_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "LONGEST_RECORD", 10_000)
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER.encode() + b"\n" + b"a" * 200_000)
    with pytest.raises(readers.UnreadableFile, match="one record is longer than"):
        list(csv.stream(path, "log.csv", is_header, piece=1_000))


def test_a_broken_record_or_another_header_sends_no_whole_piece_down_the_plain_path(tmp_path, monkeypatch):
    records = csv._records
    plain: list[int] = []

    def counting(*given):
        for record in records(*given):
            plain.append(1)
            yield record

    monkeypatch.setattr(csv, "_records", counting)
    broken = f'A,Tarnwick TX PD,5,{FRAME},"never closed,{TIME}'
    lines = [*[row("a")] * 9_000, broken, *[row("b")] * 9_000, "ID, " + HEADER, *["x," + row("c")] * 9_000]
    path = write(tmp_path, lines)
    assert len(reasons(read(path))) == 27_000
    assert len(plain) < 9_000
    monkeypatch.undo()
    assert rows_of(read(path)) == rows_of(read_plainly(path, monkeypatch))
