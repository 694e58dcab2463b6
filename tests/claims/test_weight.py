"""What a number that came out is worth: its interval, the chance that luck gave it, what repeats it, and the score."""

from decimal import Decimal
from math import floor, log10
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_claims import claim

from analysis import claims
from analysis.printed import Printed


def printed(number: int) -> Printed:
    said = Printed.read(f"{number:,}")
    assert said is not None
    return said


# The interval of a printed number

COUNTS = st.integers(0, 10**9)


@given(COUNTS, st.integers(1, 4))
def test_a_count_rounded_to_some_figures_is_about_what_was_printed(count: int, figures: int) -> None:
    unit = 10 ** max(len(str(count)) - figures, 0)
    rounded = (count + unit // 2) // unit * unit
    assert Decimal(count) in printed(rounded).interval("about")


@given(COUNTS)
def test_about_and_more_than_end_where_the_next_printed_number_begins(number: int) -> None:
    said = printed(number)
    after = printed(number + int(said.step)).interval("about")
    about, more = said.interval("about"), said.interval("more than")
    assert Decimal(number) in about
    assert Decimal(number) not in more
    assert about.high is not None
    if printed(number + int(said.step)).step == said.step:
        assert about.high == after.low
    assert about.high not in about
    assert more.high is None if said.step == 1 else Decimal(number) + said.step not in more


@given(COUNTS, st.sampled_from(["equals", "about", "more than", "at least"]), st.integers(-(10**9), 10**9))
def test_an_interval_holds_exactly_the_values_between_its_ends(number: int, operator: str, away: int) -> None:
    holds, value = printed(number).interval(operator), Decimal(number + away)
    inside = holds.low < value and (holds.high is None or value < holds.high)
    at_an_end = (value == holds.low and holds.low_holds) or (value == holds.high and holds.high_holds)
    assert (value in holds) is (inside or at_an_end)
    assert (number + away == number and operator != "more than") <= (value in holds)


@given(st.integers(1, 9), st.integers(2, 8))
def test_a_round_number_begins_no_lower_than_halfway_from_the_one_below(first: int, zeros: int) -> None:
    number = first * 10**zeros
    below = 9 * 10 ** (zeros - 1) if first == 1 else (first - 1) * 10**zeros
    assert printed(number).interval("about").low == Decimal(number + below) / 2


# The weight of evidence


@pytest.mark.parametrize(
    ("operator", "value", "tried", "bits"),
    [
        ("equals", "7,273", [7_273, 7_273], 14.0),
        ("equals", "463", [463, 173, 225, 698], 7.4),
        ("about", "1,800", [1_800.76], 5.5),
        ("equals", "9", [9], 4.5),
        ("at least", "2", [6, 7], 0.1),
        ("at least", "1", [620], 0.0),
        ("more than N times", "2", [2.87], 0.7),
        ("more than", "3,100", [3_182], 6.2),
        ("equals", "hundreds of thousands", [733_412], 1.0),
        ("equals", "0", [0, 0, 0], 1.5),
        ("equals", "6.4%", [0.06366], 7.2),
    ],
)
def test_weights_are_those_of_a_hand(operator: str, value: str, tried: list[float], bits: float) -> None:
    assert claims.bits(claim(operator=operator, value=value), tried) == pytest.approx(bits, abs=0.11)


def test_lists_and_days_have_no_weight() -> None:
    assert claims.bits(claim(operator="includes", value=["FL"]), [["FL", "TX"]]) is None
    day = claim(operator="equals", value="2025-05-15")
    assert claims.bits(day, ["2025-05-15T10:00:00+00:00"]) is None


def test_the_chance_is_how_often_a_number_drawn_at_random_would_have_come_out() -> None:
    """A number of the same magnitude is drawn many times, and printed; how often some tried value fits is counted."""
    draws = Random(20260210)
    for operator, value, tried in (
        ("equals", 23, [23, 24, 40, 3]), ("equals", 9, [9]), ("about", 180, [182, 150, 260]),
        ("more than", 310, [318, 333]), ("at least", 12, [20, 14]), ("about", 50, [52]),
    ):  # fmt: skip
        step = 1 if operator == "equals" else int(printed(value).step)
        middle = log10(1 + value / step)
        came = 0
        for _ in range(20_000):
            drawn = step * (10 ** draws.uniform(middle - 0.5, middle + 0.5) - 1)
            number = floor(drawn / step + 0.5) * step  # as it would be printed
            low, high = {
                "equals": (number - 0.5, number + 0.5), "about": (number - step / 2, number + step / 2),
                "more than": (drawn, drawn + step), "at least": (number, float("inf")),
            }[operator]  # fmt: skip
            came += any(low <= one < high for one in tried)
        weight = claims.bits(claim(operator=operator, value=f"{value:,}"), tried)
        assert weight is not None
        assert 2**-weight == pytest.approx(came / 20_000, rel=0.12, abs=0.004)


@given(
    st.integers(0, 10**6),
    st.lists(st.integers(0, 10**6), max_size=6),
    st.sampled_from(["equals", "about", "at least"]),
)
def test_more_tries_never_add_weight_and_the_order_of_tries_is_nothing(
    number: int, others: list[int], operator: str
) -> None:
    about = claim(operator=operator, value=f"{number:,}")
    alone, all_of_them = claims.bits(about, [number]), claims.bits(about, [*others, number])
    assert alone is not None
    assert all_of_them is not None
    assert 0 <= all_of_them <= alone
    assert claims.bits(about, [number, *reversed(others), number]) == all_of_them


# What repeats what, and the score

NUMBERS = [
    claim(id="count"), claim(id="share", share=True, value="70%", restates="count"),
    claim(id="rounded", operator="about", value="1,000"), claim(id="again", operator="equals", value="1,234"),
    claim(id="rest", measure="agencies", restates="share"), claim(id="other", scope="Tarnwick ISD"),
    claim(id="part", among={"federal": True}), claim(id="context", measure="", needs="an interview"),
]  # fmt: skip


def test_the_same_number_to_other_digits_and_what_the_register_says_are_one_fact() -> None:
    assert claims.restated(NUMBERS) == {
        "share": "count", "rounded": "count", "again": "count", "rest": "count",
    }  # fmt: skip


def test_claims_that_name_each_other_end() -> None:
    pair = [claim(id="a", restates="b"), claim(id="b", measure="agencies", restates="a")]
    assert set(claims.restated(pair)) == {"a", "b"}


def ended(bits: dict[str, float], **outcomes: str) -> list[dict[str, str]]:
    plain = [{"id": name, "outcome": outcome, "explanation": ""} for name, outcome in outcomes.items()]
    return claims.weighed(plain, NUMBERS, {name: {"bits": str(one)} for name, one in bits.items()})


def test_a_fact_is_counted_once_and_one_that_can_hardly_fail_is_none() -> None:
    rows = ended(
        {"count": 9.0, "share": 7.0, "other": 1.9, "part": 2.0, "rest": 0.5},
        count="reproduced", share="reproduced", rounded="differs", again="reproduced", rest="reproduced",
        other="reproduced", part="reproduced", context="cannot be checked",
    )  # fmt: skip
    assert claims.worth(rows) == {
        "count": claims.FACT, "share": claims.REPEATS, "again": claims.REPEATS, "rest": claims.HARDLY_FAILS,
        "other": claims.HARDLY_FAILS, "part": claims.FACT,
    }  # fmt: skip
    assert claims.facts(rows) == "2 distinct facts, 2 repeat one of them, 2 can hardly fail"
    assert [row["bits"] for row in rows][:3] == ["9.0", "7.0", ""]


def test_what_repeats_a_number_that_differs_or_hardly_fails_is_a_fact_of_its_own() -> None:
    assert claims.facts(ended({}, count="differs", share="recovered")) == "1 distinct fact"
    rows = ended({"count": 1.0, "share": 5.0}, count="recovered", share="recovered", again="recovered")
    assert claims.facts(rows) == "1 distinct fact, 1 repeats one of them, 1 can hardly fail"


@given(st.lists(st.sampled_from(["reproduced", "differs", "cannot be checked"]), min_size=1, max_size=8),
       st.lists(st.floats(0, 9), min_size=8, max_size=8))  # fmt: skip
def test_facts_repeats_and_what_can_hardly_fail_add_up_to_what_came_out(
    outcomes: list[str], weights: list[float]
) -> None:
    names = [one.id for one in NUMBERS]
    rows = ended(
        dict(zip(names, (round(one, 1) for one in weights))), **dict(zip(names, outcomes, strict=False))
    )
    assert len(claims.worth(rows)) == outcomes.count("reproduced")
