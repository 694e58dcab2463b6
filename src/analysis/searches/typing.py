"""Types the rows, drops officers and plates, and sets record what is not a search, saying why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis import readers, repeats
from analysis.places import ReleasedFile
from analysis.privacy import masking
from analysis.readers import Rejected, Section
from analysis.searches import frames, shifted, times
from analysis.searches.clocks import Clocks, Evidence, file_clocks
from analysis.searches.columns import (
    by_distinct,
    constant,
    count_of,
    search_time_of,
    short_text_of,
    text_of,
    unread,
)
from analysis.searches.shapes import shapes_of
from analysis.vendors.facts import Vendor, normal
from analysis.vendors.masks import are_masked, by_number, is_masked
from analysis.vendors.recognition import Layout

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


def type_rows(
    section: Section, layout: Layout, file: ReleasedFile, clocks: Clocks | None = None
) -> tuple[pa.Table, pa.Table]:
    """Searches and rejected rows of one section.

    `clocks` say what the whole file's dates mean; without them the section is taken for the whole file.

    The first table has a row for each search, typed, with what the released file says about itself
    (`camera_owner`) and without officers, plates, filters or case numbers; `realigned` marks rows whose cells
    had slipped under other columns (`shifted`), and `fingerprint` is that of every released cell
    (`repeats.fingerprints`), to be compared and dropped. The second has the `REJECTED` columns. Together they have
    the section's rows, both in their order.
    """
    clocks = clocks or file_clocks(file, section, layout, lambda: [evidence(section, layout)])
    _settle(section, layout, clocks)
    searched = times.read(search_time_of(section, layout), clocks.clock("search_time"))
    if searched.moments.null_count:
        section = _verdicts_moved(section, layout)
    why = _why_not(section, layout, searched)
    timed, kept = section, searched
    if why:
        keep = np.array([reason is None for reason in why])
        timed, kept = (
            _rows(section, keep),
            times.Times(*(column.filter(pa.array(keep)) for column in searched)),
        )
    table = _typed(timed, layout, file, kept, clocks)
    other_order = shifted.in_other_order(timed, layout, table)
    if not why and not len(other_order):
        return table, REJECTED.empty_table()
    why = why or [None] * len(table)
    for row in np.flatnonzero([reason is None for reason in why])[other_order]:
        why[row] = shifted.OTHER_ORDER
    typed = [table.take(pa.array(np.setdiff1d(np.arange(len(table)), other_order)))]
    untimed = np.flatnonzero([reason in UNTIMED for reason in why])
    for moved, rows in shifted.put_back(_rows(section, untimed), layout):
        moved_at = times.read(search_time_of(moved, layout), clocks.clock("search_time"))
        typed.append(_typed(moved, layout, file, moved_at, clocks, realigned=True))
        for row in untimed[rows]:
            why[row] = None
    table = pa.concat_tables(typed)
    return (table.sort_by("source_row") if len(typed) > 1 else table), _rejected(section, layout, file, why)


def evidence(section: Section, layout: Layout) -> dict[str, Evidence]:
    """What a section's dates say of their order and of how exact they are, by our column names."""
    shapes = shapes_of(layout.vendor.times)
    halves = frames.halves(text_of(section, layout, "time_frame"), shapes.between)
    frame = [times.evidence(half, shapes) for half in halves]
    frame[0].add(frame[1])
    single = {"search_time": search_time_of(section, layout)}
    single |= {name: text_of(section, layout, name) for name in ("window_start", "window_end")}
    return {"time_frame": frame[0], **{name: times.evidence(texts, shapes) for name, texts in single.items()}}


FIRST = 1_000
"""Rows of a section whose dates may settle the order of all."""


def _settle(section: Section, layout: Layout, clocks: Clocks) -> None:
    """Note that the dates are in the vendor's order where some of the first rows have no other, most often a time
    frame's: the times of search of a log that begins with a month could not tell, and the file would be read twice."""
    short = section.cells.num_rows <= FIRST  # it is soon read again
    if short or clocks.vendors_order.is_set() or not clocks.shapes.other_order:
        return
    first = evidence(_rows(section, np.arange(FIRST)), layout)
    if any(said.vendors[clocks.shapes.order] for said in first.values()):
        clocks.vendors_order.set()


def _rows(section: Section, which: np.ndarray) -> Section:
    """The rows of a section that a mask or a list of numbers names."""
    numbers = pa.array(np.flatnonzero(which) if which.dtype == bool else which)
    page = section.page.take(numbers) if section.page is not None else None
    return replace(section, cells=section.cells.take(numbers), record=section.record.take(numbers), page=page)


def rejected_table(rejected: tuple[Rejected, ...], file: ReleasedFile) -> pa.Table:
    """The records that the reader rejected, as `REJECTED` rows: only known words are kept."""
    return pa.table(
        {
            "source_file": pa.array([file.name] * len(rejected), pa.string()),
            "source_row": pa.array([record.record for record in rejected], pa.int64()),
            "source_page": pa.array([record.page for record in rejected], pa.int64()),
            "why": pa.array([record.why for record in rejected], pa.string()),
            "text": pa.array([masking.mask_line(record.text) for record in rejected], pa.string()),
        },
        schema=REJECTED,
    )


def era(searched_at: pa.Array, vendor: Vendor) -> pa.Array:
    """The vendor's era on the day of each search."""
    days = [era.until for era in vendor.era if era.until]
    until = np.array(days, dtype="datetime64[us]").astype(np.int64)
    number = np.searchsorted(until, searched_at.cast(pa.int64()).to_numpy(zero_copy_only=False), side="right")
    return pa.array([era.name for era in vendor.era]).take(pa.array(number))


def _typed(
    section: Section,
    layout: Layout,
    file: ReleasedFile,
    searched: times.Times,
    clocks: Clocks,
    realigned: bool = False,
) -> pa.Table:
    rows = section.cells.num_rows
    start, end = _window(section, layout, clocks)
    counts = {name: count_of(section, layout, name) for name in ("networks", "devices")}
    for name, values in counts.items():
        missing = values.is_null().to_numpy(zero_copy_only=False)
        number = unread(text_of(section, layout, name), missing) if name in layout else 0
        clocks.clock(name).note(f"counts of {name} that are no whole number, not known", number)
    released_id = short_text_of(section, layout, "released_id")
    return pa.table(
        {
            "source_file": constant(file.name, rows),
            "source_row": section.record,
            "source_page": section.page if section.page is not None else pa.nulls(rows, pa.int64()),
            "realigned": constant(realigned, rows),
            "released_id": released_id,
            "vendor_id": pa.nulls(rows, pa.string()) if layout.family.has_own_ids else released_id,
            "camera_owner": _camera_owner(section, layout, file),
            "searching_agency_as_released": _agency(section, layout, file),
            "searched_at": searched.moments,
            "searched_at_precision": searched.precision,
            "window_start": start,
            "window_end": end,
            "networks_searched": counts["networks"],
            "devices_searched": counts["devices"],
            "search_type": _search_type(section, layout),
            "moderation": short_text_of(section, layout, "moderation"),
            "has_case_number": _has_case_number(section, layout),
            "reason_as_released": text_of(section, layout, "reason"),
            "offense_types_as_released": text_of(section, layout, "offense_types")
            if "offense_types" in layout
            else pa.nulls(rows, pa.string()),
            "era": era(searched.moments, layout.vendor),
            "fingerprint": _fingerprints(section, layout),
        }
    )


def _fingerprints(section: Section, layout: Layout) -> np.ndarray:
    """The number of each row's cells by column name, whatever the order of columns; no notes beside them."""
    index = sorted({*layout.index.values(), *layout.personal}, key=lambda at: normal(section.columns[at]))
    return repeats.fingerprints([section.cells.column(at) for at in index])


def _search_type(section: Section, layout: Layout) -> pa.Array:
    """The kind of search; a known one as the vendor spells it, whatever its case."""
    known = layout.vendor.search_types.by_folded
    said = short_text_of(section, layout, "search_type")
    return by_distinct(said, lambda text: text and known.get(text.casefold(), text), pa.string())


def _camera_owner(section: Section, layout: Layout, file: ReleasedFile) -> pa.Array:
    """Whose cameras were searched: what the row says in a corpus of many logs, else what source.toml says."""
    if "camera_owner" not in layout:
        return constant(file.camera_owner, section.cells.num_rows)
    return by_distinct(
        text_of(section, layout, "camera_owner"),
        lambda text: file.camera_owner if not text.strip() or is_masked(text) else text.strip(),
        pa.string(),
    )


def _agency(section: Section, layout: Layout, file: ReleasedFile) -> pa.Array:
    if "agency" in layout:
        return text_of(section, layout, "agency")
    if "agency_number" in layout:
        numbers = pc.utf8_trim_whitespace(text_of(section, layout, "agency_number"))
        return by_distinct(
            numbers, lambda text: by_number(text) if text and not is_masked(text) else text, pa.string()
        )
    # Of a network audit without names nobody knows who searched: the camera owner is the one who did not.
    own = None if file.log == "network audit" else file.camera_owner
    return constant(file.searching_agency or own, section.cells.num_rows)


def _window(section: Section, layout: Layout, clocks: Clocks) -> tuple[pa.Array, pa.Array]:
    if "time_frame" in layout:
        return frames.pair(text_of(section, layout, "time_frame"), clocks.clock("time_frame"))
    if "window_start" not in layout and "window_end" not in layout:
        none = pa.nulls(section.cells.num_rows, times.TYPE)
        return none, none
    names = ("window_start", "window_end")
    return frames.frame(*(text_of(section, layout, name) for name in names), *map(clocks.clock, names))


def _has_case_number(section: Section, layout: Layout) -> pa.Array:
    if "case_number" not in layout:
        return pa.nulls(section.cells.num_rows, pa.bool_())
    texts = pc.utf8_trim_whitespace(text_of(section, layout, "case_number"))
    return pc.if_else(are_masked(texts), None, pc.not_equal(texts, ""))


def _verdicts_moved(section: Section, layout: Layout) -> Section:
    """The section with the vendor's verdicts under Search Time moved to Moderation, where it has one."""
    if "search_time" not in layout:
        return section
    at = layout.index["search_time"]
    times_ = section.cells.column(at)
    verdicts = pc.is_in(
        pc.utf8_lower(pc.utf8_trim_whitespace(times_)),
        pa.array(layout.vendor.moderation.verdicts, pa.string()),
    )
    if not pc.any(verdicts).as_py():
        return section
    cells = section.cells.set_column(at, str(at), pc.if_else(verdicts, "", times_))
    if "moderation" in layout:
        to = layout.index["moderation"]
        cells = cells.set_column(to, str(to), pc.if_else(verdicts, times_, section.cells.column(to)))
    return replace(section, cells=cells)


# Rows that are no searches ----------------------------------------------------------------------------------


def _why_not(section: Section, layout: Layout, searched: times.Times) -> list[str | None]:
    """For each row why it is no search, or None; an empty list when every row is one."""
    moderation = text_of(section, layout, "moderation")
    begins = layout.vendor.moderation.system
    system = by_distinct(moderation, lambda text: text.strip().casefold().startswith(begins), pa.bool_())
    if not searched.moments.null_count and not pc.any(system).as_py():
        return []
    blank = pc.equal(pc.utf8_trim_whitespace(search_time_of(section, layout)), "")
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


def _rejected(section: Section, layout: Layout, file: ReleasedFile, why: list[str | None]) -> pa.Table:
    rows = [row for row, reason in enumerate(why) if reason is not None]
    texts = ["\x1f".join(column[row].as_py() for column in section.cells.columns) for row in rows]
    page = section.page
    return pa.table(
        {
            "source_file": pa.array([file.name] * len(rows), pa.string()),
            "source_row": section.record.take(pa.array(rows, pa.int64())),
            "source_page": page.take(pa.array(rows, pa.int64())) if page else pa.nulls(len(rows), pa.int64()),
            "why": pa.array([why[row] for row in rows], pa.string()),
            "text": pa.array([masking.mask(text.split("\x1f"), layout) for text in texts], pa.string()),
        },
        schema=REJECTED,
    )
