"""The same search in several logs has one key; nothing is dropped."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from analysis.searches import sightings

USUAL = {
    "source_file": "log.csv",
    "source_row": 1,
    "searching_agency": "Quellmere GA PD",
    "searched_at": datetime(2025, 12, 2, 0, 30, tzinfo=UTC),
    "searched_at_precision": "second",
    "window_start": datetime(2025, 12, 1, tzinfo=UTC),
    "window_end": datetime(2025, 12, 2, tzinfo=UTC),
    "search_type": "lookup",
    "vendor_id": "a",
    "reason_as_released": "theft",
}
MOMENT = pa.timestamp("us", "UTC")
KINDS = {"source_row": pa.int64(), "searched_at": MOMENT, "window_start": MOMENT, "window_end": MOMENT}
SCHEMA = pa.schema([(name, KINDS.get(name, pa.string())) for name in USUAL])


def keys(*changes, by="rule"):
    rows = [{**USUAL, **change} for change in changes]
    return sightings.mark(pa.Table.from_pylist(rows, SCHEMA), by).column("search_key").to_pylist()


@pytest.mark.parametrize(
    "change",
    [{"reason_as_released": "***"}, {"vendor_id": None}, {"vendor_id": "b"}, {"search_type": None}],
)
def test_redaction_ids_and_types_do_not_split_a_search(change):
    one, other = keys({}, change)
    assert one == other


@pytest.mark.parametrize(
    "change",
    [
        {"searching_agency": "Tarnwick TX PD"},
        {"searched_at": datetime(2025, 12, 2, 0, 30, 1, tzinfo=UTC)},
        {"window_start": None},
        {"window_end": datetime(2025, 12, 3, tzinfo=UTC)},
    ],
)
def test_another_agency_second_or_time_frame_is_another_search(change):
    one, other = keys({}, change)
    assert one != other


def test_milliseconds_do_not_split_a_search():
    one, other = keys({}, {"searched_at": datetime(2025, 12, 2, 0, 30, 0, 789_000, tzinfo=UTC)})
    assert one == other


@pytest.mark.parametrize("precision", ["minute", "day"])
def test_equal_days_and_minutes_are_not_equal_seconds(precision):
    known = {"searched_at_precision": precision}
    one, next_row, other_log, again = keys(
        known, {**known, "source_row": 2}, {**known, "source_file": "other.csv"}, known
    )
    assert len({one, next_row, other_log}) == 3
    assert one == again
    with_id = keys(known, {**known, "source_row": 2}, by="released id")
    assert len(set(with_id)) == 1


def test_the_vendors_id_decides_where_it_is_asked_to():
    one, same, other, without = keys(
        {}, {"window_end": None}, {"vendor_id": "b"}, {"vendor_id": None}, by="released id"
    )
    assert one == same != other
    assert without == keys({})[0]


def test_ids_decide_for_one_camera_owner_and_the_rule_for_several_unless_the_place_says_otherwise():
    assert sightings.method_for(["Tarnwick ISD", "Tarnwick ISD"]) == "released id"
    assert sightings.method_for(["Tarnwick ISD", "Quellmere ISD"]) == "rule"
    assert sightings.method_for(["Tarnwick ISD"], "rule") == "rule"


def test_keys_are_the_same_on_every_machine():
    assert keys({}) == ["cbeba7d5c25aa601"]


def test_no_rows_have_no_keys():
    assert keys() == []


def test_an_id_has_one_key_whatever_ids_are_beside_it():
    usual = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(40)]
    odd = ["é" + "x" * 34, "short", "É" * 18, None]
    together = keys(*({"vendor_id": text} for text in usual + odd), by="released id")
    alone = [keys({"vendor_id": text}, by="released id")[0] for text in usual + odd]
    assert together == alone
    assert len(set(together)) == len(together)
