"""What readers overlook is computed from what two of them saw, and corrects what one of them read alone."""

import pandas as pd
import pytest

from analysis import coding
from analysis.coding import corrected, estimates


def reading(both=(), one_of_two=(), alone=()):
    """Coded reasons and the pairs behind them. `both` holds (code settled, of both readers, how often), `one_of_two`
    (code settled, of one reader, how often; the other says not_immigration), `alone` (code, how often)."""
    reasons, pairs = [], []
    for code, first, second, times in [
        *((code, said, said, times) for code, said, times in both),
        *((code, said, "not_immigration", times) for code, said, times in one_of_two),
        *((code, None, None, times) for code, times in alone),
    ]:
        for _ in range(times):
            name = f"id{len(reasons)}"
            reasons.append({"string_id": name, "code": code, "tier": "none", "rows": 1})
            if first:
                pairs.append({"string_id": name, "first": first, "second": second})
    return pd.DataFrame(reasons, columns=["string_id", "code", "tier", "rows"]), pd.DataFrame(
        pairs, columns=["string_id", "first", "second"]
    )


def core(coded, pairs):
    return coding.reader_errors(coded, pairs).set_index("definition").loc["core"]


def test_readers_who_overlook_one_in_ten_are_seen_to_and_what_one_read_alone_is_corrected():
    """Of 100 reasons that should count two such readers see 81 together and 18 apart; the last one nobody sees."""
    found = core(*reading(
        both=[("ice_ero", "ice_ero", 81), ("not_immigration", "not_immigration", 500)],
        one_of_two=[("border", "border", 18)],
        alone=[("ice_ero", 9), ("not_immigration", 491)],
    ))  # fmt: skip
    assert found["sensitivity"] == pytest.approx(0.9)
    assert found["specificity"] == 1
    assert (found["read_by_one"], found["found_by_one"]) == (500, 9)
    assert found["corrected"] == pytest.approx(10)
    assert found["corrected_low"] < 10 < found["corrected_high"]


def test_readers_who_find_what_is_not_there_have_that_taken_off():
    corrected_, low, high = corrected.corrected((50, 0), (90, 20), 60, 500)
    leaves = 2 * (90 / 110) / (1 + 90 / 110)
    assert corrected_ == pytest.approx(max(0, (60 / 500 + leaves - 1) / leaves) * 500)
    assert low == 0 <= corrected_ <= high


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"alone": [("border", 3)]}, "two readers read 0 reasons that should count, and 10 are needed"),
        (
            {"both": [("border", "border", 12)], "alone": [("border", 3)]},
            "two readers read 0 reasons that should not count, and 10 are needed",
        ),
        ({"both": [("border", "border", 12)]}, "every reason was read by two"),
        ({}, "no reason was read by two"),
        (
            {
                "one_of_two": [("border", "border", 15), ("not_immigration", "border", 15)],
                "alone": [("border", 3)],
            },
            "readers agreed too seldom",
        ),
    ],
)
def test_where_nothing_can_be_corrected_the_sentence_says_why(parts, why):
    said = coding.said_of_errors(coding.reader_errors(*reading(**parts)))
    assert said.startswith(f"Not corrected for readers' own errors: {why}")


def test_a_reason_that_nobody_settled_says_nothing_of_readers():
    coded, pairs = reading(
        both=[("border", "border", 12)], one_of_two=[("cannot_tell", "border", 12)], alone=[("border", 1)]
    )
    assert core(coded, pairs)[["should_count", "sensitivity"]].tolist() == [12, 1]


def test_another_place_is_bounded_from_five_places_and_from_no_fewer():
    assert estimates.another_place([9, 9, 9, 9], [10] * 4) is None
    assert estimates.another_place([9, 9, 9, 9, 0], [10, 10, 10, 10, 0]) is None
    low, high = estimates.another_place([90, 80, 95, 70, 88], [100] * 5)
    assert 0.2 < low < 0.7
    assert 0.94 < high < 1


def test_places_without_an_error_leave_the_upper_end_open():
    low, high = estimates.another_place([20] * 6, [20] * 6)
    assert high == 1
    assert 0.3 < low < 0.99
