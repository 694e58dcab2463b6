"""Puts back cells that slipped under other columns, where a row's own times prove by how far.

Seen in releases: two exports pasted together under the first one's header, from row 92,527 of one file on; a row
with a cell too many before its times; a missing case number that pulls later cells to the left. A row is put back
only if both its time of search and its time frame stand the same number of columns off, so that all between them do
too, and an agency still stands in its own column; or if one cell more or less brings every cell to where it can
stand, in one way only. In every other case the row stays unread: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import Block, Section
from analysis.searches import times
from analysis.vendors import (
    DROPPED,
    Form,
    is_masked,
    is_no_value,
    is_system_activity,
    known_search_types,
    verdict_words,
)

STEPS = (1, -1, 2, -2, 3, -3)
"""How many columns a row's cells may have slipped, in the order tried."""

OTHER_ORDER = "cells under other columns"
"""Why a row is rejected whose cells show that they follow another order than its header."""

_COUNTS = ("networks", "devices")
_TIMES = ("search_time", "search_date", "time_frame", "window_start", "window_end")
_TYPED = ("reason", "case_number", "filters", "text_prompt")  # whatever an officer likes may stand here
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


def take_back(block: Block, form: Form) -> tuple[Block, tuple[int, ...]]:
    """A block with those odd records among its rows that are rows after all, and the numbers of those whose cells
    were moved to get there.

    A row with a readable time of search is a search: one that begins with 'Total', one with empty cells to spare,
    and one with a cell too many or too few that can stand under its header in one way only.
    """
    width = len(block.section.columns)
    found: dict[int, tuple[list[str], bool]] = {}
    for aside in block.rejected:
        if aside.cells and "search_time" in form and (seated := _seated(list(aside.cells), form, width)):
            found[aside.record] = seated
    if not found:
        return block, ()
    section = block.section
    rows = zip(*(cells for cells, _ in found.values()))
    more = pa.table({str(at): pa.array(column, pa.string()) for at, column in enumerate(rows)})
    record = pa.concat_arrays([section.record, pa.array(found, pa.int64())])
    order = pc.sort_indices(record)
    page = section.page
    if page is not None:
        pages = [aside.page for aside in block.rejected if aside.record in found]
        page = pa.concat_arrays([page, pa.array(pages, page.type)]).take(order)
    cells = pa.concat_tables([section.cells, more]).take(order)
    section = replace(section, cells=cells, record=record.take(order), page=page)
    asides = tuple(aside for aside in block.rejected if aside.record not in found)
    return replace(block, section=section, rejected=asides), tuple(
        n for n, (_, moved) in found.items() if moved
    )


# One cell too many or too few ---------------------------------------------------------------------------------


def _seated(cells: list[str], form: Form, width: int) -> tuple[list[str], bool] | None:
    """The cells under their header and whether they had to be moved; None where nothing proves it.

    Empty cells at a row's end say nothing: some programs leave them out, and others write more of them.
    """
    if not any(cell.strip() for cell in cells[width:]) and len(cells) >= width:
        said = {name: cells[place] for name, place in form.places.items()}
        if is_moment(_time_of(said)):
            return cells[:width], False
    padded = [*cells, *[""] * (width - len(cells))]
    if len(cells) < width - 1 and is_sound(padded, form):
        return padded, False
    moved: list[list[str]] = []
    if len(cells) == width - 1:
        moved = [[*cells[:at], "", *cells[at:]] for at in range(width)]
    elif len(cells) == width + 1 and not any(_goes_on(cell) for cell in cells):
        moved = [cells[:at] + cells[at + 1 :] for at, cell in enumerate(cells) if not cell.strip()]
        if cells[0].strip().isdigit():  # rows that somebody's program numbered, without a name for the column
            moved.append(cells[1:])
    seated = _only_sound(moved, form)
    return (seated, True) if seated else None


def _goes_on(cell: str) -> bool:
    """Whether a cell begins with a blank, as what follows a typed comma does where no quotes stand around it."""
    return cell.startswith(" ") and cell.strip() != ""


def _only_sound(candidates: Iterable[list[str]], form: Form) -> list[str] | None:
    """The one way in which cells can stand under their columns.

    The vendor asks for a reason and fills in a type, while plate, case number and filters are often left empty: so
    of several ways those count that leave a reason and a type in their columns. They must agree in everything that
    is kept of a row.
    """
    sound = [cells for cells in candidates if is_sound(cells, form)]
    if not sound:
        return None
    filled = [
        sum(
            bool(cells[form.places[name]].strip()) and not is_masked(cells[form.places[name]])
            for name in ("reason", "search_type")
            if name in form
        )
        for cells in sound
    ]
    best = [cells for cells, count in zip(sound, filled) if count == max(filled)]
    return best[0] if len({_kept(cells, form) for cells in best}) == 1 else None


def _kept(cells: Sequence[str], form: Form) -> tuple[str | bool, ...]:
    kept = [cells[place] for name, place in form.places.items() if name not in DROPPED | {"case_number"}]
    case = cells[form.places["case_number"]] if "case_number" in form else ""
    return (*kept, bool(case.strip()), is_masked(case))


def is_sound(cells: Sequence[str], form: Form) -> bool:
    """Whether every cell can stand where it does, judged by shapes that nothing else has."""
    said = {name: cells[place].strip() for name, place in form.places.items()}
    kind, moderation = said.get("search_type", ""), said.get("moderation", "")
    counts = [said[name] for name in _COUNTS if name in said]
    return (
        _times_stand(said)
        and {name for name, text in said.items() if _UUID.fullmatch(text)} <= {"released_id", "officer"}
        and ("agency" not in said or re.search("[A-Za-z]{2}", said["agency"]) is not None)
        and all(_is_empty(text) or re.fullmatch(r"[0-9][0-9,]*(\.0+)?", text) for text in counts)
        and (_is_empty(kind) or kind.casefold().removesuffix(" - mobile") in _types())
        and (
            _is_empty(moderation)
            or moderation.casefold() in verdict_words()
            or is_system_activity(moderation)
        )
    )


def _times_stand(said: dict[str, str]) -> bool:
    """Whether a time of search and a time frame stand in their own columns, and no other cell is one."""
    others = [text for name, text in said.items() if name not in (*_TIMES, *_TYPED)]
    frames = [name for name, text in said.items() if _is_frame(text)]
    framed = frames == ["time_frame"] or (not frames and _is_empty(said.get("time_frame", "")))
    return framed and is_moment(_time_of(said)) and not any(map(is_moment, others))


_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _types() -> set[str]:
    return {name.casefold() for name in known_search_types()}


def _time_of(said: dict[str, str]) -> str:
    if "search_date" not in said:
        return said["search_time"]
    return f"{said['search_date']}, {said['search_time']}" if said["search_time"].strip() else ""


def _is_empty(text: str) -> bool:
    return not text or is_masked(text) or is_no_value(text)


_MOMENT = r"^\s*[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}"
"""How a time begins that nothing else is taken for; a bare number can be a day too, and proves nothing."""


def is_moment(text: str) -> bool:
    """Whether a cell holds a time, written as nothing else is."""
    return re.match(_MOMENT, text) is not None and times.one(text) is not None


def _is_frame(text: str) -> bool:
    if text.count(":") < 2:
        return False
    start, end = times.pair(pa.array([text]))
    return start[0].is_valid and end[0].is_valid


# Another order -------------------------------------------------------------------------------------------------


def in_other_order(section: Section, form: Form, typed: pa.Table) -> np.ndarray:
    """The numbers of those rows of a section whose cells follow another order than its header.

    `typed` are the same rows, typed, each with a readable time of search. Two exports stacked under one header may
    have that time in the same column and little else. So a row is looked at where its time frame, a count, its id
    or its agency is none, and it is in another order if what is missing stands under a column where it cannot
    belong. Which column the other cells belong to cannot be known, so such a row is no search.
    """
    cells = section.cells
    elsewhere = np.zeros(cells.num_rows, dtype=bool)
    if "time_frame" in form:
        frames = typed.column("window_start").is_null().to_numpy()
        elsewhere |= _stands_elsewhere(cells, form, frames, r"\d:\d\d(?s:.*)\d:\d\d", _is_frame, _TIMES)
    if "released_id" in form and not form.own_ids:
        ids = pc.binary_length(_column(cells, form.places["released_id"])).to_numpy() != 36
        elsewhere |= _stands_elsewhere(
            cells, form, ids, _UUID.pattern, _UUID.fullmatch, ("released_id", "officer")
        )
    if "agency" in form:
        strange = look_like_no_agency(_column(cells, form.places["agency"]))
        personal = tuple(name for name in form.places if name not in ("officer", "plate"))
        elsewhere |= _stands_elsewhere(cells, form, strange, _AGENCY_WORD, None, personal)
        numbers = pc.utf8_is_numeric(_column(cells, form.places["agency"])).to_numpy(zero_copy_only=False)
        but_counts = tuple(name for name in form.places if name not in _COUNTS)
        elsewhere |= _stands_elsewhere(cells, form, numbers, "[A-Za-z]{2}", _is_said, but_counts)
    return np.flatnonzero(elsewhere)


def _stands_elsewhere(
    cells: pa.Table,
    form: Form,
    rows: np.ndarray,
    pattern: str,
    proves: Callable[[str], object] | None,
    but: Sequence[str],
) -> np.ndarray:
    """Of these rows (a mask) those with a cell of a shape under any column `but` some."""
    found = np.zeros(cells.num_rows, dtype=bool)
    which = np.flatnonzero(rows)
    places = [place for name, place in form.places.items() if name not in but]
    for place in places if len(which) else ():
        texts = _column(cells, place).take(pa.array(which))
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

_MOST_SIGNS = 14  # bytes: longer ones are not looked at, nor are most agencies

_AGENCY_WORD = (
    r"(?i)\b(PD|SO|SD|ISD|DPS|Police|Sheriff|County|Dept|Department|Marshal|Constable|Federal|Patrol)\b"
)


def look_like_no_agency(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Which cells look like a plate or an officer's name; asked once for each distinct text that is short."""
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    strange = (
        pc.less_equal(pc.binary_length(texts), _MOST_SIGNS).fill_null(False).to_numpy(zero_copy_only=False)
    )
    short = np.flatnonzero(strange)
    coded = texts.take(pa.array(short)).dictionary_encode()
    found = [_NO_AGENCY.fullmatch(text.strip()) is not None for text in coded.dictionary.to_pylist()]
    strange = strange.copy()
    strange[short] = np.array(found, dtype=bool)[coded.indices.to_numpy()]
    return strange


# The same number of columns off ---------------------------------------------------------------------------------


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
