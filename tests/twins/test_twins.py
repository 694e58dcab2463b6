"""Every twin of an open release goes through `make place` and a build, and what is planted is found to the row."""

import json

import holding
import pytest

from analysis import __main__ as verbs
from analysis.upkeep import twins

ROWS = dict.fromkeys(twins.TWINS, 600) | {"denver-co": 1_500, "san-mateo-ca": 40}


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """A twin and the place that came of it, each made once."""
    made = {}

    def take(name):
        if name not in made:
            top = tmp_path_factory.mktemp("twin")
            twin = twins.write(name, top / "release", ROWS[name])
            made[name] = (twin, *holding.take(holding.repository(top / "repository"), name, top / "release"))
        return made[name]

    return take


@pytest.mark.parametrize("name", twins.TWINS)
def test_what_is_planted_in_a_twin_is_recovered_to_the_row(taken, name):
    twin, place, _ = taken(name)
    assert holding.differences(place, twin) == []
    assert len(place.files) == len(twin.files)
    assert sorted(entry.kind for entry in place.left_out) == sorted(twin.left_out.values())


def test_a_twin_is_the_same_every_time_and_says_that_it_is_invented(tmp_path):
    for folder in ("one", "two"):
        twins.write("danville-il", tmp_path / folder, 100)
    held = [sorted((tmp_path / folder).rglob("*")) for folder in ("one", "two")]
    assert [path.read_bytes() for path in held[0] if path.is_file()] == [
        path.read_bytes() for path in held[1] if path.is_file()
    ]
    account = json.loads((tmp_path / "one.planted.json").read_text())
    assert account["invented"] is True
    assert account["files"].keys() == {path.name for path in held[0]}


def test_the_verb_writes_a_twin_and_never_over_anything(tmp_path, capsys):
    words = ["twin", "marin-county-ca", "--to", str(tmp_path / "marin"), "--rows", "30"]
    assert verbs.main(words) == 0
    assert "30 invented records in 1 log" in capsys.readouterr().out
    assert (tmp_path / "marin.planted.json").is_file()
    assert verbs.main(words) == 1
    assert "not empty" in capsys.readouterr().err


def test_a_name_without_a_twin_is_refused_with_those_that_have_one(tmp_path):
    with pytest.raises(twins.NoSuchTwin, match="kenner-la"):
        twins.write("kenner", tmp_path)
