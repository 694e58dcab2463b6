"""The rows behind a number equal the number, on every road to them; nothing private is among them."""

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest
import small_place

from analysis import __main__ as verbs
from analysis import pages, places, rows
from analysis.build import dataset
from analysis.rows import BEHIND, Log, database

pytestmark = pytest.mark.xdist_group("small place")

NO_ROWS = {
    "records": "a kind, not a count",
    "rows_released": "searches and rejected rows together",
    "rows_rejected": "a table of its own",
    "own_reasons": "the words of reasons, of which rare ones are not shown",
    "distinct_reasons": "the words of reasons, of which rare ones are not shown",
    **dict.fromkeys(("distinct_released_ids", "rows_without_id"), "the vendor's ids, which are not shown"),
    "repeated_records": "cells that are dropped; compared while a file is read",
    "searches_with_unequal_counts": "rows compared with each other: notebook 02 says how",
    "searches_in_several_logs": "logs compared with each other: notebook 02 has the tables",
    "immigration_hidden_elsewhere": "logs compared with each other: notebook 02 has the tables",
    **dict.fromkeys(
        (
            "names_with_kind",
            "names_with_state",
            "rows_with_kind",
            "rows_with_state",
            "names_of_nobody",
            "names_reviewed",
            "reviewed_lines_without_a_name",
        ),
        "names, of which notebook 04 has the tables",
    ),
    **dict.fromkeys(
        ("agency_name_errors", "agency_names_read_wrongly"),
        "a sample of names, not of searches: data/hand/coding",
    ),
    **dict.fromkeys(
        ("agencies_compared_across_word_blocking", "agencies_more_vague", "agencies_less_vague"),
        "agencies compared with themselves, counted and never named",
    ),
    **dict.fromkeys(
        (
            "agencies_with_access",
            "agencies_with_access_that_searched",
            "agencies_without_access",
            "searches_without_access",
        ),
        "sharing lists beside the searches: notebook 04 has the tables",
    ),
    **dict.fromkeys(
        (
            "agreements_before_term",
            "agreements_listed",
            "agreement_agencies_before_term",
            "agreement_agencies_listed",
            "agreement_agencies_growth",
            "agencies_287g_signed_later",
        ),
        "lists of agreements: notebook 05 has the tables",
    ),
    "immigration_searches_without_top_agency": "the difference of two numbers that have their rows",
    "precision": "what the error notebook estimates",
    **dict.fromkeys(("coded_reasons", "coded_rows"), "what people read: notebook 07 has the tables"),
    **dict.fromkeys(("missed_rows", "missed_rows_at_most"), "what the error notebook estimates"),
    "recall": "what the error notebook estimates",
}
"""Measures that no list of searches stands behind, by their first word, and why."""


def built():
    return [place for place in places.tracked() if (place.results / "numbers.json").is_file()]


def counted(place, found, scope_of):
    """Each number of a place with the answer that the rows give: [(measure, scope, number, answer)]."""
    for one in pages.open_numbers(place):
        behind = BEHIND.get(one["measure"])
        if behind is not None and one["value"] is not None:
            yield one, scope_of(found, behind, one)


def by_arrow(log, behind, one):
    here = behind.of(one["scope"])
    if here.by:
        groups = log.groups(here).to_pydict()
        return _from_groups(here, groups[here.by], groups["searches"])
    at = log.positions(here)
    ends = here.most or here.least
    return log.column(ends).take(at)[0].as_py() if ends else len(at)


def by_sql(connection, behind, one):
    found = connection.execute(rows.sql(behind.of(one["scope"]))).fetchall()
    if behind.by:
        return _from_groups(behind, [line[0] for line in found], [line[1] for line in found])
    ends = behind.most or behind.least
    return found[0][_place(behind, ends)] if ends else len(found)


def _place(behind, column):
    return list(dict.fromkeys((*database.USUAL, *behind.shows, column))).index(column)


def _from_groups(behind, values, counts):
    if behind.largest:
        return counts[0] if counts else 0
    return dict(zip(values, counts)) if behind.derived else sorted(values)


def agrees(one, answer):
    value = one["value"]
    if isinstance(answer, dict):
        both = answer.get("both", 0)
        sides = [answer.get(kind, 0) + both for kind in ("civil", "criminal")]
        return sides == [one["numerator"], one["denominator"]]
    if isinstance(answer, list):
        return answer == value if isinstance(value, list) else len(answer) == value
    if isinstance(answer, str):
        return answer.replace(" ", "T").replace("Z", "+00:00") == value
    if one["unit"] in ("share", "networks") and "denominator" in one:
        return answer in (one["numerator"], one["denominator"])
    return int(answer) == value


def test_the_rows_behind_a_number_equal_the_number(small):
    log = Log(small.place)
    checked = list(counted(small.place, log, by_arrow))
    assert len(checked) > 100
    assert not [(one["measure"], one["scope"], answer) for one, answer in checked if not agrees(one, answer)]


def test_every_query_gives_as_many_rows_as_its_number(small):
    with sqlite3.connect(rows.make(small.place)) as connection:
        checked = list(counted(small.place, connection, by_sql))
    assert not [(one["measure"], one["scope"], answer) for one, answer in checked if not agrees(one, answer)]


def test_a_query_with_the_owner_left_open_gives_what_the_query_of_one_owner_gives(small):
    with sqlite3.connect(rows.make(small.place)) as connection:
        for behind in BEHIND.values():
            open_owner = rows.sql(behind, any_owner=True)
            for owner in ("", "Tarnwick ISD", "Umberstow ISD"):
                one = connection.execute(rows.sql(behind.of(owner or "all"))).fetchall()
                assert connection.execute(open_owner, {"camera_owner": owner}).fetchall() == one, open_owner


@pytest.mark.parametrize("place", built(), ids=lambda place: place.name)
def test_the_rows_of_a_published_place_equal_its_numbers(place):
    if not dataset.is_built(place):
        pytest.skip(f"needs the rows of {place.name}: run make with its records")
    checked = list(counted(place, Log(place), by_arrow))
    assert not [(one["measure"], one["scope"], answer) for one, answer in checked if not agrees(one, answer)]


def test_every_measure_has_its_rows_or_says_why_it_has_none(small):
    measures = {one["measure"] for one in pages.open_numbers(small.place)} - set(BEHIND)
    assert not sorted(name for name in measures if name.partition(".")[0] not in NO_ROWS)


def test_every_claim_that_was_computed_has_a_query(small):
    queries = rows.queries(small.place)
    ends = pages.open_claims(small.place)
    settled = ends.loc[ends["outcome"] != "cannot be checked", "id"]
    assert {f"claim-{name}" for name in settled} <= set(queries)
    with sqlite3.connect(rows.make(small.place)) as connection:
        assert len(connection.execute(queries["claim-tarnwick-immigration"]["sql"]).fetchall()) == 7
        states = connection.execute(queries["claim-tarnwick-florida"]["sql"]).fetchall()
    assert [name for name, _ in states] == ["Tarnfield County FL SO", "=1+1 Tarnfield FL PD"]


def test_nothing_is_written_again_until_something_changed(small):
    path = rows.make(small.place)
    before = path.stat().st_mtime_ns
    assert rows.make(small.place).stat().st_mtime_ns == before
    claims = small.place.results / "claims.csv"
    text = claims.read_text()
    claims.write_text(text + "\n")
    assert rows.make(small.place).stat().st_mtime_ns > before
    claims.write_text(text)
    assert sorted(p.name for p in small.place.processed.glob(".building-*")) == []


# In a browser


def served(place):
    pytest.importorskip("datasette.app", reason="needs Datasette: make extras")
    from analysis.rows import server

    metadata = json.loads(json.dumps(rows.metadata([place])))
    return server.application({place.name: rows.make(place)}, metadata)


def answers(place, *addresses, **more):
    at = served(place)

    async def ask():
        await at.invoke_startup()
        return [await at.client.get(address, **more) for address in addresses]

    return asyncio.run(ask())


def test_datasette_answers_every_query_and_shows_hostile_text_as_text(small):
    metadata = rows.metadata([small.place])["databases"]["tarnwick"]
    assert metadata["queries"].keys() == rows.queries(small.place).keys()
    sql = [urllib.parse.quote(one["sql"]) for one in metadata["queries"].values()]
    pages_of = [f"/tarnwick?sql={one}&camera_owner=" for one in sql]
    found = answers(
        small.place, "/", "/tarnwick", "/tarnwick/searches", "/tarnwick/searches?_sort=reason", *pages_of
    )
    for answer in found:
        assert answer.status_code == 200, answer.text
        assert "<script>alert" not in answer.text
        assert 'onerror="' not in answer.text
        assert "<b>Quellmere" not in answer.text
        for what, private in small_place.PRIVATE.items():
            assert private.casefold() not in answer.text.casefold(), what


def test_the_file_holds_no_officer_plate_or_rare_reason(small):
    data = rows.make(small.place).read_bytes().decode("utf-8", "replace").casefold()
    assert "alert(" in data
    for what, private in small_place.PRIVATE.items():
        assert private.casefold() not in data, what
    assert rows.NOT_SHOWN.casefold() in data
    with sqlite3.connect(rows.make(small.place)) as connection:
        columns = {line[1] for line in connection.execute("PRAGMA table_info(searches)")}
    assert columns == set(rows.COLUMNS) == set(database.MEANINGS)


def test_without_datasette_one_line_says_how_to_get_it(monkeypatch, capsys, small):
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    monkeypatch.setattr(database, "is_installed", lambda: False)
    assert verbs.main(["rows"]) == 1
    said = capsys.readouterr()
    assert (said.out + said.err).strip() == database.INSTALL
    assert "make extras" in database.INSTALL


def test_without_rows_it_says_to_run_make_first(monkeypatch, capsys, tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    assert verbs.main(["rows"]) == 1
    assert "run make first" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 200),
        ("localhost", 200),
        ("LOCALHOST:8001", 200),
        ("[::1]:8001", 200),
        ("rows.example.org", 403),
        ("127.0.0.1.example.org", 403),
        ("localhost@example.org", 403),
        ("192.0.2.7:8001", 403),
        ("", 403),
    ],
)
def test_only_requests_to_this_machines_own_name_are_answered(small, host, status):
    (answer,) = answers(small.place, "/tarnwick.json", headers={"host": host})
    assert answer.status_code == status
    assert ("searches" in answer.text) is (status == 200)


@pytest.mark.parametrize(
    "sql",
    [
        "select randomblob(1000000000)",
        "select zeroblob(1000000000)",
        "select replace(hex(zeroblob(1000000)), '0', 'aaaaaaaaaaaaaaaaaaaa')",
        "with recursive t(x) as (select 1 union all select x + 1 from t) "
        "select group_concat(zeroblob(100000)) from (select x from t limit 100000)",
        "with recursive t(x) as (select zeroblob(1000000) union all select zeroblob(1000000) from t) select x from t",
    ],
)
def test_a_query_that_would_take_the_memory_is_stopped(small, sql):
    (answer,) = answers(small.place, f"/tarnwick.json?sql={urllib.parse.quote(sql)}")
    assert answer.status_code == 400
    assert any(why in answer.text for why in ("too big", "larger than any list", "too large"))


def test_a_number_printed_as_wide_as_the_memory_gives_nothing(small):
    sql = urllib.parse.quote("select printf('%1000000000d', 1)")
    (answer,) = answers(small.place, f"/tarnwick.json?_shape=array&sql={sql}")
    assert len(answer.text) < 1000


def test_it_serves_on_this_machine_alone_and_ends_with_its_process(monkeypatch, small):
    from analysis.rows import server

    asked = []
    monkeypatch.setattr(server.uvicorn, "run", lambda app, **how: asked.append(how))
    assert rows.serve([small.place], print) == 0
    assert asked[0]["host"] == "127.0.0.1"
    assert served(small.place).setting("allow_download") is False


def test_a_request_to_end_ends_what_is_served_without_a_traceback(small):
    pytest.importorskip("datasette.app", reason="needs Datasette: make extras")
    command = [sys.executable, "-m", "analysis", "rows", "--place", "tarnwick"]
    environment = {**os.environ, "ANALYSIS_ROOT": str(small.root)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as asked:
        line = next(line for line in asked.stderr if line.startswith("Open http"))
        address = line.split()[1]
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(address) as page:
                assert page.status == 200
                break
        asked.terminate()
        assert asked.wait(timeout=60) == 0
        assert asked.stderr.read() == ""
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address)
