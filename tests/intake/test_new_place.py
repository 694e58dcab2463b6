"""From a folder of released files to results, as a reporter does it: two commands, no code, nothing else touched."""

import json
import shutil
import sqlite3
from pathlib import Path

import forks
import hostile
import pandas as pd
import pytest
from releases import everything, native, portal

from analysis import places
from analysis.rows import database

PARTS = ("claims", "notebooks", "data/hand")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A copy of the repository without places, a release, and both commands' output."""
    top, release = tmp_path_factory.mktemp("top"), tmp_path_factory.mktemp("release")
    for part in PARTS:
        shutil.copytree(places.root() / part, top / part)
    (top / "data" / "raw").mkdir()
    native(
        release / "12_1_2025-12_31_2025-Tarnwick ISD TX-Network-Audit.csv",
        *["Quellmere GA PD", "Brockrigg FL SO"] * 3,
    )
    portal(release / "tarnwick-tx-pd" / "2026-03-10.search_audit.csv", 1, 2, 3)
    (release / "cover letter.txt").write_text("Dear requester")
    odd, _ = hostile.every_odd_cell()
    (release / "12_1_2025-12_31_2025-Mockville College TX-Network-Audit.csv").write_bytes(odd)
    before = everything(top)

    def verb(*words):
        done = forks.verb(*words, env={"ANALYSIS_ROOT": str(top)}, cwd=release)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    said = [verb("place", "--at", "tarnwick", "--from", str(release)), verb("all", "--place", "tarnwick")]
    return top, before, said


@pytest.mark.xdist_group("new place")
def test_a_place_without_published_claims_runs_through_all_eight_notebooks_and_says_so(run):
    top, _, said = run
    assert "Step 4: make PLACE=tarnwick" in said[0]
    assert "no number was published about this place" in said[1]
    results = top / "results" / "tarnwick"
    assert len(list(results.glob("0[1-8]-*.ipynb"))) == 8
    assert pd.read_csv(results / "claims.csv").empty
    assert (
        "No number was published about this place"
        in (results / "08-every-number-published.ipynb").read_text()
    )


@pytest.mark.xdist_group("new place")
def test_its_numbers_are_those_of_the_release(run):
    top, _, _ = run
    numbers = json.loads((top / "results" / "tarnwick" / "numbers.json").read_text())
    found = {(one["measure"], one["scope"]): one["value"] for one in numbers}
    _, odd = hostile.every_odd_cell()
    assert found["rows_released", "all"] == 9 + odd
    assert found["searches", "all"] == found["rows_released", "all"] - found["rows_rejected", "all"]
    assert found["agencies", "Tarnwick ISD TX"] == 2


@pytest.mark.xdist_group("new place")
def test_whatever_stands_in_a_cell_the_ledger_adds_up_and_every_row_is_a_search_or_rejected(run):
    top, _, said = run
    assert not [text for text in said if "Traceback" in text or "fault of this program" in text]
    _, records = hostile.every_odd_cell()
    processed = top / "data" / "processed" / "tarnwick"
    tables = [pd.read_parquet(processed / name) for name in ("searches", "rejected")]
    rows = [table[table["source_file"].str.contains("Mockville")] for table in tables]
    numbers = [number for part in rows for number in part["source_row"]]
    assert sorted(numbers) == list(range(1, records + 1))
    ledger = pd.read_csv(processed / "ledger.csv", keep_default_na=False)
    lines = ledger[ledger["source_file"].str.contains("Mockville")]
    assert (lines.drop_duplicates(["step"])["rows_in"].iloc[0], lines["rows_out"].iloc[-1]) == (
        records,
        len(rows[0]),
    )
    assert lines["set_aside"].sum() == len(rows[1])
    assert tables[0]["searched_at"].dt.year.between(2000, 2049).all()


@pytest.mark.xdist_group("new place")
def test_the_rows_can_be_looked_at_whatever_stands_in_a_cell(run, monkeypatch):
    top, _, _ = run
    monkeypatch.setenv("ANALYSIS_ROOT", str(top))
    place = places.find("tarnwick", top)
    with sqlite3.connect(database.make(place)) as made:
        searches, rejected = (
            made.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("searches", "rejected")
        )
    _, odd = hostile.every_odd_cell()
    assert searches + rejected == 9 + odd


@pytest.mark.xdist_group("new place")
def test_open_questions_and_what_was_left_out_stand_on_its_first_page(run):
    top, _, _ = run
    page = (top / "results" / "tarnwick" / "01-what-was-released.ipynb").read_text()
    assert "Who released these records?" in page
    assert "cover letter.txt" in page


@pytest.mark.xdist_group("new place")
def test_nothing_outside_the_place_was_changed(run):
    top, before, _ = run
    after = everything(top)
    assert {name: after.get(name) for name in before} == before
    made = (
        "data/raw/tarnwick",
        "data/processed/tarnwick",
        "data/processed/stamps.json",
        "results/tarnwick",
        "site",
    )
    assert [
        name
        for name in after
        if name not in before and Path(name).parts[0] not in made and not name.startswith(made)
    ] == []
