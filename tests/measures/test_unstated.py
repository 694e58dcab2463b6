"""How many searches the reasons could hide: by hand on ten rows, and the bound holds whatever was hidden."""

import numpy as np
from frames import counted, log, values

from analysis import measures

CORE = {"immigration_tier": "core", "immigration_kind": "unspecified"}
BLANK = {"reason_origin": "blank", "topics": []}
MASKED = {"reason_origin": "masked", "topics": []}
VAGUE, NUMBER = {"topics": ["vague"]}, {"topics": ["case_number_only"]}
MACHINE = {"reason_origin": "machine", "topics": ["interface"]}
OTHER = {"searching_agency": "Blayne TX PD"}
TEN = [
    CORE, {}, BLANK, VAGUE, {**CORE, **VAGUE},
    *({**one, **OTHER} for one in ({}, MASKED, NUMBER, MACHINE)),
    {**MASKED, "searching_agency": "Marl OH PD"},
]  # fmt: skip
"""Quellmere: 2 core, 1 other, 2 unstated; Blayne: 1 other, 3 unstated; Marl: 1 unstated and nothing else."""


def test_how_many_could_be_hidden_is_what_a_hand_counts_on_ten_rows():
    table = measures.could_be_hidden(log(*TEN))
    # 2/3 of Quellmere's 2, none of Blayne's 3, and 2/4 (all stated rows) of Marl's 1: 1.83. Overall: 2/4 of 6.
    assert table["added"].tolist() == [0, 2, 3, 2, 6]
    assert table["searches"].tolist() == [2, 4, 5, 4, 8]
    assert table["rows"].tolist() == [10] * 5
    assert table["of_unstated"].tolist() == [6] * 5
    assert table["share"].tolist() == [0.2, 0.4, 0.5, 0.4, 0.8]


def test_why_no_purpose_is_stated_is_counted_once_each_and_for_the_agencies_that_cite_immigration():
    table = measures.unstated(log(*TEN)).set_index("why")
    assert table["searches"].to_dict() == {
        "masked": 2, "a case number alone": 1, "a vague word": 1, "blank": 1, "words of the software": 1,
    }  # fmt: skip
    assert (
        table["by_citing_agencies"].sum() == table["by_citing_agencies"][["blank", "a vague word"]].sum() == 2
    )


def test_the_bounds_are_measures_with_denominators():
    names = ("unstated_searches.core", "immigration_searches_at_most.core")
    assert values(log(*TEN), *names) == [6, 8]
    assert {one["denominator"] for one in counted(log(*TEN), *names).values()} == {10}


def test_a_log_without_any_has_a_bound_too_and_one_that_states_nothing_no_rate():
    assert measures.could_be_hidden(log({}, BLANK))["searches"].tolist() == [0, 0, 0, 0, 1]
    assert measures.could_be_hidden(log(BLANK, MASKED))["searches"].tolist() == [0, 0, 2]


def test_whatever_an_agency_hides_by_chance_the_truth_is_inside_and_its_own_rate_is_right_on_average():
    chance, guesses = np.random.default_rng(16), []
    agencies = {"Quellmere GA PD": 0.3, "Blayne TX PD": 0.05}
    for _ in range(20):
        is_core = {name: chance.random(200) < rate for name, rate in agencies.items()}
        rows = [
            {**(CORE if core else {}), "searching_agency": name, **(HIDDEN if chance.random() < 0.4 else {})}
            for name, found in is_core.items()
            for core in found
        ]
        searches = measures.could_be_hidden(log(*rows))["searches"]
        truth = sum(int(found.sum()) for found in is_core.values())
        assert searches.iloc[0] <= truth <= searches.iloc[-1]
        guesses.append(searches[1] / truth)
    assert abs(np.mean(guesses) - 1) < 0.05


HIDDEN = {**MASKED, "immigration_tier": "none", "immigration_kind": None}
