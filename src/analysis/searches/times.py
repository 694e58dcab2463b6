"""Reads every way in which exports write a time; what it cannot read stays null, never guessed.

Exports say UTC or carry a zone; a time without either is UTC, as the portals' are, unless its file's entry in
source.toml names a zone. A date without a time is the camera owner's local day. Nearly all times of a file share one
shape of fixed width, so their digits are taken as columns of bytes: 733,000 in a tenth of a second, against a second
and a half through a general parser. Which of day and month comes first is decided over a whole file (`clocks`).
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.searches.clocks import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, Clock, Clocks, Evidence
from analysis.vendors import zone_hours

TYPE = pa.timestamp("us", tz="UTC")

# d is a digit, A is A or P; every other character is itself. Exports before July 2025 pad neither month nor day.
_NATIVE_DAYS = ("dd/dd", "d/d", "d/dd", "dd/d")
NATIVE = tuple(f"{day}/dddd, dd:dd:dd AM UTC" for day in _NATIVE_DAYS)
ZONED = (*NATIVE, "dddd-dd-ddTdd:dd:dd.dddZ", "dddd-dd-ddTdd:dd:ddZ")
STORED = (
    "dddd-dd-dd dd:dd:dd",
    "dddd-dd-dd, dd:dd:dd",
)  # a workbook's date cells; those beside a time's column
NAIVE = ("dddd-dd-dd dd:dd:dd.ddd", *STORED)
SHAPES = (*ZONED, *NAIVE)

_NATIVE_PARTS = ("month", "day", "year", "hour", "minute", "second")
_OTHER_PARTS = ("year", "month", "day", "hour", "minute", "second", "milli")

PRECISIONS = ("second", "minute", "day")
_SECOND, _MINUTE, _DAY_ONLY = range(3)

_NONE = np.iinfo(np.int64).min  # no moment that an export could hold
_EPOCH = datetime(1970, 1, 1)
_MINUTE_TICKS, _DAY_TICKS = 60_000_000, 86_400_000_000


def _new_year(year: int) -> int:
    return (datetime(year, 1, 1) - _EPOCH) // timedelta(microseconds=1)


FIRST_YEAR, LAST_YEAR, NO_END = 2000, 2049, 2037
"""Searches outside the first two are mistakes. A time frame that begins or ends in 1970 or 2037 has no beginning or
end: these are the first and the last year of a computer's clock."""
_SEARCHED, _FRAMED = (
    (_new_year(FIRST_YEAR), _new_year(LAST_YEAR + 1)),
    (_new_year(FIRST_YEAR), _new_year(NO_END)),
)


class Times(NamedTuple):
    """A column of times: the moments (UTC), how exact each is (one of `PRECISIONS`), and which could be read two
    ways. A moment is null where the cell is blank, cannot be read, or could be read two ways."""

    moments: pa.Array
    precision: pa.Array
    two_ways: pa.Array


def read(texts: pa.Array, clock: Clock | None = None) -> Times:
    """The times of a string column. Without a clock, the column's own cells decide what they leave open."""
    texts = _flat(texts)
    clock = clock or own_clock(texts)
    ticks, precision, two_ways = _parsed(texts, clock)
    far = _outside(ticks, _SEARCHED)
    clock.note("times with a year before 2000 or after 2049, not read", far.sum())
    ticks[far] = _NONE
    named = pa.DictionaryArray.from_arrays(pa.array(precision, pa.int8()), pa.array(PRECISIONS))
    return Times(_moments(ticks), named.cast(pa.string()), pa.array(two_ways))


def own_clock(texts: pa.Array) -> Clock:
    """A clock that knows nothing but these cells."""
    return Clocks(survey=lambda: [{"": evidence(texts)}]).of("")


def parse(texts: pa.Array, clock: Clock | None = None) -> pa.Array:
    """Times of a string column as UTC, microseconds; null where blank or not a time in any known shape."""
    return read(texts, clock).moments


def one(text: str) -> datetime | None:
    """One time in any known shape, or None."""
    return parse(pa.array([text])).to_pylist()[0]


def _moments(ticks: np.ndarray) -> pa.Array:
    return pa.array(ticks, pa.int64(), mask=ticks == _NONE).cast(TYPE)


def _outside(ticks: np.ndarray, years: tuple[int, int]) -> np.ndarray:
    return (ticks != _NONE) & ((ticks < years[0]) | (ticks >= years[1]))


def evidence(texts: pa.Array) -> Evidence:
    """What a column's cells say of the order of day and month, and of how exact its times are."""
    cells = _scan(_flat(texts))
    found = Evidence()
    month_first = int((_month_and_day(cells.ticks[cells.native])[1] > 12).sum())
    found.vendors += Counter({MONTH_FIRST: month_first})
    for text, count in zip(cells.written, np.bincount(cells.codes, minlength=len(cells.written)).tolist()):
        if text is None:
            continue
        if text.native and len(text.dates) == 1:
            found.vendors[next(iter(text.dates))] += count
        if text.stored:
            date = text.dates[YEAR_FIRST]
            found.stored[date.month, date.day, text.precision != _DAY_ONLY] += count
        elif not text.settled and not _decided_alone(text):
            alone = next(iter(text.dates.values())).month if len(text.dates) == 1 else 0
            found.orders[frozenset(text.dates), alone] += count
    if len(cells.stored):
        month, day = _month_and_day(cells.ticks[cells.stored])
        for code, count in enumerate(np.bincount(month * 32 + day).tolist()):
            if count:
                found.stored[code // 32, code % 32, True] += count
    timed = np.array([text is not None and text.precision != _DAY_ONLY for text in cells.written], bool)
    clocks = np.array([text.clock if text else 0 for text in cells.written], np.int64)[cells.codes]
    seen = np.concatenate([cells.ticks[cells.ticks != _NONE], clocks[timed[cells.codes]]])
    found.timed = len(seen)
    found.any_seconds = bool((seen % _MINUTE_TICKS).any())
    found.any_time = bool((seen % _DAY_TICKS).any())
    return found


# Columns ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cells:
    """A column as far as each cell can be read alone.

    `ticks` are the microseconds since 1970 of the fixed shapes, in UTC or, where `naive` holds, without a zone;
    `native` are the rows in the vendor's own form, taken as month first, `stored` those that look like a workbook's
    date cells. `rest` are the other rows that are not blank, and
    `codes` gives for each of them its place among the distinct texts that were `written`.
    """

    ticks: np.ndarray
    naive: np.ndarray
    native: np.ndarray
    stored: np.ndarray
    rest: np.ndarray
    codes: np.ndarray
    written: list[_Written | None]


def _scan(texts: pa.Array) -> _Cells:
    width = _widths(texts)
    ticks = np.full(len(texts), _NONE)
    found: dict[str, np.ndarray] = {}
    for size in {len(shape) for shape in SHAPES}:
        rows = np.flatnonzero(width == size)
        if len(rows):
            ticks[rows], shapes = _in_shapes(_characters(texts, rows, size))
            found |= {shape: rows[which] for shape, which in shapes.items()}
    none = np.empty(0, np.int64)
    naive, native, stored = (
        np.concatenate([none, *(found[shape] for shape in shapes if shape in found)])
        for shapes in (NAIVE, NATIVE, STORED)
    )
    rest = np.flatnonzero((width > 0) & (ticks == _NONE))
    coded = texts.take(pa.array(rest)).dictionary_encode()
    written = [_written(text) for text in coded.dictionary.to_pylist()]
    return _Cells(ticks, naive, native, stored, rest, coded.indices.to_numpy(), written)


def _parsed(texts: pa.Array, clock: Clock) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Microseconds since 1970 of each text (`_NONE` where it is no time), how exact it is, whether it could be read
    two ways."""
    cells = _scan(texts)
    ticks, precision = cells.ticks, np.zeros(len(texts), np.int8)
    two_ways, naive = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    naive[cells.naive] = True
    if _vendors_day_first(ticks[cells.native], cells.written, clock):
        ticks[cells.native], _ = _put_back(ticks[cells.native], True)
    if any(cells.written):
        chosen = np.array(_chosen(cells.written, clock), dtype=np.int64)[cells.codes]
        ticks[cells.rest], precision[cells.rest] = chosen[:, 0], chosen[:, 1]
        naive[cells.rest], two_ways[cells.rest] = chosen[:, 2], chosen[:, 3]
    if clock.date_cells and len(cells.stored):
        ticks[cells.stored], two_ways[cells.stored] = _put_back(
            ticks[cells.stored], clock.evidence.exchanged()
        )
    if clock.column in ("search_time", ""):
        timed = (ticks != _NONE) & (precision < _DAY_ONLY)
        precision[timed] = np.maximum(precision[timed], PRECISIONS.index(_cut(ticks[timed], clock)))
    if naive.any() or precision.any():
        days = (precision == _DAY_ONLY) & (ticks != _NONE)
        ticks[days] = _in_utc(ticks[days], clock.file.day_zone, days=True)
        others = naive & ~days & (ticks != _NONE)
        ticks[others] = _in_utc(ticks[others], clock.file.zone)
        clock.note(
            "local times that a change of clocks repeats or leaves out, not read",
            (ticks[others] == _NONE).sum(),
        )
        if clock.file.assumed and clock.column == "search_time":
            clock.note(
                "times without a zone, taken for UTC (time_zone in the file's entry says another)",
                others.sum(),
            )
    return ticks, precision, two_ways


def _cut(ticks: np.ndarray, clock: Clock) -> str:
    """How exact a column's times are; the whole column is asked only where no second was met yet."""
    if (ticks[:1000] % _MINUTE_TICKS).any() or (ticks % _MINUTE_TICKS).any():
        clock.file.seconds.set()
    exact = not len(ticks) or clock.file.seconds.is_set()
    return PRECISIONS[_SECOND] if exact else clock.evidence.cut()


def _vendors_day_first(ticks: np.ndarray, written: list[_Written | None], clock: Clock) -> bool:
    """Whether dates in the vendor's own form, here taken as month first, are day first.

    The file is asked only where none was met yet that can only be month first, as most days of a month are.
    """
    texts = [text for text in written if text and text.native]
    if clock.file.month_first.is_set() or not (len(ticks) or texts):
        return False
    if (_month_and_day(ticks)[1] > 12).any() or any(DAY_FIRST not in text.dates for text in texts):
        clock.file.month_first.set()
        return False
    return clock.file.vendors_day_first()


def _put_back(ticks: np.ndarray, exchanged: bool | None) -> tuple[np.ndarray, np.ndarray]:
    """The times of a workbook's date cells, and which of them could be read two ways."""
    if exchanged is False:
        return ticks, np.zeros(len(ticks), bool)
    month, day = _month_and_day(ticks)
    other = (day <= 12) & (day != month)
    if exchanged is None:
        return np.where(other, _NONE, ticks), other
    year = ticks.astype("M8[us]").astype("M8[Y]")
    swapped = (year.astype("M8[M]") + (day - 1)).astype("M8[D]") + (month - 1)
    back = swapped.astype("M8[us]").astype(np.int64) + ticks % _DAY_TICKS
    return np.where(other, back, ticks), np.zeros(len(ticks), bool)


def _month_and_day(ticks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    day = ticks.astype("M8[us]").astype("M8[D]")
    month = day.astype("M8[M]")
    return month.astype(np.int64) % 12 + 1, (day - month).astype(np.int64) + 1


def _in_utc(ticks: np.ndarray, zone: str, days: bool = False) -> np.ndarray:
    """Local times as moments. A local time that a change of clocks repeats or leaves out is no moment; a day begins
    at its first."""
    if zone == "UTC" or not len(ticks):
        return ticks
    near = (ticks > _SEARCHED[0] - _DAY_TICKS) & (
        ticks < _SEARCHED[1] + _DAY_TICKS
    )  # the others are none anyway
    local = pa.array(ticks[near], pa.timestamp("us"))
    first, last = (
        pc.assume_timezone(local, zone, ambiguous=which, nonexistent=other).cast(pa.int64()).to_numpy()
        for which, other in (("earliest", "latest"), ("latest", "earliest"))
    )
    found = ticks.copy()
    found[near] = first if days else np.where(first == last, first, _NONE)
    return found


def pair(texts: pa.Array, clock: Clock | None = None) -> tuple[pa.Array, pa.Array]:
    """The two times of a time frame column: start and end in UTC, null where they are not known (see `framed`).

    The native cell holds two times with a line feed between them; other copies put 'to', a dash or a blank there.
    """
    texts = _flat(texts)
    start, end = np.full(len(texts), _NONE), np.full(len(texts), _NONE)
    width = _widths(texts)
    for first, second in product({len(shape) for shape in NATIVE}, repeat=2):
        rows = np.flatnonzero((width == first + 1 + second) & (start == _NONE))
        if len(rows):
            characters = _characters(texts, rows, first + 1 + second)
            split = characters[:, first] == ord("\n")
            characters, rows = (characters, rows) if split.all() else (characters[split], rows[split])
            start[rows], end[rows] = (
                _in_shapes(part, NATIVE)[0] for part in (characters[:, :first], characters[:, first + 1 :])
            )
    left = np.flatnonzero((width > 0) & ((start == _NONE) | (end == _NONE)))
    clock = clock or Clocks(survey=lambda: [{"": evidence(pa.concat_arrays(halves(texts)))}]).of("")
    for out in (start, end):
        native = np.flatnonzero(out != _NONE)
        if _vendors_day_first(out[native], [], clock):
            out[native], _ = _put_back(out[native], True)
    if len(left):
        sides = halves(texts.take(pa.array(left)))
        for side, out in zip(sides, (start, end)):
            out[left] = np.where(out[left] == _NONE, _parsed(side, clock)[0], out[left])
    return _framed(start, end, clock)


def halves(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The two texts of each time frame, blank where there are not two."""
    coded = _flat(texts).fill_null("").dictionary_encode()
    split = [_split(text) for text in coded.dictionary.to_pylist()]
    first, second = (
        pa.array([pair[side] for pair in split], pa.string()).take(coded.indices) for side in (0, 1)
    )
    return first, second


_BETWEEN = re.compile(r"\s*[\r\n]+\s*|\s+(?:to|[-\u2013\u2014])\s+")
_PAIR = re.compile(r"(.+?(?:UTC|[A-Z]{3,4}|[AP]M|Z)) (?=\d)(.+)")


def _split(text: str) -> tuple[str, str]:
    parts = _BETWEEN.split(text.strip())
    if len(parts) == 2:
        return parts[0], parts[1]
    match = _PAIR.fullmatch(" ".join(text.split())) if len(parts) == 1 else None
    return (match[1], match[2]) if match else ("", "")


def frame(start: pa.Array, end: pa.Array, starts: Clock, ends: Clock) -> tuple[pa.Array, pa.Array]:
    """The time frames of two columns, one of starts and one of ends."""
    return _framed(_parsed(_flat(start), starts)[0], _parsed(_flat(end), ends)[0], starts)


def _framed(start: np.ndarray, end: np.ndarray, clock: Clock | None) -> tuple[pa.Array, pa.Array]:
    """Time frames of which the years can be true; others, such as those from 1970 or until 2037, are not known."""
    odd = _outside(start, _FRAMED) | _outside(end, _FRAMED)
    start, end = np.where(odd, _NONE, start), np.where(odd, _NONE, end)
    if clock:
        clock.note("time frames that begin or end before 2000 or after 2036, not known", odd.sum())
        clock.note("time frames that end before they begin, kept", ((start > end) & (end != _NONE)).sum())
    return _moments(start), _moments(end)


# One text -------------------------------------------------------------------------------------------------------

_TIME_OF_DAY = (
    r"(?:(?:[,T]|,? at)? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?)? ?(?P<zone>[A-Za-z]{1,4}|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?)?"
)
_DATES = tuple(
    re.compile(date + _TIME_OF_DAY)
    for date in (
        r"(?P<year>\d{4})(?P<between>[-/.])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})(?P<between>[-/.])(?P<next>\d{1,2})(?P=between)(?P<last>\d{4}|\d{2})",
        r"(?:[A-Za-z]{3,9},? )?(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
        r"(?:[A-Za-z]{3,9},? )?(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<name>[A-Za-z]{3,9})\.?,?[ -]"
        r"(?P<year>\d{4}|\d{2})",
    )
)
_MONTHS = {name.casefold(): month for month, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: month for name, month in _MONTHS.items()} | {"sept": 9}
_VENDOR_BEGAN = 2017
DAY_NUMBERS = (36_526, 54_789)  # the first day of 2000 and of 2050: between them lies every audit


class _Written(NamedTuple):
    """A text as a time: the dates that it can be, by the order of its numbers; microseconds since midnight; minutes
    from UTC, None where it has no zone. `native` texts have the vendor's own form, and `settled` dates one order by
    their form, whatever the file's others have; `stored` look like a date cell of a workbook."""

    dates: dict[str, datetime]
    clock: int
    zone: int | None
    precision: int
    native: bool
    settled: bool
    stored: bool
    dotted: bool


def _chosen(written: list[_Written | None], clock: Clock) -> list[tuple[int, int, int, int]]:
    """Of each text: microseconds since 1970, how exact, whether it has no zone, whether it could be read two ways."""
    is_open = any(text and len(text.dates) > 1 and not text.native for text in written)
    order = clock.order if is_open else None
    if any(text and text.native for text in written):
        vendors = DAY_FIRST if _vendors_day_first(np.empty(0, np.int64), written, clock) else MONTH_FIRST
    has_cells = clock.date_cells and any(text and text.stored for text in written)
    exchanged = clock.evidence.exchanged() if has_cells else False
    with_times = has_cells and any(timed for _, _, timed in clock.evidence.stored)
    found = []
    for text in written:
        date = None
        if text:
            date = text.dates.get(vendors) if text.native else _date(text, order, exchanged)
        if text is None or date is None:
            found.append((_NONE, _SECOND, 0, int(text is not None and not text.native)))
            continue
        ticks = (date - _EPOCH) // timedelta(microseconds=1) + text.clock - (text.zone or 0) * _MINUTE_TICKS
        # A workbook gives a time at midnight as a day without a time.
        precision = _SECOND if text.stored and with_times else text.precision
        found.append((ticks, precision, int(text.zone is None), 0))
    return found


def _decided_alone(text: _Written) -> bool:
    """Whether a date needs no others: 5/5/2025, and 6.5.2025, since no country writes month.day.year."""
    same = len(text.dates) > 1 and len(set(text.dates.values())) == 1
    return same or (text.dotted and DAY_FIRST in text.dates)


def _date(text: _Written, order: str | None, exchanged: bool | None) -> datetime | None:
    """The day that a text means; None where it could be two."""
    if text.stored:
        day = text.dates[YEAR_FIRST]
        if exchanged is False or day.day > 12 or day.day == day.month:
            return day
        return day.replace(month=day.day, day=day.month) if exchanged else None
    if order in text.dates:
        return text.dates[order]
    if text.dotted and order is None and DAY_FIRST in text.dates:
        return text.dates[DAY_FIRST]
    days = set(text.dates.values())
    return days.pop() if len(days) == 1 else None


def _written(text: str) -> _Written | None:
    """What a text says if it is a time in any known shape. The slow way, for what the fixed shapes do not cover."""
    text = " ".join(text.split())
    match = next(filter(None, (form.fullmatch(text) for form in _DATES)), None)
    if match is None:
        return _day_number(text)
    part = match.groupdict()
    zone, hour = _zone(part["zone"]), _hour(int(part["hour"] or 0), part["half"])
    minute, second = int(part["minute"] or 0), int(part["second"] or 0)
    if zone == _NO_ZONE or hour is None or hour > 23 or minute > 59 or second > 59:
        return None
    native = part.get("between") == "/" and part["half"] is not None and zone is not None
    dates = _dates(*(part.get(name) or "" for name in _NUMBERS))
    if not dates:
        return None
    precision = _DAY_ONLY if part["hour"] is None else _MINUTE if part["second"] is None else _SECOND
    clock = ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((part["fraction"] or "").ljust(6, "0"))
    iso = YEAR_FIRST in dates and part.get("first") is None and part.get("between") == "-"
    return _Written(
        dates, clock, zone, precision, native, native or part.get("first") is None,
        iso and zone is None and not part["fraction"] and "T" not in text, part.get("between") == ".",
    )  # fmt: skip


_NUMBERS = ("name", "year", "month", "day", "first", "next", "last")


@lru_cache(1 << 16)
def _dates(
    name: str, year: str, month: str, day: str, first: str, following: str, last: str
) -> dict[str, datetime]:
    """The dates that the numbers of a text can be, by their order. A file has few days beside its times."""
    if name:
        orders = {MONTH_FIRST: (year, str(_MONTHS.get(name.casefold(), 0)), day)}
    elif year:
        orders = {YEAR_FIRST: (year, month, day)}
    else:
        orders = {MONTH_FIRST: (last, first, following), DAY_FIRST: (last, following, first)}
        if len(last) == 2:
            orders[YEAR_FIRST] = (first, following, last)
    found = {}
    for order, numbers in orders.items():
        short = len(numbers[0]) <= 2
        try:
            date = datetime(int(numbers[0]) + 2000 * short, int(numbers[1]), int(numbers[2]))
        except ValueError:  # no such day
            continue
        # Two digits are a year only if the vendor sold cameras then, which tells most days from years.
        if not short or _VENDOR_BEGAN <= date.year <= LAST_YEAR:
            found[order] = date
    return found


def _day_number(text: str) -> _Written | None:
    """A bare number as a spreadsheet keeps a time: days since 30 December 1899, to the nearest second."""
    if (
        not re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII)
        or not DAY_NUMBERS[0] <= float(text) < DAY_NUMBERS[1]
    ):
        return None
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(float(text) * 86_400))
    day = datetime(moment.year, moment.month, moment.day)
    clock = (moment - day) // timedelta(microseconds=1)
    return _Written(
        {YEAR_FIRST: day}, clock, None, _SECOND if "." in text else _DAY_ONLY, False, True, True, False
    )


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half[0] in "Pp" else 0)


_NO_ZONE = 24 * 60


def _zone(zone: str | None) -> int | None:
    """Minutes from UTC; None where no zone is written, `_NO_ZONE` where what is written is none."""
    if zone is None:
        return None
    sign = re.search(r"[+-]", zone)
    if sign is None:
        hours = zone_hours().get(zone.upper())
        return _NO_ZONE if hours is None else int(hours * 60)
    digits = zone[sign.end() :].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    return int(sign[0] + "1") * (hours * 60 + minutes) if hours <= 14 and minutes < 60 else _NO_ZONE


# Fixed shapes ---------------------------------------------------------------------------------------------


def _flat(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _widths(texts: pa.Array) -> np.ndarray:
    return pc.binary_length(texts).fill_null(0).to_numpy(zero_copy_only=False)


def _characters(texts: pa.Array, rows: np.ndarray, width: int) -> np.ndarray:
    """The bytes of some texts that all have one width: a line for each text."""
    if len(rows) < len(texts):
        texts = texts.take(pa.array(rows))
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    data = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(len(texts), width)


def _in_shapes(
    characters: np.ndarray, shapes: tuple[str, ...] = SHAPES
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Microseconds since 1970 of texts of one width, `_NONE` where they fit no shape, and the rows of each shape."""
    out = np.full(len(characters), _NONE)
    found = {}
    for shape in (shape for shape in shapes if len(shape) == characters.shape[1]):
        rows = np.flatnonzero(out == _NONE)
        values, good = _fixed(characters if len(rows) == len(characters) else characters[rows], shape)
        found[shape] = rows[good]
        out[rows[good]] = values[good]
    return out, found


def _fixed(characters: np.ndarray, shape: str) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since 1970 of texts that all have the shape's width, and which of them fit the shape."""
    columns = np.ascontiguousarray(characters.T)
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
