"""A place is rebuilt whole or not at all; nothing is lost, and nothing private is kept."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date, datetime

import containers
import pyarrow.parquet as pq
import pytest
from frames import HEADER, part_of, row

from analysis import (
    build,
    measures,
    places,
    processes,
    readers,
)
from analysis.build import dataset, engine, parts, stamps
from analysis.build import release as reading
from analysis.opened import Opened
from analysis.places import sources
from analysis.readers import csv
from analysis.searches import typing
from analysis.vendors import recognition

LOG = [
    row(),
    row("Immigration (civil/administrative) - "),
    row("ICE hold", at="12:31:00 AM"),
    row("police warrant", agency="Tarnwick ISD PD TX", at="12:32:00 AM"),
    row(at="25:99:00 AM"),
    row() + ",extra",
    "",
]


@pytest.fixture
def root(tmp_path, monkeypatch):
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    return tmp_path


def release(root, text=LOG, name="log.csv", log="network audit", **more):
    folder = root / "data" / "raw" / "tarnwick"
    folder.mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else ("\r\n".join([HEADER, *text]) + "\r\n").encode()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    entry = {
        "name": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "log": log,
        "camera_owner": "Tarnwick ISD",
        **more,
    }
    toml = folder / "source.toml"
    start = (
        toml.read_text()
        if toml.exists()
        else 'title = "Tarnwick"\ntime_zone = "America/Chicago"\nstate = "TX"\n'
    )
    said = {k: str(v) if isinstance(v, date) else json.dumps(v) for k, v in entry.items()}
    toml.write_text(start + "[[file]]\n" + "".join(f"{k} = {v}\n" for k, v in said.items()))
    return places.find("tarnwick", root)


def tables_of(place):
    """The bytes of the tables that other tools read."""
    found = sorted(p for p in place.processed.rglob("*") if p.is_file() and p.name != "stamps.json")
    return {p.relative_to(place.processed).as_posix(): p.read_bytes() for p in found}


def rows(place):
    return pq.read_table(dataset.folder(place)).to_pylist()


def test_searches_have_the_columns_that_other_tools_rely_on(root):
    place = release(root, own_agency="Tarnwick TX ISD PD")
    build.build(place)
    assert pq.read_table(dataset.folder(place)).schema.equals(parts.SCHEMA)
    assert [r["source_row"] for r in rows(place)] == [1, 2, 3, 4]
    assert [r["immigration_tier"] for r in rows(place)] == ["none", "strict", "strict", "none"]
    assert [r["own_search"] for r in rows(place)] == [False, False, False, True]


def test_every_record_is_a_search_or_rejected_and_the_ledger_says_so(root):
    place = release(root)
    build.build(place)
    rejected = build.open_rejected(place)
    assert rejected[["source_row", "why"]].values.tolist() == [
        [5, "search time not readable"], [6, "wrong number of cells"], [7, "blank record"],
    ]  # fmt: skip
    ledger = build.open_ledger(place)
    assert ledger["rows_in"].iloc[0] == 7
    assert ledger["rows_out"].iloc[-1] == len(rows(place)) == 4
    assert ledger["set_aside"].sum() == len(rejected)


def test_no_plate_officer_or_case_number_reaches_a_processed_file(root):
    place = release(root)
    build.build(place)
    for file in (p for p in place.processed.rglob("*") if p.is_file()):
        text = str(pq.read_table(file).to_pylist()) if file.suffix == ".parquet" else file.read_text()
        for private in ("XX0XX00", "O. Invented", "25-77"):
            assert private not in text, (file.name, private)


def test_nothing_to_do_is_nothing_done_and_an_answer_about_a_file_is_something(root):
    place = release(root)
    assert build.build(place) is True
    assert build.build(place) is False
    toml = root / "data" / "raw" / "tarnwick" / "source.toml"
    toml.write_text(toml.read_text() + "# a note\n")
    assert build.build(places.find("tarnwick", root)) is False
    toml.write_text(toml.read_text() + 'own_agency = "Tarnwick TX ISD PD"\n')
    assert build.build(places.find("tarnwick", root)) is True


def test_two_builds_give_the_same_bytes(root):
    place = release(root)
    build.build(place)
    first = tables_of(place)
    shutil.rmtree(place.processed)
    build.build(place)
    assert tables_of(place) == first


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (b"", readers.UnreadableFile, r"second\.csv: the file is empty"),
        (
            (HEADER + ", Shoe Size\r\n" + row() + ",42").encode(),
            recognition.UnknownColumns,
            "'Shoe Size' .of its first values, 1 whole number",
        ),
        (
            b"Timestamp,User,Event Type,Entity Type,Entity Details,Event Id\n",
            recognition.NotASearchAudit,
            "event log",
        ),
        (b"%PDF-1.4 broken", readers.UnreadableFile, "cannot be opened"),
        (b"color\nred\n", readers.UnreadableFile, "no known header"),
    ],
)
def test_a_bad_file_stops_the_run_before_anything_is_written(root, text, error, said):
    build.build(release(root))
    place = places.find("tarnwick", root)
    before = tables_of(place)
    place = release(root, text, name="second.csv")
    with pytest.raises(error, match=said):
        build.build(place)
    assert tables_of(place) == before


def test_rows_in_a_part_of_a_file_without_a_column_are_told_from_blank_cells(root):
    again = HEADER.replace("Reason", "Shoe Size")
    assert again != HEADER
    place = release(root, (HEADER + "\r\n" + row() + "\r\n" + again + "\r\n" + row() + "\r\n").encode())
    toml = place.raw / "source.toml"
    toml.write_text(toml.read_text() + 'columns = { "Shoe Size" = "ignored" }\n')
    build.build(places.find("tarnwick", root))
    assert "1 row in a part of the file without a column 'reason'" in build.open_files(place)["notes"][0]


def test_with_owners_of_two_states_no_search_is_called_in_or_out_of_state(root):
    place = release(root)
    names = ("in_state_searches", "out_of_state_searches")
    build.build(place)
    assert all(one["value"] is not None for one in Opened(place).count(*names))
    place = release(root, [row(at="12:50:00 AM")], "other.csv", camera_owner="Orrin Falls OK PD")
    build.build(place)
    for one in Opened(place).count(*names):
        assert one["value"] is None
        assert one["because"] == "source.toml names no state that all camera owners share"


def test_the_remedy_for_an_unknown_column_works(root):
    text = (HEADER + ", Shoe Size\r\n" + row() + ",42\r\n").encode()
    place = release(root, text)
    with pytest.raises(recognition.UnknownColumns, match=r'columns = \{ "Shoe Size" = "ignored" \}'):
        build.build(place)
    toml = place.raw / "source.toml"
    toml.write_text(toml.read_text() + 'columns = { "Shoe Size" = "ignored" }\n')
    build.build(places.find("tarnwick", root))
    assert len(rows(place)) == 1


def test_a_wrong_checksum_stops_the_run_before_anything_is_written(root):
    place = release(root)
    (place.raw / "log.csv").write_text("edited")
    with pytest.raises(sources.WrongChecksum, match=r"source\.toml says"):
        build.build(place)
    assert not place.processed.exists()


def test_a_log_without_any_search_says_so(root):
    with pytest.raises(build.NothingToRead, match="no search in"):
        build.build(release(root, []))


def test_an_empty_log_beside_a_full_one_is_fine(root):
    release(root)
    place = release(root, [], name="empty.csv")
    build.build(place)
    assert build.open_files(place)["searches"].tolist() == [4, 0]


def test_searches_outside_the_period_that_the_file_is_said_to_cover_are_counted(root):
    # Half past midnight UTC on the 2nd is the 1st in Chicago.
    place = release(root, period=["2025-12-02", "2025-12-31"])
    build.build(place)
    assert "4 searches outside the period" in build.open_files(place)["notes"][0]
    assert len(rows(place)) == 4


# Dates that leave something open ------------------------------------------------------------------------------

SHORT = ("Org Name", "Reason", "Search Time")


def dated(root, *cells, workbook=False, header=SHORT, **more):
    """A place whose one file has a row for each of these times of search, built: its rows, and what is said of it."""
    lines = [header, *(("Quellmere GA PD", "theft", *(c if isinstance(c, tuple) else [c])) for c in cells)]
    data = containers.xlsx(lines) if workbook else containers.delimited(lines)
    place = release(root, data, name="log.xlsx" if workbook else "log.csv", **more)
    build.build(place)
    assert build.open_ledger(place)["set_aside"].sum() == len(build.open_rejected(place))
    found = {row["source_row"]: row["searched_at"].replace(tzinfo=None) for row in rows(place)}
    return place, found, build.open_files(place)["notes"][0]


def test_the_one_date_that_decides_may_stand_at_the_end_of_a_long_file(root, monkeypatch):
    monkeypatch.setattr(csv, "HEADER_BYTES", 40)
    monkeypatch.setattr(csv.stream, "__defaults__", (400,))
    cells = [f"06/05/2025 14:{n % 60:02}" for n in range(300)]
    _, found, notes = dated(root, *cells, "13/05/2025 14:07")
    assert {moment.date() for moment in found.values()} == {date(2025, 5, 6), date(2025, 5, 13)}
    assert "dates that could be read two ways: 300, read day first (can only be day first: 1)" in notes
    assert "searches known to the minute only: 301" in notes


def test_rows_whose_date_nothing_decides_are_rejected_with_a_reason_of_their_own_until_a_person_says(root):
    cells = ["06/05/2025 14:03:11", "07/05/2025 14:03:11", "05/05/2025 14:03:11"]
    place, found, notes = dated(root, *cells)
    assert list(found) == [3]
    assert build.open_rejected(place)["why"].tolist() == [typing.TWO_WAYS] * 2
    assert "dates that could be read two ways: 2, not read (nothing in the file decides: dates =" in notes
    toml = place.raw / "source.toml"
    toml.write_text(toml.read_text() + 'dates = "day first"\n')
    build.build(places.find("tarnwick", root))
    assert [row["searched_at"].date() for row in rows(place)] == [date(2025, 5, day) for day in (6, 7, 5)]


def test_a_workbook_that_exchanged_day_and_month_is_put_back_where_its_texts_prove_it(root):
    cells = [datetime(2025, 6, 5, 14, 3, 11), datetime(2025, 7, 5, 14, 3, 12), "13/05/2025 14:07:13"]
    _, found, notes = dated(root, *cells, workbook=True)
    assert [moment.date() for moment in found.values()] == [date(2025, 5, day) for day in (6, 7, 13)]
    assert (
        "exchanged day and month: 2, put back (of the dates left as text can only be day first: 1)" in notes
    )


def test_a_workbook_whose_date_cells_may_be_wrong_counts_none_of_them(root):
    cells = [datetime(2025, 6, 5, 14, 3, 11), datetime(2025, 6, 20, 14, 3, 12), "13/05/2025 14:07:13"]
    place, found, notes = dated(root, *cells, workbook=True)
    assert list(found) == [2, 3]
    assert build.open_rejected(place)["why"].tolist() == [typing.TWO_WAYS]
    assert "may have exchanged day and month: 1, not read; ask for the file as CSV" in notes


def test_a_date_without_a_time_is_a_local_day_and_two_of_them_are_not_one_search(root):
    place, _, notes = dated(root, "6/13/2024", "6/13/2024", "12/13/2024")
    assert [row["searched_at"].isoformat() for row in rows(place)] == [
        "2024-06-13T05:00:00+00:00", "2024-06-13T05:00:00+00:00", "2024-12-13T06:00:00+00:00",
    ]  # fmt: skip
    assert {row["searched_at_precision"] for row in rows(place)} == {"day"}
    assert len({row["search_key"] for row in rows(place)}) == 3
    days = measures.per_day(Opened(place).searches)
    assert days.loc[days["searches"] > 0, "day"].dt.date.tolist() == [date(2024, 6, 13), date(2024, 12, 13)]
    assert "searches known to the day only: 3" in notes


def test_a_file_may_say_in_which_zone_its_times_are_and_when_it_was_received(root):
    cells = ["2025-12-02 23:30:11", "2025-12-03 00:30:11"]
    _, found, notes = dated(root, *cells, time_zone="America/Chicago", received=date(2025, 12, 2))
    assert [moment.isoformat() for moment in found.values()] == ["2025-12-03T05:30:11", "2025-12-03T06:30:11"]
    assert "searches dated after 2025-12-02, the day the file was taken: 1" in notes


@pytest.mark.parametrize("column", ["Search Date (UTC/Zulu)", "Search Time (UTC)", "Search Date/Time"])
def test_a_column_headed_utc_that_is_not_can_be_given_its_zone(root, column):
    header = ("Search ID", "Reason", column)
    _, found, _ = dated(root, "2026-04-02 23:10:07", header=header, time_zone="America/Los_Angeles")
    assert found == {1: datetime(2026, 4, 3, 6, 10, 7)}


def test_searches_and_time_frames_of_impossible_years_are_counted_and_noted(root):
    header = (*SHORT, "Time Frame")
    good, far = "12/02/2025, 12:30:00 AM UTC", "01/01/3025, 12:00:00 AM UTC"
    frames = [
        f"12/31/1969, 11:59:55 PM UTC\n{good}",
        f"{good}\n{far}",
        f"{good}\n12/01/2025, 01:00:00 AM UTC",
    ]
    cells = [(good, frame) for frame in frames] + [(far, frames[2]), ("9999-12-31", frames[2])]
    place, found, notes = dated(root, *cells, header=header)
    assert list(found) == [1, 2, 3]
    assert [row["window_start"] is None for row in rows(place)] == [True, True, False]
    assert build.open_rejected(place)["why"].tolist() == ["search time not readable"] * 2
    for note in (
        "times with a year before 2000 or after 2049, not read: 2",
        "time frames that begin or end before 2000 or after 2036, not known: 2",
        "time frames that end before they begin, kept: 1",
    ):
        assert note in notes


def test_searches_from_before_the_vendor_sold_cameras_are_noted(root):
    *_, notes = dated(root, "12/02/2016, 01:00:00 AM UTC", "12/02/2025, 01:00:00 AM UTC")
    assert "searches dated before 2017, when the vendor sold no cameras: the first in 2016" in notes


def test_a_file_in_the_vendors_own_form_is_read_once(root, monkeypatch):
    monkeypatch.setattr(reading, "_survey", lambda _: pytest.fail("the file was read a second time"))
    inside = row(at="12:31:00 AM").replace("12/02/2025", "12/20/2025")  # no month is twelve days long
    build.build(release(root, [inside, row(at="12:30:07 AM")]))


def test_an_export_cap_is_noticed(root):
    place = release(root, [row()] * 20_000)
    build.build(place)
    assert "exactly 20,000 records: the export may be cut off" in build.open_files(place)["notes"][0]


def test_the_same_search_in_two_owners_logs_has_one_key(root):
    release(root)
    place = release(root, [row("***")], name="other.csv", camera_owner="Quellmere ISD")
    build.build(place)
    first, *_, last = rows(place)
    assert first["search_key"] == last["search_key"]
    assert last["reason_origin"] == "masked"


def test_a_killed_build_leaves_the_previous_tables_and_the_next_one_goes_on(root):
    place = release(root)
    build.build(place)
    before = tables_of(place)
    with (root / "data" / "hand" / "agencies.csv").open("a") as file:
        file.write("\n")
    code = (
        "import os, signal\nfrom analysis import build, places\n"
        "build._lists = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "build.build(places.find('tarnwick'))\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "ANALYSIS_ROOT": str(root)}, check=False
    )
    assert killed.returncode == -9
    kept = tables_of(place)
    assert {name: data for name, data in kept.items() if not name.startswith("making/")} == before
    place = places.find("tarnwick", root)
    processes.clean(root)
    assert build.build(place) is True
    assert not [p for p in place.processed.rglob("*") if p.name.startswith(".")]


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("cleared.csv", False),
        ("states.csv", False),
        ("other_lists.toml", False),
        ("coding/agencies-sample.csv", False),
        ("agencies.csv", True),
        ("agency_words.toml", True),
        ("everyday_words.toml", True),
        ("common_names.csv", True),
        ("reasons/theft.toml", True),
    ],
)
def test_a_part_is_made_again_for_what_it_is_made_with_and_for_nothing_else(root, name, again):
    place = release(root)
    build.build(place)
    before = stamps.of(place).steps()["part log.csv.parquet"]
    with (root / "data" / "hand" / name).open("a") as file:
        file.write("\n")
    assert build.build(place) is again
    assert (stamps.of(place).steps()["part log.csv.parquet"] != before) is again


def test_a_stopped_build_goes_on_with_the_next_file(root, monkeypatch):
    release(root)
    place = release(root, [row("theft")], name="second.csv")
    made = []
    make = parts.make

    def stopping(file, *more):
        if made:
            raise KeyboardInterrupt
        made.append(file.name)
        make(file, *more)

    monkeypatch.setattr(parts, "make", stopping)
    with pytest.raises(KeyboardInterrupt):
        build.build(place)
    assert not dataset.is_built(place)
    monkeypatch.setattr(parts, "make", lambda file, *more: (made.append(file.name), make(file, *more)))
    build.build(place)
    assert sorted(made) == ["log.csv", "second.csv"]
    assert [r["source_file"] for r in rows(place)] == ["log.csv"] * 4 + ["second.csv"]


def test_a_file_that_did_not_change_is_not_read_again_and_an_old_part_is_forgotten(root, monkeypatch):
    build.build(release(root))
    place = release(root, [row("theft")], name="second.csv")
    read = []
    make = parts.make
    monkeypatch.setattr(parts, "make", lambda file, *more: (read.append(file.name), make(file, *more)))
    build.build(place)
    assert read == ["second.csv"]
    assert sorted(p.name for p in dataset.folder(place).iterdir()) == [
        "log.csv.parquet",
        "second.csv.parquet",
    ]
    assert not (place.processed / "making").exists()
    with (root / "data" / "hand" / "agencies.csv").open("a") as file:
        file.write("\n")
    build.build(place)
    assert sorted(read) == ["log.csv", "second.csv", "second.csv"]
    assert sorted(p.name for p in dataset.folder(place).iterdir()) == [
        "log.csv.parquet",
        "second.csv.parquet",
    ]
    assert not (place.processed / "making").exists()


def test_processes_and_threads_give_the_same_bytes(root, monkeypatch):
    release(root, [row(f"reason {n}") for n in range(300)])
    place = release(root, [row("theft"), row("***")], name="second.csv")
    build.build(place)
    first = tables_of(place)
    shutil.rmtree(place.processed)
    monkeypatch.setattr(engine, "WORTH_A_PROCESS", 0)
    build.build(place)
    assert tables_of(place) == first


# Every released file that we hold -----------------------------------------------------------------------------

EXPECTED = {
    "champaign-il": 1680, "eugene-or": 4294, "hibf-dump": 150, "albany-ca-pd": 143, "butte-county-ca-so": 741,
    "chula-vista-ca-pd": 1174, "danville-ca-pd": 1407, "menlo-park-ca-pd": 103, "ovilla-tx-pd": 30,
    "pasadena-ca-pd": 402,
    "renton-wa-pd": 0, "santa-clara-ca-pd": 1211, "santa-cruz-ca-pd": 0, "south-gate-ca-pd": 124,
}  # fmt: skip


@pytest.mark.parametrize("folder", EXPECTED)
def test_every_released_file_is_read_whole(records, folder):
    total = 0
    for path in sorted(p for p in next(records.rglob(folder)).iterdir() if p.is_file()):
        file = places.ReleasedFile(
            path.name, "0", "portal audit", "The agency", searching_agency="The agency"
        )
        table, rejected, (facts,), _ = part_of(file, path)
        assert table.num_rows + rejected.num_rows == facts["records"]
        total += facts["records"]
    assert total == EXPECTED[folder]


def test_a_sharing_list_is_named_and_refused(records):
    path = next((records / "sharing-lists").iterdir())
    file = places.ReleasedFile(path.name, "0", "portal audit", "The agency")
    with pytest.raises(recognition.NotASearchAudit, match="sharing list"):
        part_of(file, path)


def test_a_masked_copy_is_read_until_the_released_file_is_there(root):
    place = release(root, [row("theft"), row("ICE hold", at="12:31:00 AM")])
    released, folder = (place.raw / "log.csv").read_bytes(), place.raw
    masked = released.replace(b"theft", b"***")
    text = (folder / "source.toml").read_text()
    sha = hashlib.sha256(masked).hexdigest()
    (folder / "source.toml").write_text(f'{text}[file.masked]\nsha256 = "{sha}"\nmasked = "a reason"\n')
    (folder / "masked-log.csv").write_bytes(masked)
    (folder / "log.csv").unlink()
    place = places.find("tarnwick", root)
    assert build.build(place)
    assert build.open_files(place)[["source_file", "copy", "searches"]].values.tolist() == [
        ["log.csv", "masked", 2]
    ]
    assert [row["reason_as_released"] for row in rows(place)] == ["***", "ICE hold"]
    steps = stamps.of(place).steps()
    assert sha in steps["part log.csv.parquet"]["inputs"].values(), "the copy that was read is the input"
    assert not build.build(place)

    (folder / "log.csv").write_bytes(released)
    assert build.build(place)
    assert build.open_files(place)["copy"].tolist() == ["released"]
    assert [row["reason_as_released"] for row in rows(place)] == ["theft", "ICE hold"]
