"""Counts with their nouns, and articles."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import pages
from analysis.wording import an, counted, days_between, near, percent, without_period


@pytest.mark.parametrize(
    ("share", "decimals", "said"),
    [
        (0.4683, 1, "46.8%"),
        (0.4683, 0, "47%"),
        (0.00085, 1, "0.085%"),
        (0.00085, 0, "0.085%"),
        (0.00234, 1, "0.23%"),
        (0.0000004, 1, "0.000040%"),
        (0.99976, 1, "99.98%"),
        (0.996, 0, "99.6%"),
        (-0.25, 1, "-25.0%"),
        (1, 1, "100.0%"),
        (1, 0, "100%"),
        (0, 1, "0%"),
    ],
)
def test_a_share_is_said_in_percent(share, decimals, said):
    assert percent(share, decimals) == said


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 1))
def test_some_are_never_none_and_not_all_are_never_all(one, another, decimals):
    part, whole = sorted((one, another))
    said = float(percent(part / whole, decimals).removesuffix("%"))
    assert said > 0
    assert (said == 100) == (part == whole)
    assert said == pytest.approx(100 * part / whole, abs=0.5, rel=0.05)


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [
        (1, "file", "1 file"),
        (0, "file", "0 files"),
        (2, "search", "2 searches"),
        (1, "search", "1 search"),
        (1_200, "agency", "1,200 agencies"),
        (2, "day", "2 days"),
        (2, "new file", "2 new files"),
        (3, "box", "3 boxes"),
    ],
)
def test_a_count_is_said_with_its_noun(count, noun, said):
    assert counted(count, noun) == said


@pytest.mark.parametrize(
    "said",
    ["an Axon export", "a Flock export", "a user list", "an event log", "an SO", "a PDF", "an HTML page"],
)
def test_a_noun_is_said_with_its_article(said):
    assert an(said.split(" ", 1)[1]) == said


def test_a_name_that_holds_the_word_is_nearer_than_one_that_is_spelled_like_it():
    assert near("agency", ["vague", "searching_agency", "search_type"]) == "; near it: searching_agency"
    assert near("", ["Tarnwick ISD", "search_type"]) == ""
    assert near("serch_type", ["vague", "searching_agency", "search_type"]).startswith(
        "; near it: search_type"
    )


def test_a_day_that_is_not_known_is_an_empty_cell():
    shown = pages.table_html(pd.DataFrame({"first_day": pd.to_datetime(["2025-12-01", None])}), "Days")
    assert "NaT" not in shown
    assert "<td></td>" in shown


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Sampleton: own searches, Dec. 1, 2024, to June 12, 2025, as shown", "Sampleton: own searches, as shown"),
        ("Searches of Tarnwick, Marin, August 2025 to early May 2026", "Searches of Tarnwick, Marin"),
        ("Searches that included Mockville, October 2025", "Searches that included Mockville"),
        ("Searches of Sampleton, Mayfield", "Searches of Sampleton, Mayfield"),
    ],
)  # fmt: skip
def test_a_title_without_its_period_keeps_all_else(title, rest):
    assert without_period(title) == rest


DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(DAYS, DAYS)
def test_no_form_of_a_period_is_left_in_part(first, last):
    assert without_period(f"Sampleton PD, {days_between(*sorted([first, last]))}") == "Sampleton PD"
