"""The same search in several logs has one key; nothing is dropped."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from analysis import sightings

USUAL = {
    "searching_agency": "Quellmere GA PD",
    "searched_at": datetime(2025, 12, 2, 0, 30, tzinfo=UTC),
    "window_start": datetime(2025, 12, 1, tzinfo=UTC),
    "window_end": datetime(2025, 12, 2, tzinfo=UTC),
    "search_type": "lookup",
    "vendor_id": "a",
    "reason_as_released": "theft",
}
SCHEMA = pa.schema([
    (name, pa.timestamp("us", "UTC") if name.startswith(("searched", "window")) else pa.string()) for name in USUAL
])  # fmt: skip


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
