"""A change is called one only where officers' repeated words do not make it, and a rate is of the days covered."""

import itertools

import numpy as np
import pandas as pd
import pytest
from frames import log

from analysis import measures
from analysis.measures import changed


def test_the_test_counts_every_way_in_which_whole_reasons_change_sides():
    random = np.random.default_rng(5)
    for reasons in (4, 7, 10):
        vague = np.arange(reasons) % 3 == 0
        before, after = random.poisson(4, reasons) + 1.0, random.poisson(4, reasons) + 1.0
        parts = (vague - ((before + after) @ vague) / (before + after).sum()) * (after - before)
        turns = [abs(np.dot(turn, parts)) for turn in itertools.product((-1, 1), repeat=reasons)]
        every = np.mean(np.array(turns) >= abs(parts.sum()) - 1e-12)
        assert every - 1e-9 <= changed.exchanged(vague, before, after) <= every + 0.08


def test_what_is_not_multiplied_out_changes_no_digit():
    random = np.random.default_rng(7)
    for reasons in (40, 300, 1_500):
        often = random.pareto(1.2, reasons) + 0.3
        vague, before, after = (
            random.random(reasons) < 0.1,
            random.poisson(often),
            random.poisson(1.1 * often),
        )
        sides = before.astype(float), after.astype(float)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(changed, "NOTHING", 0.0)
            every = changed.exchanged(vague, *sides)
        assert changed.exchanged(vague, *sides) == every


def test_one_officer_s_repeated_word_is_no_change_and_many_different_words_are():
    one = np.array([True, *[False] * 19]), np.array([0.0, *[5.0] * 19]), np.array([60.0, *[5.0] * 19])
    assert changed.exchanged(*one) == 1
    many = np.arange(60) < 30
    assert changed.exchanged(many, np.where(many, 1.0, 4.0), np.where(many, 4.0, 1.0)) < 1e-6


def test_false_discoveries_are_those_of_a_worked_example():
    """Benjamini and Hochberg (1995), section 3.2: fifteen p-values, of which four are discoveries at 0.05."""
    p_values = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
                         0.5719, 0.6528, 0.7590, 1.0])  # fmt: skip
    adjusted = changed.false_discoveries(p_values)
    assert (adjusted <= 0.05).sum() == 4
    assert adjusted[0] == pytest.approx(0.0015)
    assert changed.false_discoveries(p_values[::-1])[::-1].tolist() == adjusted.tolist()


AT = pd.Timestamp("2025-12-17T00:00Z")


def rows(agency, words, day, vague=False):
    """A row for each of these words of an agency, so many days after the change."""
    return [
        {
            "searching_agency": agency, "searching_agency_as_released": agency, "reason_text": word,
            "searched_at": (AT + pd.Timedelta(days=day, hours=15)).isoformat(), "topics": ["vague"] if vague else [],
        }
        for word in words
    ]  # fmt: skip


def test_of_two_agencies_the_one_whose_words_changed_is_named():
    numbers = [f"{n}" for n in range(40)]
    same = [rows("Marl OH PD", numbers, day) for day in (-6, 6)]
    same += [rows("Marl OH PD", ["inv", "check", "veh", "stop", "area"], day, True) for day in (-6, 6)]
    moved = rows("Quellmere GA PD", numbers, -5) + rows("Quellmere GA PD", numbers[:10], 5)
    moved += rows("Quellmere GA PD", [f"inv {n}" for n in numbers], 5, True)
    table = measures.agencies_changed(
        log(
            *itertools.chain(*same),
            *moved,
            *rows("Marl OH PD", ["theft"], -9),
            *rows("Marl OH PD", ["theft"], 9),
        )
    )
    table = table[table["change"] == "names and plates masked in network audits"].set_index(
        "searching_agency"
    )
    assert table["changed"].to_dict() == {"Quellmere GA PD": True, "Marl OH PD": False}
    assert table.loc["Marl OH PD", ["typed_before", "vague_before", "typed_after"]].tolist() == [45, 5, 45]
    assert "1 of 2 agencies that could be tested changed" in measures.said_of_changed(table.reset_index())


def test_a_ratio_of_rates_is_of_days_covered_and_its_interval_that_of_a_textbook():
    """Given 10 and 20 searches together, the second count is binomial: 0.4719 to 0.8271 of the 30."""
    ratio, low, high = changed.ratio_of_rates((10, 14), (20, 7))
    assert ratio == 4
    assert (low, high) == (
        pytest.approx(2 * 0.4719 / 0.5281, rel=1e-3), pytest.approx(2 * 0.8271 / 0.1729, rel=2e-3)
    )  # fmt: skip
    assert changed.ratio_of_rates((0, 7), (5, 7))[::2] == (None, None)
    assert changed.ratio_of_rates((0, 7), (0, 7)) == (None, None, None)
    wider = changed.ratio_of_rates((100, 7), (200, 7), 4)
    assert wider[1] < changed.ratio_of_rates((100, 7), (200, 7))[1]


def test_rates_are_of_local_days_that_the_logs_cover():
    days = [day for day in range(-10, 10) for _ in range(3)]
    table = measures.rates_compared(
        log(*itertools.chain(*(rows("Marl OH PD", ["theft"], day) for day in days)))
    )
    line = table[table["of"] == "all searches"].iloc[0]
    assert line[["days_before", "days_after", "before", "after", "ratio"]].tolist() == [7, 7, 21, 21, 1]
    assert line["low"] < 1 < line["high"]
    assert (table["of"] == "core searches").any()
