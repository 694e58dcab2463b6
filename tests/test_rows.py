"""The rows behind a number equal the number, on every road to them; nothing private is among them."""

import asyncio
import json
import sqlite3
import urllib.parse

import pytest
import small_place

from analysis import __main__ as verbs
from analysis import pages, places, rows
from analysis.rows import BEHIND, Log, database

pytestmark = pytest.mark.xdist_group("small place")

NO_ROWS = {
    "records": "a kind, not a count",
    "rows_released": "searches and rejected rows together",
    "rows_rejected": "a table of its own",
    "own_reasons": "the words of reasons, of which rare ones are not shown",
    "distinct_reasons": "the words of reasons, of which rare ones are not shown",
    "distinct_released_ids": "the vendor's ids, which are not shown",
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
    if not (place.processed / "searches.parquet").is_file():
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
    assert sorted(p.name for p in small.place.processed.glob(".rows-*")) == []


# In a browser


def answers(place, *addresses):
    datasette = pytest.importorskip("datasette.app", reason="needs Datasette: make extras")
    served = datasette.Datasette(
        [str(rows.make(place))], metadata=json.loads(json.dumps(rows.metadata([place]))), settings={}
    )

    async def ask():
        await served.invoke_startup()
        return [await served.client.get(address) for address in addresses]

    return asyncio.run(ask())


def test_datasette_answers_every_query_and_shows_hostile_text_as_text(small):
    metadata = rows.metadata([small.place])["databases"]["tarnwick"]
    assert metadata["queries"].keys() == rows.queries(small.place).keys()
    sql = [urllib.parse.quote(one["sql"]) for one in metadata["queries"].values()]
    pages_of = [f"/rows?sql={one}&camera_owner=" for one in sql]
    found = answers(small.place, "/", "/rows", "/rows/searches", "/rows/searches?_sort=reason", *pages_of)
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


def test_it_serves_on_this_machine_alone(monkeypatch, small):
    asked = []
    monkeypatch.setattr(database.subprocess, "run", lambda command, check: asked.append(command) or _Done())
    assert rows.serve([small.place], print) == 0
    (command,) = asked
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert "allow_download" in command


class _Done:
    returncode = 0
