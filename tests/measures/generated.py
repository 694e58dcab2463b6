"""Logs as Hypothesis generates them, and the lists that a place may carry, for the tests of every measure."""

import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
from frames import log, table
from hypothesis import strategies as st

from analysis import agencies
from analysis.agencies import sharing
from analysis.measures import CUT_OVERS

ZONE = "America/Chicago"
OWNERS = ("Tarnwick ISD", "Mockville TX PD")


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
    "searched_at_precision": st.sampled_from(["second", "second", "minute", "day"]),
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


SILENT = [(), (OWNERS[1],), ("Blayne ISD", OWNERS[0])]
"""Owners of logs without a search, some of whom have another log."""


@st.composite
def logs(draw):
    """Searches of up to six rows, as one object with the vocabulary of a place."""
    alike = ALIKE[draw(st.sampled_from(list(ALIKE)))]
    rows = draw(st.lists(ROW, max_size=6))
    made = table(*[with_name({**row, **alike}) for row in rows])
    more = {"silent": draw(st.sampled_from(SILENT)), "frames_missing": draw(st.booleans())}
    return log(made, time_zone=ZONE, listed=lists()[0][0].agreements, **more)
