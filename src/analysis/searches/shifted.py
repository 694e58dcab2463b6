"""Puts back cells that slipped under other columns, where a row's own times prove by how far.

Seen in releases: two exports pasted together under the first one's header, from row 92,527 of one file on; a row
with a cell too many before its times; a missing case number that pulls later cells to the left. A row is put back
only if both its time of search and its time frame stand the same number of columns off, so that all between them do
too, and an agency is still in its own column. In every other case the row stays unread: nothing is guessed. Rows
that have a cell more or less than their header are put back by `seated`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import Section
from analysis.searches import frames, times
from analysis.searches.shapes import shapes_of
from analysis.searches.sound import COUNTS, TIMES, id_pattern, is_frame_text
from analysis.vendors.masks import is_masked, is_no_value
from analysis.vendors.recognition import Layout

STEPS = (1, -1, 2, -2, 3, -3)
"""How many columns a row's cells may have slipped, in the order tried."""

OTHER_ORDER = "cells under other columns"
"""Why a row is rejected whose cells show that they follow another order than its header."""


def put_back(section: Section, layout: Layout) -> Iterator[tuple[Section, np.ndarray]]:
    """The rows of a section that can be put back: a section for each step, and which rows of this one they are.

    `section` holds rows whose time of search cannot be read where the header says.
    """
    if "time_frame" not in layout or "search_time" not in layout or "agency" not in layout:
        return
    left = np.arange(section.cells.num_rows)
    for step in STEPS:
        fits = left[_fits(section.cells.take(pa.array(left)), layout, step)] if len(left) else left
        if len(fits):
            yield _moved(section, layout, step, fits), fits
            left = np.setdiff1d(left, fits, assume_unique=True)


# Another order -------------------------------------------------------------------------------------------------


def in_other_order(section: Section, layout: Layout, typed: pa.Table) -> np.ndarray:
    """The numbers of those rows of a section whose cells follow another order than its header.

    `typed` are the same rows, typed, each with a readable time of search. Two exports stacked under one header may
    have that time in the same column and little else. So we look at a row whose time frame, count, id or agency does
    not look like one. If what is missing is in a column where it cannot belong, the row is in another order. Nobody
    can know which column its other cells belong to, so such a row is not a search.
    """
    cells = section.cells
    elsewhere = np.zeros(cells.num_rows, dtype=bool)
    if "time_frame" in layout:
        shapes, frameless = shapes_of(layout.vendor.times), typed.column("window_start").is_null().to_numpy()
        elsewhere |= _is_elsewhere(
            cells,
            layout,
            frameless,
            r"\d:\d\d(?s:.*)\d:\d\d",
            lambda text: is_frame_text(text, shapes),
            layout.index.keys() - set(TIMES),
        )
    if "released_id" in layout and (ids := layout.vendor.ids) and not layout.family.has_own_ids:
        odd = pc.binary_length(_column(cells, layout.index["released_id"])).to_numpy() != ids.length
        is_id = id_pattern(layout).fullmatch
        others = layout.index.keys() - {"released_id", "officer"}
        elsewhere |= _is_elsewhere(cells, layout, odd, ids.pattern, is_id, others)
    if "agency" in layout:
        strange = look_like_no_agency(_column(cells, layout.index["agency"]))
        elsewhere |= _is_elsewhere(cells, layout, strange, _AGENCY_WORD, None, ("officer", "plate"))
        numbers = pc.utf8_is_numeric(_column(cells, layout.index["agency"])).to_numpy(zero_copy_only=False)
        elsewhere |= _is_elsewhere(cells, layout, numbers, "[A-Za-z]{2}", _is_said, COUNTS)
    return np.flatnonzero(elsewhere)


def _is_elsewhere(
    cells: pa.Table,
    layout: Layout,
    rows: np.ndarray,
    pattern: str,
    proves: Callable[[str], object] | None,
    columns: Collection[str],
) -> np.ndarray:
    """Which of these rows (a mask) have, under one of these columns, a cell that holds a pattern and that `proves`
    accepts."""
    found = np.zeros(cells.num_rows, dtype=bool)
    which = np.flatnonzero(rows)
    for name in layout.index.keys() & set(columns) if len(which) else ():
        texts = _column(cells, layout.index[name]).take(pa.array(which))
        could = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
        for at in np.flatnonzero(could).tolist():
            found[which[at]] |= proves is None or bool(proves(texts[at].as_py().strip()))
    return found


def _is_said(text: str) -> bool:
    return not is_masked(text) and not is_no_value(text)


_NO_AGENCY = re.compile(
    r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9]{5,8}|[A-Za-z]{1,3}[ -]\d{3,4}[A-Za-z]?"
    r"|\d{1,4}[ -][A-Za-z]{2,3}([ -]?\d{1,3})?"
    r"|[A-Z]\. ?[A-Z][A-Za-z'-]*|[A-Z]\.? [A-Z][a-z]{2}|[A-Z][A-Za-z'-]+, [A-Z][A-Za-z.'-]*"
)
"""A plate, or an officer's name as exports write it (`A. Exa`); of 6,408 names of agencies one looks so."""

_MOST_BYTES = 14  # longer ones are not looked at, nor are most agencies

_AGENCY_WORD = (
    r"(?i)\b(PD|SO|SD|ISD|DPS|Police|Sheriff|County|Dept|Department|Marshal|Constable|Federal|Patrol)\b"
)


def look_like_no_agency(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Which cells look like a plate or an officer's name; asked once for each distinct text that is short."""
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    strange = (
        pc.less_equal(pc.binary_length(texts), _MOST_BYTES).fill_null(False).to_numpy(zero_copy_only=False)
    )
    short = np.flatnonzero(strange)
    coded = texts.take(pa.array(short)).dictionary_encode()
    found = [_NO_AGENCY.fullmatch(text.strip()) is not None for text in coded.dictionary.to_pylist()]
    strange = strange.copy()
    strange[short] = np.array(found, dtype=bool)[coded.indices.to_numpy()]
    return strange


# The same number of columns off ---------------------------------------------------------------------------------


def _fits(cells: pa.Table, layout: Layout, step: int) -> np.ndarray:
    """Rows whose time of search and time frame both stand `step` columns off."""
    index = [layout.index[name] + step for name in ("search_time", "time_frame")]
    if min(index) < 0 or max(index) >= cells.num_columns:
        return np.zeros(cells.num_rows, dtype=bool)
    shapes = shapes_of(layout.vendor.times)
    searched, frame = (_column(cells, at) for at in index)
    agency = _column(cells, layout.index["agency"])
    good = pc.and_(times.parse(searched, shapes).is_valid(), frames.is_frame(frame, shapes))
    named = pc.match_substring_regex(agency, r"[A-Za-z]{2}")
    named = pc.and_(named, times.parse(agency, shapes).is_null())
    return pc.and_(good, named).to_numpy(zero_copy_only=False)


def _moved(section: Section, layout: Layout, step: int, rows: np.ndarray) -> Section:
    cells = section.cells.take(pa.array(rows))
    first, last = sorted((layout.index["time_frame"], layout.index["search_time"]))
    moved = {
        at: _column(cells, at + step) if first <= at <= last else _column(cells, at)
        for at in range(cells.num_columns)
    }
    for name in COUNTS:
        if name in layout and not first <= layout.index[name] <= last:
            moved[layout.index[name]] = _count(cells, layout.index[name], step)
    for name in layout.vendor.after_times:
        if name in layout and not first <= layout.index[name] <= last:
            moved[layout.index[name]] = (
                _known_type(cells, last + step, layout) if name == "search_type" else _blank(cells)
            )
    table = pa.table({str(at): column for at, column in moved.items()})
    page = section.page.take(pa.array(rows)) if section.page is not None else None
    return Section(section.columns, table, section.record.take(pa.array(rows)), page, section.sheet)


def _count(cells: pa.Table, at: int, step: int) -> pa.Array:
    """A count where the header says or `step` columns off, whichever holds a whole number; else nothing."""
    here = _column(cells, at)
    there = _column(cells, at + step) if 0 <= at + step < cells.num_columns else _blank(cells)
    is_number = r"^\s*[0-9][0-9,]*(\.0+)?\s*$"
    return pc.case_when(
        pc.make_struct(pc.match_substring_regex(here, is_number), pc.match_substring_regex(there, is_number)),
        here, there, "",
    )  # fmt: skip


def _known_type(cells: pa.Table, after: int, layout: Layout) -> pa.Array:
    """The first cell behind the time of search that holds one of the vendor's kinds of search."""
    known = pa.array(layout.vendor.search_types.spellings, pa.string())
    found = pa.nulls(cells.num_rows, pa.string())
    for at in range(after + 1, cells.num_columns):
        cell = pc.utf8_trim_whitespace(_column(cells, at))
        found = pc.coalesce(found, pc.if_else(pc.is_in(cell, known), cell, None))
    return pc.fill_null(found, "")


def _column(cells: pa.Table, at: int) -> pa.Array:
    column = cells.column(at)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _blank(cells: pa.Table) -> pa.Array:
    return pa.array([""] * cells.num_rows, pa.string())
