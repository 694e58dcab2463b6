"""A number counted again with one thing changed at a time: by hand on few rows, and each change said once."""

from frames import log, values

from analysis.measures import MEASURES, NAMES
from analysis.measures.alternatives import CORE, alternatives
from analysis.measures.neighbors import INSTEAD, cited, count, neighbors

NOON = "2025-12-20T12:00:00Z"
LONG_AGO = [
    {"searched_at": NOON, "window_start": f"2025-{start}T12:00:00Z", "window_end": NOON, "search_key": key,
     "reason_text": reason, "reason_as_released": reason}
    for start, key, reason in (
        ("11-18", "a", "patrol"), ("11-19", "b", "Patrol"), ("11-20", "c", "patrol car"), ("12-19", "d", "theft"),
        ("11-18", "a", "theft"),
    )
]  # fmt: skip
"""Searches that looked back 32, 31, 30, 1 and 32 days; the first and the last are one."""


def changes(name, rows, time_zone="UTC", is_share=False):
    found = neighbors(MEASURES[name], rows, time_zone, is_share)
    return {each.changed: line["value"] for each, line in zip(found, count(found))}


def test_a_limit_of_days_is_moved_by_one_and_the_length_of_the_frame_is_tried_for_the_look_back():
    rows = log(*LONG_AGO)
    found = changes("windows_over_30_days", rows)
    assert found["more than 29 days, not 30"] == 4
    assert found["more than 31 days, not 30"] == 2
    assert found["each search counted once, not rows"] == 2
    assert found["the length of the time frame, not how far back it reached"] == 3
    assert changes("windows_over_30_days.patrol", rows)["'patrol' anywhere in the reason"] == 2


def test_the_hours_of_the_night_are_moved_and_counted_by_other_clocks():
    rows = log(
        *(
            {"searched_at": f"2025-07-02T{hour}:30:00Z", "search_key": hour}
            for hour in ("03", "04", "05", "10", "21")
        ),
        time_zone="America/Chicago",
    )
    found = changes("night_searches", rows, "America/Chicago")
    # On the owner's clock, five hours behind UTC in July: 22, 23, 0, 5 and 16 o'clock.
    assert values(rows, "night_searches") == [3]
    assert found["from 23:00, not 22"] == 2
    assert found["to 6:00, not 5"] == 4
    assert found["to 4:00, not 5"] == 3
    assert found["days and hours in UTC"] == 2
    assert found["standard time all year"] == 3
    assert found["a clock shifted from UTC two times"] == 1
    assert not {"days and hours in UTC"} & set(changes("searches", rows, "America/Chicago"))


def test_an_immigration_count_is_tried_under_every_other_definition_and_as_a_share():
    strict, core = {"immigration_tier": "strict"}, {"immigration_tier": "core", "rules": ["ice_agency.word"]}
    rows = log({**strict, "search_key": "a"}, {**strict, "search_key": "a"}, {**core, "search_key": "b"}, {})
    found = changes("immigration_searches.core", rows)
    assert set(alternatives(rows)) - {CORE} <= set(found)
    assert found["strict: the words themselves"] == 2
    assert found["each search counted once, not rows"] == 2
    few = neighbors(MEASURES["immigration_searches.core"], rows, "UTC", among=cited(rows))
    assert {each.changed: line["value"] for each, line in zip(few, count(few))} == found
    shares = changes("immigration_searches.core", rows, is_share=True)
    assert shares["each search counted once, not rows"] is None  # fewer than ten are no ratio, but two counts
    once = neighbors(MEASURES["immigration_searches.core"], rows, "UTC", is_share=True)[-1:]
    assert [(line["numerator"], line["denominator"]) for line in count(once)] == [(2, 3)]


def test_agencies_are_counted_by_each_spelling_too_and_reasons_without_a_space_behind():
    rows = log(
        *({"searching_agency_as_released": name, "reason_text": "UUV", "reason_as_released": reason}
          for name, reason in (("Quellmere PD", "UUV"), ("QUELLMERE PD", "uuv "))),
    )  # fmt: skip
    assert changes("agencies", rows)["each spelling of a name as an agency"] == 2
    asked = rows.where("coalesce(lower(trim(reason_text)) in ('uuv'), false)")
    assert changes("searches", asked)["without reasons that have a space before or behind"] == 1


def test_every_declared_measure_has_changes_that_can_be_counted_and_says_each_once():
    rows = log(*LONG_AGO, time_zone="America/Chicago")
    found = {name: neighbors(one, rows, "America/Chicago") for name, one in MEASURES.items()}
    for name, each in found.items():
        assert len({one.changed for one in each}) == len(each), name
    every = [one for each in found.values() for one in each]
    assert len(every) > 500
    assert len(count(every)) == len(every)


def test_what_may_be_meant_instead_is_of_the_vocabulary_or_of_a_filter():
    known = {*NAMES, "searching_agency", "reason_origin", "reason_text"}
    assert all(any(word in sql for word in known) for sql in INSTEAD)
