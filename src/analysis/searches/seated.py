"""Puts back rows with a cell more or less than their header, where one way alone brings every cell to its column.

Seen in releases: a row with a cell too many before its times, a missing case number that pulls later cells to the
left, a whole month of rows one cell to the right from one column on. Where a row alone leaves two ways open, those rows
of its block that leave one may decide, if all of them slipped at the same column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import Block
from analysis.searches.shapes import shapes_of
from analysis.searches.sound import has_time, is_sound
from analysis.vendors.masks import is_masked
from analysis.vendors.recognition import DROPPED, Layout

ENOUGH = 2
"""Rows that must have slipped at one column, and none elsewhere, before they decide where another did."""


@dataclass(frozen=True)
class _Seat:
    """Ways in which a row's cells can be under their header, by the column at which a cell is put in or taken out;
    none where they were not moved."""

    ways: Mapping[int, list[str]] = field(default_factory=dict)
    as_released: list[str] | None = None


def take_back(block: Block, layout: Layout) -> tuple[Block, tuple[int, ...]]:
    """A block with those odd records among its rows that are rows after all, and the numbers of those whose cells
    were moved to get there.

    A row with a readable time of search is a search: one that begins with 'Total', one with empty cells to spare,
    and one with a cell too many or too few that can be under its header in one way only.
    """
    width = len(block.section.columns)
    seats = {
        rejected.record: (len(rejected.cells), _seat(list(rejected.cells), layout, width))
        for rejected in block.rejected
        if rejected.cells and "search_time" in layout
    }
    found = {record: seat.as_released for record, (_, seat) in seats.items() if seat.as_released is not None}
    moved: dict[int, list[str]] = {}
    for cells in {size for size, _ in seats.values()}:
        alike = {record: seat.ways for record, (size, seat) in seats.items() if size == cells and seat.ways}
        moved |= _decided(alike, layout)
    found |= moved
    if not found:
        return block, ()
    section = block.section
    more = pa.table(
        {str(at): pa.array(column, pa.string()) for at, column in enumerate(zip(*found.values()))}
    )
    record = pa.concat_arrays([section.record, pa.array(found, pa.int64())])
    order = pc.sort_indices(record)
    page = section.page
    if page is not None:
        pages = {rejected.record: rejected.page for rejected in block.rejected}
        page = pa.concat_arrays([page, pa.array([pages[number] for number in found], page.type)]).take(order)
    cells = pa.concat_tables([section.cells, more]).take(order)
    section = replace(section, cells=cells, record=record.take(order), page=page)
    left = tuple(rejected for rejected in block.rejected if rejected.record not in found)
    return replace(block, section=section, rejected=left), tuple(moved)


def _seat(cells: list[str], layout: Layout, width: int) -> _Seat:
    """How the cells of a row can be under their header; in no way where nothing proves it.

    Empty cells at a row's end say nothing: some programs leave them out, and others write more of them.
    """
    if not any(cell.strip() for cell in cells[width:]) and len(cells) >= width:
        said = {name: cells[at] for name, at in layout.index.items()}
        if has_time(said, shapes_of(layout.vendor.times)):
            return _Seat(as_released=cells[:width])
    padded = [*cells, *[""] * (width - len(cells))]
    if len(cells) < width - 1 and is_sound(padded, layout):
        return _Seat(as_released=padded)
    ways: dict[int, list[str]] = {}
    if len(cells) == width - 1:
        ways = {at: [*cells[:at], "", *cells[at:]] for at in range(width)}
    elif len(cells) == width + 1 and not any(_goes_on(cell) for cell in cells):
        empty = [at for at, cell in enumerate(cells) if not cell.strip()]
        if cells[0].strip().isdigit():  # rows that somebody's program numbered, without a name for the column
            empty.append(0)
        ways = {at: cells[:at] + cells[at + 1 :] for at in empty}
    return _Seat(_best({at: way for at, way in ways.items() if is_sound(way, layout)}, layout))


def _goes_on(cell: str) -> bool:
    """Whether a cell begins with a blank, as what follows a typed comma does where no quotes are around it."""
    return cell.startswith(" ") and cell.strip() != ""


def _best(ways: Mapping[int, list[str]], layout: Layout) -> dict[int, list[str]]:
    """The ways that leave most in the columns of reason and type: the vendor asks for a reason and fills in a type,
    while plate, case number and filters are often left empty."""
    filled = {
        at: sum(
            bool(cells[layout.index[name]].strip()) and not is_masked(cells[layout.index[name]])
            for name in ("reason", "search_type")
            if name in layout
        )
        for at, cells in ways.items()
    }
    return {at: ways[at] for at, count in filled.items() if count == max(filled.values())}


def _decided(rows: Mapping[int, Mapping[int, list[str]]], layout: Layout) -> dict[int, list[str]]:
    """The rows of one width whose place is decided, by themselves or by the others: all ways that are left agree in
    everything that is kept of a row."""
    sure = {record: ways for record, ways in rows.items() if _agree(ways.values(), layout)}
    columns = set.intersection(*map(set, sure.values())) if len(sure) >= ENOUGH else set()
    found = {record: next(iter(ways.values())) for record, ways in sure.items()}
    for record, ways in rows.items():
        left = [cells for at, cells in ways.items() if at in columns]
        if record not in sure and left and _agree(left, layout):
            found[record] = left[0]
    return found


def _agree(ways: Iterable[Sequence[str]], layout: Layout) -> bool:
    return len({_kept(cells, layout) for cells in ways}) == 1


def _kept(cells: Sequence[str], layout: Layout) -> tuple[str | bool, ...]:
    kept = [cells[at] for name, at in layout.index.items() if name not in DROPPED | {"case_number"}]
    case = cells[layout.index["case_number"]] if "case_number" in layout else ""
    return (*kept, bool(case.strip()), is_masked(case))
