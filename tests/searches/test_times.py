"""Times: every shape in the wild, and nothing guessed."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.searches import frames, times
from analysis.searches.clocks import Clocks
from analysis.searches.shapes import Shapes
from analysis.vendors import named

FLOCK = Shapes(named("flock").times)

NOON = datetime(2025, 12, 2, 12, 5, 9, tzinfo=UTC)


def parsed(*texts):
    return times.parse(pa.array(texts, pa.string()), FLOCK).to_pylist()


def framed(*texts):
    cells = pa.array(texts, pa.string())
    return frames.pair(cells, frames.frame_clock(cells, FLOCK))


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
        "12/02/2025, 12:05:09 pm utc",
        "2025-12-02T07:05:09-05:00",
        "2025-12-02 06:05:09-06",
        "2025-12-02 12:05:09+00",
        "2025-12-02, 12:05:09",
        "2025/12/02 12:05:09",
        "02.12.2025 12:05:09",
        "2.12.25 12:05:09",
        "Dec 2, 2025 12:05:09 PM",
        "December 2nd, 2025, 12:05:09 PM UTC",
        "Tue, 2 Dec 2025 12:05:09 UTC",
        "2-Dec-2025 12:05:09",
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
        "2025-12-02T24:00:00.000Z", "***", "Mon 2, 2025", "2025-12-02T12:00:00+99:00", "12/02/25, 25:00",
        "01/01/0001, 12:00:00 AM UTC", "12/31/1999, 11:59:59 PM UTC", "01/01/2050, 12:00:00 AM UTC",
        "01/01/3025, 12:00:00 AM UTC", "9999-12-31T23:59:59Z", "9999-12-31 23:59:59", "31/12/9999", "25/5/9", "0/0/0",
        "\uff11\uff12/02/2025 13:00", "12/02/2025\x00",
    ],
)  # fmt: skip
def test_what_is_no_time_is_null_and_never_guessed(text):
    assert parsed(text) == [None]


def test_a_leap_day_is_a_day():
    assert parsed("02/29/2024, 12:00:00 AM UTC") == [datetime(2024, 2, 29, tzinfo=UTC)]


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2049, 12, 31)), st.integers(0, 999))
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
    assert parsed(text) == parsed(f" {text}")


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
    start, end = framed(*cells)
    first, second = datetime(2025, 1, 9, 2, 31, 5, tzinfo=UTC), datetime(2025, 11, 19, 12, 31, 5, tzinfo=UTC)
    assert start.to_pylist() == [first, second, first, None, second, None, None]
    assert end.to_pylist() == [second, second, second, None, first, None, None]


@pytest.mark.parametrize("between", ["\n", " to ", " ", " - "])
def test_a_time_frame_is_two_times(between):
    cell = f"12/01/2025, 01:00:00 AM UTC{between}12/02/2025, 12:05:09 PM UTC"
    start, end = framed(cell, "", "nonsense")
    assert start.to_pylist() == [datetime(2025, 12, 1, 1, tzinfo=UTC), None, None]
    assert end.to_pylist() == [NOON, None, None]


def test_a_slice_of_a_column_is_read_like_the_column():
    column = pa.array(["x", "12/02/2025, 12:05:09 PM UTC", "y"]).slice(1, 1)
    assert times.parse(column, FLOCK).to_pylist() == [NOON]


# What the cells of a whole column decide ----------------------------------------------------------------------


def times_of(*texts, **said):
    """The moments (without UTC), how exact they are, which could be two, and the notes, as of a whole file."""
    column = pa.array(texts, pa.string())
    clocks = Clocks(FLOCK, survey=lambda: [{"search_time": times.evidence(column, FLOCK)}], **said)
    found = times.read(column, clocks.clock("search_time"))
    moments = [moment and moment.replace(tzinfo=None) for moment in found.moments.to_pylist()]
    return moments, found.precision.to_pylist(), found.two_ways.to_pylist(), list(clocks.notes())


JUNE_5, MAY_6 = datetime(2025, 6, 5, 14, 3), datetime(2025, 5, 6, 14, 3)
OPEN = "06/05/2025 14:03"


@pytest.mark.parametrize(
    ("others", "moment"),
    [
        (["13/05/2025 14:07"], MAY_6),
        (["05/13/2025 14:07"], JUNE_5),
        (["13/05/2025 14:07", "05/13/2025 14:07"], None),
        (["05/05/2025 14:07"], None),
        ([], None),
        (
            ["05/13/2025, 02:07:00 PM UTC"],
            None,
        ),  # the vendor's own form is month first and says nothing of others
        (["2025-05-13 14:07:00"], None),
    ],
)
def test_one_date_that_can_be_read_one_way_decides_the_column(others, moment):
    moments, _, two_ways, notes = times_of(OPEN, *others)
    assert moments[0] == moment
    assert two_ways == [moment is None, *[False] * len(others)]
    assert all(moments[1:])
    assert len(notes) == 1
    assert "dates that could be read two ways: 1, " + ("read" if moment else "not read") in notes[0]


def test_a_persons_word_decides_where_the_file_does_not():
    assert times_of(OPEN, said="day first")[0] == [MAY_6]
    assert times_of(OPEN, "13/05/2025 14:07", "05/13/2025 14:07", said="month first")[0][0] == JUNE_5
    assert "source.toml says so" in times_of(OPEN, said="day first")[3][0]


def test_the_vendors_own_form_is_month_first_whatever_stands_beside_it():
    native = "06/05/2025, 02:03:00 PM UTC"
    assert times_of(native, "13/05/2025 14:07")[0][0] == JUNE_5
    assert times_of(native, said="day first")[0] == [JUNE_5]


@pytest.mark.parametrize("form", ["%d/%m/%Y, %I:%M:%S %p UTC", "%d/%m/%Y, %I:%M %p EST"])
def test_the_vendors_own_form_is_day_first_where_some_dates_can_only_be_read_so(form):
    native = [moment.strftime(form) for moment in (MAY_6, datetime(2025, 5, 13, 14, 7))]
    moments, _, two_ways, notes = times_of(*native)
    assert [(moment.month, moment.day) for moment in moments] == [(5, 6), (5, 13)]
    assert (two_ways, notes) == (
        [False] * 2,
        ["dates in the vendor's form are read day first, since no other order fits: 1"],
    )


def test_one_wrong_date_in_the_vendors_own_form_does_not_move_the_others():
    wrong, right = "25/06/2025, 02:03:00 PM UTC", "06/25/2025, 02:03:00 PM UTC"
    moments, _, two_ways, _ = times_of("06/05/2025, 02:03:00 PM UTC", wrong, right)
    assert moments == [JUNE_5, None, datetime(2025, 6, 25, 14, 3)]
    assert not any(two_ways)


def test_a_time_frame_in_the_vendors_own_form_is_day_first_with_the_times_of_search():
    cells = pa.array(["05/06/2025, 02:00:00 PM UTC\n13/06/2025, 02:30:00 PM UTC"])
    searched = pa.array(["06/06/2025, 02:03:00 PM UTC", "14/06/2025, 02:03:00 PM UTC"])
    clocks = Clocks(FLOCK, survey=lambda: [{"search_time": times.evidence(searched, FLOCK)}])
    start, end = frames.pair(cells, clocks.clock("time_frame"))
    assert (start[0].as_py().day, end[0].as_py().day) == (5, 13)


def test_the_other_dates_of_a_file_decide_where_a_column_leaves_its_own_open():
    searched, cells = pa.array([OPEN]), pa.array(["05/05/2025 10:00", "13/05/2025 10:00"])
    found = {"search_time": times.evidence(searched, FLOCK), "time_frame": times.evidence(cells, FLOCK)}
    assert (
        times.read(searched, Clocks(FLOCK, survey=lambda: [found]).clock("search_time"))
        .moments[0]
        .as_py()
        .day
        == 6
    )


def test_times_without_a_zone_are_counted_where_nobody_told_it():
    texts = pa.array(["2025-06-05 14:03:07", "06/05/2025, 02:03:07 PM UTC", "2025-06-05"])
    clocks = Clocks(FLOCK, survey=lambda: [{"search_time": times.evidence(texts, FLOCK)}], assumed=True)
    times.read(texts, clocks.clock("search_time"))
    assert (
        "times without a zone, taken for UTC (time_zone in the file's entry says another): 1"
        in clocks.notes()
    )


@pytest.mark.parametrize(
    "text", ["5-Jun-25 14:03", "05-JUN-2025 2:03 PM", "June 5, 2025 at 2:03 PM", "5 Jun 2025, 14:03"]
)
def test_days_with_the_name_of_their_month_are_read(text):
    assert times_of(text)[0] == [JUNE_5]


def test_two_digits_are_a_year_where_the_vendor_sold_cameras():
    assert times_of("6/5/25 14:03", "5/13/25 14:07")[0][0] == JUNE_5
    assert times_of("25/06/05 14:03")[0] == [JUNE_5]
    assert times_of("6/5/25 14:03")[2] == [True]


@pytest.mark.parametrize(
    ("others", "moment"),
    [
        (["13/05/2025 14:07", "28/05/2025 14:07"], MAY_6),  # set to the United States, a file from elsewhere
        (
            ["05/13/2025 14:07", "05/14/2025 14:07"],
            MAY_6,
        ),  # set to another country, a file from the United States
        (["13/05/2025 14:07", "2025-06-13 14:03:00"], None),  # nothing was exchanged after the 12th
        (["13/05/2025 14:07", "05/13/2025 14:07"], None),
        (["13/05/2025 14:07", "03/04/2025 14:07"], None),  # a spreadsheet would have taken this for a date
        (["13/06/2025 14:07"], None),  # as it is it lies in the month of the others
        (["05/13/2025, 02:07:00 PM UTC"], JUNE_5),  # no spreadsheet takes the vendor's own form for a date
        ([], JUNE_5),
    ],
)
def test_days_and_months_that_a_spreadsheet_exchanged_are_put_back_where_the_file_proves_it(others, moment):
    moments, _, two_ways, notes = times_of("2025-06-05 14:03:00", *others, date_cells=True)
    assert (moments[0], two_ways[0]) == (moment, moment is None)
    assert any("exchanged day and month" in note for note in notes) is (moment != JUNE_5)


def test_dates_of_a_file_that_is_no_workbook_were_exchanged_by_nobody():
    assert times_of("2025-06-05 14:03:00", "13/05/2025 14:07")[0][0] == JUNE_5


CHICAGO = {"zone": "America/Chicago", "day_zone": "America/Chicago"}


def test_a_date_without_a_time_is_the_camera_owners_day():
    moments, precision, _, _ = times_of("2025-06-05", "Dec 2, 2025", "12/31/2025", day_zone="America/Chicago")
    assert moments == [datetime(2025, 6, 5, 5), datetime(2025, 12, 2, 6), datetime(2025, 12, 31, 6)]
    assert precision == ["day"] * 3


def test_a_workbooks_day_among_times_is_a_midnight():
    moments, precision, _, _ = times_of(
        "2025-06-05", "2025-06-20 14:03:07", date_cells=True, day_zone="America/Chicago"
    )
    assert moments[0] == datetime(2025, 6, 5)
    assert precision == ["second", "second"]


def test_times_without_a_zone_are_in_the_files_own_and_the_hour_that_clocks_repeat_or_leave_out_is_none():
    cells = [
        "2025-06-05 14:03:07",
        "06/05/2025, 02:03:07 PM UTC",
        "2025-11-02 01:30:00",
        "2025-03-09 02:30:00",
    ]
    moments, _, _, notes = times_of(*cells, **CHICAGO)
    assert moments == [datetime(2025, 6, 5, 19, 3, 7), datetime(2025, 6, 5, 14, 3, 7), None, None]
    assert notes == ["local times that a change of clocks repeats or leaves out, not read: 2"]


def test_times_cut_to_minutes_or_days_are_known_by_the_whole_column():
    minutes = [f"2025-06-05 14:{n % 60:02}:00" for n in range(101)]
    assert set(times_of(*minutes)[1]) == {"minute"}
    assert set(times_of(*minutes[:100])[1]) == {"second"}
    assert set(times_of(*minutes, "2025-06-05 14:00:01")[1]) == {"second"}
    midnights = times_of(
        *[f"06/{n:02}/2025, 12:00:00 AM UTC" for n in range(1, 12)], day_zone="America/Chicago"
    )
    assert (midnights[0][0], set(midnights[1])) == (datetime(2025, 6, 1, 5), {"day"})
    assert times_of("2025-06-05 14:03", "2025-06-05 14:03:01")[1] == ["minute", "second"]


@pytest.mark.parametrize(
    "cell",
    [
        "12/31/1969, 11:59:55 PM UTC\n01/01/1970, 12:00:05 AM UTC",
        "12/01/2025, 12:00:00 AM UTC\n12/31/2037, 12:00:00 AM UTC",
        "12/01/3025, 12:00:00 AM UTC\n12/31/9999, 12:00:00 AM UTC",
        "01/01/0001, 12:00:00 AM UTC - 12/31/2025, 12:00:00 AM UTC",
    ],
)
def test_a_time_frame_from_1970_or_without_an_end_is_not_known(cell):
    clocks = Clocks(FLOCK)
    start, end = frames.pair(pa.array([cell]), clocks.clock("time_frame"))
    assert start.to_pylist() == end.to_pylist() == [None]
    assert list(clocks.notes()) == ["time frames that begin or end before 2000 or after 2036, not known: 1"]


def test_a_time_frame_that_cannot_be_read_is_noted_and_a_blank_or_a_mask_is_not():
    clocks = Clocks(FLOCK)
    cells = ["last week", "12/45/2025, 01:00:00 AM UTC\n12/46/2025, 01:00:00 AM UTC", "", " ", "***", "——"]
    start, end = frames.pair(pa.array(cells), clocks.clock("time_frame"))
    assert start.null_count == end.null_count == len(cells)
    assert list(clocks.notes()) == ["time frames that could not be read, not known: 2"]


def test_a_reversed_time_frame_is_kept_and_noted():
    clocks = Clocks(FLOCK)
    cell = "05/04/2025, 06:00:00 PM UTC\n05/04/2025, 05:00:00 PM UTC"
    start, end = frames.pair(pa.array([cell]), clocks.clock("time_frame"))
    assert start[0].as_py() > end[0].as_py()
    assert list(clocks.notes()) == ["time frames that end before they begin, kept: 1"]


DATES = st.dates(datetime(2017, 1, 1).date(), datetime(2049, 12, 31).date())


@settings(max_examples=100, deadline=None)
@given(st.lists(DATES, min_size=1, max_size=20), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_column_is_read_as_it_was_written_or_not_at_all(days, form):
    moments, _, two_ways, _ = times_of(*[day.strftime(form) for day in days])
    assert all(moment is None or moment.date() == day for moment, day in zip(moments, days))
    assert [moment is None for moment in moments] == two_ways
    if any(day.day > 12 for day in days):
        assert not any(two_ways)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text(st.sampled_from("0123456789/-.: ,TAPMUTCZ+"), max_size=24), max_size=5), st.booleans()
)
def test_no_text_stops_the_reading(cells, date_cells):
    moments, precision, two_ways, _ = times_of(*cells, date_cells=date_cells, **CHICAGO)
    assert len(moments) == len(precision) == len(two_ways) == len(cells)
    assert all(moment is None or datetime(1999, 12, 31) < moment < datetime(2050, 1, 2) for moment in moments)


MOMENTS = [
    "05/06/2025, 07:08:09 PM UTC",
    "5/6/2025, 12:00:00 AM UTC",
    "2025-05-06T07:08:09.123Z",
    "yesterday",
    "***",
    "",
]
BETWEEN = ["\n", "\r\n", "\n\n", " - ", " to ", " \n ", " ", ""]


@given(
    st.lists(
        st.tuples(*map(st.sampled_from, (MOMENTS, BETWEEN, MOMENTS)), st.sampled_from(["", " ", "\n"])),
        max_size=9,
    )
)
def test_time_frames_are_split_alike_all_at_once_and_one_by_one(parts):
    texts = ["".join(part) for part in parts]
    found = zip(*(side.to_pylist() for side in frames.halves(pa.array(texts, pa.string()), "\n")))
    assert list(found) == [frames._split(text, "\n") for text in texts]
