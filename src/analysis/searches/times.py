"""Reads every way in which exports write a time; what it cannot read stays null, never guessed.

Exports say UTC or carry a zone; a time without either is UTC, as the portals' are, unless its file's entry in
source.toml names a zone, for the file or for one column. A date without a time is the camera owner's local day. Which
of day and month comes first is decided over a whole file (`clocks`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.searches.clocks import Clock, Clocks, Evidence
from analysis.searches.shapes import (
    NONE,
    STORED,
    YEAR_FIRST,
    Shape,
    Shapes,
    characters,
    flat,
    in_shapes,
    widths,
)
from analysis.searches.written import DAY, LAST_YEAR, MINUTE, SECOND, Written, written

TYPE = pa.timestamp("us", tz="UTC")

PRECISIONS = ("second", "minute", "day")

_EPOCH = datetime(1970, 1, 1)
_MINUTE_TICKS, _DAY_TICKS = 60_000_000, 86_400_000_000


def new_year(year: int) -> int:
    """The first moment of a year, in microseconds since 1970."""
    return (datetime(year, 1, 1) - _EPOCH) // timedelta(microseconds=1)


FIRST_YEAR = 2000
"""Searches before it are mistakes."""
_SEARCHED = new_year(FIRST_YEAR), new_year(LAST_YEAR + 1)


class Times(NamedTuple):
    """A column of times: the moments (UTC), how exact each is (one of `PRECISIONS`), and which could be read two
    ways. A moment is null where the cell is blank, cannot be read, or could be read two ways."""

    moments: pa.Array
    precision: pa.Array
    two_ways: pa.Array


def read(texts: pa.Array, clock: Clock) -> Times:
    """The times of a string column."""
    texts = flat(texts)
    ticks, precision, two_ways = parsed(texts, clock)
    far = outside(ticks, _SEARCHED)
    clock.note("times with a year before 2000 or after 2049, not read", far.sum())
    ticks[far] = NONE
    named = pa.DictionaryArray.from_arrays(pa.array(precision, pa.int8()), pa.array(PRECISIONS))
    return Times(moments(ticks), named.cast(pa.string()), pa.array(two_ways))


def own_clock(texts: pa.Array, shapes: Shapes) -> Clock:
    """A clock that knows nothing but these cells."""
    return Clocks(shapes, survey=lambda: [{"": evidence(texts, shapes)}]).clock("")


def parse(texts: pa.Array, shapes: Shapes) -> pa.Array:
    """Times of a string column as UTC, microseconds; null where empty or not a time in any known shape. Its own cells
    decide what they leave open."""
    return read(texts, own_clock(texts, shapes)).moments


def is_time(text: str, shapes: Shapes) -> bool:
    """Whether a text is a time in any known shape."""
    return parse(pa.array([text]), shapes)[0].is_valid


def moments(ticks: np.ndarray) -> pa.Array:
    """Microseconds since 1970 as moments."""
    return pa.array(ticks, pa.int64(), mask=ticks == NONE).cast(TYPE)


def outside(ticks: np.ndarray, years: tuple[int, int]) -> np.ndarray:
    """Which times lie before the first or after the second of two moments."""
    return (ticks != NONE) & ((ticks < years[0]) | (ticks >= years[1]))


def evidence(texts: pa.Array, shapes: Shapes) -> Evidence:
    """What a column's cells say of the order of day and month, and of how exact its times are."""
    cells = _scan(flat(texts), shapes)
    found = Evidence()
    vendors_order = int((_month_and_day(cells.ticks[cells.native])[1] > 12).sum())
    found.vendors += Counter({shapes.order: vendors_order})
    for text, count in zip(cells.written, np.bincount(cells.codes, minlength=len(cells.written)).tolist()):
        if text is None:
            continue
        if text.native and len(text.dates) == 1:
            found.vendors[next(iter(text.dates))] += count
        if text.stored:
            date = text.dates[YEAR_FIRST]
            found.stored[date.month, date.day, text.precision != DAY] += count
        elif not text.settled and not text.decided:
            alone = next(iter(text.dates.values())).month if len(text.dates) == 1 else 0
            found.orders[frozenset(text.dates), alone] += count
    if len(cells.stored):
        month, day = _month_and_day(cells.ticks[cells.stored])
        for code, count in enumerate(np.bincount(month * 32 + day).tolist()):
            if count:
                found.stored[code // 32, code % 32, True] += count
    timed = np.array([text is not None and text.precision != DAY for text in cells.written], bool)
    clocks = np.array([text.clock if text else 0 for text in cells.written], np.int64)[cells.codes]
    seen = np.concatenate([cells.ticks[cells.ticks != NONE], clocks[timed[cells.codes]]])
    found.timed = len(seen)
    found.any_seconds = bool((seen % _MINUTE_TICKS).any())
    found.any_time = bool((seen % _DAY_TICKS).any())
    return found


# Columns ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cells:
    """A column as far as each cell can be read alone.

    `ticks` are the microseconds since 1970 of the fixed shapes, in UTC or, where `naive` holds, without a zone;
    `native` are the rows in the vendor's shapes, taken in the vendor's order, `minutes` those whose shape gives no
    second, `stored` those that look like a workbook's date cells. `rest` are the other rows that are not empty, and
    `codes` gives for each of them the index of its text among the distinct ones that were `written`.
    """

    ticks: np.ndarray
    naive: np.ndarray
    native: np.ndarray
    minutes: np.ndarray
    stored: np.ndarray
    rest: np.ndarray
    codes: np.ndarray
    written: list[Written | None]


def _scan(texts: pa.Array, shapes: Shapes) -> _Cells:
    width = widths(texts)
    ticks = np.full(len(texts), NONE)
    found: dict[Shape, np.ndarray] = {}
    for size in {shape.width for shape in shapes.all}:
        rows = np.flatnonzero(width == size)
        if len(rows):
            ticks[rows], fitting = in_shapes(characters(texts, rows, size), shapes.all)
            found |= {shape: rows[which] for shape, which in fitting.items()}
    none = np.empty(0, np.int64)
    naive, native, minutes, stored = (
        np.concatenate([none, *(rows for shape, rows in found.items() if chosen(shape))])
        for chosen in (
            lambda shape: not shape.has_zone,
            lambda shape: shape in shapes.native,
            lambda shape: not shape.has_seconds,
            lambda shape: shape in STORED,
        )
    )
    rest = np.flatnonzero((width > 0) & (ticks == NONE))
    coded = texts.take(pa.array(rest)).dictionary_encode()
    read_alone = [written(text, shapes) for text in coded.dictionary.to_pylist()]
    return _Cells(ticks, naive, native, minutes, stored, rest, coded.indices.to_numpy(), read_alone)


def parsed(texts: pa.Array, clock: Clock) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Microseconds since 1970 of each text (`NONE` where it is no time), how exact it is, whether it could be read
    two ways."""
    cells = _scan(texts, clock.file.shapes)
    ticks, precision = cells.ticks, np.zeros(len(texts), np.int8)
    two_ways, naive = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    naive[cells.naive], precision[cells.minutes] = True, MINUTE
    if vendors_swapped(ticks[cells.native], cells.written, clock):
        ticks[cells.native], _ = swapped(ticks[cells.native], True)
    if any(cells.written):
        chosen = np.array(_chosen(cells.written, clock), dtype=np.int64)[cells.codes]
        ticks[cells.rest], precision[cells.rest] = chosen[:, 0], chosen[:, 1]
        naive[cells.rest], two_ways[cells.rest] = chosen[:, 2], chosen[:, 3]
    if clock.date_cells and len(cells.stored):
        ticks[cells.stored], two_ways[cells.stored] = swapped(ticks[cells.stored], clock.evidence.exchanged())
    if clock.column in ("search_time", ""):
        timed = (ticks != NONE) & (precision < DAY)
        precision[timed] = np.maximum(precision[timed], PRECISIONS.index(_cut(ticks[timed], clock)))
    if naive.any() or precision.any():
        days = (precision == DAY) & (ticks != NONE)
        ticks[days] = _in_utc(ticks[days], clock.file.day_zone, days=True)
        others = naive & ~days & (ticks != NONE)
        ticks[others] = _in_utc(ticks[others], clock.zone)
        clock.note(
            "local times that a change of clocks repeats or leaves out, not read",
            (ticks[others] == NONE).sum(),
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
    return PRECISIONS[SECOND] if exact else clock.evidence.cut()


def vendors_swapped(ticks: np.ndarray, texts: list[Written | None], clock: Clock) -> bool:
    """Whether dates in the vendor's shapes, here taken in the vendor's order, have day and month the other way round.

    The file is looked through only where none was met yet that has no other order, as most days of a month have.
    """
    shapes, settled = clock.file.shapes, clock.file.vendors_order
    native = [text for text in texts if text and text.native]
    if not shapes.other_order or settled.is_set() or not (len(ticks) or native):
        return False
    if (_month_and_day(ticks)[1] > 12).any() or any(shapes.other_order not in text.dates for text in native):
        settled.set()
        return False
    return clock.file.vendors_swapped()


def swapped(ticks: np.ndarray, exchanged: bool | None) -> tuple[np.ndarray, np.ndarray]:
    """The times with day and month exchanged, if they were, and which of them could be read two ways (None)."""
    if exchanged is False:
        return ticks, np.zeros(len(ticks), bool)
    month, day = _month_and_day(ticks)
    other = (day <= 12) & (day != month)
    if exchanged is None:
        return np.where(other, NONE, ticks), other
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
    found[near] = first if days else np.where(first == last, first, NONE)
    return found


def _chosen(texts: list[Written | None], clock: Clock) -> list[tuple[int, int, int, int]]:
    """Of each text: microseconds since 1970, how exact, whether it has no zone, whether it could be read two ways."""
    is_open = any(text and len(text.dates) > 1 and not text.native for text in texts)
    order = clock.order if is_open else None
    if any(text and text.native for text in texts):
        shapes = clock.file.shapes
        swapped = vendors_swapped(np.empty(0, np.int64), texts, clock)
        vendors = shapes.other_order if swapped else shapes.order
    has_cells = clock.date_cells and any(text and text.stored for text in texts)
    exchanged = clock.evidence.exchanged() if has_cells else False
    with_times = has_cells and any(timed for _, _, timed in clock.evidence.stored)
    found = []
    for text in texts:
        date = None
        if text:
            date = text.dates.get(vendors) if text.native else text.day(order, exchanged)
        if text is None or date is None:
            found.append((NONE, SECOND, 0, int(text is not None and not text.native)))
            continue
        ticks = (date - _EPOCH) // timedelta(microseconds=1) + text.clock - (text.zone or 0) * _MINUTE_TICKS
        # A workbook gives a time at midnight as a day without a time.
        precision = SECOND if text.stored and with_times else text.precision
        found.append((ticks, precision, int(text.zone is None), 0))
    return found
