"""Each measure has one definition: the library, plain DuckDB and the rows behind a number give one value."""

from unittest.mock import patch

import duckdb
from frames import log
from generated import logs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis import measures
from analysis.measures import recomputed, values
from analysis.measures.register import KINDS
from analysis.vendors import masks

COUNTED = [one for one in measures.MEASURES.values() if one.has_rows]
SILENT = "Sampleton ISD"


def numbers_of(rows, many=False):
    """Every number that is counted from these rows, in the way for many rows or for few."""
    with patch.object(values, "MANY_ROWS", 0 if many else values.MANY_ROWS):
        return measures.numbers(rows, COUNTED, owners=[SILENT])


def differences(rows, found):
    """The numbers of which DuckDB alone, given the SQL that is published with them, finds another value."""
    with_sql = [{**one, "sql": measures.measure(one["measure"]).select(one["scope"])} for one in found]
    script = recomputed.script("tarnwick", rows, "searches.parquet", with_sql)
    with duckdb.connect() as plain:
        plain.register("_frame", rows.source)
        plain.execute(script)
        return plain.execute("select measure, scope, value, expected from numbers where not same").fetchall()


@given(rows=logs(), many=st.booleans())
@settings(deadline=None, max_examples=6)
def test_every_number_is_what_its_own_sql_gives_in_duckdb_alone(rows, many):
    found = numbers_of(rows, many)
    assert {one["measure"] for one in found} == {one.name for one in COUNTED if not one.if_any}
    assert differences(rows, found) == []


@given(rows=logs())
@settings(deadline=None, max_examples=6)
def test_a_number_that_counts_rows_has_so_many_rows_behind_it(rows):
    for one in numbers_of(rows):
        measure = measures.measure(one["measure"])
        counts_rows = measure.kind in ("rows", "share", "mean", "beyond") or (
            measure.kind == "ratio" and not measure.column
        )
        if counts_rows and one["value"] is not None:
            behind = measure.rows(rows, one["scope"]).count()
            said = {"share": "numerator", "ratio": "numerator", "mean": "denominator"}.get(
                measure.kind, "value"
            )
            assert behind == one[said], one


def test_rows_beyond_the_first_of_a_search_are_those_beyond_it_among_the_searches_asked_about():
    rows = log(
        {"reason_text": "a"},
        {"camera_owner": "Quellmere ISD", "immigration_tier": "core"},
        {"reason_text": "b"},
    )
    for some, beyond in (
        (rows, [2, 3]),
        (rows.where(camera_owner="Tarnwick ISD"), [3]),
        (rows.where("core"), []),
    ):
        assert some.measure("duplicate_sightings")["value"] == len(beyond)
        assert some.behind("duplicate_sightings").frame("source_row")["source_row"].tolist() == beyond


@given(rows=logs())
@settings(deadline=None, max_examples=4)
def test_a_greatest_or_least_value_stands_in_each_row_behind_it(rows):
    for one in numbers_of(rows):
        measure = measures.measure(one["measure"])
        if measure.kind in ("most", "least") and one["value"] is not None:
            behind = measure.rows(rows, one["scope"])
            assert behind.count() > 0
            assert behind.distinct(measure.column) == 1


# Who is named -------------------------------------------------------------------------------------------------

SPACES = ["", " ", "\t", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u3000", "\n"]
MASKS = [
    "***",
    "*",
    "xxxx",
    "XX-XX",
    "[REDACTED]",
    "redacted",
    "Redacted:",
    "█████",
    "█",
    "N/A",
    "n/a",
    "-",
    "–",
    "#",
]
STATUTES = [
    "5 U.S.C. 552(b)(6)",
    "(b)(7)(C)",
    "b6",
    "(b)(6); (b)(7)(C)",
    "Gov. Code 552.108",
    "552.108(a)(1)",
]
NUMBERS = ["133", "0", "1,234", "12.5", "-7", "²", "٣", masks.by_number("133"), masks.by_number("")]
NAMES = ["Marl TX PD", "Sampleton ISD", "X", "Æ PD", "PD 5", "***PD", "Ⅷ", "é"]
PIECES = st.sampled_from([*SPACES, *MASKS, *STATUTES, *NUMBERS, *NAMES]) | st.text(max_size=6)
CELLS = st.lists(PIECES, max_size=4).map("".join)


@given(st.lists(CELLS, min_size=1, max_size=20))
@example([*SPACES, *MASKS, *STATUTES, *NUMBERS, *NAMES])
@settings(deadline=None, max_examples=50)
def test_sql_and_python_agree_on_which_text_names_an_agency(cells):
    named = log(*({"searching_agency": cell} for cell in cells)).frame("searching_agency", "named")
    assert named["named"].tolist() == [masks.is_name(cell) for cell in cells]


def test_a_missing_name_names_nobody():
    assert log({"searching_agency": None}).count("named") == 0


# The register itself ------------------------------------------------------------------------------------------


def test_a_name_is_a_measure_or_the_first_word_of_several():
    names = [one.name for one in measures.measures("immigration_searches", "agencies")]
    assert set(names) == {
        "agencies", *(f"immigration_searches.{one}" for one in ("strict", "core", "broad", "dropdown"))
    }  # fmt: skip


def test_every_kind_of_measure_is_declared_and_every_word_of_one_is_known():
    assert {one.kind for one in measures.MEASURES.values()} == set(KINDS)
    known = set(log({}).columns())
    for one in COUNTED:
        assert one.says, one.name
        assert set(one.shows) <= known, one.name
