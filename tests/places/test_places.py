"""A place is a folder; its source.toml is read whole or not at all."""

from datetime import date

import pytest

from analysis import places

GOOD = """
title = "Tarnwick"
kind = "records"
time_zone = "America/Chicago"
state = "TX"
[[file]]
name = "log.csv"
sha256 = "00"
log = "network audit"
camera_owner = "Tarnwick ISD"
period = ["2025-12-02", "2026-01-04"]
"""


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "data" / "raw" / "tarnwick"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(GOOD)
    return tmp_path


def rewrite(repository, old, new):
    path = repository / "data" / "raw" / "tarnwick" / "source.toml"
    path.write_text(path.read_text().replace(old, new))


def test_a_place_says_what_its_source_toml_says(repository):
    place = places.find("tarnwick", repository)
    assert (place.title, place.kind, place.state, place.is_replica) == ("Tarnwick", "records", "TX", False)
    assert place.files[0].period == (date(2025, 12, 2), date(2026, 1, 4))
    assert place.raw == repository / "data" / "raw" / "tarnwick"
    assert [p.name for p in places.all_places(repository)] == ["tarnwick"]


def test_an_archive_holds_the_logs_of_its_members_too_and_they_answer_what_is_waited_for(repository):
    member = '[[file.member]]\nlike = "*/Own/*"\nlog = "organization audit"\nperiod = ["2025-12-02", "2025-12-03"]\n'
    waiting = (
        '[[waiting]]\ncamera_owner = "Tarnwick ISD"\nlog = "organization audit"\nperiod = "x"\nask = "x"\n'
    )
    rewrite(repository, "period", f"time_zone = 'America/Denver'\n{member}{waiting}#")
    place = places.find("tarnwick", repository)
    assert [(log.log, log.time_zone) for log in place.logs] == [
        ("network audit", "America/Denver"),
        ("organization audit", "America/Denver"),
    ]
    assert place.waiting == ()
    assert place.files[0].of_inner("x/Own/a.csv").period == (date(2025, 12, 2), date(2025, 12, 3))
    assert place.files[0].of_inner("x/Network/a.csv").log == "network audit"
    rewrite(repository, 'like = "*/Own/*"', 'like = "*/Own/*"\ntime_zone = "Texas"')
    with pytest.raises(places.BadSource, match=r"file 'log\.csv': time_zone = 'Texas' is not a time zone"):
        places.find("tarnwick", repository)


@pytest.mark.parametrize("name", ["nowhere", "", "../tarnwick", "tarnwick/"])
def test_a_name_that_is_no_place_lists_those_that_are(repository, name):
    with pytest.raises(places.UnknownPlace, match="tarnwick"):
        places.find(name, repository)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "records"', 'kind = "real"', "kind = 'real' is none of 'records', 'replica'"),
        ('title = "Tarnwick"', 'tittle = "Tarnwick"', "unknown key 'tittle'"),
        ('log = "network audit"', 'log = "audit"', "log = 'audit' is none of"),
        ('sha256 = "00"', "", "file 'log.csv': 'sha256' is missing"),
        ('"America/Chicago"', '"Texas"', "is not a time zone"),
        ('name = "log.csv"', 'name = "../log.csv"', "inside the place's folder"),
        ('name = "log.csv"', 'name = "june/NUL"', "device on Windows"),
        ('kind = "records"', 'claims = ["../../../x"]', "is not the name of a file in claims/"),
        ('kind = "records"', "claims = [3]", "'claims' must be written as texts"),
        ("[[file]]", "[file]", r"'file' must be written as entries in double brackets, as \[\[file\]\]"),
        ('title = "Tarnwick"', "title = 7", "'title' must be written as a text"),
        ('"2025-12-02", "2026-01-04"', '"2025-12-02"', "'period' must be written as two days"),
        ('["2025-12-02", "2026-01-04"]', '"2025-12-02"', "'period' must be written as two days"),
        ('"2025-12-02", "2026-01-04"', '"2026-01-04", "2025-12-02"', "ends before it begins"),
        ('title = "Tarnwick"', "title = " + "[" * 5000, "brackets too deep"),
        ('title = "Tarnwick"', "title = " + "9" * 5000, "a number too long"),
        ('sha256 = "00"', 'sha256 = "00"\nbytes = true', "'bytes' must be written as a whole number"),
        (
            'sha256 = "00"',
            'sha256 = "00"\ncolumns = { Shoe = 3 }',
            "'columns' must be written as names with texts",
        ),
        (
            'kind = "records"',
            'waiting = [{ log = "network audit" }]',
            "waiting 1: 'camera_owner' is missing; needed are camera_owner, log, period, ask",
        ),
        ('"America/Chicago"', '"../../etc/passwd"', "is not a time zone"),
        (
            'name = "log.csv"',
            'name = "log.csv"\ndates = "European"',
            "dates = 'European' is none of 'day first', 'month first'",
        ),
        (
            'name = "log.csv"',
            'name = "log.csv"\ntime_zone = "Pacific"',
            r"file 'log\.csv': time_zone = 'Pacific' is not a time zone",
        ),
        (
            'name = "log.csv"',
            'name = "log.csv"\nreceived = "2025-12-02"',
            "'received' must be written as a day",
        ),
        ('"2025-12-02"', '"2025-13-02"', "month"),
        ('title = "Tarnwick"', "title = ", "Fix that line"),
    ],
)
def test_a_mistake_is_named_with_its_file(repository, old, new, said):
    rewrite(repository, old, new)
    with pytest.raises(places.BadSource, match=r"data/raw/tarnwick/source\.toml.*" + said):
        places.find("tarnwick", repository)


def test_whatever_is_wrong_is_one_line(repository):
    rewrite(repository, "[[file]]", "[file]")
    with pytest.raises(places.BadSource) as error:
        places.find("tarnwick", repository)
    assert len(str(error.value).splitlines()) == 1


def test_days_may_be_written_without_quotation_marks(repository):
    rewrite(repository, '["2025-12-02", "2026-01-04"]', "[2025-12-02, 2026-01-04T05:00:00]")
    assert places.find("tarnwick", repository).files[0].period == (date(2025, 12, 2), date(2026, 1, 4))


def test_one_file_is_listed_once(repository):
    rewrite(repository, "[[file]]", GOOD[GOOD.index("[[file]]") :] + "\n[[file]]")
    with pytest.raises(places.BadSource, match="listed once"):
        places.find("tarnwick", repository)


def test_every_place_of_this_repository_can_be_read():
    assert {"okaloosa", "texas", "texas-replica"} <= {place.name for place in places.tracked()}
