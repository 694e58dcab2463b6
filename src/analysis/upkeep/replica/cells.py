"""Writes cells, lines and times as the vendor's CSV exports have them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica.districts import FIRST_DAY, LONG, SHORT

NA_4 = (
    "Name", " Org Name", " Total Networks Searched", " Total Devices Searched", " Time Frame", " License Plate",
    " Reason", " Case #", " Filters", " Search Time", " Search Type",
)  # fmt: skip
NA_6 = ("ID", " Name", *NA_4[1:], " Text Prompt", " Moderation")
HEADERS = {SHORT: NA_4, LONG: NA_6}


def line(row: Sequence[str]) -> bytes:
    """One record."""
    return (",".join(cell(text) for text in row) + "\r\n").encode()


def cell(text: str) -> str:
    """One CSV cell, quoted only where needed."""
    quoted = '"' + text.replace('"', '""') + '"'
    return quoted if any(character in text for character in ',"\r\n') else text


def cells_of(texts: pa.Array) -> pa.Array:
    """The same for a whole column."""
    needs = pc.match_substring_regex(texts, '[,"\r\n]')
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(needs, quoted, texts)


def moments(seconds: np.ndarray) -> pa.Array:
    """Times in UTC as exports print them (12/17/2025, 11:35:19 AM UTC), from seconds since the first local midnight."""
    since = seconds + 6 * 3600  # midnight in Chicago is six o'clock in UTC, all month
    day, second = since // 86_400, since % 86_400
    first = int(day.min())
    start = np.datetime64(FIRST_DAY)
    days = [str(start + number) for number in range(first, int(day.max()) + 1)]
    dates = pa.array([f"{text[5:7]}/{text[8:]}/{text[:4]}, " for text in days])
    return pc.binary_join_element_wise(dates.take(pa.array(day - first)), _clock().take(pa.array(second)), "")


@cache
def _clock() -> pa.Array:
    """Every second of a day as exports print it."""
    return pa.array(
        f"{(hour + 11) % 12 + 1:02d}:{minute:02d}:{second:02d} {'AM' if hour < 12 else 'PM'} UTC"
        for hour in range(24)
        for minute in range(60)
        for second in range(60)
    )
