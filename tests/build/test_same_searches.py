"""Two files that hold the same searches: neither counted twice, and their clocks held against each other."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from analysis import build, claims, measures, places
from analysis.claims.register import Claim
from analysis.opened import Opened
from analysis.places import BadSource, Place
from analysis.rows.queries import Behind, counted_once
from analysis.rows.shown import Shown
from analysis.vendors.recognition import UnknownColumns

HEADER = "Search ID,User ID,Search Date (UTC/Zulu),Network Count,Reason,Search Date (Pacific)"
UTC = [
    ("2026-02-03 06:30:05", "theft"),
    ("2026-03-07 20:00:00", ""),
    ("2026-04-02 12:00:00", "burglary"),
]
"""Invented searches of a winter's and a summer's day: 10:30 p.m., noon and 5 a.m. on the Pacific clock."""
PACIFIC = [("2026-02-02 22:30:05", "theft"), ("2026-03-07 12:00:00", ""), ("2026-04-02 05:00:00", "burglary")]


def lines(searches: list[tuple[str, str]]) -> str:
    cells = [f"id-{at},***,{time},14,{reason},{time}" for at, (time, reason) in enumerate(searches)]
    return "\n".join([HEADER, *cells]) + "\n"


def made(root: Path, second: str, again: str = "first.csv") -> Place:
    """An invented place with a portal's audit, and a second file of the same searches, one of them twice."""
    shutil.copytree(places.root() / "data" / "hand", root / "data" / "hand", dirs_exist_ok=True)
    folder = root / "data" / "raw" / "mockville"
    folder.mkdir(parents=True)
    text = 'title = "Mockville"\ntime_zone = "America/Los_Angeles"\nsame_search = "released id"\n'
    for name, searches, more in (
        ("first.csv", UTC, ""),
        ("second.csv", [*PACIFIC, PACIFIC[0]], f"same_searches_as = {json.dumps(again)}\n{second}\n"),
    ):
        data = lines(searches).replace("id-3", "id-0").encode()
        (folder / name).write_bytes(data)
        text += f'[[file]]\nname = "{name}"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        text += f'log = "portal audit"\ncamera_owner = "Mockville CA PD"\n{more}'
    (folder / "source.toml").write_text(text, encoding="utf-8")
    return places.find("mockville", root)


def built(place: Place) -> Opened:
    build.build(place)
    return Opened(place)


SAID = 'time_zones = { "Search Date (UTC/Zulu)" = "America/Los_Angeles" }'


def test_a_search_that_two_files_hold_is_counted_once_and_no_row_is_lost(tmp_path: Path) -> None:
    opened = built(made(tmp_path, SAID))
    assert (opened.searches.count(), opened.every_row.count()) == (3, 7)
    assert build.count_searches(opened.place) == 7
    second = measures.second_files(opened.files, opened.place.files)
    assert second == ("second.csv",)
    found = measures.lookup(measures.released(opened.files, second))
    assert found["rows_in_second_files", "all"]["value"] == 4
    assert (
        "`second.csv` repeats searches of another file (4 rows)"
        in measures.said_of_second_files(opened.files, second)[0]
    )
    numbers = measures.lookup(opened.count("searches", "distinct_searches", "night_searches"))
    assert [one["value"] for one in numbers.values() if one["scope"] == "all"] == [3, 3, 1]


def test_a_claim_about_the_second_file_counts_its_rows_and_says_how_many_searches_they_are(
    tmp_path: Path,
) -> None:
    opened = built(made(tmp_path, SAID))
    published = {
        "id": "mockville-rows",
        "says": "4 searches",
        "operator": "equals",
        "value": "4",
        "confidence": "high",
        "unit": "rows",
        "source": "https://example.org/piece",
        "measure": "searches",
        "instead": ("distinct_searches",),
        "file": "claims/piece.toml",
    }
    one = Claim(**published, among={"source_file": "second.csv"})
    end = claims.settle(one, claims.counted(one, opened), opened.place)
    assert (end.outcome, end.computed) == ("reproduced", "4")
    assert "distinct_searches gives 3" in end.explanation
    one = Claim(**published, among={"night": True})
    assert claims.settle(one, claims.counted(one, opened), opened.place).computed == "1"


def test_the_rows_behind_a_number_are_those_that_it_counts(tmp_path: Path) -> None:
    place = made(tmp_path, SAID)
    build.build(place)
    opened = Shown(place)
    behind = Behind(measures.measure("searches"), filters=counted_once(place))
    assert behind.searches(opened).count() == 3
    assert "not in_second_file" in behind.sql()
    assert counted_once(place, {"source_file": "second.csv"}) == ()
    of_file = Behind(measures.measure("searches"), filters=("source_file = 'second.csv'",))
    assert of_file.searches(opened).count() == 4
    again = opened.every_row.where("repeats").frame("source_file")["source_file"]
    assert set(again) == {"second.csv"}, "a counted row repeats none of a second file"


def test_clocks_that_are_whole_hours_apart_are_noticed(tmp_path: Path) -> None:
    opened = built(made(tmp_path, ""))
    clocks = measures.clocks_apart(opened.every_row)
    assert clocks.columns.tolist() == ["source_file", "other_file", "hours_apart", "searches"]
    assert clocks[["hours_apart", "searches"]].values.tolist() == [[-8, 2], [-7, 1]]
    [said] = measures.said_of_clocks(clocks)
    assert "Of 3 searches in both `first.csv` and `second.csv`" in said
    assert "2 by -8 h, 1 by -7 h" in said


def test_a_columns_zone_sets_its_clock_right(tmp_path: Path) -> None:
    clocks = measures.clocks_apart(built(made(tmp_path, SAID)).every_row)
    assert clocks[["hours_apart", "searches"]].values.tolist() == [[0, 3]]
    assert measures.said_of_clocks(clocks) == []


def test_the_zone_of_another_column_changes_nothing(tmp_path: Path) -> None:
    place = made(tmp_path, 'time_zones = { "Search Date (Pacific)" = "Asia/Tokyo" }')
    clocks = measures.clocks_apart(built(place).every_row)
    assert clocks["hours_apart"].tolist() == [-8, -7]


def test_times_apart_by_minutes_are_no_clock_of_another_zone(tmp_path: Path) -> None:
    place = made(tmp_path, 'time_zone = "Asia/Kathmandu"')
    clocks = measures.clocks_apart(built(place).every_row)
    assert clocks["hours_apart"].isna().all()
    assert measures.said_of_clocks(clocks) == []


def test_a_zone_for_a_column_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    place = made(tmp_path, 'time_zones = { "Search Time" = "America/Los_Angeles" }')
    with pytest.raises(UnknownColumns, match=r"second\.csv: time_zones names a column 'Search Time'"):
        build.build(place)


@pytest.mark.parametrize(
    ("second", "again", "says"),
    [
        ('time_zones = { "Search Date" = "Pacific" }', "first.csv", "'Pacific' is not a time zone"),
        ("", "third.csv", "same_searches_as names 'third.csv', which is no file listed"),
        ("", "second.csv", "same_searches_as names 'second.csv', which is no file listed"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, second: str, again: str, says: str) -> None:
    with pytest.raises(BadSource, match=says):
        made(tmp_path, second, again)
