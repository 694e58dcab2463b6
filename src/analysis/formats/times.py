"""Reads every way in which the vendor's exports write a time; what it cannot read stays null, never guessed.

Exports say UTC or carry a zone abbreviation; a time without either is read as UTC, as the portals' are.
Nearly all times of a file share one shape of fixed width, so their digits are taken as columns of bytes:
733,000 in a tenth of a second, against a second and a half through a general parser.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.formats import zone_hours

TYPE = pa.timestamp("us", tz="UTC")

# d is a digit, A is A or P; every other sign stands for itself.
NATIVE = "dd/dd/dddd, dd:dd:dd AM UTC"
PORTAL = "dddd-dd-ddTdd:dd:dd.dddZ"
PORTAL_2025 = "dddd-dd-dd dd:dd:dd.ddd"
_FIELDS = {
    NATIVE: {"month": 0, "day": 3, "year": 6, "hour": 12, "minute": 15, "second": 18, "half": 21},
    PORTAL: {"year": 0, "month": 5, "day": 8, "hour": 11, "minute": 14, "second": 17, "milli": 20},
    PORTAL_2025: {"year": 0, "month": 5, "day": 8, "hour": 11, "minute": 14, "second": 17, "milli": 20},
}
_WIDTHS = {"year": 4, "milli": 3}

_LOOSE = re.compile(
    r"(?:(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})|(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2}))"
    r"(?:[,T]? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6})\d*)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?)? ?(?P<zone>[A-Za-z]{1,4}|[+-]\d{2}:?\d{2})?"
)
_PAIR = re.compile(r"(.+?(?:UTC|[A-Z]{3,4}|[AP]M|Z))(?: to | - | )(?=\d)(.+)")


def parse(texts: pa.Array) -> pa.Array:
    """Times of a string column as UTC, microseconds; null where blank or not a time in any known shape."""
    texts = _flat(texts)
    width = pc.binary_length(texts)
    out = np.full(len(texts), np.iinfo(np.int64).min)
    left = np.ones(len(texts), dtype=bool)
    for shape in (NATIVE, PORTAL, PORTAL_2025):
        rows = np.flatnonzero(left & (width.to_numpy(zero_copy_only=False) == len(shape)))
        if len(rows):
            values, good = _fixed(texts if len(rows) == len(texts) else texts.take(pa.array(rows)), shape)
            out[rows[good]] = values[good]
            left[rows[good]] = False
    for row in np.flatnonzero(left):
        value = one(texts[int(row)].as_py() or "")
        if value is not None:
            out[row] = int((value - _EPOCH) / timedelta(microseconds=1))
    return pa.array(out, pa.int64(), mask=out == np.iinfo(np.int64).min).cast(TYPE)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pair(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The two times of a time frame column: start and end, each as `parse` gives them.

    The native cell holds two times with a line feed between them; other copies part them by 'to' or a blank.
    """
    texts = _flat(texts)
    usual = pc.and_(
        pc.equal(pc.binary_length(texts), 2 * len(NATIVE) + 1),
        pc.equal(pc.utf8_slice_codeunits(texts, len(NATIVE), len(NATIVE) + 1), "\n"),
    )
    start = pc.if_else(usual, pc.utf8_slice_codeunits(texts, 0, len(NATIVE)), "")
    end = pc.if_else(usual, pc.utf8_slice_codeunits(texts, len(NATIVE) + 1), "")
    if not pc.all(usual).as_py():
        start, end = _split_unusual(texts, usual, start, end)
    return parse(start), parse(end)


def _split_unusual(texts: pa.Array, usual: pa.Array, start: pa.Array, end: pa.Array) -> tuple[pa.Array, ...]:
    starts, ends = start.to_pylist(), end.to_pylist()
    for row in np.flatnonzero(~usual.to_numpy(zero_copy_only=False)):
        match = _PAIR.fullmatch(" ".join((texts[int(row)].as_py() or "").split()))
        starts[row], ends[row] = match.groups() if match else ("", "")
    return pa.array(starts, pa.string()), pa.array(ends, pa.string())


def one(text: str) -> datetime | None:
    """One time in any known shape, or None. The slow way, for what the fixed shapes do not cover."""
    match = _LOOSE.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    part = match.groupdict()
    hours = _zone(part["zone"])
    hour = _hour(int(part["hour"] or 0), part["half"])
    if hours is None or hour is None:
        return None
    try:
        local = datetime(
            int(part["year"] or part["y"]),
            int(part["month"] or part["m"]),
            int(part["day"] or part["d"]),
            hour,
            int(part["minute"] or 0),
            int(part["second"] or 0),
            int((part["fraction"] or "").ljust(6, "0")),
            tzinfo=UTC,
        )
        return local - timedelta(hours=hours)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half[0] in "Pp" else 0)


def _zone(zone: str | None) -> float | None:
    if zone is None:
        return 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        return int(zone[0] + "1") * (int(digits[:2]) + int(digits[2:]) / 60)
    return zone_hours().get(zone.upper())


# Fixed shapes ---------------------------------------------------------------------------------------------


def _flat(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _fixed(texts: pa.Array, shape: str) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since 1970 of texts that all have the shape's width, and which of them fit the shape."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    data = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    signs = data.reshape(len(texts), len(shape))
    part = {
        name: _number(signs, at, _WIDTHS.get(name, 2))
        for name, at in _FIELDS[shape].items()
        if name != "half"
    }
    good = _fits(signs, shape)
    hour = part["hour"]
    if "half" in _FIELDS[shape]:
        good &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + 12 * (signs[:, _FIELDS[shape]["half"]] == ord("P"))
    good &= (hour < 24) & (part["minute"] < 60) & (part["second"] < 60) & (part["year"] >= 1)
    good &= (part["month"] >= 1) & (part["month"] <= 12) & (part["day"] >= 1)
    good &= part["day"] <= _days_in_month(part["year"], np.clip(part["month"], 1, 12))
    seconds = ((_day(part) * 24 + hour) * 60 + part["minute"]) * 60 + part["second"]
    return seconds * 1_000_000 + part.get("milli", 0) * 1_000, good


def _fits(signs: np.ndarray, shape: str) -> np.ndarray:
    good = np.ones(len(signs), dtype=bool)
    for place, sign in enumerate(shape):
        column = signs[:, place]
        if sign == "d":
            good &= (column >= 48) & (column <= 57)
        elif sign == "A" and place == _FIELDS[shape].get("half"):
            good &= (column == ord("A")) | (column == ord("P"))
        else:
            good &= column == ord(sign)
    return good


def _number(signs: np.ndarray, at: int, width: int) -> np.ndarray:
    value = np.zeros(len(signs), dtype=np.int64)
    for place in range(at, at + width):
        value = value * 10 + (signs[:, place].astype(np.int64) - 48)
    return value


def _days_in_month(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    return lengths[month - 1] + (leap & (month == 2))


def _day(part: dict[str, np.ndarray]) -> np.ndarray:
    """Days since 1 January 1970 in the Gregorian calendar, counted in years that begin in March."""
    early = part["month"] <= 2
    year = part["year"] - early
    month = part["month"] + np.where(early, 9, -3)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + part["day"] - 719469
