"""Reads every way in which the vendor's exports write a time; what it cannot read stays null, never guessed.

Exports say UTC or carry a zone abbreviation; a time without either is read as UTC, as the portals' are.
Nearly all times of a file share one shape of fixed width, so their digits are taken as columns of bytes:
733,000 in a tenth of a second, against a second and a half through a general parser.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.formats import zone_hours

TYPE = pa.timestamp("us", tz="UTC")

# d is a digit, A is A or P; every other sign stands for itself. Exports before July 2025 pad neither month nor day.
_NATIVE_DAYS = ("dd/dd", "d/d", "d/dd", "dd/d")
NATIVE = tuple(f"{day}/dddd, dd:dd:dd AM UTC" for day in _NATIVE_DAYS)
PORTAL = ("dddd-dd-ddTdd:dd:dd.dddZ", "dddd-dd-dd dd:dd:dd.ddd")
SECONDS = (
    "dddd-dd-dd dd:dd:dd",
    "dddd-dd-ddTdd:dd:ddZ",
)  # a workbook's date cells, and downloads without fractions
SHAPES = (*NATIVE, *PORTAL, *SECONDS)

_NATIVE_PARTS = ("month", "day", "year", "hour", "minute", "second")
_OTHER_PARTS = ("year", "month", "day", "hour", "minute", "second", "milli")

_LOOSE = re.compile(
    r"(?:(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})|(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2}))"
    r"(?:[,T]? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6})\d*)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?)? ?(?P<zone>[A-Za-z]{1,4}|[+-]\d{2}:?\d{2})?"
)
DAY_NUMBERS = (36_526, 54_789)  # the first day of 2000 and of 2050: between them lies every audit
_PAIR = re.compile(r"(.+?(?:UTC|[A-Z]{3,4}|[AP]M|Z))(?: to | - | )(?=\d)(.+)")


def parse(texts: pa.Array) -> pa.Array:
    """Times of a string column as UTC, microseconds; null where blank or not a time in any known shape."""
    return _moments(_parsed(_flat(texts)))


_NONE = np.iinfo(np.int64).min  # no moment that an export could hold


def _moments(ticks: np.ndarray) -> pa.Array:
    return pa.array(ticks, pa.int64(), mask=ticks == _NONE).cast(TYPE)


def _parsed(texts: pa.Array) -> np.ndarray:
    """Microseconds since 1970 of each text, `_NONE` where it is no time."""
    width = _widths(texts)
    out = np.full(len(texts), _NONE)
    for size in {len(shape) for shape in SHAPES}:
        rows = np.flatnonzero(width == size)
        if len(rows):
            out[rows] = _in_shapes(_signs(texts, rows, size))
    left = np.flatnonzero((width > 0) & (out == _NONE))
    if len(left):
        rest = texts.take(pa.array(left)).dictionary_encode()
        values = np.array([_ticks(text) for text in rest.dictionary.to_pylist()], dtype=np.int64)
        out[left] = values[rest.indices.to_numpy()]
    return out


def _widths(texts: pa.Array) -> np.ndarray:
    return pc.binary_length(texts).fill_null(0).to_numpy(zero_copy_only=False)


def _ticks(text: str) -> int:
    moment = one(text)
    return _NONE if moment is None else int((moment - _EPOCH) / timedelta(microseconds=1))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pair(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The two times of a time frame column: start and end, each as `parse` gives them.

    The native cell holds two times with a line feed between them; other copies part them by 'to' or a blank.
    """
    texts = _flat(texts)
    start, end = np.full(len(texts), _NONE), np.full(len(texts), _NONE)
    width = _widths(texts)
    for first, second in product({len(shape) for shape in NATIVE}, repeat=2):
        rows = np.flatnonzero((width == first + 1 + second) & (start == _NONE))
        if len(rows):
            signs = _signs(texts, rows, first + 1 + second)
            parted = signs[:, first] == ord("\n")
            signs, rows = (signs, rows) if parted.all() else (signs[parted], rows[parted])
            start[rows], end[rows] = _in_shapes(signs[:, :first]), _in_shapes(signs[:, first + 1 :])
    left = np.flatnonzero((start == _NONE) | (end == _NONE))
    if len(left):
        coded = texts.take(pa.array(left)).fill_null("").dictionary_encode()
        for side, out in ((1, start), (2, end)):
            halves = pa.array([_half(text, side) for text in coded.dictionary.to_pylist()], pa.string())
            read = _parsed(halves)[coded.indices.to_numpy()]
            out[left] = np.where(out[left] == _NONE, read, out[left])
    return _moments(start), _moments(end)


def _half(text: str, side: int) -> str:
    match = _PAIR.fullmatch(" ".join(text.split()))
    return match[side] if match else ""


def one(text: str) -> datetime | None:
    """One time in any known shape, or None. The slow way, for what the fixed shapes do not cover."""
    match = _LOOSE.fullmatch(" ".join(text.split()))
    if match is None:
        return _day_number(text)
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


def _day_number(text: str) -> datetime | None:
    """A bare number as a spreadsheet keeps a time: days since 30 December 1899, to the nearest second."""
    if not re.fullmatch(r"\s*\d{5}(\.\d+)?\s*", text) or not DAY_NUMBERS[0] <= float(text) < DAY_NUMBERS[1]:
        return None
    return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(seconds=round(float(text) * 86_400))


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


def _signs(texts: pa.Array, rows: np.ndarray, width: int) -> np.ndarray:
    """The bytes of some texts that all have one width: a line for each text."""
    if len(rows) < len(texts):
        texts = texts.take(pa.array(rows))
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    data = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(len(texts), width)


def _in_shapes(signs: np.ndarray) -> np.ndarray:
    """Microseconds since 1970 of texts of one width, `_NONE` where they fit no shape of that width."""
    out = np.full(len(signs), _NONE)
    for shape in (shape for shape in SHAPES if len(shape) == signs.shape[1]):
        rows = np.flatnonzero(out == _NONE)
        values, good = _fixed(signs if len(rows) == len(signs) else signs[rows], shape)
        out[rows[good]] = values[good]
    return out


def _fixed(signs: np.ndarray, shape: str) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since 1970 of texts that all have the shape's width, and which of them fit the shape."""
    columns = np.ascontiguousarray(signs.T)
    part = {name: _number(columns[at : at + width]) for name, at, width in _fields(shape)}
    good = _fits(columns, shape)
    hour = part["hour"]
    if shape in NATIVE:
        good &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + 12 * (columns[shape.index("A")] == ord("P"))
    good &= (hour < 24) & (part["minute"] < 60) & (part["second"] < 60) & (part["year"] >= 1)
    good &= (part["month"] >= 1) & (part["month"] <= 12) & (part["day"] >= 1)
    good &= part["day"] <= _days_in_month(part["year"], np.clip(part["month"], 1, 12))
    seconds = _day(part) * np.int64(86_400) + ((hour * 60 + part["minute"]) * 60 + part["second"])
    return seconds * 1_000_000 + part.get("milli", 0) * 1_000, good


@cache
def _fields(shape: str) -> tuple[tuple[str, int, int], ...]:
    """Name, place and width of each number of a shape."""
    names = _NATIVE_PARTS if shape in NATIVE else _OTHER_PARTS
    return tuple((name, run.start(), len(run[0])) for name, run in zip(names, re.finditer("d+", shape)))


def _fits(columns: np.ndarray, shape: str) -> np.ndarray:
    good = np.ones(columns.shape[1], dtype=bool)
    half = shape.index("A") if shape in NATIVE else -1
    for place, (sign, column) in enumerate(zip(shape, columns)):
        if sign == "d":
            good &= (column >= 48) & (column <= 57)
        elif place == half:
            good &= (column == ord("A")) | (column == ord("P"))
        else:
            good &= column == ord(sign)
    return good


def _number(digits: np.ndarray) -> np.ndarray:
    """The numbers that columns of digits write; of four digits at most."""
    value = np.zeros(digits.shape[1], dtype=np.int32)
    for column in digits:
        value = value * 10 + (column.astype(np.int32) - 48)
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
