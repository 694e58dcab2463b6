"""The rows behind a number equal the number, on every road to them; nothing private is among them."""

import asyncio
import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request

import pyarrow as pa
import pytest
import small_place

from analysis import __main__ as verbs
from analysis import pages, places, privacy, rows
from analysis.build import dataset
from analysis.measures import MEASURES
from analysis.rows import Behind, Shown, database
from analysis.rows.shown import in_order

pytestmark = pytest.mark.xdist_group("small place")

WITHOUT_ROWS = {
    "computed": "a function of its own makes it, from names, lists, samples or files: its notebook has the tables",
    "groups": "rows compared with each other, all of one search or agency: notebooks 02 and 05 have the tables",
    "rest": "the difference of two numbers that have their rows",
}
"""Why no list of rows is behind a measure of a kind."""

NOT_SHOWN = {
    "distinct_reasons": "reason_as_released",
    "distinct_reasons.normal": "reason_as_released",
    "distinct_released_ids": "released_id",
    "rows_without_id": "released_id",
}
"""Measures that count what no row shows, and what that is: words of reasons, and the vendor's ids."""


def built():
    return [place for place in places.tracked() if (place.results / "numbers.json").is_file()]


def counted(place, answer):
    """Each number of a place beside the answer that its rows give: [(number, answer)]."""
    for one in pages.open_numbers(place):
        counting = MEASURES.get(one["measure"])
        if counting is not None and rows.has_rows(counting) and one["value"] is not None:
            yield one, answer(Behind(counting, one["scope"]))


def by_duckdb(shown):
    """What DuckDB answers of the rows of a place."""

    def answer(behind):
        found, one = behind.searches(shown), behind.measure
        if behind.by:
            groups = shown.groups(found, behind.by)
            return largest_or_all(behind, groups[behind.by].tolist(), groups["searches"].tolist())
        if one.kind in ("most", "least"):
            return shown.rows(found, [one.column])[one.column][0]
        if one.kind == "quantile":
            middle = found.query(f"select quantile_disc({one.column}, {one.quantile}) as value from searches")
            return int(middle["value"][0])
        if one.kind == "ratio":
            sides = [found.where(side) for side in (one.where, one.of)]
            return tuple(side.distinct(one.column) if one.column else side.count() for side in sides)
        return found.count()

    return answer


def by_sqlite(connection):
    """What SQLite answers of the rows of rows.db."""

    def answer(behind):
        found, one = connection.execute(behind.sql()).fetchall(), behind.measure
        if behind.by:
            return largest_or_all(behind, [line[0] for line in found], [line[1] for line in found])
        if one.kind in ("most", "least"):
            return found[0][behind.columns.index(one.column)]
        kinds = [line[behind.columns.index("immigration_kind")] for line in found]
        sides = ({"civil", "both"}, {"criminal", "both"})
        return (
            tuple(sum(kind in side for kind in kinds) for side in sides)
            if one.kind == "ratio"
            else len(found)
        )

    return answer


def largest_or_all(behind, values, counts):
    """What a measure makes of groups, by hand: the largest, how many are as concentrated, the fewest that make half."""
    total, most = sum(counts), sorted(counts, reverse=True)
    if behind.measure.kind == "effective":
        return total**2 / sum(count**2 for count in counts)
    if behind.measure.kind == "half":
        return next(at for at in range(1, len(most) + 1) if 2 * sum(most[:at]) >= total)
    return max(counts, default=0) if behind.measure.kind == "largest" else sorted(values)


def agrees(one, answer):
    value, kind = one["value"], MEASURES[one["measure"]].kind
    if kind == "ratio":
        return answer == (one["numerator"], one["denominator"])
    if kind == "effective":
        return answer == pytest.approx(value)
    if isinstance(answer, list):
        return answer == value if isinstance(value, list) else len(answer) == value
    if isinstance(answer, str):
        return answer.replace(" ", "T").replace("Z", "+00:00") == re.sub(r"\.\d+", "", value)  # to the second
    if kind in ("mean", "largest_share"):
        return answer == one["denominator"]
    return int(answer) == (one["numerator"] if kind == "share" else value)


def unequal(checked):
    return [(one["measure"], one["scope"], answer) for one, answer in checked if not agrees(one, answer)]


def test_the_rows_behind_a_number_equal_the_number(small):
    checked = list(counted(small.place, by_duckdb(Shown(small.place))))
    assert len(checked) > 100
    assert {one["scope"] for one, _ in checked} == {"all", "Tarnwick ISD", "Umberstow ISD"}
    assert unequal(checked) == []


def test_every_query_gives_as_many_rows_as_its_number(small):
    with sqlite3.connect(rows.make(small.place)) as connection:
        checked = list(counted(small.place, by_sqlite(connection)))
    assert len(checked) > 100
    assert unequal(checked) == []


def test_a_query_with_the_owner_left_open_gives_what_the_query_of_one_owner_gives(small):
    with sqlite3.connect(rows.make(small.place)) as connection:
        for counting in filter(rows.has_rows, MEASURES.values()):
            open_owner = Behind(counting).sql(any_owner=True)
            for owner in ("", "Tarnwick ISD", "Umberstow ISD"):
                one = connection.execute(Behind(counting, owner or "all").sql()).fetchall()
                assert connection.execute(open_owner, {"camera_owner": owner}).fetchall() == one, open_owner


@pytest.mark.parametrize("place", built(), ids=lambda place: place.name)
def test_the_rows_of_a_published_place_equal_its_numbers(place):
    if not dataset.is_built(place):
        pytest.skip(f"needs the rows of {place.name}: run make with its records")
    assert unequal(counted(place, by_duckdb(Shown(place)))) == []


def test_every_measure_has_its_rows_or_the_register_says_why_it_has_none(small):
    without = {name: one for name, one in MEASURES.items() if not rows.has_rows(one)}
    assert all(not one.has_rows for one in without.values() if one.kind == "computed")
    hidden = {name: one for name, one in without.items() if one.kind not in WITHOUT_ROWS}
    assert {
        name: column
        for name, column in NOT_SHOWN.items()
        if column in hidden[name].where + hidden[name].column
    }
    assert hidden.keys() == NOT_SHOWN.keys()
    recorded = {one["measure"] for one in pages.open_numbers(small.place)} - {"records"}
    assert recorded <= MEASURES.keys()
    queries = rows.named_queries(small.place)
    assert {name for name in recorded - without.keys() if rows.query_name(name) not in queries} == set()


def test_rows_come_in_the_order_released_whatever_is_asked_of_them(small):
    shown = Shown(small.place)
    both = shown.rows(shown.searches, ("source_file", "source_row", "repeats"))
    assert both.equals(both.sort_values(["source_file", "source_row"], ignore_index=True))
    assert shown.rows(shown.searches, ("repeats", "source_row"), most=9).equals(
        both[["repeats", "source_row"]].head(9)
    )
    assert both["repeats"].sum() == shown.searches.count("repeats") > 0
    assert len(shown.rows(shown.searches.where("false"), rows.USUAL)) == 0


@pytest.mark.parametrize(
    "records",
    [
        [],
        [("b", 1), ("b", 2), ("a", 1), ("a", 3)],
        [("a", 2), ("b", 1), ("a", 1)],
        [("a", 1), ("a", 3), ("b", 1), ("a", 2)],
    ],
)
def test_records_of_files_that_lie_anyhow_are_put_in_order(records):
    files, numbers = [list(one) for one in zip(*records)] or ([], [])
    table = pa.table(
        {"source_file": pa.array(files, pa.string()), "source_row": pa.array(numbers, pa.int64())}
    )
    found = in_order(table).to_pydict()
    assert list(zip(found["source_file"], found["source_row"])) == sorted(records)


def test_every_claim_that_was_computed_has_a_query(small):
    queries = rows.named_queries(small.place)
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
    assert metadata["queries"].keys() == rows.named_queries(small.place).keys()
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
    assert privacy.NOT_SHOWN.casefold() in data
    with sqlite3.connect(rows.make(small.place)) as connection:
        columns = {line[1] for line in connection.execute("PRAGMA table_info(searches)")}
    assert columns == set(rows.MEANINGS)


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
