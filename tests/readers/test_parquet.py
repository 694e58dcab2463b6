"""Parquet tables: every row as text that loses nothing, and in a corpus the searcher is not the camera owner."""

import datetime as dt
import decimal
import json
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frames import moment_of, part_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readings import read_here

from analysis import readers
from analysis.places import ReleasedFile
from analysis.readers import parquet
from analysis.vendors import recognition

CORPUS = {
    "searched_at": "2025-06-18T00:02:04.789Z", "agency": "Quellmere GA PD", "owner": "Tarnwick ISD",
    "officer": "O. Invented", "plate": "XX0XX00", "reason": "stolen", "reason_norm": "stolen",
    "case_number": "25-1", "source_file": "a.csv", "foia_url": "",
}  # fmt: skip
DOWNLOAD = (
    "id, search_time_utc, name, best_name, best_name_confidence, license_plate_hash, org_name, org_locality, "
    "org_state, reason, case_number, text_prompt, moderation, search_type, object_class, total_devices_searched, "
    "total_networks_searched, start_timeframe_utc, end_timeframe_utc, org_id, filters, redacted_at, "
    "redaction_reasons, redactions, sources"
)


def corpus(*changes):
    rows = [{**CORPUS, **change} for change in changes]
    return pa.table({name: pa.array([row[name] for row in rows]) for name in CORPUS})


def read(path, table=None, **options):
    if table is not None:
        pq.write_table(table, path, **options)
    return read_here(parquet.stream, path, "place/corpus.parquet")


def column(reading, name="reason"):
    return [
        cell
        for section in reading.sections
        for cell in section.cells.column(section.columns.index(name)).to_pylist()
    ]


def one(path, array, name="reason"):
    table = corpus(*[{}] * len(array))
    return column(read(path, table.set_column(table.column_names.index(name), name, array)), name)


def test_every_row_group_is_read_and_numbered_on(path):
    table = corpus(*[{"reason": f"reason {n}"} for n in range(250)])
    reading = read(path, table, row_group_size=100)
    assert column(reading) == [f"reason {n}" for n in range(250)]
    assert [n for s in reading.sections for n in s.record.to_pylist()] == list(range(1, 251))
    assert reading.records == reading.counted == 250


def test_rows_come_in_blocks_of_bounded_size(path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 60)
    assert read(path, corpus(*[{}] * 250), row_group_size=1000).records == 250
    blocks = parquet.stream(path, "place/corpus.parquet", recognition.is_header)
    assert max(block.section.cells.num_rows for block in blocks) == 60


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array(["N/A", None, "007", "1E5", " x "]), ["N/A", "", "007", "1E5", " x "]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.array([b"caf\xc3\xa9"]), ["café"]),
        (pa.array([2**63 - 1, None, 0]), ["9223372036854775807", "", "0"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([1480.0, 0.1, None, float("nan"), -2.0, 1e300]), ["1480", "0.1", "", "", "-2", "1e+300"]),
        (pa.array([12345678901.0]), ["12345678901"]),
        (pa.array([1480.0], pa.float16()), ["1480"]),
        (pa.array([decimal.Decimal("1.50")]), ["1.50"]),
        (pa.array([True, None]), ["true", ""]),
        (pa.array([dt.date(2025, 6, 18)]), ["2025-06-18"]),
        (pa.array([["a", "b"], None, []]), ['["a", "b"]', "", "[]"]),
        (pa.array([{"a": 1}]), ['{"a": 1}']),
        (pa.nulls(2), ["", ""]),
    ],
)
def test_typed_cells_come_back_as_text_that_loses_nothing(path, array, texts):
    assert one(path, array) == texts


@pytest.mark.parametrize(
    ("unit", "zone", "ticks", "text"),
    [
        ("ms", "UTC", 1750204924789, "2025-06-18T00:02:04.789Z"),
        ("us", "UTC", 1750204924789000, "2025-06-18T00:02:04.789Z"),
        ("us", "UTC", 1750204924789001, "2025-06-18T00:02:04.789001Z"),
        ("ns", None, 1750204924789000000, "2025-06-18 00:02:04.789"),
        ("us", "America/Chicago", 1750204924789000, "2025-06-18T00:02:04.789Z"),
    ],
)
def test_times_come_back_to_the_last_digit_and_are_the_same_moment(path, unit, zone, ticks, text):
    found = pa.array([ticks], pa.timestamp(unit, zone))
    assert one(path, found, "searched_at") == [text]
    moment = dt.datetime(2025, 6, 18, 0, 2, 4, 789000 + text.endswith("001Z"), tzinfo=dt.UTC)
    assert moment_of(text) == moment


def test_a_times_column_fine_to_the_nanosecond_keeps_every_digit(path):
    assert one(path, pa.array([1], pa.timestamp("ns"))) == ["1970-01-01 00:00:00.000000001"]


MOMENTS = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), MOMENTS), min_size=1), st.sampled_from([None, "UTC"]))
def test_times_are_written_as_the_standard_library_writes_them(path, moments, zone):
    whole = [moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    texts = one(path, pa.array(whole, pa.timestamp("ms", zone)))
    sign, end = (" ", "") if zone is None else ("T", "Z")
    assert texts == [moment.isoformat(sign, "milliseconds") + end if moment else "" for moment in whole]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.floats(width=64)), min_size=1))
def test_every_number_reads_back_as_the_same_number(path, numbers):
    texts = one(path, pa.array(numbers, pa.float64()))
    for number, text in zip(numbers, texts):
        assert (text == "") if number is None or math.isnan(number) else float(text) == number


def test_a_blank_row_and_a_header_among_the_rows_are_set_aside(path):
    table = corpus({}, dict.fromkeys(CORPUS), {name: name for name in CORPUS}, {"reason": "two"})
    reading = read(path, table)
    assert column(reading) == ["stolen", "two"]
    assert reading.whys == [(2, "blank record"), (3, "repeated header")]
    assert reading.records == reading.counted == 4


def test_a_row_that_only_names_one_column_is_a_record(path):
    assert read(path, corpus({"case_number": "case_number", "source_file": "source_file"})).kept == 1


def test_a_table_without_rows_gives_no_rows(path):
    reading = read(path, corpus({}).slice(0, 0))
    assert (reading.records, reading.counted, reading.sections[0].cells.num_columns) == (0, 0, 10)


def test_an_index_of_pandas_is_no_column(path):
    table = corpus({}, {}).append_column("__index_level_0__", pa.array([4, 5]))
    reading = read(path, table)
    assert recognition.recognize(reading.sections[0].columns).unnamed == (10,)
    assert "1 columns number the rows only" in reading.notes[0]


# What is refused ------------------------------------------------------------------------------------------------


def test_a_table_that_is_no_audit_is_refused_with_its_columns(path):
    with pytest.raises(readers.UnreadableFile, match="no known header in its first 1 line, of up to 2 cells"):
        read(path, pa.table({"color": ["red"], "shape": ["round"]}))


def test_a_file_cut_off_is_refused(path):
    read(path, corpus(*[{}] * 100))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(readers.UnreadableFile, match=r"place/corpus\.parquet: the Parquet file is broken"):
        read(path)


def test_text_that_is_no_text_is_refused_with_its_column(path):
    with pytest.raises(readers.UnreadableFile, match=r"column \d+ \(binary\) cannot be read as text"):
        one(path, pa.array([b"\xff\xfe"]))


def test_a_row_group_that_would_fill_the_memory_is_not_opened(path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_IN_A_GROUP", 100)
    with pytest.raises(readers.UnreadableFile, match=r"row group 1 would unpack to .* bytes"):
        read(path, corpus({}))


def test_the_second_count_misses_rows_that_the_library_does_not_give(path, monkeypatch):
    whole = parquet._blocks
    monkeypatch.setattr(parquet, "_blocks", lambda *given: list(whole(*given))[:-1])
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 5)
    with pytest.raises(readers.UnreadableFile, match="5 records were read but 10 were counted"):
        read(path, corpus(*[{}] * 10))


# The two corpora ------------------------------------------------------------------------------------------------


def typed(path, owner="The corpus"):
    file = ReleasedFile("corpus.parquet", "0", "network audit", owner)
    table, rejected, _, _ = part_of(file, path)
    return table, rejected


def test_in_a_corpus_agency_searched_and_owner_owns_the_cameras(path):
    pq.write_table(corpus({}, {"owner": "Marlbeck ISD"}, {"owner": None}, {"owner": "***"}), path)
    table, _ = typed(path)
    assert set(table.column("searching_agency_as_released").to_pylist()) == {"Quellmere GA PD"}
    owners = ["Tarnwick ISD", "Marlbeck ISD", "The corpus", "The corpus"]
    assert table.column("camera_owner").to_pylist() == owners
    assert "O. Invented" not in str(table.to_pylist())
    assert "XX0XX00" not in str(table.to_pylist())


def test_a_corpus_in_a_csv_is_the_same_corpus(tmp_path):
    rows = [",".join(CORPUS), ",".join(CORPUS.values())]
    path = tmp_path / "corpus.csv"
    path.write_text("\n".join(rows) + "\n")
    table, _ = typed(path)
    assert table.column("camera_owner").to_pylist() == ["Tarnwick ISD"]
    assert table.column("searching_agency_as_released").to_pylist() == ["Quellmere GA PD"]


def test_a_download_with_typed_columns_is_typed_like_its_text(path):
    row = dict.fromkeys(DOWNLOAD.split(", "), "") | {"id": "11111111-2222-3333-4444-555555555555", "name": "O. Inv",
        "org_name": "Quellmere GA PD", "reason": "stolen", "search_type": "lookup"}  # fmt: skip
    table = pa.table({name: [row[name]] for name in DOWNLOAD.split(", ")})
    for name, array in {
        "search_time_utc": pa.array([1750204924000], pa.timestamp("ms", "UTC")),
        "total_networks_searched": pa.array([1480.0]),
        "sources": pa.array([["a", "b"]]),
    }.items():
        table = table.set_column(table.column_names.index(name), name, array)
    pq.write_table(table, path)
    found, rejected = typed(path)
    assert (found.num_rows, rejected.num_rows) == (1, 0)
    row = found.to_pylist()[0]
    assert row["searched_at"] == dt.datetime(2025, 6, 18, 0, 2, 4, tzinfo=dt.UTC)
    assert (row["networks_searched"], row["searching_agency_as_released"]) == (1480, "Quellmere GA PD")
    assert row["camera_owner"] == "The corpus"


def test_the_row_of_a_corpus_without_a_time_is_rejected_masked(path):
    pq.write_table(corpus({}, {"searched_at": None}), path)
    table, rejected = typed(path)
    assert table.num_rows == 1
    assert rejected.column("why").to_pylist() == ["no search time"]
    assert "XX0XX00" not in json.dumps(rejected.column("text").to_pylist())


def test_text_that_is_no_utf8_is_refused_by_column(path):
    table = corpus({})
    broken = pa.array([b"caf\xe9"], pa.binary()).view(pa.string())
    with pytest.raises(readers.UnreadableFile, match=r"column 6 \(string\) cannot be read as text\. Ask"):
        read(path, table.set_column(5, "reason", broken))
