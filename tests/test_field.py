"""The register of the field: every number once, each with its outcome, and nothing that invented records settle."""

import csv
import io
from pathlib import Path

import pytest
from frames import place_named

from analysis import field, pipeline, places
from analysis.claims import Claim
from analysis.places import ReleasedFile

TOP = Path(__file__).resolve().parents[1]
FOUND = field.entries(TOP, places.tracked(TOP))
PIECE = """
[piece]
title = "A count"
by = "Somebody"
{more}
[[claim]]
id = "a"
says = "the log holds 700 rows"
measure = "searches"
operator = "equals"
value = "700"
unit = "rows"
confidence = "high"
source = "https://example.org/a"

[[claim]]
id = "b"
says = "=1+1 of 9 cameras <b>were</b> open"
needs = "the settings"
operator = "equals"
value = "9"
unit = "cameras"
confidence = "low"
"""
ENDS = "id,statement,operator,published,computed,definition,outcome,explanation,notebook\n"


def repository(tmp_path, ends="", more="", **said):
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "tarnwick-count.toml").write_text(PIECE.format(more=more))
    place = place_named("tarnwick", tmp_path, claims=("tarnwick-count",), **said)
    if ends:
        place.results.mkdir(parents=True)
        (place.results / "claims.csv").write_text(ENDS + ends)
    return [place]


def ended(found):
    return {entry.claim.id: (entry.outcome, entry.computed, entry.explanation) for entry in found}


def test_every_registered_number_is_there_once_with_an_outcome_and_a_place():
    ids = [entry.claim.id for entry in FOUND]
    assert len(ids) == len(set(ids)) >= 1_400
    assert {entry.outcome for entry in FOUND} <= set(field.OUTCOMES)
    assert sum(field.totals(FOUND).values()) == len(FOUND) == field.by_place(FOUND)["numbers"].sum()
    assert all(entry.place and entry.about.title and isinstance(entry.claim, Claim) for entry in FOUND)
    assert all(entry.explanation for entry in FOUND if entry.outcome in ("waiting", "cannot be checked"))


def test_what_invented_records_recover_still_waits():
    texas = [entry for entry in FOUND if entry.place == "texas"]
    assert {entry.outcome for entry in texas} <= {"waiting", "cannot be checked"}
    assert not [entry for entry in FOUND if entry.place == "texas-replica"]


def test_the_csv_is_the_same_every_time_and_has_a_line_for_each_number():
    again = field.csv(field.entries(TOP, places.tracked(TOP)))
    assert again == field.csv(FOUND)
    lines = list(csv.DictReader(io.StringIO(again.decode())))
    assert [line["id"] for line in lines] == [entry.claim.id for entry in FOUND]
    kept = TOP / "results" / "field.csv"
    assert not kept.exists() or kept.read_bytes() == again


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("a,,equals,700,700,rows,reproduced,,", ("reproduced", "700", "")),
        ("a,,equals,700,701,rows,differs,one row repeats,", ("differs", "701", "one row repeats")),
        ("a,,equals,700,701,rows,differs,,", (field.UNEXPLAINED, "701", "")),
        (
            "a,,equals,700,,rows,cannot be checked,no such column,",
            ("cannot be checked", "", "no such column"),
        ),
        ("", ("waiting", "", "data/raw/tarnwick/README.md says how to ask")),
    ],
)
def test_a_number_ends_as_the_results_of_its_place_say_or_waits(tmp_path, end, outcome):
    found = ended(field.entries(tmp_path, repository(tmp_path, end and f"{end}\n")))
    assert found == {"a": outcome, "b": ("cannot be checked", "", "needs the settings")}


def test_a_piece_of_no_place_waits_for_the_records_that_it_names(tmp_path):
    repository(tmp_path, more='place = "mockville"\nrecords = "request 12 to Mockville"')
    (only, _) = field.entries(tmp_path, [])
    assert (only.place, only.outcome, only.explanation) == ("mockville", "waiting", "request 12 to Mockville")


def test_a_piece_that_only_a_replica_or_nobody_names_is_left_out(tmp_path):
    assert field.entries(tmp_path, repository(tmp_path, kind="replica")) == []
    assert field.entries(tmp_path, []) == []


def test_a_sentence_that_begins_like_a_formula_stays_text_in_the_csv(tmp_path):
    said = field.csv(field.entries(tmp_path, repository(tmp_path))).decode()
    assert "'=1+1" in said


def test_the_month_of_the_story_lists_its_own_number_first():
    found = field.december(FOUND)
    assert found[0].claim.scope == "Alvin ISD"
    assert {"kenner-la", "the-colony-tx"} <= {entry.place for entry in found}


def test_the_terminal_shows_totals_and_every_place():
    said = field.shown(FOUND)
    assert f"{len(FOUND):,} published numbers" in said
    assert all(entry.place in said for entry in FOUND)


def test_a_place_with_neither_results_nor_files_is_only_counted_among_those_that_wait(tmp_path):
    file = ReleasedFile(
        "log.csv", "0" * 64, "network audit", "Tarnwick ISD", url="https://example.org/log.csv"
    )
    (place,) = repository(tmp_path, files=(file,))
    assert pipeline.waits(place)
    assert pipeline.waits(place.replace(files=()))
    place.results.mkdir(parents=True)
    (place.results / "claims.csv").write_text(ENDS)
    assert not pipeline.waits(place)
