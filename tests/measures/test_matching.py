"""The rule beside ids, pair by pair; bounds that match no rows; hidden reasons that another log shows."""

from itertools import combinations

import pytest
from frames import log, table, values
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import measures
from analysis.opened import PlaceSearches

OTHER = {"camera_owner": "Quellmere ISD", "source_file": "other.csv"}
LATER = {"searched_at": "2025-12-02T12:00:01Z"}
HIDDEN = {"reason_origin": "masked", "topics": [], "immigration_tier": "none"}
CORE = {"immigration_tier": "core"}


def pairs(table):
    return {line[0]: tuple(line[1:4]) for line in table.itertuples(index=False)}


# Beside ids -------------------------------------------------------------------------------------------------


def test_pairs_are_counted_in_both_directions_and_by_where_their_rows_are():
    rows = log(
        {"released_id": "a"}, {"released_id": "a", **OTHER}, {"released_id": "b"},
        {"released_id": "b", **LATER, **OTHER}, {"released_id": None}, {"released_id": "c", "source_file": "more.csv"},
    )  # fmt: skip
    table = measures.rule_beside_ids(rows, "released id")
    assert pairs(table) == {
        "within one file": (0, 1, 0),
        "between two files of one owner": (0, 2, 0),
        "between the logs of two owners": (1, 2, 1),
    }
    assert table["precision_share"].tolist() == [0, 0, 1 / 3]
    assert table["recall_share"].tolist()[2] == 1 / 2
    found = {one["measure"]: (one["numerator"], one["denominator"]) for one in measures.rule_numbers(table)}
    assert found == {"one_search_precision": (1, 6), "one_search_recall": (1, 2)}


def test_where_no_row_has_an_id_there_is_nothing_to_compare():
    assert measures.rule_beside_ids(log({}, {}), "rule").empty


ROW = st.fixed_dictionaries({
    "camera_owner": st.sampled_from(["Tarnwick ISD", "Quellmere ISD"]),
    "source_file": st.sampled_from(["a.csv", "b.csv", "c.csv"]),
    "searching_agency": st.sampled_from(["Blayne TX PD", "Ostvale OK PD"]),
    "searched_at": st.sampled_from(["2025-12-02T03:00:00.0Z", "2025-12-02T03:00:00.5Z", "2025-12-02T03:00:01.0Z"]),
    "searched_at_precision": st.sampled_from(["second", "second", "minute"]),
    "window_start": st.sampled_from([None, "2025-11-02T03:00:00Z"]),
    "released_id": st.sampled_from([None, "a", "b", "c"]),
    "reason_origin": st.sampled_from(["typed", "masked", "blank"]),
    "immigration_tier": st.sampled_from(["none", "core"]),
})  # fmt: skip


def by_hand(rows):
    """The same counts from every two rows, one after the other."""
    found = {}
    for one, other in combinations([row for row in rows if row["released_id"]], 2):
        where = (
            "between the logs of two owners" if one["camera_owner"] != other["camera_owner"]
            else "between two files of one owner" if one["source_file"] != other["source_file"]
            else "within one file"
        )  # fmt: skip
        alike = ("searching_agency", "window_start")
        rule = (
            all(one[name] == other[name] for name in alike)
            and one["searched_at"][:19] == other["searched_at"][:19]
            and one["searched_at_precision"] == other["searched_at_precision"] == "second"
        )
        same = one["released_id"] == other["released_id"]
        counts = found.setdefault(where, [0, 0, 0])
        for at, is_so in enumerate((rule and same, rule and not same, same and not rule)):
            counts[at] += is_so
    return {where: tuple(counts) for where, counts in found.items() if any(counts)}


@given(rows=st.lists(ROW, max_size=14), data=st.data())
@settings(deadline=None, max_examples=25)
def test_pairs_are_those_that_a_hand_counts_in_whatever_order_files_are_read(rows, data):
    table = measures.rule_beside_ids(log(*rows), "released id")
    assert pairs(table) == by_hand(rows)
    names = data.draw(st.permutations(["a.csv", "b.csv", "c.csv"]))
    renamed = dict(zip(["a.csv", "b.csv", "c.csv"], names))
    again = [{**row, "source_file": renamed[row["source_file"]]} for row in data.draw(st.permutations(rows))]
    mixed = log(*again)
    for other in (mixed, measures.seen_again(mixed)):
        assert measures.rule_beside_ids(other, "released id").equals(table)


# Without matching rows --------------------------------------------------------------------------------------


def keyed(rows):
    """The rows with keys by the rule."""
    keys = (
        f"{row['searching_agency']} {row['searched_at'][:19]} {row['window_start']}"
        + (f" {at}" if row["searched_at_precision"] == "minute" else "")
        for at, row in enumerate(rows)
    )
    return log(*({**row, "search_key": key} for row, key in zip(rows, keys)))


def test_a_count_lies_between_the_fullest_log_and_all_rows():
    rows = log(
        {"search_key": "a", **CORE}, {"search_key": "a"}, {"search_key": "b"}, {"search_key": "a", **CORE, **OTHER},
        {"search_key": "c", "searching_agency": "Blayne TX PD", **CORE, **OTHER},
        {"search_key": "d", "searching_agency": "***", **OTHER},
    )  # fmt: skip
    table = measures.bounds(rows)
    assert table["searches"].tolist() == [3, 3, 4, 6]
    assert table["immigration_searches"].tolist() == [2, 2, 2, 3]
    assert table["compared_across_logs"].tolist() == ["nothing", "agencies' names", "rows", "nothing"]
    assert [one["value"] for one in measures.at_least(table)] == [3, 2]


@given(rows=st.lists(ROW, max_size=14))
@settings(deadline=None, max_examples=25)
def test_whatever_logs_hold_the_bounds_hold_the_count(rows):
    asked = keyed(rows)
    table = measures.bounds(asked)
    assert table.equals(measures.bounds(asked, measures.seen_again(asked)))
    for column in ("searches", "immigration_searches"):
        alone, agencies, counted, every = table[column]
        assert alone <= agencies <= counted <= every
    assert table["searches"].tolist()[2:] == [asked.distinct("search_key"), len(rows)]


# Hidden reasons that another log shows ----------------------------------------------------------------------


def test_what_another_log_shows_of_hidden_reasons_is_bounded_exactly():
    shown = [
        row
        for at in range(20)
        for row in ({"search_key": f"s{at}", **HIDDEN}, {"search_key": f"s{at}", **OTHER})
    ]
    alone = [{"search_key": f"a{at}", **HIDDEN, "reason_origin": "blank"} for at in range(3)]
    rows = log(*shown, *alone)
    table = measures.shown_elsewhere(rows)
    masked, blank = table.to_dict("records")
    assert (masked["hidden"], masked["shown"], masked["cited"], masked["cited_share"]) == (20, 20, 0, 0)
    assert masked["at_most_share"] == pytest.approx(1 - 0.05 ** (1 / 20))
    assert (blank["hidden"], blank["shown"], blank["at_most_share"]) == (3, 0, 1)
    assert table.equals(measures.shown_elsewhere(rows, measures.seen_again(rows)))
    (bound,) = measures.shown_numbers(rows)
    assert (bound["value"], bound["denominator"]) == (masked["at_most_share"], 20)


def test_a_search_that_cites_immigration_where_it_is_shown_is_counted_once():
    rows = log(HIDDEN, {**OTHER, **CORE}, {**OTHER, **CORE, "source_file": "more.csv"})
    assert measures.shown_elsewhere(rows)[["hidden", "shown", "cited"]].values.tolist() == [[1, 1, 1]]
    assert values(rows, "immigration_hidden_elsewhere.core") == [1]
    assert measures.shown_elsewhere(log({}, OTHER)).empty


# Rows without a time frame ----------------------------------------------------------------------------------

BLANK = {"window_start": None, "window_end": None}


def joined(*rows):
    """How many searches there are, where some rows of several logs lack a time frame."""
    facts = measures.Facts(frames_missing=True)
    return PlaceSearches(table(*rows), measures.vocabulary(facts)).distinct("search_key")


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([{"search_key": "a"}, {"search_key": "m", **BLANK, **OTHER}], 1),
        ([{"search_key": "a"}, {"search_key": "m", **BLANK, **OTHER, **LATER}], 2),
        ([{"search_key": "a"}, {"search_key": "b"}, {"search_key": "m", **BLANK, **OTHER}], 3),
        ([{"search_key": "m", **BLANK}, {"search_key": "m", **BLANK, **OTHER}], 1),
        ([{"search_key": "a"}, {"search_key": "m", **BLANK, "searched_at_precision": "minute"}], 2),
        (
            [
                {"search_key": "a", "searching_agency": "***"},
                {"search_key": "m", "searching_agency": "***", **BLANK},
            ],
            2,
        ),
    ],
    ids=["one fits", "another second", "two fit", "none has one", "only the minute", "nobody is named"],
)
def test_a_row_without_a_time_frame_is_the_one_search_of_its_agency_and_second(rows, count):
    assert joined(*rows) == joined(*reversed(rows)) == count
