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
    "released_id": "a",
    "reason_as_released": "theft",
}
SCHEMA = pa.schema([
    (name, pa.timestamp("us", "UTC") if name.startswith(("searched", "window")) else pa.string()) for name in USUAL
])  # fmt: skip


def keys(*changes, by="rule"):
    rows = [{**USUAL, **change} for change in changes]
    return sightings.mark(pa.Table.from_pylist(rows, SCHEMA), by).column("search_key").to_pylist()


@pytest.mark.parametrize(
    "change", [{"reason_as_released": "***"}, {"released_id": None}, {"released_id": "b"}]
)
def test_redaction_and_ids_do_not_split_a_search(change):
    one, other = keys({}, change)
    assert one == other


@pytest.mark.parametrize(
    "change",
    [
        {"searching_agency": "Tarnwick TX PD"},
        {"searched_at": datetime(2025, 12, 2, 0, 30, 1, tzinfo=UTC)},
        {"window_start": None},
        {"window_end": datetime(2025, 12, 3, tzinfo=UTC)},
        {"search_type": None},
    ],
)
def test_another_agency_second_time_frame_or_type_is_another_search(change):
    one, other = keys({}, change)
    assert one != other


def test_milliseconds_do_not_split_a_search():
    one, other = keys({}, {"searched_at": datetime(2025, 12, 2, 0, 30, 0, 789_000, tzinfo=UTC)})
    assert one == other


def test_the_vendors_id_decides_where_it_is_asked_to():
    one, same, other, without = keys(
        {}, {"search_type": "visual"}, {"released_id": "b"}, {"released_id": None}, by="released_id"
    )
    assert one == same != other
    assert without == keys({})[0]


def test_ids_decide_for_one_camera_owner_and_the_rule_for_several():
    assert sightings.rule_for(["Tarnwick ISD", "Tarnwick ISD"]) == "released_id"
    assert sightings.rule_for(["Tarnwick ISD", "Quellmere ISD"]) == "rule"


def test_keys_are_the_same_on_every_machine():
    assert keys({}) == ["4456df7af444f1f9"]


def test_no_rows_have_no_keys():
    assert keys() == []
