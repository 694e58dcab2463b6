"""Puts back cells that slipped under other columns, where a row's own times prove by how far.

Seen in releases: two exports pasted together under the first one's header, from row 92,527 of one file on; a row
with a cell too many before its times. A row is put back only if both its time of search and its time frame stand
the same number of columns off, so that all between them do too, and an agency still stands in its own column. In
every other case the row stays unread: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.formats import Form, known_search_types, times
from analysis.readers import Section

STEPS = (1, -1, 2, -2, 3, -3)
"""How many columns a row's cells may have slipped, in the order tried."""

_COUNTS = ("networks", "devices")
_AFTER = ("text_prompt", "moderation", "search_type")


def put_back(section: Section, form: Form) -> Iterator[tuple[Section, np.ndarray]]:
    """The rows of a section that can be put back: a section for each step, and which rows of this one they are.

    `section` holds rows whose time of search cannot be read where the header says.
    """
    if "time_frame" not in form or "search_time" not in form or "agency" not in form:
        return
    left = np.arange(section.cells.num_rows)
    for step in STEPS:
        fits = left[_fits(section.cells.take(pa.array(left)), form, step)] if len(left) else left
        if len(fits):
            yield _moved(section, form, step, fits), fits
            left = np.setdiff1d(left, fits, assume_unique=True)


def _fits(cells: pa.Table, form: Form, step: int) -> np.ndarray:
    """Rows whose time of search and time frame both stand `step` columns off."""
    places = [form.places[name] + step for name in ("search_time", "time_frame")]
    if min(places) < 0 or max(places) >= cells.num_columns:
        return np.zeros(cells.num_rows, dtype=bool)
    searched, frame = (_column(cells, place) for place in places)
    start, end = times.pair(frame)
    good = pc.and_(times.parse(searched).is_valid(), pc.and_(start.is_valid(), end.is_valid()))
    named = pc.match_substring_regex(_column(cells, form.places["agency"]), r"[A-Za-z]{2}")
    agency_is_no_time = times.parse(_column(cells, form.places["agency"])).is_null()
    return pc.and_(good, pc.and_(named, agency_is_no_time)).to_numpy(zero_copy_only=False)


def _moved(section: Section, form: Form, step: int, rows: np.ndarray) -> Section:
    cells = section.cells.take(pa.array(rows))
    first, last = sorted((form.places["time_frame"], form.places["search_time"]))
    moved = {
        place: _column(cells, place + step) if first <= place <= last else _column(cells, place)
        for place in range(cells.num_columns)
    }
    for name in _COUNTS:
        if name in form and not first <= form.places[name] <= last:
            moved[form.places[name]] = _count(cells, form.places[name], step)
    for name in _AFTER:
        if name in form and not first <= form.places[name] <= last:
            moved[form.places[name]] = (
                _known_type(cells, last + step) if name == "search_type" else _blank(cells)
            )
    table = pa.table({str(place): column for place, column in moved.items()})
    page = section.page.take(pa.array(rows)) if section.page is not None else None
    return Section(section.columns, table, section.record.take(pa.array(rows)), page, section.sheet)


def _count(cells: pa.Table, place: int, step: int) -> pa.Array:
    """A count where the header says or `step` columns off, whichever holds a whole number; else nothing."""
    here = _column(cells, place)
    there = _column(cells, place + step) if 0 <= place + step < cells.num_columns else _blank(cells)
    is_number = r"^\s*[0-9][0-9,]*(\.0+)?\s*$"
    return pc.case_when(
        pc.make_struct(pc.match_substring_regex(here, is_number), pc.match_substring_regex(there, is_number)),
        here, there, "",
    )  # fmt: skip


def _known_type(cells: pa.Table, after: int) -> pa.Array:
    """The first cell behind the time of search that holds one of the vendor's kinds of search."""
    known = [f"{name}{end}" for name in sorted(known_search_types()) for end in ("", " - Mobile")]
    found = pa.nulls(cells.num_rows, pa.string())
    for place in range(after + 1, cells.num_columns):
        cell = pc.utf8_trim_whitespace(_column(cells, place))
        found = pc.coalesce(found, pc.if_else(pc.is_in(cell, pa.array(known)), cell, None))
    return pc.fill_null(found, "")


def _column(cells: pa.Table, place: int) -> pa.Array:
    column = cells.column(place)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _blank(cells: pa.Table) -> pa.Array:
    return pa.array([""] * cells.num_rows, pa.string())
