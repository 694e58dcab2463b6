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


@pytest.mark.parametrize("name", ["nowhere", "", "../tarnwick", "tarnwick/"])
def test_a_name_that_is_no_place_lists_those_that_are(repository, name):
    with pytest.raises(places.UnknownPlace, match="tarnwick"):
        places.find(name, repository)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "records"', 'kind = "real"', "'real' is neither"),
        ('title = "Tarnwick"', 'tittle = "Tarnwick"', "unknown key 'tittle'"),
        ('log = "network audit"', 'log = "audit"', "log = 'audit' is none of"),
        ('sha256 = "00"', "", "says no sha256"),
        ('"America/Chicago"', '"Texas"', "is no zone"),
        ('name = "log.csv"', 'name = "../log.csv"', "inside the place's folder"),
        ('"2025-12-02"', '"2025-13-02"', "month"),
        ('title = "Tarnwick"', "title = ", "Mend that line"),
    ],
)
def test_a_mistake_is_named_with_its_file(repository, old, new, said):
    rewrite(repository, old, new)
    with pytest.raises(places.BadSource, match=r"data/raw/tarnwick/source\.toml.*" + said):
        places.find("tarnwick", repository)


def test_one_file_is_listed_once(repository):
    rewrite(repository, "[[file]]", GOOD[GOOD.index("[[file]]") :] + "\n[[file]]")
    with pytest.raises(places.BadSource, match="listed once"):
        places.find("tarnwick", repository)


def test_every_place_of_this_repository_can_be_read():
    assert {"okaloosa", "texas", "texas-replica"} <= {place.name for place in places.all_places()}
