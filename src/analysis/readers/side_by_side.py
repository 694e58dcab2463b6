"""Puts tables that stand side by side under one header line below each other, where they have labels in common.

A collector's file was six such tables: short ones are padded with empty cells, and a program that read and wrote it
numbers the repeated labels (`Reason.1`). An empty row of one table is no record. A record's number is its row with the
number of its table behind it: record 123 is row 12 of table 3, and record 120 is row 12 where that is no row of any
table. With ten tables or more two digits are the table's. So numbers stay unique and in order, and a reviewer finds
the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from analysis.readers import not_data
from analysis.readers.base import Block, Rejected, Section

LEAST_COLUMNS = 3  # fewer equal labels may repeat in one table


def stacked(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks; in those under a header of several tables each row of each table is a row.

    Such rows are counted twice: column by column, and by the text of each table's cells put together.
    """
    times = 1  # grows only, so that numbers stay unique where such a header stands further down
    for block in blocks:
        tables = places_of_tables(block.section.columns)
        if len(tables) > 1:
            times = max(times, 10 ** len(str(len(tables))))
            yield _split(block, tables, times)
        elif times > 1:
            section = replace(block.section, record=pc.multiply(block.section.record, times))
            yield replace(block, section=section, rejected=tuple(_numbered(block.rejected, times)))
        else:
            yield block


def places_of_tables(columns: Sequence[str]) -> list[range]:
    """The places of each table's columns; one range where the header is that of one table."""
    labels = [_label(column) for column in columns]
    first = next((at for at, label in enumerate(labels) if label), 0)
    starts = [at for at, label in enumerate(labels) if label == labels[first]] if labels else []
    tables = []
    for start, end in zip(starts, [*starts[1:], len(labels)]):
        named = [at for at in range(start, end) if labels[at]]
        tables.append(range(start, max(named, default=start) + 1))
    said = [labels[table.start : table.stop] for table in tables]
    alike = all(one == said[0] and len(one) >= LEAST_COLUMNS for one in said)
    kin = all(len({*one} & {*said[0]}) >= LEAST_COLUMNS and len({*one} - {""}) == len(one) for one in said)
    return tables if len(tables) > 1 and (alike or kin) else [range(len(columns))]


def _label(column: str) -> str:
    return re.sub(r"\.\d+$", "", " ".join(column.split()).casefold())


def _split(block: Block, tables: list[range], times: int) -> Block:
    """A block's rows, each cut into those of its tables that hold anything, one below the other."""
    wide, rejected = _rows_taken_back(block, tables)
    columns, places = _together(block.section.columns, tables)
    blank = pa.array([""] * wide.cells.num_rows, pa.string())
    names = list(map(str, range(len(columns))))
    stacks = [
        pa.table([blank if at is None else wide.cells.column(at) for at in one], names) for one in places
    ]
    holds = [pa.array(~not_data.blank(cells)) for cells in stacks]
    by_text = [pc.not_equal(_trimmed(cells), "") for cells in stacks]
    numbers = [pc.add(pc.multiply(wide.record, times), at) for at in range(1, len(tables) + 1)]
    record = pa.concat_arrays([one.filter(kept) for one, kept in zip(numbers, holds)])
    order = pc.sort_indices(record)
    cells = pa.concat_tables([one.filter(kept) for one, kept in zip(stacks, holds)]).take(order)
    page = wide.page
    if page is not None:
        page = pa.concat_arrays([page.filter(kept) for kept in holds]).take(order)
    none = wide.record.filter(pc.invert(reduce(pc.or_, holds))).to_pylist()
    rejected = _numbered(rejected, times) + [Rejected(number * times, "blank record", "") for number in none]
    counted = (
        block.counted - wide.cells.num_rows + len(none) + sum(pc.sum(one).as_py() or 0 for one in by_text)
    )
    last = "digit of a record's number tells" if times == 10 else "digits of a record's number tell"
    note = (
        f"{len(tables)} tables stand side by side and are read one below the other; the last {last} its table, those "
        "before its row"
    )
    found = not_data.set_aside(Section(columns, cells, record.take(order), page, wide.sheet), rejected)
    return replace(
        found, rejected=not_data.in_order(found.rejected), counted=counted, notes=(*block.notes, note)
    )


def _together(columns: Sequence[str], tables: list[range]) -> tuple[tuple[str, ...], list[list[int | None]]]:
    """The columns of all tables, each once, and where each table has them; None where it has not."""
    labels = [[_label(columns[at]) for at in table] for table in tables]
    if all(one == labels[0] for one in labels):
        return tuple(columns[at] for at in tables[0]), [list(table) for table in tables]
    known = dict.fromkeys(label for one in labels for label in one)
    spelled = {_label(column): column for column in reversed(columns)}
    return tuple(spelled[label] for label in known), [
        [table.start + one.index(label) if label in one else None for label in known]
        for table, one in zip(tables, labels)
    ]


def _rows_taken_back(block: Block, tables: list[range]) -> tuple[Section, list[Rejected]]:
    """The rows with those records that end where a table ends or begin with 'Total', and the other records; whether
    a line is a total is asked of each table's cells."""
    section, width = block.section, len(block.section.columns)
    ends = {width, *(table.stop for table in tables)}
    back = [aside for aside in block.rejected if len(aside.cells) in ends]
    rejected = [replace(aside, cells=()) for aside in block.rejected if len(aside.cells) not in ends]
    if back:
        rows = zip(*([*aside.cells, *[""] * (width - len(aside.cells))] for aside in back))
        more = pa.table({str(at): pa.array(column, pa.string()) for at, column in enumerate(rows)})
        record = pa.concat_arrays([section.record, pa.array([aside.record for aside in back], pa.int64())])
        page = section.page
        if page is not None:
            page = pa.concat_arrays([page, pa.array([aside.page for aside in back], page.type)])
        section = replace(section, cells=pa.concat_tables([section.cells, more]), record=record, page=page)
    return section, rejected


def _trimmed(cells: pa.Table) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(*cells.columns, ""))


def _numbered(rejected: Iterable[Rejected], times: int) -> list[Rejected]:
    """Records that are no rows, by their row; those above the header keep their number."""
    return [replace(aside, record=aside.record * (times if aside.record > 0 else 1)) for aside in rejected]
