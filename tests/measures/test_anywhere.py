"""Every measure, on whatever rows a log may hold: none, one, one agency, all masked, all at one instant, no owner."""

import inspect
import math
from functools import partial

import pandas as pd
import pytest
from generated import OWNERS, lists, logs
from hypothesis import given, settings

from analysis import agencies, measures
from analysis.places import ReleasedFile
from analysis.searches.table import Searches

WORDS = [
    {"who": "words", "terms": ["ice"]},
    {"who": "names", "parts": ["marl"], "on": "agency"},
]


def from_names(name, rows):
    return getattr(measures, name)(measures.released_names(rows))


def with_lists(name, rows):
    return getattr(measures, name)(rows, lists()[1])


def with_repeats(name, rows):
    return getattr(measures, name)(rows, measures.seen_again(rows))


def at_search(rows):
    return measures.at_search(rows.where("core"), lists()[0][0].agreements)


FILES = [ReleasedFile(name, "00", "network audit", OWNERS[0]) for name in ("a.csv", "b.csv")]
REPEATED = (
    "logs_per_search", "repeated_in_one_log", "distinct_by_rule", "overlaps", "same_searches", "bounds",
    "shown_elsewhere",
)  # fmt: skip
CALLS = {
    "at_search": at_search,
    "by_side": lambda rows: measures.by_side(rows, "TX"),
    "by_model": lambda rows: measures.by_model(rows, lists()[0]),
    "by_standing": lambda rows: measures.by_standing(rows, at_search(rows), lists()[0]),
    "coverage": lambda rows: measures.coverage(rows, FILES),
    "disagreements": lambda rows: measures.disagreements(rows, WORDS),
    "in_scope": lambda rows: measures.in_scope(rows, OWNERS[0]),
    "lists_read": lambda rows: measures.lists_read(lists()[0], rows),
    "names_resolved": lambda rows: measures.names_resolved(measures.released_names(rows), agencies.known()),
    **{name: partial(from_names, name) for name in ("accounts", "status_tags", "open_names")},
    "numbers": lambda rows: measures.numbers(rows, measures.MEASURES.values(), owners=["Blayne ISD"]),
    "other_lists": lambda rows: measures.other_lists(rows, WORDS),
    "rule_beside_ids": lambda rows: measures.rule_beside_ids(rows, "released id"),
    **{name: partial(with_lists, name) for name in ("access", "with_access", "without_access")},
    **{name: partial(with_repeats, name) for name in REPEATED},
}  # fmt: skip
"""How each measure that needs more than searches is asked; the others are given the searches alone."""


def measures_of_searches():
    """Every public measure that is counted from searches, or from the names in them."""
    found = []
    for name in set(measures.__all__) - {"scopes", "unmet"}:
        one = getattr(measures, name)
        if inspect.isfunction(inspect.unwrap(one)) and {"searches", "again", "names"} & set(
            inspect.signature(one).parameters
        ):
            found.append(name)
    return sorted(set(found) - {"measures"})


def asked(name, rows):
    """What a measure says of these rows: numbers and tables, in a list."""
    found = CALLS.get(name, getattr(measures, name))(rows)
    return list(found) if isinstance(found, tuple) else [found]


# What holds of every number -----------------------------------------------------------------------------------


def check_numbers(found, rows):
    said = measures.lookup([{**one, "scope": (at, one["scope"])} for at, one in enumerate(found)])
    assert len(said) == len(found)
    for one in found:
        measure, value, unit = one["measure"], one["value"], one["unit"]
        assert value is None or not one.get("because"), one
        if isinstance(value, (int, float)):
            assert math.isfinite(value), one
            assert unit != "share" or 0 <= value <= 1, one
        if isinstance(value, int):
            assert value >= 0 or unit == "days", one
            assert (
                value <= rows.count()
                or unit in ("days", "networks", "devices", "lines", "camera owners")
                or "_with_access" in measure
            ), one
        if one.get("numerator") is not None and unit in ("rows", "share"):
            assert 0 <= one["numerator"] <= one["denominator"], one
    every = {one["measure"]: one["value"] for one in found if one["scope"] == "all"}
    # An agreement signed after an agency's searches in one log may be signed before its searches in another.
    every.pop("agencies_287g_signed_later.core", None)
    for name, total in every.items():
        parts = [one["value"] for one in found if one["measure"] == name and one["scope"] != "all"]
        if parts and isinstance(total, int) and all(isinstance(part, int) for part in parts):
            assert max(parts) <= total, name


def check_table(name, table):
    for column in table.columns:
        values = table[column]
        if pd.api.types.is_numeric_dtype(values):
            plain = values.dropna().astype(float)
            assert not plain.isin([math.inf, -math.inf]).any(), (name, column)
            assert (
                values.isna().sum() == 0 or isinstance(values.dtype, pd.Int64Dtype) or column in MAY_BE_EMPTY
            )
            if "share" in str(column):
                assert plain.between(0, 1).all(), (name, column)


MAY_BE_EMPTY = ("networks", "devices", "agencies_287g", "searches_a_day", "vague_typed_share",
                "precision_share", "recall_share", "cited_share", "ratio", "low", "high", "spread")  # fmt: skip
"""Columns of a table that are empty where nothing is known."""


@pytest.mark.parametrize("name", measures_of_searches())
@given(rows=logs())
@settings(deadline=None, max_examples=8)
def test_whatever_a_log_holds_a_measure_says_what_is_true_of_it(name, rows):
    for found in asked(name, rows):
        if isinstance(found, list):
            check_numbers(found, rows)
        elif isinstance(found, pd.DataFrame):
            check_table(name, found)
        elif isinstance(found, Searches):
            assert found.count() <= rows.count()
        else:
            assert isinstance(found, str)
