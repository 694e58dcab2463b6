"""Times: every shape in the wild, and nothing guessed."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.formats import times

NOON = datetime(2025, 12, 2, 12, 5, 9, tzinfo=UTC)


def parsed(*texts):
    return times.parse(pa.array(texts, pa.string())).to_pylist()


@pytest.mark.parametrize(
    "text",
    [
        "12/02/2025, 12:05:09 PM UTC",
        "12/2/2025, 12:05:09 PM UTC",
        "12/02/2025 12:05:09 PM UTC",
        "2025-12-02T12:05:09.000Z",
        "2025-12-02 12:05:09.000",
        "2025-12-02 12:05:09",
        "2025-12-02T12:05:09Z",
        "2025-12-02T12:05:09+00:00",
        "12/02/2025, 07:05:09 AM EST",
        "12/02/2025, 06:05:09 AM CST",
        " 12/02/2025,  12:05:09 PM UTC ",
        "45993.503576388888",  # as a spreadsheet keeps it
    ],
)
def test_every_shape_gives_the_same_moment(text):
    assert parsed(text) == [NOON]


@pytest.mark.parametrize(
    "text",
    [
        "", "13/45/2025, 01:00:00 AM UTC", "02/30/2025, 01:00:00 AM UTC", "02/29/2025, 01:00:00 AM UTC",
        "12/02/2025, 13:00:00 PM UTC", "12/02/2025, 00:00:00 AM UTC", "12/02/2025, 01:60:00 AM UTC",
        "12/02/2025, 01:00:00 AM XYZ", "yesterday", "2025-13-01T00:00:00.000Z", "12/02/2025, 01:00:00 AM UTC x",
        "2025-12-02T24:00:00.000Z", "***",
    ],
)  # fmt: skip
def test_what_is_no_time_is_null_and_never_guessed(text):
    assert parsed(text) == [None]


def test_a_leap_day_is_a_day():
    assert parsed("02/29/2024, 12:00:00 AM UTC") == [datetime(2024, 2, 29, tzinfo=UTC)]


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)), st.integers(0, 999))
def test_the_fast_way_agrees_with_python(moment, milli):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    native = moment.strftime("%m/%d/%Y, %I:%M:%S %p UTC")
    assert parsed(native) == [moment]
    with_milli = moment + timedelta(milliseconds=milli)
    portal = with_milli.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milli:03d}Z"
    assert parsed(portal, native, portal.replace("T", " ").rstrip("Z")) == [with_milli, moment, with_milli]
    short = f"{moment.month}/{moment.day}/{moment.year}, {moment.strftime('%I:%M:%S %p UTC')}"
    assert parsed(short, "", None, native, short) == [moment, None, None, moment, moment]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789/, :APMUTC-Z.T"), min_size=20, max_size=28))
def test_the_fast_way_reads_nothing_that_the_slow_way_would_not(text):
    assert parsed(text) == [times.one(text)]


def test_time_frames_of_every_width_keep_their_rows():
    early, late = "1/9/2025, 02:31:05 AM UTC", "11/19/2025, 12:31:05 PM UTC"
    cells = [
        f"{early}\n{late}",
        f"{late}\n{late}",
        f"{early} to {late}",
        "",
        f"{late}\r\n{early}",
        "a\nb\nc",
        None,
    ]
    start, end = times.pair(pa.array(cells, pa.string()))
    first, second = datetime(2025, 1, 9, 2, 31, 5, tzinfo=UTC), datetime(2025, 11, 19, 12, 31, 5, tzinfo=UTC)
    assert start.to_pylist() == [first, second, first, None, second, None, None]
    assert end.to_pylist() == [second, second, second, None, first, None, None]


@pytest.mark.parametrize("between", ["\n", " to ", " ", " - "])
def test_a_time_frame_is_two_times(between):
    cell = f"12/01/2025, 01:00:00 AM UTC{between}12/02/2025, 12:05:09 PM UTC"
    start, end = times.pair(pa.array([cell, "", "nonsense"]))
    assert start.to_pylist() == [datetime(2025, 12, 1, 1, tzinfo=UTC), None, None]
    assert end.to_pylist() == [NOON, None, None]


def test_a_slice_of_a_column_is_read_like_the_column():
    column = pa.array(["x", "12/02/2025, 12:05:09 PM UTC", "y"]).slice(1, 1)
    assert times.parse(column).to_pylist() == [NOON]
