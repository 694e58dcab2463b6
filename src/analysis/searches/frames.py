"""Reads time frames: the days that a search asked for, in one cell or in two."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.searches.clocks import Clock
from analysis.searches.columns import unread
from analysis.searches.shapes import NONE, Shapes, characters, flat, in_shapes, widths
from analysis.searches.times import (
    FIRST_YEAR,
    moments,
    new_year,
    outside,
    own_clock,
    parsed,
    swapped,
    vendors_swapped,
)

_YEARS = new_year(FIRST_YEAR), new_year(2037)
"""A time frame that begins or ends in 1970 or 2037 has no beginning or end: these are the first and the last year of a
computer's clock."""


def pair(texts: pa.Array, clock: Clock) -> tuple[pa.Array, pa.Array]:
    """The two times of a time frame column: start and end in UTC, null where they are not known (see `_framed`).

    The vendor puts the same character between them everywhere; other copies put 'to', a dash or a space there.
    """
    texts, shapes = flat(texts), clock.file.shapes
    start, end = np.full(len(texts), NONE), np.full(len(texts), NONE)
    width, between = widths(texts), np.frombuffer(shapes.between.encode(), np.uint8)
    for first, second in product({shape.width for shape in shapes.native}, repeat=2):
        behind = first + len(between)
        rows = np.flatnonzero((width == behind + second) & (start == NONE))
        if len(rows):
            cells = characters(texts, rows, behind + second)
            split = (cells[:, first:behind] == between).all(axis=1)
            cells, rows = (cells, rows) if split.all() else (cells[split], rows[split])
            start[rows], end[rows] = (
                in_shapes(side, shapes.native)[0] for side in (cells[:, :first], cells[:, behind:])
            )
    left = np.flatnonzero((width > 0) & ((start == NONE) | (end == NONE)))
    for out in (start, end):
        native = np.flatnonzero(out != NONE)
        if vendors_swapped(out[native], [], clock):
            out[native], _ = swapped(out[native], True)
    if len(left):
        sides = halves(texts.take(pa.array(left)), shapes.between)
        for side, out in zip(sides, (start, end)):
            out[left] = np.where(out[left] == NONE, parsed(side, clock)[0], out[left])
        clock.note(_UNREAD, unread(texts, (start == NONE) | (end == NONE)))
    return _framed(start, end, clock)


_UNREAD = "time frames that could not be read, not known"


def is_frame(texts: pa.Array, shapes: Shapes) -> pa.Array:
    """Which cells are a time frame with a start and an end; they alone decide what they leave open."""
    start, end = pair(texts, frame_clock(texts, shapes))
    return pc.and_(start.is_valid(), end.is_valid())


def frame_clock(texts: pa.Array, shapes: Shapes) -> Clock:
    """A clock that knows nothing but these time frames."""
    return own_clock(pa.concat_arrays(halves(texts, shapes.between)), shapes)


def halves(texts: pa.Array, between: str) -> tuple[pa.Array, pa.Array]:
    """The two texts of each time frame, empty where there are not two; `between` is what the vendor puts there."""
    coded = flat(texts).fill_null("").dictionary_encode()
    distinct = coded.dictionary
    found = pc.extract_regex(distinct, _TWO_LINES)
    sides = [pc.struct_field(found, side) for side in (0, 1)]
    if found.null_count:
        rest = [_split(text, between) for text in distinct.filter(found.is_null()).to_pylist()]
        sides = [
            pc.replace_with_mask(cells, found.is_null(), pa.array([pair[side] for pair in rest], pa.string()))
            for side, cells in enumerate(sides)
        ]
    return sides[0].take(coded.indices), sides[1].take(coded.indices)


_TIME = r"[0-9]\S*(?: [0-9:]+)?(?: [AP]M)?(?: [A-Z]+)?"
_TWO_LINES = rf"^(?P<first>{_TIME})\n(?P<second>{_TIME})$"
"""Most time frames: a time on each of two lines. RE2 splits them all at once."""

_BETWEEN = re.compile(r"\s*[\r\n]+\s*|\s+(?:to|[-\u2013\u2014])\s+")
_PAIR = re.compile(r"(.+?(?:UTC|[A-Z]{3,4}|[AP]M|Z)) (?=\d)(.+)")


def _split(text: str, between: str) -> tuple[str, str]:
    sides = text.strip().split(between) if between.strip() else []
    sides = sides if len(sides) == 2 else _BETWEEN.split(text.strip())
    if len(sides) == 2:
        return sides[0], sides[1]
    match = _PAIR.fullmatch(" ".join(text.split())) if len(sides) == 1 else None
    return (match[1], match[2]) if match else ("", "")


def frame(start: pa.Array, end: pa.Array, starts: Clock, ends: Clock) -> tuple[pa.Array, pa.Array]:
    """The time frames of two columns, one of starts and one of ends."""
    texts, clocks = (flat(start), flat(end)), (starts, ends)
    sides = [parsed(side, clock)[0] for side, clock in zip(texts, clocks, strict=True)]
    for side, ticks, clock in zip(texts, sides, clocks, strict=True):
        clock.note(_UNREAD, unread(side, ticks == NONE))
    return _framed(sides[0], sides[1], starts)


def _framed(start: np.ndarray, end: np.ndarray, clock: Clock | None) -> tuple[pa.Array, pa.Array]:
    """Time frames of which the years can be true; others, such as those from 1970 or until 2037, are not known."""
    odd = outside(start, _YEARS) | outside(end, _YEARS)
    start, end = np.where(odd, NONE, start), np.where(odd, NONE, end)
    if clock:
        clock.note("time frames that begin or end before 2000 or after 2036, not known", odd.sum())
        clock.note("time frames that end before they begin, kept", ((start > end) & (end != NONE)).sum())
    return moments(start), moments(end)
