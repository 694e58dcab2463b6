"""Before and after, and searches a day: by hand on few rows, and the menu is not taken for a change of words."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from frames import log, searches

from analysis import measures
from analysis.places import OWNER_NOT_SAID, ReleasedFile

CHANGE = pd.Timestamp("2025-12-17", tz="UTC")
MENU = {"reason_origin": "dropdown", "offense_types": ["Robbery"], "topics": ["robbery"]}
VAGUE, PLAIN = {"topics": ["vague"]}, {}


def around(at, before, after):
    """Rows on both sides of a moment, a day apart, each side in the order given from the moment away."""
    at = pd.Timestamp(at, tz="UTC") if isinstance(at, str) else at
    return [
        *({**row, "searched_at": at - pd.Timedelta(days=n + 1)} for n, row in enumerate(before)),
        *({**row, "searched_at": at + pd.Timedelta(days=n)} for n, row in enumerate(after)),
    ]


TEN = around(CHANGE, [VAGUE, PLAIN, PLAIN, PLAIN, VAGUE], [VAGUE, MENU, MENU, PLAIN, MENU])


def test_both_sides_of_a_change_are_compared_over_as_many_days_by_the_rows_with_typed_words():
    table = measures.cut_overs(log(*TEN))
    table = table[table["from"] == "2025-12-17"]
    assert table["days"].tolist() == [4, 4]
    assert table["searches"].tolist() == [4, 4], "the fifth row of either side is outside the window"
    assert table[["typed", "vague_typed"]].values.tolist() == [[4, 1], [2, 1]]
    assert table["vague_typed_share"].tolist() == [0.25, 0.5]
    assert table["vague_share"].tolist() == [0.25, 0.25]
    assert table["menu_share"].tolist() == [0, 0.5]


def test_the_parts_of_a_difference_are_those_of_a_hand_and_add_up():
    line = measures.decomposed(log(*TEN)).set_index("from").loc["2025-12-17"]
    # Typed: 4 of 4, then 2 of 4; vague among them 1/4, then 1/2; among the others never.
    assert line["by_the_menu"] == pytest.approx((0.5 - 1) * (0.25 + 0.5) / 2)
    assert line["by_the_words"] == pytest.approx((0.5 + 1) / 2 * (0.5 - 0.25))
    assert line["by_the_menu"] + line["by_the_words"] == pytest.approx(line["difference"]) == 0


def test_each_agency_is_compared_around_its_own_first_row_of_the_menu():
    early = [
        {**one, "searching_agency": "Blayne TX PD"} for one in around("2025-12-02", [VAGUE] * 8, [MENU] * 9)
    ]
    late = [
        {**one, "searching_agency": "Marl OH PD"} for one in around("2025-12-30", [PLAIN] * 30, [MENU] * 40)
    ]
    soon = [
        {**one, "searching_agency": "Ostvale OK PD"} for one in around("2025-12-02", [VAGUE] * 5, [MENU] * 5)
    ]
    table = measures.cut_overs(log(*early, *late, *soon))
    table = table[table["from"] == ""]
    assert table["change"].str.contains("2 agencies").all(), "one has less than a week before it"
    assert table["days"].tolist() == [7 + 28] * 2
    assert table["searches"].tolist() == [35, 35]
    assert table[["typed", "vague_typed"]].values.tolist() == [[35, 7], [0, 0]]
    assert table["vague_typed_share"].isna().tolist() == [False, True]


def test_no_rate_is_given_where_the_last_search_falls_on_a_change():
    rows = log({"searched_at": "2025-12-16T00:00:00Z"}, {"searched_at": "2025-12-17T00:00:00Z"})
    assert measures.cut_overs(rows).empty
    assert "from Dec. 17, 2025, names and plates masked" in measures.changes_in(rows)
    assert measures.cut_overs(log({})).empty
    assert measures.decomposed(log({})).empty
    assert measures.changes_in(log({})).startswith("None of the vendor's known changes began inside")


def test_a_change_on_the_first_day_before_the_first_search_is_said_to_have_come_before_it():
    rows = log({"searched_at": "2025-11-01T08:51:00Z"}, {"searched_at": "2025-12-09T05:48:00Z"})
    assert measures.changes_in(rows) == (
        "None of the vendor's known changes began inside the period of these searches. The last one before the first "
        "search: from Nov. 1, 2025, offense types arrive."
    )


def test_where_officers_stay_as_vague_and_a_menu_comes_all_of_the_fall_is_the_menus():
    chance, parts = np.random.default_rng(1955), []
    for _ in range(30):
        sides = [
            [
                MENU if chance.random() < menu else VAGUE if chance.random() < 0.2 else PLAIN
                for _ in range(400)
            ]
            for menu in (0.1, 0.6)
        ]
        rows = pd.concat([
            searches(*[{**row, "searched_at": CHANGE + pd.Timedelta(hours=hour)} for row, hour in zip(side, span)])
            for side, span in zip(sides, (range(-400, 0), range(400)))
        ])  # fmt: skip
        parts.append(measures.decomposed(log(rows)).iloc[0])
    table = pd.DataFrame(parts)
    assert abs(table["by_the_words"].astype(float).mean()) < 0.015
    assert abs(table["by_the_menu"].astype(float).mean() + 0.1) < 0.02


# For each day covered ------------------------------------------------------------------------------------------

FILE = ReleasedFile(
    "log.csv", "00", "network audit", "Tarnwick ISD", period=(date(2025, 12, 1), date(2025, 12, 9))
)


def test_searches_are_divided_by_the_days_that_each_owners_files_cover():
    elsewhere = {"camera_owner": "Quellmere ISD", "source_file": "other.csv"}
    rows = log(
        *({"searched_at": f"2025-12-0{day}T12:00:00Z"} for day in (2, 2, 2, 3, 8)),
        *({"searched_at": f"2025-12-0{day}T12:00:00Z", **elsewhere} for day in (1, 2, 2, 2, 4)),
    )
    table = measures.exposure(rows, [FILE]).set_index("camera_owner")
    assert table.loc["Tarnwick ISD"].tolist() == [9, 5, 5 / 9]
    assert table.loc["Quellmere ISD"].tolist() == [4, 5, 5 / 4]
    hours = measures.by_hour(rows, [FILE]).set_index(["weekday", "hour"])
    assert hours.loc[("Tuesday", 12)].tolist() == [6, 3, 2.0, 6], "two Tuesdays of one log, one of the other"
    assert hours.loc[("Monday", 12)].tolist() == [2, 3, 2 / 3, 1]
    assert hours.loc[("Saturday", 3)].tolist() == [0, 1, 0.0, 0]


def test_a_week_that_the_logs_cover_in_part_says_so():
    core = {"immigration_tier": "core"}
    rows = log(*({**core, "searched_at": f"2025-12-{day}T12:00:00Z"} for day in ("03", "08", "14", "16")))
    table = measures.immigration_per_week(rows)
    core = table[table["definition"] == "core"]
    assert core["searches"].tolist() == [1, 2, 1]
    assert core["days_covered"].tolist() == [5, 7, 2]
    assert core["of_days"].tolist() == [7] * 3
    assert core["partial"].tolist() == [True, False, True]
    assert measures.weeks_otherwise(rows)["partial"].tolist() == [True, False, True]


def test_the_busiest_day_has_its_commonest_topic_and_its_busiest_hour():
    rows = log(
        *({"searched_at": f"2025-12-04T07:{at:02}:00Z", "topics": ["warrant"]} for at in range(8)),
        {"searched_at": "2025-12-04T20:00:00Z", "topics": ["theft"]},
        {"searched_at": "2025-12-05T07:00:00Z", "topics": ["theft"]},
        time_zone="America/Chicago",
    )
    happened = measures.busiest_day(rows).iloc[0]
    assert (happened["day"].isoformat()[:10], happened["searches"], happened["share"]) == (
        "2025-12-04",
        9,
        0.9,
    )
    assert (happened["topic"], happened["topic_searches"]) == ("warrant", 8)
    assert (happened["hour"], happened["hour_searches"]) == (1, 8)
    assert measures.busiest_day(log()).empty


def test_the_busiest_day_of_a_log_without_hours_has_none():
    rows = log({"searched_at": "2025-12-04T00:00:00Z", "searched_at_precision": "day", "topics": []})
    happened = measures.busiest_day(rows).iloc[0]
    assert happened["searches"] == 1
    assert happened[["topic", "hour"]].isna().all()


def test_the_busiest_day_has_no_hour_where_nobody_said_on_whose_clock_it_would_be():
    happened = measures.busiest_day(log({"camera_owner": OWNER_NOT_SAID, "topics": ["theft"]})).iloc[0]
    assert (happened["searches"], happened["topic"]) == (1, "theft")
    assert pd.isna(happened["hour"])


def test_look_backs_part_at_thirty_and_thirty_one_days_as_the_measures_do():
    now = pd.Timestamp("2025-12-08T12:00:00Z")
    rows = log(
        *(
            {"searched_at": now, "window_start": now - pd.Timedelta(days=days), "window_end": now}
            for days in (0.5, 1, 30, 30.5, 31, 31.01, 400)
        ),
        {"searched_at": now, "window_start": None, "window_end": None},
    )
    table = measures.look_backs(rows).set_index("over_days")["searches"]
    assert table.sum() == 7
    assert table[[0, 14, 30, 31, 365]].tolist() == [2, 1, 2, 1, 1]
    for days in (30, 31):
        counted = measures.numbers(rows, [measures.measure(f"windows_over_{days}_days")])[0]["value"]
        assert counted == table[table.index >= days].sum()


def test_origins_are_counted_in_local_weeks_and_say_which_the_logs_cover_in_part():
    sunday_evening = {"searched_at": "2025-12-08T03:00:00Z"}  # Monday in UTC, Sunday in Chicago
    rows = log(sunday_evening, {"searched_at": "2025-12-14T12:00:00Z"}, time_zone="America/Chicago")
    table = measures.origin_by_week(rows).set_index(["week", "reason_origin"])
    weeks = {str(week)[:10]: line for (week, _), line in table.iterrows()}
    assert {week: bool(line["partial"]) for week, line in weeks.items()} == {
        "2025-12-01": True,
        "2025-12-08": False,
    }


def test_immigration_searches_by_state_add_up_to_core_with_those_of_no_state():
    core = {"immigration_tier": "core"}
    rows = log(
        {**core, "agency_state": "TX"}, {**core, "agency_state": "TX"}, {**core, "agency_state": None},
        {"immigration_tier": "none", "agency_state": "OH"},
    )  # fmt: skip
    table = measures.immigration_by_state(rows).set_index("agency_state")["searches"]
    assert table.to_dict() == {"TX": 2, "(unknown)": 1}


def rows_on(days, **more):
    return [{**more, "searched_at": f"{day:%Y-%m-%d}T18:00:00Z"} for day in days]


def test_days_that_no_log_covers_or_only_another_are_no_side_of_a_change():
    before, after = pd.date_range("2025-09-01", periods=13), pd.date_range("2025-11-20", periods=13)
    gap = [*rows_on(before, source_file="a.csv"), *rows_on(after, source_file="b.csv")]
    assert measures.cut_overs(log(*gap)).empty, "November's change fell into the gap"
    near = [*gap[:13], *rows_on(pd.date_range("2025-10-15", periods=40), source_file="b.csv")]
    table = measures.cut_overs(log(*near))
    assert table["days"].unique().tolist() == [14], "as far as the second file goes back"
    assert table["searches"].tolist() == [14, 14]
    whole = rows_on(pd.date_range("2025-10-01", periods=80), camera_owner="Tarnwick ISD", source_file="a.csv")
    late = rows_on(pd.date_range("2025-11-01", periods=49), camera_owner="Umberstow ISD", source_file="b.csv")
    changed = measures.cut_overs(log(*whole, *late))["from"].unique().tolist()
    assert changed == ["2025-12-17"], "a second log began on the day of November's change"
