"""measures.sql gives every number again with nothing but DuckDB, and says where one would differ."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

import analysis
from analysis import __main__ as verbs
from analysis import build, pages, places
from analysis.build import dataset

pytestmark = pytest.mark.xdist_group("small place")


def run(script, folder):
    """What `duckdb < measures.sql` counts in a place's results: numbers, those that differ, and their names."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with duckdb.connect() as alone:
            for statement in alone.extract_statements(script):
                alone.execute(statement)
            numbers, different = alone.execute(
                "select count(*), count(*) filter (not same) from numbers"
            ).fetchall()[0]
            names = alone.execute("select measure, scope from numbers where not same").fetchall()
    finally:
        os.chdir(before)
    return numbers, different, names


def test_sql_alone_gives_every_number_that_rows_give(small):
    script = (small.place.results / "measures.sql").read_text(encoding="utf-8")
    with_sql = [one for one in pages.open_numbers(small.place) if one.get("sql")]
    assert run(script, small.place.results) == (len(with_sql), 0, [])
    assert len(with_sql) > 100


def test_a_number_that_was_changed_is_said_to_differ(small):
    script = (small.place.results / "measures.sql").read_text(encoding="utf-8")
    lines = script.splitlines()
    at = next(
        at
        for at, line in enumerate(lines)
        if line.startswith("insert into numbers select 'searches', 'all',")
    )
    value = next(
        one["value"]
        for one in pages.open_numbers(small.place)
        if (one["measure"], one["scope"]) == ("searches", "all")
    )
    lines[at] = lines[at].replace(str(value), str(value + 1))
    assert run("\n".join(lines), small.place.results)[1:] == (1, [("searches", "all")])


def test_every_number_has_its_meaning_and_those_of_rows_their_sql(small):
    for one in pages.open_numbers(small.place):
        if one["measure"] != "records":
            assert one["says"], one["measure"]
    script = (small.place.results / "measures.sql").read_text(encoding="utf-8")
    assert "-- rows_released, all: records in the released files; the library computes it" in script


@pytest.mark.parametrize("name", [place.name for place in places.tracked() if place.files])
def test_the_published_file_of_a_place_gives_its_numbers(name):
    place = places.find(name)
    if not dataset.is_built(place) or not (place.results / "measures.sql").is_file():
        pytest.skip(f"{name} has not been built here: run make PLACE={name}")
    numbers, different, names = run(
        (place.results / "measures.sql").read_text(encoding="utf-8"), place.results
    )
    assert (different, names) == (0, [])
    assert numbers > 100


def test_a_verb_says_how_a_measure_is_counted_here(small, monkeypatch, capsysbinary):
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    name = small.place.name
    assert verbs.main(["explain", "immigration_agencies.core", "--place", name]) == 0
    said = capsysbinary.readouterr().out.decode()
    number = next(
        one for one in pages.open_numbers(small.place)
        if (one["measure"], one["scope"]) == ("immigration_agencies.core", "all")
    )  # fmt: skip
    assert f"all: {number['value']}" in said
    assert number["sql"] in said
    assert "core: the search cites immigration by the core definition" in said
    assert f"analysis.place('{name}').searches.behind('immigration_agencies.core').frame()" in said
    assert verbs.main(["explain", "imigration_agencies.core", "--place", name]) == 1
    assert "near it: immigration_agencies.core" in capsysbinary.readouterr().err.decode()


def test_a_verb_says_how_claims_would_end_by_the_numbers_that_are_there(small, monkeypatch, capsysbinary):
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    assert verbs.main(["claims", small.place.name]) == 0
    said = capsysbinary.readouterr().out.decode()
    ends = pages.open_claims(small.place)
    assert len(ends) > 3
    for end in ends.to_dict("records"):
        assert f"{end['id']}: {end['outcome']}" in said


def test_a_published_measure_and_a_condition_are_explained_without_a_rebuild(
    small, tmp_path, monkeypatch, capsys
):
    for part in ("claims", f"data/raw/{small.place.name}", f"results/{small.place.name}"):
        shutil.copytree(small.root / part, tmp_path / part)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    assert verbs.main(["explain", "searches", "--place", small.place.name]) == 0
    number = next(
        one
        for one in pages.open_numbers(small.place)
        if (one["measure"], one["scope"]) == ("searches", "all")
    )
    assert f"all: {number['value']}" in capsys.readouterr().out
    assert verbs.main(["explain", "rows_released", "--place", small.place.name]) == 0
    assert "computed by a function, not from a query of rows: notebook 01-what" in capsys.readouterr().out
    assert verbs.main(["explain", "night", "--place", small.place.name]) == 0
    assert "hour: the local hour" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "results")
    assert verbs.main(["explain", "searches", "--place", small.place.name]) == 1
    assert f"run make PLACE={small.place.name} first" in capsys.readouterr().err


def test_a_reason_that_is_a_measure_s_name_is_both(capsysbinary):
    assert verbs.main(["explain", "immigration_agencies.core"]) == 0
    assert b"immigration_agencies.core is also a measure" in capsysbinary.readouterr().out
    assert verbs.main(["explain", "ICE hold"]) == 0
    assert b"also a measure" not in capsysbinary.readouterr().out


FILTERED = """
[[claim]]
id = "night-{id}"
says = "No search of December was so."
measure = "searches"
operator = "equals"
value = "0"
unit = "searches"
confidence = "low"
source = "https://example.org/"
among = {{ {among} }}
"""


def test_a_filter_that_no_search_meets_is_named_and_one_without_records_stops_nothing(
    small, tmp_path, monkeypatch, capsysbinary
):
    name = small.place.name
    for part in ("claims", "data", f"results/{name}"):
        shutil.copytree(small.root / part, tmp_path / part)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    file = tmp_path / "claims" / f"{small.place.claims[0]}.toml"
    among = ('search_type = "lookups"', 'searching_agency = "Nowhere PD"', "hour = [3, 77]", "night = true")
    added = "".join(FILTERED.format(id=at, among=one) for at, one in enumerate(among))
    file.write_text(file.read_text(encoding="utf-8") + added, encoding="utf-8")
    verbs.main(["claims", name])
    said = capsysbinary.readouterr().out.decode()
    assert "no search has search_type = 'lookups'" in said
    assert "no search has searching_agency = 'Nowhere PD'" in said
    assert "no search has hour = 77" in said
    assert "no search has hour = 3," not in said
    assert "claim 'night-3' differs without a reason" in said
    assert "published numbers reproduced" not in said, "a score says that reasons are given"
    shutil.rmtree(tmp_path / "data" / "processed")
    verbs.main(["claims", name])
    said = capsysbinary.readouterr().out.decode()
    assert "claims about some of the searches cannot be counted before the place is rebuilt here" in said
    assert "reproduced" not in said.splitlines()[-1]


def test_a_place_that_was_not_rebuilt_says_what_to_run(small, tmp_path, monkeypatch):
    for part in ("claims", f"data/raw/{small.place.name}"):
        shutil.copytree(small.root / part, tmp_path / part)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    with pytest.raises(build.NotBuilt, match=f"run make PLACE={small.place.name} first"):
        analysis.place(small.place.name).searches.count()
