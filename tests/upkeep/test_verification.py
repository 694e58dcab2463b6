"""Two results are the same when every file is there on both sides with the same bytes."""

import shutil
import sys

import pytest

from analysis.upkeep import verification
from analysis.upkeep.verification import differences, verdict


def test_a_changed_a_missing_and_a_new_file_are_named(tmp_path):
    here, again = tmp_path / "here", tmp_path / "again"
    for side in (here, again):
        (side / "tables").mkdir(parents=True)
        (side / "same.csv").write_text("a")
    (here / "tables" / "changed.csv").write_text("a")
    (again / "tables" / "changed.csv").write_text("b")
    (here / "gone.csv").write_text("a")
    (again / "new.csv").write_text("a")
    assert differences(here, again) == ["gone.csv", "new.csv", "tables/changed.csv"]


def test_equal_folders_have_no_differences(tmp_path):
    (tmp_path / "a.csv").write_text("a")
    assert differences(tmp_path, tmp_path) == []


def test_a_verdict_names_what_changed_and_sets_pictures_of_another_python_aside():
    assert verdict([], []) == "results unchanged"
    assert verdict(["claims.csv"], ["figures/a.png"]) == "results CHANGED: claims.csv"
    aside = verdict([], ["figures/a.png"])
    assert aside == "every table, number and claim unchanged; drawn otherwise: figures/a.png"


@pytest.mark.xdist_group("small place")
def test_a_place_is_the_same_again_and_a_changed_number_is_named(small, capsys, tmp_path, monkeypatch):
    rebuild, kept = verification.rebuild, tmp_path / "kept"
    monkeypatch.setattr(verification, "rebuild", lambda *given: shutil.copytree(rebuild(*given), kept))
    assert verification.verify([small.place], print) == 0
    assert "tarnwick: results unchanged" in capsys.readouterr().out
    ledger = small.place.results / "ledger.csv"
    before = ledger.read_bytes()
    ledger.write_bytes(before.replace(b"read", b"read again", 1))
    monkeypatch.setattr(verification, "rebuild", lambda *given: kept)
    assert verification.verify([small.place], print, sys.executable) == 1
    ledger.write_bytes(before)
    assert "results CHANGED: ledger.csv" in capsys.readouterr().out


@pytest.mark.xdist_group("small place")
def test_a_rebuild_that_stops_is_a_sentence(small):
    with pytest.raises(verification.NotRebuilt, match="tarnwick: it could not be rebuilt from nothing"):
        verification.verify([small.place], print, "false")
