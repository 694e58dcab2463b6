"""Concentration, spread and ratios by hand on ten rows, and what is true by construction is not said."""

import numpy as np
from frames import counted, log, values

from analysis import measures

CORE = {"immigration_tier": "core", "immigration_kind": "unspecified"}
CIVIL, CRIMINAL = {**CORE, "immigration_kind": "civil"}, {**CORE, "immigration_kind": "criminal"}


def by(agency, *rows):
    return [{**CORE, "searching_agency": agency, **row} for row in rows]


TEN = [
    *by("Quellmere GA PD", *[{}] * 5), *by("Blayne TX PD", *[{}] * 3), *by("Marl OH PD", {}),
    {"searching_agency": "Ostvale OK PD"},
]  # fmt: skip


def test_the_effective_number_of_agencies_is_the_inverse_of_the_sum_of_squared_shares():
    names = ("immigration_effective_agencies.core", "immigration_half_agencies.core",
             "immigration_agencies_on_one_row.core", "agencies_on_one_row")  # fmt: skip
    effective, half, alone, every = values(log(*TEN), *names)
    assert abs(effective - 81 / 35) < 1e-12  # (5 + 3 + 1) squared, over 25 + 9 + 1
    assert (half, alone, every) == (1, 1, 2)
    found = counted(log(*TEN), *names)
    assert found["immigration_agencies_on_one_row.core", "all"]["denominator"] == 3
    assert found["agencies_on_one_row", "all"]["denominator"] == 4


def test_agencies_with_equally_many_are_as_many_as_they_are_and_half_of_them_makes_half():
    rows = log(*(one for name in "ABCD" for one in by(f"{name} TX PD", {}, {})))
    assert values(rows, "immigration_effective_agencies.core", "immigration_half_agencies.core") == [4, 2]


def test_of_no_search_no_concentration_is_said():
    for name in ("immigration_effective_agencies.core", "immigration_half_agencies.core"):
        assert values(log({}), name) == [None]


def test_what_one_agencys_own_log_cannot_but_say_is_not_said():
    own = log(*by("Quellmere GA PD", *[{}] * 3), audits=())
    for name in (
        "immigration_top_agency.core", "immigration_top_agency_share.core", "in_state_searches",
        "immigration_agencies.core", "agency_states", "own_searches", "local_immigration_searches.core",
    ):  # fmt: skip
        found = counted(own, name)[name, "all"]
        assert found["value"] is None, name
        assert "one agency's own searches only" in found["because"]
    assert values(log(*TEN, audits=()), "immigration_top_agency.core") == [5], (
        "logs of several agencies can say it"
    )


def test_searches_of_other_states_are_a_range_and_federal_ones_are_of_no_state():
    open_name = {"agency_state": None}
    rows = log(
        *[{"agency_state": "TX"}] * 4, *[{"agency_state": "OH"}] * 2, *[{**open_name, "agency_kind": None}] * 3,
        {**open_name, "agency_kind": "federal"},
    )  # fmt: skip
    found = counted(rows, "out_of_state_searches")
    assert [one["value"] for (_, scope), one in found.items() if scope == "all"] == [2, 5]
    assert {one["denominator"] for one in found.values()} == {10}


def test_networks_of_one_agencys_log_have_quartiles_and_those_of_a_network_audit_no_average():
    rows = [{"networks_searched": n} for n in (0, 1, 2, 4, 6, 8, 10, 12, 14, 1_000)]
    names = [f"several_network_searches.{one}" for one in
             ("lower_quartile", "median", "upper_quartile", "mean_networks")]  # fmt: skip
    assert values(log(*rows, audits=()), *names) == [4, 8, 12, 132]
    assert values(log(*rows), *names) == [None] * 4
    assert "more likely to be in a network audit" in counted(log(*rows), names[0])[names[0], "all"]["because"]


def test_civil_against_criminal_counts_each_search_once_and_bounds_those_that_do_not_say():
    def each(row, letter, count):
        return [{**row, "search_key": f"{letter}{n}"} for n in range(count)]

    rows = [*each(CIVIL, "c", 20), *each(CRIMINAL, "k", 10), *each(CORE, "u", 5)]
    again = [{**one, "camera_owner": "Quellmere ISD"} for one in rows[:20]]
    found = [f"civil_to_criminal.{one}" for one in ("distinct", "at_least", "at_most")]
    assert values(log(*rows, *again), "civil_to_criminal", *found) == [4, 2, 20 / 15, 2.5]
    assert values(log(*rows, *again), "immigration_civil.distinct") == [20]


def test_no_ratio_is_given_to_a_handful():
    found = counted(log(*[CIVIL] * 30, *[CRIMINAL] * 9), "civil_to_criminal")["civil_to_criminal", "all"]
    assert (found["value"], found["numerator"], found["denominator"]) == (None, 30, 9)
    assert "fewer than ten" in found["because"]


def test_shares_of_vague_local_and_hsi_have_the_denominator_that_they_are_of():
    rows = log(
        {"topics": ["vague"]}, {"topics": ["vague"], "reason_origin": "dropdown"}, {}, {"reason_origin": "blank"},
        CORE, CORE, {**CORE, "agency_kind": None}, {**CORE, "agency_kind": "federal"},
        {"immigration_tier": "broad"}, {"immigration_tier": "none", "agency_kind": None},
    )  # fmt: skip
    names = ("vague_typed_reasons", "local_immigration_searches.core", "hsi_dhs_only", "no_stated_purpose")
    found = counted(rows, *names)
    assert [(found[name, "all"]["value"], found[name, "all"]["denominator"]) for name in names] == [
        (1, 8), (2, 3), (1, 5), (3, 10),
    ]  # fmt: skip


def test_leaving_one_agency_out_gives_what_a_hand_gives():
    table = measures.without_one_agency(log(*TEN)).set_index("figure")
    assert table.loc["searches"].tolist() == [9, 4, 4, 8]
    assert table.loc["share of all rows"].tolist() == [0.9, 4 / 5, 4 / 5, 8 / 9]


def test_whatever_was_left_unsaid_the_truth_is_inside_the_bounds():
    chance = np.random.default_rng(287)
    ratio = ("civil_to_criminal.at_least", "civil_to_criminal.at_most")
    states = ("out_of_state_searches", "out_of_state_searches.at_most")
    for _ in range(20):
        civil, hidden = (
            chance.random(80) < chance.uniform(0.3, 0.7),
            chance.random(80) < chance.uniform(0, 0.4),
        )
        rows = [
            {**(CORE if silent else CIVIL if one else CRIMINAL), "search_key": str(at),
             "agency_state": None if silent else "OH" if one else "TX"}
            for at, (one, silent) in enumerate(zip(civil, hidden))
        ]  # fmt: skip
        low, high = values(log(*rows), *ratio)
        assert high is None or low <= civil.sum() / (~civil).sum() <= high
        low, high = values(log(*rows), *states)
        assert low <= civil.sum() <= high
