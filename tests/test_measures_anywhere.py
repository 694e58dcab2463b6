"""Every measure, on whatever rows a log may hold: none, one, one agency, all masked, all at one instant, no owner."""

import inspect
import math
import tempfile
from functools import cache, partial
from pathlib import Path

import pandas as pd
import pytest
from frames import searches
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import agencies, measures
from analysis.agencies import sharing
from analysis.measures import CUT_OVERS
from analysis.places import ReleasedFile

ZONE = "America/Chicago"
OWNERS = ("Tarnwick ISD", "Mockville TX PD")
WORDS = [
    {"who": "words", "terms": ["ice"]},
    {"who": "names", "parts": ["marl"], "on": "agency"},
]


@cache
def lists():
    """Agreements and sharing lists as a place may carry them."""
    with tempfile.TemporaryDirectory() as folder:
        signed = Path(folder) / "287g-20251231.csv"
        signed.write_text(
            "state,agency,model,signed\nTX,Marl Police Department,TFM,2025-06-01\n"
            "TX,Sampleton Police Department,TFM,soon\n",
            encoding="utf-8",
        )
        shared = Path(folder) / "shared-networks-Tarnwick-ISD-2025-12-01.csv"
        shared.write_text(
            "Organization Name,Shared To Me,Shared By Me\nMarl TX PD,Yes,Yes\nQuellmere GA PD,Yes,Yes\n",
            encoding="utf-8",
        )
        return [agencies.read_list(signed)], [sharing.read_list(shared, OWNERS[0])]


def facts_of(rows):
    """Facts of the files as `build.open_files` gives them, beside these rows."""
    counts = rows.groupby("source_file").size()
    table = pd.DataFrame({"source_file": list(counts.index), "searches": counts.to_numpy()})
    return table.assign(camera_owner=OWNERS[0], forms="NA-1", rejected=0, records=table["searches"])


def names_of(rows):
    return measures.released_names(rows)


def from_names(name, rows):
    return getattr(measures, name)(names_of(rows))


def with_lists(name, rows):
    return getattr(measures, name)(rows, lists()[1])


def with_repeats(name, rows):
    return getattr(measures, name)(rows, measures.seen_again(rows, "rule"))


FILES = [ReleasedFile(name, "00", "network audit", OWNERS[0]) for name in ("a.csv", "b.csv")]
REPEATED = (
    "sightings", "logs_per_search", "repeated_in_one_log", "distinct_by_rule", "overlaps", "same_searches",
)  # fmt: skip
CALLS = {
    "agreements": lambda rows: measures.agreements(rows, lists()[0], ZONE),
    "by_hour": lambda rows: measures.by_hour(rows, ZONE),
    "by_side": lambda rows: measures.by_side(rows, "TX"),
    "by_standing": lambda rows: measures.by_standing(rows, CALLS["agreements"](rows)[1], lists()[0]),
    "coverage": lambda rows: measures.coverage(rows, FILES, ZONE),
    "disagreements": lambda rows: measures.disagreements(rows, WORDS),
    "immigration_per_week": lambda rows: measures.immigration_per_week(rows, ZONE),
    "lists_read": lambda rows: measures.lists_read(lists()[0], rows, ZONE),
    "names_resolved": lambda rows: measures.names_resolved(names_of(rows), agencies.known()),
    **{name: partial(from_names, name) for name in ("accounts", "status_tags", "open_names")},
    "numbers_otherwise": lambda rows: tuple(measures.numbers_otherwise(rows).values()),
    "of_part": lambda rows: measures.of_part(rows, "agencies", "TX"),
    "other_lists": lambda rows: measures.other_lists(rows, WORDS),
    "otherwise": lambda rows: measures.otherwise(rows, lists()[0][0].agreements, ZONE),
    "per_day": lambda rows: measures.per_day(rows, ZONE),
    "released": lambda rows: measures.released(facts_of(rows), rows),
    "seen_again": lambda rows: measures.seen_again(rows, "rule"),
    "weeks_otherwise": lambda rows: measures.weeks_otherwise(rows, ZONE),
    "who": lambda rows: measures.who(rows, "TX"),
    **{name: partial(with_lists, name) for name in ("access", "with_access", "without_access")},
    **{name: partial(with_repeats, name) for name in REPEATED},
}  # fmt: skip
"""How each measure that needs more than searches is asked; the others are given the searches alone."""


def measures_of_searches():
    """Every public measure that is counted from searches, or from the names in them."""
    found = []
    for name in set(measures.__all__) - {"scopes", "lacking"}:
        one = getattr(measures, name)
        if inspect.isfunction(one) and {"searches", "again", "names"} & set(
            inspect.signature(one).parameters
        ):
            found.append(name)
    return sorted(found)


def asked(name, rows):
    """What a measure says of these rows: numbers and tables, in a list."""
    found = CALLS.get(name, getattr(measures, name))(rows)
    return list(found) if isinstance(found, tuple) else [found]


# What rows may hold -------------------------------------------------------------------------------------------

MOMENTS = [
    *(at + span for at, _ in CUT_OVERS for span in map(pd.Timedelta, ("0s", "-1us", "1s"))),
    *map(pd.Timestamp, ("2025-11-02T06:30Z", "2025-11-02T07:30Z", "2000-01-01T00:00Z", "2049-12-31T23:59Z")),
]
"""On and beside each of the vendor's changes, in an hour that the clock repeats, and at the ends of time."""
ROW = st.fixed_dictionaries({
    "source_file": st.sampled_from(["a.csv", "b.csv"]),
    "camera_owner": st.sampled_from([*OWNERS, None]),
    "searching_agency": st.sampled_from(["Marl TX PD", "Sampleton TX PD", "Quellmere GA PD", "***", "", None]),
    "agency_state": st.sampled_from(["TX", "GA", None]),
    "agency_kind": st.sampled_from(["municipal", "federal", None]),
    "own_search": st.sampled_from([True, False, None]),
    "searched_at": st.sampled_from(MOMENTS),
    "window_start": st.sampled_from([None, "2025-11-01T00:00:00Z", "1970-01-01T00:00:00Z"]),
    "window_end": st.sampled_from([None, "2025-12-17T00:00:00Z", "2037-12-31T00:00:00Z"]),
    "networks_searched": st.sampled_from([None, 0, 1, 2, 7_000]),
    "devices_searched": st.sampled_from([None, 0, 100_000]),
    "search_type": st.sampled_from([None, "lookup", "freeform"]),
    "moderation": st.sampled_from([None, "block", "some sentence"]),
    "released_id": st.sampled_from([None, "a", "b"]),
    "search_key": st.sampled_from(["k", "l"]),
    "reason_as_released": st.sampled_from([None, "", "***", "theft", "ice"]),
    "reason_text": st.sampled_from(["", "theft", "patrol"]),
    "reason_origin": st.sampled_from(["typed", "dropdown", "dropdown+typed", "machine", "masked", "blank"]),
    "offense_types": st.sampled_from([[], ["Immigration (civil/administrative)"], ["Robbery"]]),
    "topics": st.sampled_from([[], ["theft"], ["vague"], ["machine_immigration"]]),
    "rules": st.sampled_from([[], ["ero.letters"], ["hsi.letters"]]),
    "immigration_tier": st.sampled_from(["none", "strict", "core", "broad"]),
    "immigration_kind": st.sampled_from([None, "civil", "criminal", "both", "unspecified"]),
    "mixed": st.sampled_from([True, False, None]),
    "dhs_ambiguous": st.sampled_from([True, False]),
})  # fmt: skip


def with_name(row):
    """A row whose released name is the one from which its agency was read."""
    return {**row, "searching_agency_as_released": row["searching_agency"]}


ALIKE = {
    "anything": {},
    "one agency": {"searching_agency": "Marl TX PD", "agency_state": "TX", "agency_kind": "municipal"},
    "everything masked": {
        "searching_agency": "***", "agency_state": None, "agency_kind": None, "reason_as_released": "***",
        "reason_text": "", "reason_origin": "masked", "topics": [], "rules": [], "immigration_tier": "none",
        "immigration_kind": None, "networks_searched": None, "devices_searched": None, "search_type": None,
        "window_start": None, "window_end": None, "released_id": None, "offense_types": [],
    },
    "one instant": {"searched_at": CUT_OVERS[1][0]},
    "no owner": {"camera_owner": None},
    "no agency": {"searching_agency": None, "agency_state": None, "agency_kind": None},
}  # fmt: skip
"""What all rows of a log may have in common."""


@st.composite
def logs(draw):
    alike = ALIKE[draw(st.sampled_from(list(ALIKE)))]
    rows = draw(st.lists(ROW, max_size=6))
    return searches(*[with_name({**row, **alike}) for row in rows])


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
                value <= len(rows)
                or unit in ("days", "networks", "devices", "lines")
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


MAY_BE_EMPTY = ("networks", "devices", "agencies_287g")
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
        else:
            assert isinstance(found, str)
