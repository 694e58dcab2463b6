"""Types the rows, drops officers and plates, and sets aside what is not a search, saying why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis import readers, repeats
from analysis.places import ReleasedFile
from analysis.privacy import masking
from analysis.readers import Rejected, Section
from analysis.searches import shifted, times
from analysis.searches.clocks import Clocks, Evidence
from analysis.vendors import (
    Form,
    are_masked,
    by_number,
    is_masked,
    is_no_value,
    is_system_activity,
    known_search_types,
    mask_spellings,
    normal,
    verdict_words,
)

UNTIMED = ("no search time", "search time not readable")
TWO_WAYS = "search date could be read two ways"
WHY = (*readers.WHY, *UNTIMED, TWO_WAYS, "system activity of the vendor", shifted.OTHER_ORDER)
"""Every reason for which a released row is not among the searches."""

REJECTED = pa.schema(
    [
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("source_page", pa.int64()),
        ("why", pa.string()),
        ("text", pa.string()),
    ]
)

ERAS = (
    ("typed", datetime(2025, 6, 1, tzinfo=UTC)),
    ("filtered", datetime(2025, 11, 1, tzinfo=UTC)),
    ("rollout", datetime(2026, 2, 1, tzinfo=UTC)),
    ("dropdown", None),
)
"""The vendor's regimes and the moment (UTC) each ended: words typed freely; some words refused; the required
offense type arriving agency by agency; the offense type everywhere. From the vendor's announcements and the
rows of released files."""


def type_rows(
    section: Section, form: Form, file: ReleasedFile, clocks: Clocks | None = None
) -> tuple[pa.Table, pa.Table]:
    """Searches and rejected rows of one section.

    `clocks` say what the whole file's dates mean; without them the section is taken for the whole file.

    The first table has a row for each search, typed, with what the released file says about itself
    (`camera_owner`) and without officers, plates, filters or case numbers; `realigned` marks rows whose cells
    had slipped under other columns (`shifted`), and `fingerprint` is that of every released cell
    (`repeats.fingerprints`), to be compared and dropped. The second has the `REJECTED` columns. Together they have
    the section's rows, both in their order.
    """
    clocks = clocks or file_clocks(file, lambda: [evidence(section, form)], section.sheet is not None)
    searched = times.read(_search_time(section, form), clocks.of("search_time"))
    if searched.moments.null_count:
        section = _verdicts_moved(section, form)
    why = _why_not(section, form, searched)
    timed, kept = section, searched
    if why:
        keep = np.array([reason is None for reason in why])
        timed, kept = (
            _rows(section, keep),
            times.Times(*(column.filter(pa.array(keep)) for column in searched)),
        )
    table = _typed(timed, form, file, kept, clocks)
    other_order = shifted.in_other_order(timed, form, table)
    if not why and not len(other_order):
        return table, REJECTED.empty_table()
    why = why or [None] * len(table)
    for row in np.flatnonzero([reason is None for reason in why])[other_order]:
        why[row] = shifted.OTHER_ORDER
    typed = [table.take(pa.array(np.setdiff1d(np.arange(len(table)), other_order)))]
    untimed = np.flatnonzero([reason in UNTIMED for reason in why])
    for moved, rows in shifted.put_back(_rows(section, untimed), form):
        moved_at = times.read(_search_time(moved, form), clocks.of("search_time"))
        typed.append(_typed(moved, form, file, moved_at, clocks, realigned=True))
        for row in untimed[rows]:
            why[row] = None
    table = pa.concat_tables(typed)
    return (table.sort_by("source_row") if len(typed) > 1 else table), _rejected(section, form, file, why)


def file_clocks(
    file: ReleasedFile,
    survey: Callable[[], Iterable[dict[str, Evidence]]],
    date_cells: bool,
    day_zone: str = "UTC",
    assumed: bool = False,
) -> Clocks:
    """The clocks of a file as its entry in source.toml says, and as `survey` finds its dates; `assumed` says that its
    columns do not tell the zone of times without one."""
    zone, assumed = file.time_zone or "UTC", assumed and not file.time_zone
    return Clocks(zone, day_zone, file.dates, date_cells, survey, assumed=assumed)


def evidence(section: Section, form: Form) -> dict[str, Evidence]:
    """What a section's dates say of their order and of how exact they are, by our column names."""
    frame = [times.evidence(side) for side in times.halves(_text(section, form, "time_frame"))]
    frame[0].add(frame[1])
    single = {"search_time": _search_time(section, form)}
    single |= {name: _text(section, form, name) for name in ("window_start", "window_end")}
    return {"time_frame": frame[0], **{name: times.evidence(texts) for name, texts in single.items()}}


def _rows(section: Section, which: np.ndarray) -> Section:
    """The rows of a section that a mask or a list of places names."""
    places = pa.array(np.flatnonzero(which) if which.dtype == bool else which)
    page = section.page.take(places) if section.page is not None else None
    return Section(
        section.columns, section.cells.take(places), section.record.take(places), page, section.sheet
    )


def asides_table(asides: tuple[Rejected, ...], file: ReleasedFile) -> pa.Table:
    """The records that the reader rejected, as `REJECTED` rows: only known words are kept."""
    return pa.table(
        {
            "source_file": pa.array([file.name] * len(asides), pa.string()),
            "source_row": pa.array([aside.record for aside in asides], pa.int64()),
            "source_page": pa.array([aside.page for aside in asides], pa.int64()),
            "why": pa.array([aside.why for aside in asides], pa.string()),
            "text": pa.array([masking.mask_line(aside.text) for aside in asides], pa.string()),
        },
        schema=REJECTED,
    )


def era(searched_at: pa.Array) -> pa.Array:
    """The vendor's regime on the day of each search (`ERAS`)."""
    until = np.array([end.timestamp() * 1e6 for _, end in ERAS if end], dtype=np.int64)
    place = np.searchsorted(until, searched_at.cast(pa.int64()).to_numpy(zero_copy_only=False), side="right")
    names = pa.array([name for name, _ in ERAS])
    return names.take(pa.array(place))


def masked_cells(section: Section, form: Form) -> dict[str, int]:
    """How many cells of each released column hide their value; columns without any are left out."""
    known = pa.array(mask_spellings())
    found: dict[str, int] = {}
    for place, name in enumerate(section.columns):
        if place not in form.unnamed:
            count = pc.sum(pc.is_in(section.cells.column(place), known)).as_py() or 0
            found |= {name.strip(): count} if count else {}
    return found


# Columns ----------------------------------------------------------------------------------------------------


def _text(section: Section, form: Form, column: str) -> pa.Array:
    """A column's text by our name for it; empty text where the export has no such column."""
    if column not in form:
        return _constant("", section.cells.num_rows)
    cells = section.cells.column(form.places[column])
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def _typed(
    section: Section,
    form: Form,
    file: ReleasedFile,
    searched: times.Times,
    clocks: Clocks,
    realigned: bool = False,
) -> pa.Table:
    rows = section.cells.num_rows
    start, end = _window(section, form, clocks)
    released_id = _optional(section, form, "released_id")
    return pa.table(
        {
            "source_file": _constant(file.name, rows),
            "source_row": section.record,
            "source_page": section.page if section.page is not None else pa.nulls(rows, pa.int64()),
            "realigned": _constant(realigned, rows),
            "released_id": released_id,
            "vendor_id": pa.nulls(rows, pa.string()) if form.own_ids else released_id,
            "camera_owner": _camera_owner(section, form, file),
            "searching_agency_as_released": _agency(section, form, file),
            "searched_at": searched.moments,
            "searched_at_precision": searched.precision,
            "window_start": start,
            "window_end": end,
            "networks_searched": _count(section, form, "networks"),
            "devices_searched": _count(section, form, "devices"),
            "search_type": _search_type(section, form),
            "moderation": _optional(section, form, "moderation"),
            "has_case_number": _has_case_number(section, form),
            "reason_as_released": _text(section, form, "reason"),
            "offense_types_as_released": _offense_types(section, form),
            "era": era(searched.moments),
            "fingerprint": _fingerprints(section, form),
        }
    )


def _fingerprints(section: Section, form: Form) -> np.ndarray:
    """The number of each row's cells by column name, whatever order the columns stand in; no notes beside them."""
    places = sorted({*form.places.values(), *form.personal}, key=lambda at: normal(section.columns[at]))
    return repeats.fingerprints([section.cells.column(at) for at in places])


def _constant(value: str | bool | None, rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string()) if value is None else pa.repeat(value, rows)


def _by_distinct(texts: pa.Array, of: Callable[[str], object], kind: pa.DataType) -> pa.Array:
    """A function of text, called once for each distinct text."""
    coded = texts.dictionary_encode()
    return pa.array([of(text) for text in coded.dictionary.to_pylist()], kind).take(coded.indices)


def _optional(section: Section, form: Form, column: str) -> pa.Array:
    """A short column's text; null where blank, masked, or absent from the export."""
    if column not in form:
        return pa.nulls(section.cells.num_rows, pa.string())
    texts = pc.utf8_trim_whitespace(_text(section, form, column))
    if column == "released_id":
        return pc.if_else(pc.or_(pc.equal(texts, ""), are_masked(texts)), None, texts)
    return _by_distinct(texts, lambda text: None if not text or is_masked(text) else text, pa.string())


def _search_type(section: Section, form: Form) -> pa.Array:
    """The kind of search; a known one as the vendor spells it, whatever its case."""
    known = {
        spelled.casefold(): spelled for name in known_search_types() for spelled in (name, f"{name} - Mobile")
    }
    said = _optional(section, form, "search_type")
    return _by_distinct(said, lambda text: text and known.get(text.casefold(), text), pa.string())


def _search_time(section: Section, form: Form) -> pa.Array:
    """The time of each search as text; two exports part it into a date's column and a time's."""
    time = _text(section, form, "search_time")
    if "search_date" not in form:
        return time
    # A spreadsheet's date cell carries a midnight that is not the search's.
    date = pc.replace_substring_regex(_text(section, form, "search_date"), r"\s+00:00:00$", "")
    both = pc.binary_join_element_wise(pc.utf8_trim_whitespace(date), pc.utf8_trim_whitespace(time), ", ")
    return pc.if_else(pc.or_(pc.equal(date, ""), pc.equal(time, "")), "", both)


def _count(section: Section, form: Form, column: str) -> pa.Array:
    if column not in form:
        return pa.nulls(section.cells.num_rows, pa.int64())
    counts = count(_text(section, form, column))
    return pc.if_else(pc.equal(counts, 0), None, counts) if column in form.zero_is_unknown else counts


def count(texts: pa.Array) -> pa.Array:
    """Whole numbers of a column of counts: thousands commas and a spreadsheet's '.0' are read; a mask, the
    vendor's 'no value' and anything that is no whole number are null, and the row stays."""
    plain = pc.match_substring_regex(texts, r"^[0-9]{1,18}$")
    if pc.all(plain).as_py():
        return texts.cast(pa.int64())
    rest = _by_distinct(pc.if_else(plain, "", texts), _whole_number, pa.int64())
    return pc.if_else(plain, pc.if_else(plain, texts, "0").cast(pa.int64()), rest)


def _whole_number(text: str) -> int | None:
    digits = re.sub(r"\.0+$", "", text.strip().replace(",", ""))
    if not digits.isascii() or not digits.isdigit() or is_no_value(text):
        return None
    return int(digits) if len(digits) < 19 else None


def _camera_owner(section: Section, form: Form, file: ReleasedFile) -> pa.Array:
    """Whose cameras were searched: what the row says in a corpus of many logs, else what source.toml says."""
    if "camera_owner" not in form:
        return _constant(file.camera_owner, section.cells.num_rows)
    said = file.camera_owner
    return _by_distinct(
        _text(section, form, "camera_owner"),
        lambda text: said if not text.strip() or is_masked(text) else text.strip(),
        pa.string(),
    )


def _agency(section: Section, form: Form, file: ReleasedFile) -> pa.Array:
    if "agency" in form:
        return _text(section, form, "agency")
    if "agency_number" in form:
        return _by_distinct(_text(section, form, "agency_number"), _numbered, pa.string())
    # Of a network audit without names nobody knows who searched: the camera owner is the one who did not.
    own = None if file.log == "network audit" else file.camera_owner
    return _constant(file.searching_agency or own, section.cells.num_rows)


def _numbered(text: str) -> str:
    number = text.strip()
    return by_number(number) if number and not is_masked(number) else number


def _window(section: Section, form: Form, clocks: Clocks) -> tuple[pa.Array, pa.Array]:
    if "time_frame" in form:
        return times.pair(_text(section, form, "time_frame"), clocks.of("time_frame"))
    if "window_start" not in form and "window_end" not in form:
        none = pa.nulls(section.cells.num_rows, times.TYPE)
        return none, none
    names = ("window_start", "window_end")
    return times.frame(*(_text(section, form, name) for name in names), *map(clocks.of, names))


def _has_case_number(section: Section, form: Form) -> pa.Array:
    if "case_number" not in form:
        return pa.nulls(section.cells.num_rows, pa.bool_())
    texts = pc.utf8_trim_whitespace(_text(section, form, "case_number"))
    return pc.if_else(are_masked(texts), None, pc.not_equal(texts, ""))


def _offense_types(section: Section, form: Form) -> pa.Array:
    if "offense_types" not in form:
        return pa.nulls(section.cells.num_rows, pa.string())
    return _text(section, form, "offense_types")


def _verdicts_moved(section: Section, form: Form) -> Section:
    """The section with the vendor's verdicts that stand under Search Time moved to Moderation, where it has one."""
    if "search_time" not in form:
        return section
    at = form.places["search_time"]
    times_ = section.cells.column(at)
    verdicts = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(times_)), pa.array(verdict_words()))
    if not pc.any(verdicts).as_py():
        return section
    cells = section.cells.set_column(at, str(at), pc.if_else(verdicts, "", times_))
    if "moderation" in form:
        to = form.places["moderation"]
        cells = cells.set_column(to, str(to), pc.if_else(verdicts, times_, section.cells.column(to)))
    return replace(section, cells=cells)


# Rows that are no searches ----------------------------------------------------------------------------------


def _why_not(section: Section, form: Form, searched: times.Times) -> list[str | None]:
    """For each row why it is no search, or None; an empty list when every row is one."""
    moderation = _text(section, form, "moderation")
    system = _by_distinct(moderation, is_system_activity, pa.bool_())
    if not searched.moments.null_count and not pc.any(system).as_py():
        return []
    blank = pc.equal(pc.utf8_trim_whitespace(_search_time(section, form)), "")
    why: list[str | None] = [None] * section.cells.num_rows
    for column, reason in (
        (system, "system activity of the vendor"),
        (searched.moments.is_null(), "search time not readable"),
        (searched.two_ways, TWO_WAYS),
        (blank, "no search time"),
    ):
        for row in np.flatnonzero(column.to_numpy(zero_copy_only=False)):
            why[row] = reason
    return why


def _rejected(section: Section, form: Form, file: ReleasedFile, why: list[str | None]) -> pa.Table:
    rows = [row for row, reason in enumerate(why) if reason is not None]
    texts = ["\x1f".join(column[row].as_py() for column in section.cells.columns) for row in rows]
    page = section.page
    return pa.table(
        {
            "source_file": pa.array([file.name] * len(rows), pa.string()),
            "source_row": section.record.take(pa.array(rows, pa.int64())),
            "source_page": page.take(pa.array(rows, pa.int64())) if page else pa.nulls(len(rows), pa.int64()),
            "why": pa.array([why[row] for row in rows], pa.string()),
            "text": pa.array([masking.mask(text.split("\x1f"), form) for text in texts], pa.string()),
        },
        schema=REJECTED,
    )
